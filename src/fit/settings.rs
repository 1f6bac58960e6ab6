//! The settings of a fit and their presets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::FitError;
use crate::series::Scaling;
use crate::transform::{Padding, Position, Transform};

/// A named set of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// What cross-validation inside the training splits showed to be best over all; see
    /// `docs/results.md`.
    #[default]
    Default,
    /// Voice2Series as published (arXiv 2106.09296), without the released code's faults.
    Paper,
}

impl fmt::Display for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Default => "default",
            Self::Paper => "paper",
        })
    }
}

impl FromStr for Preset {
    type Err = FitError;

    fn from_str(name: &str) -> Result<Self, FitError> {
        match name {
            "default" => Ok(Self::Default),
            "paper" => Ok(Self::Paper),
            _ => Err(FitError::Setting {
                setting: "preset",
                value: name.to_owned(),
                expected: "default or paper",
            }),
        }
    }
}

/// Everything that decides a fit, beside the data and the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitSettings {
    /// The preset that the others started from.
    pub preset: Preset,
    /// Copies of the series in the clip, each in a segment of its own.
    pub segments: usize,
    /// Where in its segment a copy sits.
    pub position: Position,
    /// The series is resampled to so many samples first.
    pub stretch: Option<usize>,
    /// θ starts uniform within ± this amplitude.
    pub initial_amplitude: f32,
    /// The share of θ that is silenced at each step, in training only.
    pub dropout: f64,
    /// The most passes over the training series.
    pub epochs: usize,
    /// Series in one step.
    pub batch: usize,
    /// Adam's learning rate at the first step.
    pub learning_rate: f64,
    /// The learning rate of step `n` is that of the first over `1 + decay · n`.
    pub learning_rate_decay: f64,
    /// Decoupled weight decay of θ.
    pub weight_decay: f32,
    /// The share of the training series that early stopping watches; 0 for none.
    pub validation: f64,
    /// Epochs without a better validation loss before training stops.
    pub patience: usize,
    /// How series are scaled before anything else.
    pub scaling: Scaling,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self::preset(Preset::Default)
    }
}

impl FitSettings {
    /// The settings of a preset, with seed 0.
    ///
    /// Both have the same numbers today: of what was compared, cross-validation put the published
    /// ones first.
    pub fn preset(preset: Preset) -> Self {
        Self {
            preset,
            segments: 3,
            position: Position::Start,
            stretch: None,
            initial_amplitude: 0.05,
            dropout: 0.4,
            epochs: 100,
            batch: 32,
            learning_rate: 0.05,
            learning_rate_decay: 0.48,
            weight_decay: 0.04,
            validation: 0.0,
            patience: 20,
            scaling: Scaling::ZNormalise,
            seed: 0,
        }
    }

    /// The input transform that the settings describe.
    pub fn transform(&self) -> Transform {
        Transform::Padding(Padding {
            segments: self.segments,
            position: self.position,
            stretch: self.stretch,
            initial_amplitude: self.initial_amplitude,
        })
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    ///
    /// [`FitError::Setting`] names the first that is not.
    pub fn check(&self) -> Result<(), FitError> {
        let shares = 0.0..1.0;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let not_negative = |value: f64| value.is_finite() && value >= 0.0;
        let checks = [
            (
                "dropout",
                self.dropout,
                shares.contains(&self.dropout),
                "0 to less than 1",
            ),
            ("epochs", self.epochs as f64, self.epochs > 0, "at least 1"),
            ("batch", self.batch as f64, self.batch > 0, "at least 1"),
            (
                "patience",
                self.patience as f64,
                self.patience > 0,
                "at least 1",
            ),
            (
                "learning-rate",
                self.learning_rate,
                positive(self.learning_rate),
                "a number above 0",
            ),
            (
                "learning-rate-decay",
                self.learning_rate_decay,
                not_negative(self.learning_rate_decay),
                "0 or more",
            ),
            (
                "weight-decay",
                f64::from(self.weight_decay),
                not_negative(f64::from(self.weight_decay)),
                "0 or more",
            ),
            (
                "validation",
                self.validation,
                shares.contains(&self.validation),
                "0 to less than 1",
            ),
        ];
        match checks.into_iter().find(|(_, _, good, _)| !good) {
            Some((setting, value, _, expected)) => Err(FitError::Setting {
                setting,
                value: value.to_string(),
                expected,
            }),
            None => Ok(()),
        }
    }
}
