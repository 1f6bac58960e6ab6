//! Fitting a forecaster in closed form: a ridge regression on the window and on what the source
//! makes of it, with separate penalties that the validation part chooses.

mod evidence;
mod rows;
mod settings;
mod validation;
mod window;
mod with_source;

pub use settings::ForecastSettings;

use std::collections::BTreeMap;

use super::{FitProgress, check_frozen};
use crate::Error;
use crate::forecast::{Conformal, History};
use crate::kernel::Kernels;
use crate::parameters::Numbers;
use crate::ridge::LinearModel;
use crate::source::SourceWeights;
use rows::{Parts, Row, thinned, units};
use validation::Validation;
use window::{Fit, mean_square};
use with_source::WithSource;

/// Windows that are worked on together.
const BATCH: usize = 256;
/// Windows of the training part that the readout of the window alone sees, at most: it has
/// fewer columns, so it can see more.
const MOST_WINDOWS: usize = 65_536;
/// A window of the validation part for so many of the training part.
const VALIDATION: usize = 4;
/// The score that says how many windows the intervals were measured on.
pub(crate) const CALIBRATION_WINDOWS: &str = "calibration_windows";
/// The score that is 1 where none of those windows chose anything, else 0.
pub(crate) const CALIBRATION_APART: &str = "calibration_apart";

/// What a fit found.
#[derive(Debug, Clone)]
pub struct FittedForecast {
    /// The best readout: of the window, and of what is heard where that helps.
    pub readout: ForecastReadout,
    /// The best readout of the window alone, to compare with.
    pub alone: ForecastReadout,
    /// The transforms' numbers, by transform.
    pub transforms: Vec<Numbers>,
    /// Mean squared errors on the validation part in units of the history, by name; and on how many
    /// windows the intervals were measured, and 1 where none of them chose anything, else 0.
    pub scores: BTreeMap<String, f64>,
}

/// A readout and what goes with it.
#[derive(Debug, Clone)]
pub struct ForecastReadout {
    /// Of `[context]` values counted from the last one, and of the features where it uses the source.
    pub linear: LinearModel,
    /// Whether it takes anything from the source.
    pub uses_source: bool,
    /// Whether its forecasts are counted from the last season and not from the last value.
    pub seasonal: bool,
    /// How far it was off on the calibration windows of the validation part.
    pub intervals: Conformal,
}

/// Fits a forecaster to histories.
///
/// # Errors
///
/// When a setting is out of range, a history is too short, nothing moves in any window, the windows
/// do not suit a transform, or the source was changed.
pub fn fit_forecast<B: Kernels>(
    histories: &[History],
    source: &SourceWeights,
    settings: &ForecastSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<FittedForecast, Error> {
    settings.check(histories)?;
    for transform in &settings.transforms {
        transform.check(source.spec(), settings.context)?;
    }
    let spec = source.spec();
    let source = source.model::<B>(device);
    let before = source.fingerprint();
    let fit = Fit {
        settings,
        histories,
        units: units(histories, settings),
    };
    let parts = Parts::of(histories, settings);
    parts.check(histories, settings)?;
    let validation = settings.windows.div_ceil(VALIDATION);
    let validation = fit.rows(&thinned(&parts.validation, validation, settings.seed ^ 1))?;
    let validation = Validation::of(validation, histories, settings);
    let training = thinned(&parts.training, MOST_WINDOWS, settings.seed);
    let alone = fit.alone(&training, &validation)?;

    let tensors: Vec<_> = settings
        .transforms
        .iter()
        .map(|transform| transform.initial(spec, settings.seed))
        .collect();
    let transforms = settings
        .transforms
        .iter()
        .zip(&tensors)
        .map(|(transform, numbers)| transform.on_device(spec, numbers, settings.context, device))
        .collect::<Result<Vec<_>, _>>()?;
    let training = thinned(&parts.training, settings.windows, settings.seed);
    let with_source = WithSource {
        fit: &fit,
        source: source.as_ref(),
        transforms: &transforms,
        device,
    };
    let found = match transforms.is_empty() {
        true => None,
        false => Some(with_source.fit(&training, &validation, &alone, progress)?),
    };
    check_frozen(source.as_ref(), &before)?;

    let mut scores = BTreeMap::from([
        (
            "validation_last_value".to_owned(),
            last_value(&validation.rows),
        ),
        ("validation_window_alone".to_owned(), alone.error),
        (
            CALIBRATION_WINDOWS.to_owned(),
            validation.calibration.len() as f64,
        ),
        (
            CALIBRATION_APART.to_owned(),
            f64::from(u8::from(validation.apart())),
        ),
    ]);
    if let Some(found) = &found {
        scores.insert("validation_with_source".to_owned(), found.error);
    }
    // What is heard must earn its place: less error by more than chance may give.
    let readout = match found {
        Some(found) if found.clearly_better => found.readout,
        _ => alone.readout.clone(),
    };
    Ok(FittedForecast {
        readout,
        alone: alone.readout,
        transforms: tensors,
        scores,
    })
}

/// The mean squared error of no change, in units of the histories.
fn last_value(rows: &[Row]) -> f64 {
    let error = |row: &Row| row.ratio.powi(2) * mean_square(&row.after);
    rows.iter().map(error).sum::<f64>() / rows.len() as f64
}

/// Each window with what was heard of it behind it.
pub(crate) fn beside<W: Iterator<Item = f32>>(
    windows: impl Iterator<Item = W>,
    activations: &[Vec<f32>],
    width: usize,
) -> Vec<f32> {
    let mut out = Vec::new();
    for (row, window) in windows.enumerate() {
        out.extend(window);
        for activations in activations {
            out.extend_from_slice(&activations[row * width..(row + 1) * width]);
        }
    }
    out
}
