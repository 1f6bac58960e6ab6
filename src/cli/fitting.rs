//! How a program is fitted: what `fit` and `classify` share.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use retune::fit::{FitProgress, FitSettings, Preset};
use retune::series::Scaling;
use retune::source::DEFAULT_SOURCE;
use retune::transform::Position;

use super::args::{choice, count, not_negative, not_negative_single, positive, share};
use super::progress::Progress;

/// How a program is fitted; what is not given is as the preset has it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fitting")]
pub struct FitArgs {
    /// Where all settings start: what is best by cross-validation, or the published ones
    #[arg(long, value_name = "PRESET", default_value = "default", value_parser = choice::<Preset>(&["default", "paper"]))]
    pub preset: Preset,
    /// The source model: one that is shipped, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SOURCE)]
    pub source: String,
    /// How often the series is repeated in the clip
    #[arg(long, value_name = "N", value_parser = count)]
    segments: Option<usize>,
    /// Where the series stands in the clip
    #[arg(long, value_name = "WHERE", value_parser = choice::<Position>(&["start", "centre", "end"]))]
    position: Option<Position>,
    /// Samples that each series is resampled to first, or none
    #[arg(long, value_name = "SAMPLES")]
    stretch: Option<Stretch>,
    /// θ starts uniform within plus or minus this amplitude
    #[arg(long, value_name = "AMPLITUDE", value_parser = not_negative_single)]
    initial_amplitude: Option<f32>,
    /// The share of what is learnt that is left out in each step
    #[arg(long, value_name = "SHARE", value_parser = share)]
    dropout: Option<f64>,
    /// Passes over the training series
    #[arg(long, value_name = "N", value_parser = count)]
    epochs: Option<usize>,
    /// Series in each step
    #[arg(long, value_name = "N", value_parser = count)]
    batch: Option<usize>,
    /// The learning rate of Adam
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,
    /// How fast the learning rate falls
    #[arg(long, value_name = "RATE", value_parser = not_negative)]
    learning_rate_decay: Option<f64>,
    /// The weight decay
    #[arg(long, value_name = "RATE", value_parser = not_negative_single)]
    weight_decay: Option<f32>,
    /// The share of the training series held out to know when to stop; 0 for none
    #[arg(long, value_name = "SHARE", value_parser = share)]
    validation: Option<f64>,
    /// Epochs without a better validation loss before fitting stops
    #[arg(long, value_name = "N", value_parser = count)]
    patience: Option<usize>,
    /// How each series is scaled
    #[arg(long, value_name = "HOW", value_parser = choice::<Scaling>(&["z-normalise", "none"]))]
    scaling: Option<Scaling>,
}

/// `--stretch`: a number of samples, or none.
#[derive(Debug, Clone, Copy)]
struct Stretch(Option<usize>);

impl FromStr for Stretch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            _ => match text.parse() {
                Ok(0) | Err(_) => Err("expected a number of samples from 1, or none".to_owned()),
                Ok(samples) => Ok(Self(Some(samples))),
            },
        }
    }
}

impl FitArgs {
    /// The preset with what was given in its place.
    pub fn settings(&self, seed: u64) -> FitSettings {
        let preset = FitSettings::preset(self.preset);
        FitSettings {
            segments: self.segments.unwrap_or(preset.segments),
            position: self.position.unwrap_or(preset.position),
            stretch: self
                .stretch
                .map_or(preset.stretch, |Stretch(samples)| samples),
            initial_amplitude: self.initial_amplitude.unwrap_or(preset.initial_amplitude),
            dropout: self.dropout.unwrap_or(preset.dropout),
            epochs: self.epochs.unwrap_or(preset.epochs),
            batch: self.batch.unwrap_or(preset.batch),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            learning_rate_decay: self
                .learning_rate_decay
                .unwrap_or(preset.learning_rate_decay),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            validation: self.validation.unwrap_or(preset.validation),
            patience: self.patience.unwrap_or(preset.patience),
            scaling: self.scaling.unwrap_or(preset.scaling),
            seed,
            ..preset
        }
    }

    /// The source as a file, to be compared with outputs.
    pub fn source_path(&self) -> PathBuf {
        PathBuf::from(&self.source)
    }
}

/// Shows how far fitting has come.
pub fn show_epoch(progress: &mut Progress, at: &FitProgress) {
    let validation = match at.validation_loss {
        Some(loss) => format!(", validation {loss:.3}"),
        None => String::new(),
    };
    let detail = format!(
        "epoch {} of {}, loss {:.3}{validation}",
        at.epoch, at.epochs, at.training_loss
    );
    progress.at(at.epoch as u64, at.epochs as u64, &detail);
}
