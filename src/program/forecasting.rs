//! Programs that forecast: transforms, a linear readout, and how wide the intervals are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Content, Program, Task};
use crate::forecast::Conformal;
use crate::parameters::Numbers;
use crate::ridge::LinearModel;
use crate::source::SourceSpec;
use crate::storage::HostTensor;
use crate::transform::Transform;
use crate::{Error, limits};

/// How the names of the readout's numbers start in a program.
const READOUT: &str = "readout.";
/// The scores that hold a [`Calibration`].
const CALIBRATION_WINDOWS: &str = "calibration_windows";
const CALIBRATION_APART: &str = "calibration_apart";

/// A program that forecasts.
pub type ForecastProgram = Program<Forecasting>;

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

/// The scores that [`Calibration::of_scores`] reads.
pub(crate) fn calibration_scores(found: Calibration) -> [(&'static str, f64); 2] {
    [
        (CALIBRATION_WINDOWS, found.windows as f64),
        (CALIBRATION_APART, f64::from(u8::from(found.apart))),
    ]
}

/// What a program that forecasts holds beside its trained numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecasting {
    /// Values of the window that a forecast is made from.
    pub(crate) context: usize,
    /// Values that are forecast.
    pub(crate) horizon: usize,
    /// Whether the readout takes anything from the source.
    pub(crate) uses_source: bool,
    /// Whether forecasts are counted from the last season and not from the last value.
    pub(crate) seasonal: bool,
    pub(crate) intervals: Conformal,
    pub(crate) settings: ForecastRecord,
}

/// The settings of a fit that its program keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForecastRecord {
    /// Values in one season, where there is one.
    pub season: Option<usize>,
    /// The ways in which the source hears a window.
    pub transforms: Vec<Transform>,
    /// The seed of what windows were taken, for the reader.
    pub seed: u64,
    /// From one value of the histories to the next; `None` without times, where histories differ in it, and
    /// for a program of before this was noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
}

impl Content for Forecasting {
    const TASK: Task = Task::Forecasting;

    fn check(&self, _sources: usize, tensors: &Numbers) -> Result<(), String> {
        limits::within("context", self.context, &limits::VALUES)?;
        limits::within("horizon", self.horizon, &limits::VALUES)?;
        let transforms = self.settings.transforms.len();
        limits::within("number of transforms", transforms, &limits::TRANSFORMS)?;
        match self.settings.season {
            // The last season is read off the context.
            Some(season) if self.seasonal => {
                limits::within("season", season, &(1..=self.context))?;
            }
            Some(season) => limits::within("season", season, &limits::VALUES)?,
            None if self.seasonal => {
                return Err("it counts from the last season and has none".to_owned());
            }
            None => {}
        }
        self.intervals.check(self.horizon)?;
        let readout = readout(tensors)?;
        match readout.targets() == self.horizon && readout.features() >= self.context {
            true => Ok(()),
            false => Err("its readout is misshapen".to_owned()),
        }
    }

    fn check_sources(&self, sources: &[&SourceSpec]) -> Result<(), Error> {
        let mut transforms = self.settings.transforms.iter();
        transforms.try_for_each(|transform| transform.check(sources[0], self.context))
    }
}

/// The readout's numbers under their names in a program.
pub(crate) fn store_readout(readout: LinearModel, tensors: &mut Numbers) {
    let (features, targets) = (readout.features(), readout.targets());
    for (name, shape, values) in [
        ("weights", vec![features, targets], readout.weights),
        ("mean", vec![features], readout.mean),
        ("intercept", vec![targets], readout.intercept),
    ] {
        tensors.insert(format!("{READOUT}{name}"), HostTensor { shape, values });
    }
}

/// The readout among the numbers of a program; else what is wrong with it.
fn readout(tensors: &Numbers) -> Result<LinearModel, String> {
    let take = |name: &str| {
        let tensor = tensors.get(&format!("{READOUT}{name}"));
        tensor.ok_or_else(|| format!("its {READOUT}{name} is missing"))
    };
    let (weights, mean, intercept) = (take("weights")?, take("mean")?, take("intercept")?);
    let (features, targets) = (mean.values.len(), intercept.values.len());
    let fits = weights.shape == [features, targets]
        && mean.shape == [features]
        && intercept.shape == [targets];
    if !fits {
        return Err("its readout is misshapen".to_owned());
    }
    Ok(LinearModel {
        weights: weights.values.clone(),
        mean: mean.values.clone(),
        intercept: intercept.values.clone(),
    })
}

impl ForecastProgram {
    /// The linear model from a window, and what the source makes of it, to what comes after.
    pub(crate) fn readout(&self) -> LinearModel {
        readout(&self.tensors).expect("`Content::check` or the fit saw to it")
    }

    /// Values of the window that a forecast is made from.
    pub fn context(&self) -> usize {
        self.content().context
    }

    /// How many values it forecasts.
    pub fn horizon(&self) -> usize {
        self.content().horizon
    }

    /// Whether the readout takes anything from the source; where validation found that the window
    /// alone forecasts better, it does not.
    pub fn uses_source(&self) -> bool {
        self.content().uses_source
    }

    /// The settings of the fit that predicting or the reader needs.
    pub fn settings(&self) -> &ForecastRecord {
        &self.content().settings
    }

    /// What the intervals were measured on; `None` for a program of before this was noted.
    pub fn calibration(&self) -> Option<Calibration> {
        Calibration::of_scores(self.scores())
    }
}
