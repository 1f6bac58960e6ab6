//! Backtests: forecasts from a rolling origin, scored by what came, beside controls.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Forecaster;
use crate::fit::{FitProgress, ForecastSettings};
use crate::forecast::{Backtest, Control, ForecastScores, History, LEVELS, Scorer};
use crate::kernel::Kernels;
use crate::source::SourceWeights;
use crate::{Error, ErrorKind};

/// How a backtest is done.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestOptions {
    /// Values from one origin to the next.
    pub stride: usize,
    /// Whether errors are counted in deviations of each history's training part, as the literature
    /// on long-term forecasting does.
    pub standardised: bool,
}

/// How one way to forecast did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestRow {
    /// What forecast.
    pub name: &'static str,
    /// Whether it took anything from a source model.
    pub uses_source: bool,
    /// How it did.
    #[serde(flatten)]
    pub scores: ForecastScores,
}

/// What a backtest found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BacktestReport {
    /// The program, the same without the source, the same on random weights, and the controls.
    pub rows: Vec<BacktestRow>,
    /// Forecasts that were scored.
    pub forecasts: usize,
    /// Scores of the program's fit, by name.
    pub fit: BTreeMap<String, f64>,
    /// Scores of the fit on random weights, by name.
    pub random_fit: BTreeMap<String, f64>,
}

/// Fits a forecaster on the histories and scores it on what came after them.
///
/// `after` has the values that follow each history; the origin rolls through them from the
/// history's end, and every forecast sees all values before its origin. Nothing of `after` is seen
/// by the fit.
///
/// # Errors
///
/// As [`Forecaster::fit`]; and when no history has as many values after it as the horizon.
pub fn backtest<B: Kernels>(
    histories: &[History],
    after: &[Vec<f64>],
    sources: [&SourceWeights; 2],
    settings: &ForecastSettings,
    options: &BacktestOptions,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<BacktestReport, Error> {
    let origins = origins(histories, after, settings, options)?;
    let [source, random] = sources;
    let fitted = Forecaster::<B>::fit(histories, source, settings, device, progress)?;
    let scoring = Scoring {
        histories,
        after,
        origins: &origins,
        settings,
        options,
    };
    let mut rows = vec![scoring.program("retune", &fitted)?];
    if let Some(alone) = fitted.without_source() {
        rows.push(scoring.program("ridge on the window", &alone)?);
    }
    let mut random_fit = Default::default();
    if !settings.transforms.is_empty() {
        let random = Forecaster::<B>::fit(histories, random, settings, device, progress)?;
        rows.push(scoring.program("random source", &random)?);
        random_fit = random.program().scores().clone();
    }
    rows.push(scoring.control("last value", Control::LastValue)?);
    if let Some(period) = settings.season {
        rows.push(scoring.control("seasonal naive", Control::SeasonalNaive { period })?);
    }
    rows.push(scoring.control("drift", Control::Drift)?);
    Ok(BacktestReport {
        rows,
        forecasts: origins.len(),
        fit: fitted.program().scores().clone(),
        random_fit,
    })
}

/// Every history and place to forecast from, places counted in what comes after the history.
fn origins(
    histories: &[History],
    after: &[Vec<f64>],
    settings: &ForecastSettings,
    options: &BacktestOptions,
) -> Result<Vec<(usize, usize)>, Error> {
    if histories.len() != after.len() {
        let (found, expected) = (after.len(), histories.len());
        let message = format!("there are {found} histories to score with; expected {expected}");
        return Err(Error::new(ErrorKind::Mismatch, message));
    }
    let mut origins = Vec::new();
    for (history, after) in after.iter().enumerate() {
        let Some(last) = after.len().checked_sub(settings.horizon) else {
            continue;
        };
        let further = last / options.stride.max(1);
        let rolling = Backtest {
            context: 1,
            horizon: settings.horizon,
            stride: options.stride,
            folds: further + 1,
        };
        // One value of the history, so that the first origin is where it ends.
        let places = rolling.origins(1 + further * options.stride + settings.horizon)?;
        origins.extend(places.into_iter().map(|place| (history, place - 1)));
    }
    if origins.is_empty() {
        let most = after.iter().map(Vec::len).max().unwrap_or(0);
        let needed = settings.horizon;
        let message = format!(
            "there are {most} values to score with; expected at least {needed} for one forecast to be scored"
        );
        return Err(Error::new(ErrorKind::Setting, message)
            .with_hint("give more of them, or a smaller horizon")
            .with_setting("horizon", ""));
    }
    Ok(origins)
}

struct Scoring<'a> {
    histories: &'a [History],
    after: &'a [Vec<f64>],
    origins: &'a [(usize, usize)],
    settings: &'a ForecastSettings,
    options: &'a BacktestOptions,
}

impl Scoring<'_> {
    fn program<B: Kernels>(
        &self,
        name: &'static str,
        forecaster: &Forecaster<B>,
    ) -> Result<BacktestRow, Error> {
        let mut scored = self.scored(&LEVELS);
        // A batch at a time: all windows together may be larger than the memory.
        for batch in self.origins.chunks(256) {
            let windows = batch.iter();
            let windows = windows.map(|&origin| self.before(origin, self.settings.context));
            let forecasts = forecaster.forecast(&windows.collect::<Vec<_>>())?;
            for (&origin, forecast) in batch.iter().zip(&forecasts) {
                let (actual, intervals) = (self.actual(origin), &forecast.intervals);
                scored[origin.0].add(actual, &forecast.values, intervals)?;
            }
        }
        Ok(BacktestRow {
            name,
            uses_source: forecaster.program().uses_source(),
            scores: Scorer::together(&scored),
        })
    }

    fn control(&self, name: &'static str, control: Control) -> Result<BacktestRow, Error> {
        let mut scored = self.scored(&[]);
        for &origin in self.origins {
            let before = self.before(origin, usize::MAX);
            let forecast = control.forecast(&before, self.settings.horizon)?;
            scored[origin.0].add(self.actual(origin), &forecast, &[])?;
        }
        Ok(BacktestRow {
            name,
            uses_source: false,
            scores: Scorer::together(&scored),
        })
    }

    /// The last `most` values before an origin.
    fn before(&self, (history, place): (usize, usize), most: usize) -> Vec<f64> {
        let (old, new) = (
            &self.histories[history].values,
            &self.after[history][..place],
        );
        let skipped = (old.len() + place).saturating_sub(most);
        let values = old.iter().chain(new).skip(skipped);
        values.copied().collect()
    }

    /// What came after an origin.
    fn actual(&self, (history, place): (usize, usize)) -> &[f64] {
        &self.after[history][place..place + self.settings.horizon]
    }

    fn scored(&self, levels: &[f64]) -> Vec<Scorer> {
        let scorer = |history: &History| {
            let values = &history.values;
            let training = &values[..values.len() - self.settings.held_out(values.len())];
            let unit = self.options.standardised.then_some(training);
            Scorer::new(values, self.settings.season.unwrap_or(1), unit, levels)
        };
        self.histories.iter().map(scorer).collect()
    }
}
