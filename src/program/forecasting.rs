//! Programs that forecast: voices, a linear readout, and how wide the intervals are.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::file::{damaged, read, write};
use super::{SourceReference, Task, Trained};
use crate::Error;
use crate::fit::ForecastSettings;
use crate::fit::forecast::{CALIBRATION_APART, CALIBRATION_WINDOWS};
use crate::forecast::Conformal;
use crate::ridge::LinearModel;
use crate::storage::HostTensor;

/// How the names of the readout's numbers start in a program.
pub(crate) const READOUT: &str = "readout.";

/// What a forecasting program holds: all that a forecast needs but the source itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ForecastProgram {
    pub(crate) header: ForecastHeader,
    pub(crate) readout: LinearModel,
    /// The voices' numbers, by name: `part1.transform.…`.
    pub(crate) voices: BTreeMap<String, HostTensor>,
}

/// What the intervals of a program were measured on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Calibration {
    /// How many windows of the validation part.
    pub windows: usize,
    /// Whether none of them chose a penalty or whether the source takes part: those that did make
    /// intervals too narrow.
    pub apart: bool,
}

impl Calibration {
    /// From the scores of a fit; `None` for one of before this was noted.
    pub fn of_scores(scores: &BTreeMap<String, f64>) -> Option<Self> {
        Some(Self {
            windows: *scores.get(CALIBRATION_WINDOWS)? as usize,
            apart: *scores.get(CALIBRATION_APART)? > 0.0,
        })
    }
}

/// The readable part of a forecasting program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ForecastHeader {
    pub task: Task,
    pub source: SourceReference,
    /// Values of the window that a forecast is made from.
    pub context: usize,
    /// Values that are forecast.
    pub horizon: usize,
    /// Whether the readout takes anything from the source.
    pub hears: bool,
    /// Whether forecasts are counted from the last season and not from the last value.
    pub seasonal: bool,
    pub intervals: Conformal,
    pub settings: ForecastSettings,
    pub scores: BTreeMap<String, f64>,
    /// Whether the source's weights were found unchanged after the fit.
    pub frozen: bool,
}

impl ForecastProgram {
    /// Writes the program; the same program gives the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut tensors = self.voices.clone();
        let (features, targets) = (self.readout.features(), self.readout.targets());
        let parts = [
            ("weights", vec![features, targets], &self.readout.weights),
            ("mean", vec![features], &self.readout.mean),
            ("intercept", vec![targets], &self.readout.intercept),
        ];
        for (name, shape, values) in parts {
            let values = values.clone();
            tensors.insert(format!("{READOUT}{name}"), HostTensor { shape, values });
        }
        write(path, &self.header, &tensors)
    }

    /// Reads a program that [`ForecastProgram::save`] wrote; it forecasts the same bits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, has a newer format,
    /// or has another task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let (header, mut voices) = read::<ForecastHeader>(path, Task::Forecasting)?;
        let mut take = |name: &str| {
            let tensor = voices.remove(&format!("{READOUT}{name}"));
            tensor.ok_or_else(|| damaged(path, format!("its {READOUT}{name} is missing")))
        };
        let (weights, mean, intercept) = (take("weights")?, take("mean")?, take("intercept")?);
        let features = mean.values.len();
        let fits = weights.shape == [features, header.horizon]
            && mean.shape == [features]
            && intercept.shape == [header.horizon];
        if !fits || header.context == 0 || header.horizon == 0 || features < header.context {
            return Err(damaged(
                path,
                "its readout is misshapen, or has no context or no horizon",
            ));
        }
        let readout = LinearModel {
            weights: weights.values,
            mean: mean.values,
            intercept: intercept.values,
        };
        Ok(Self {
            header,
            readout,
            voices,
        })
    }

    /// Values of the window that a forecast is made from.
    pub fn context(&self) -> usize {
        self.header.context
    }

    /// Values that are forecast.
    pub fn horizon(&self) -> usize {
        self.header.horizon
    }

    /// Whether the readout takes anything from the source; where validation found that the window
    /// alone forecasts better, it does not.
    pub fn hears(&self) -> bool {
        self.header.hears
    }

    /// The source that the program was fitted for.
    pub fn source(&self) -> &SourceReference {
        &self.header.source
    }

    /// The settings that the program was fitted with.
    pub fn settings(&self) -> &ForecastSettings {
        &self.header.settings
    }

    /// Scores from the fit, by name.
    pub fn scores(&self) -> &BTreeMap<String, f64> {
        &self.header.scores
    }

    /// What the intervals were measured on; `None` for a program of before this was noted.
    pub fn calibration(&self) -> Option<Calibration> {
        Calibration::of_scores(self.scores())
    }

    /// Whether the source's weights were found bit-identical after the fit.
    pub fn frozen(&self) -> bool {
        self.header.frozen
    }

    /// The numbers of one voice under their own names; `voice` counts from 0.
    pub(crate) fn voice(&self, voice: usize) -> BTreeMap<String, HostTensor> {
        Trained::Transform.of_part(&self.voices, voice)
    }
}
