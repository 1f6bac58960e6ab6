//! Fitting a forecaster in closed form: a ridge regression on the window and on what the source
//! makes of it, with separate penalties that the validation part chooses.

mod rows;
mod settings;
#[cfg(test)]
mod tests;
mod validation;
mod window;
mod with_source;

pub use settings::ForecastSettings;

use std::collections::BTreeMap;

use super::{FitProgress, check_frozen};
use crate::Error;
use crate::forecast::History;
use crate::kernel::Kernels;
use crate::parameters::Numbers;
use crate::program::{
    Calibration, ForecastProgram, ForecastRecord, Forecasting, Program, Trained,
    calibration_scores, store_readout,
};
use crate::source::{SourceReference, SourceWeights};
use rows::{Fit, Row, check_parts, parts, thinned};
use validation::Validation;
use window::{Readout, mean_square};
use with_source::WithSource;

/// Windows that are worked on together.
const BATCH: usize = 256;
/// Windows of the training part that the readout of the window alone sees, at most: it has
/// fewer columns, so it can see more.
const MOST_WINDOWS: usize = 65_536;
/// A window of the validation part for so many of the training part.
const VALIDATION: usize = 4;

/// What a fit found.
#[derive(Debug, Clone)]
pub struct FittedForecast {
    /// With the best readout: of the window, and of what is heard where that helps. Its scores are mean
    /// squared errors on the validation part in units of the history, and its [`Calibration`].
    pub program: ForecastProgram,
    /// The same with the best readout of the window alone, to compare with.
    pub alone: ForecastProgram,
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
    let (spec, context) = (source.spec(), settings.context);
    for transform in &settings.transforms {
        transform.check(spec, context)?;
    }
    let source = source.model::<B>(device);
    let before = source.fingerprint();
    let fit = Fit::new(settings, histories);
    let [training, validation] = parts(histories, settings);
    check_parts([&training, &validation], histories, settings)?;
    let windows = settings.windows.div_ceil(VALIDATION);
    let validation = fit.moving_rows(&thinned(&validation, windows, settings.seed ^ 1))?;
    let validation = Validation::of(validation, histories, settings);
    let alone = fit.alone(
        &thinned(&training, MOST_WINDOWS, settings.seed),
        &validation,
    )?;

    let mut tensors = Numbers::new();
    let mut transforms = Vec::with_capacity(settings.transforms.len());
    for (place, transform) in settings.transforms.iter().enumerate() {
        let numbers = transform.initial(spec, settings.seed);
        let on_device = transform.on_device(spec, &numbers, context, device)?;
        transforms.push((transform, on_device));
        tensors.extend(Trained::Transform.named(place, numbers));
    }
    let with_source = WithSource {
        fit: &fit,
        source: source.as_ref(),
        transforms: &transforms,
        device,
    };
    let training = thinned(&training, settings.windows, settings.seed);
    let found = match transforms.is_empty() {
        true => None,
        false => Some(with_source.fit(&training, &validation, &alone, progress)?),
    };
    check_frozen(source.as_ref(), &before)?;

    let mut scores = vec![
        ("validation_last_value", last_value(&validation.rows)),
        ("validation_window_alone", alone.error),
    ];
    scores.extend(calibration_scores(Calibration {
        windows: validation.calibration.len(),
        apart: validation.apart(),
    }));
    if let Some(found) = &found {
        scores.push(("validation_with_source", found.error));
    }
    let scores = scores.into_iter();
    let scores: BTreeMap<_, _> = scores.map(|(name, one)| (name.to_owned(), one)).collect();
    let program = |readout: Readout| {
        let mut tensors = tensors.clone();
        store_readout(readout.linear, &mut tensors);
        let content = Forecasting {
            context,
            horizon: settings.horizon,
            uses_source: readout.uses_source,
            seasonal: readout.seasonal,
            intervals: readout.intervals,
            settings: ForecastRecord {
                season: settings.season,
                transforms: settings.transforms.clone(),
                seed: settings.seed,
                step: common_step(histories),
            },
        };
        Program::fitted(
            vec![SourceReference::of(spec)],
            content,
            tensors,
            scores.clone(),
        )
    };
    let alone = program(alone.readout);
    Ok(FittedForecast {
        // What is heard must earn its place: less error by more than chance may give.
        program: match found {
            Some(found) if found.clearly_better => program(found.readout),
            _ => alone.clone(),
        },
        alone,
    })
}

/// From one value to the next, where all histories have times and agree in it.
fn common_step(histories: &[History]) -> Option<String> {
    let mut times = histories.iter().map(|history| &history.timeline);
    let first = histories.first().map(|history| &history.timeline)?;
    let agree = times.all(|times| !times.is_counts() && times.has_step_of(first));
    agree.then(|| first.step().to_string())
}

/// The mean squared error of no change, in units of the histories.
fn last_value(rows: &[Row]) -> f64 {
    let error = |row: &Row| row.ratio.powi(2) * mean_square(&row.after);
    rows.iter().map(error).sum::<f64>() / rows.len() as f64
}
