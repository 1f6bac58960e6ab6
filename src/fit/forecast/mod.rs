//! Fitting a forecaster in closed form: a ridge regression on the window and on what the source
//! makes of it, with separate penalties that the validation part chooses.

mod rows;
mod settings;

pub use settings::ForecastSettings;

use std::collections::BTreeMap;
use std::ops::Range;

use super::{FitError, FitProgress, features};
use crate::forecast::ridge::{
    Block, Chosen, GramSums, LinearReadout, Moments, choose, penalty_grid,
};
use crate::forecast::{Conformal, ForecastError, History, LEVELS, season_ahead};
use crate::kernel::Kernels;
use crate::mapping::FEATURES;
use crate::source::{AttentionRnn, SourceModel, SourceWeights};
use crate::storage::HostTensor;
use crate::transform::TrainedTransform;
use rows::{Origin, Parts, Row, rows, thinned, units};

/// Windows that are worked on together.
const BATCH: usize = 256;
/// Windows of the training part that the readout of the window alone sees, at most: it hears
/// nothing, so it can see more.
const MOST_WINDOWS: usize = 65_536;
/// A window of the validation part for so many of the training part.
const VALIDATION: usize = 4;
/// How much a window counts: its deviation in units of its history to this power. Errors are judged
/// in these units, which is the second power; the first listens more to calm windows.
const POWERS: [i32; 2] = [1, 2];

/// What a fit found.
#[derive(Debug, Clone)]
pub struct FittedForecast {
    /// The best readout: of the window, and of what is heard where that helps.
    pub readout: ForecastReadout,
    /// The best readout of the window alone, to compare with.
    pub alone: ForecastReadout,
    /// The voices' numbers, by voice.
    pub voices: Vec<BTreeMap<String, HostTensor>>,
    /// Mean squared errors on the validation part in units of the history, by name.
    pub scores: BTreeMap<String, f64>,
}

/// A readout and what goes with it.
#[derive(Debug, Clone)]
pub struct ForecastReadout {
    /// Of `[context]` values counted from the last one, and of the features where it hears.
    pub linear: LinearReadout,
    /// Whether it takes anything from the source.
    pub hears: bool,
    /// Whether its forecasts are counted from the last season and not from the last value.
    pub seasonal: bool,
    /// How far it was off on the validation part.
    pub intervals: Conformal,
}

/// What a readout reads, and how rows are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Reading {
    seasonal: bool,
    power: i32,
}

/// Fits a forecaster to histories.
///
/// # Errors
///
/// When a setting is out of range, a history is too short, nothing moves in any window, the windows
/// do not suit a voice, or the source was changed.
pub fn fit_forecast<B: Kernels>(
    histories: &[History],
    source: &SourceWeights,
    settings: &ForecastSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<FittedForecast, FitError> {
    settings.check(histories)?;
    for voice in &settings.voices {
        voice.check(settings.context)?;
    }
    let source = AttentionRnn::<B>::new(source, device);
    let fit = Fit {
        settings,
        histories,
        units: units(histories, settings),
    };
    let parts = Parts::of(histories, settings);
    let validation = settings.windows.div_ceil(VALIDATION);
    let validation = fit.rows(&thinned(&parts.validation, validation, settings.seed ^ 1))?;
    let training = thinned(&parts.training, MOST_WINDOWS, settings.seed);
    let alone = fit.alone(&training, &validation)?;

    let tensors: Vec<_> = settings
        .voices
        .iter()
        .map(|voice| voice.initial(settings.seed))
        .collect();
    let voices = settings
        .voices
        .iter()
        .zip(&tensors)
        .map(|(voice, tensors)| voice.on_device(tensors, settings.context, device))
        .collect::<Result<Vec<_>, _>>()?;
    let training = thinned(&parts.training, settings.windows, settings.seed);
    let hearing = Hearing {
        fit: &fit,
        source: &source,
        voices: &voices,
        device,
    };
    let heard = match voices.is_empty() {
        true => None,
        false => Some(hearing.fit(&training, &validation, &alone, progress)?),
    };
    source.check_frozen()?;

    let mut scores = BTreeMap::from([
        ("validation_last_value".to_owned(), last_value(&validation)),
        ("validation_window_alone".to_owned(), alone.error),
    ]);
    if let Some(heard) = &heard {
        scores.insert("validation_with_source".to_owned(), heard.error);
    }
    // What is heard must earn its place: less error by more than chance may give.
    let readout = match heard {
        Some(heard) if heard.clearly_better => heard.readout,
        _ => alone.readout.clone(),
    };
    Ok(FittedForecast {
        readout,
        alone: alone.readout,
        voices: tensors,
        scores,
    })
}

/// The mean squared error of no change, in units of the histories.
fn last_value(rows: &[Row]) -> f64 {
    let error = |row: &Row| row.ratio.powi(2) * mean_square(&row.after);
    rows.iter().map(error).sum::<f64>() / rows.len() as f64
}

fn mean_square(values: &[f32]) -> f64 {
    values
        .iter()
        .map(|value| f64::from(*value).powi(2))
        .sum::<f64>()
        / values.len() as f64
}

/// What all steps of a fit share.
struct Fit<'a> {
    settings: &'a ForecastSettings,
    histories: &'a [History],
    units: Vec<f64>,
}

/// The best readout of the window alone.
struct Alone {
    readout: ForecastReadout,
    reading: Reading,
    /// The penalty of the window, for each unit of weight.
    penalty: f64,
    error: f64,
    /// The squared error of each validation row.
    errors: Vec<f64>,
}

/// The best readout that hears.
struct Heard {
    readout: ForecastReadout,
    error: f64,
    clearly_better: bool,
}

impl Fit<'_> {
    fn rows(&self, origins: &[Origin]) -> Result<Vec<Row>, FitError> {
        let rows = rows(self.histories, &self.units, self.settings, origins);
        if rows.is_empty() {
            let shortest = self
                .histories
                .iter()
                .map(|history| history.values.len())
                .min();
            return Err(ForecastError::NothingMoves {
                context: self.settings.context,
                held_out: self.settings.held_out(shortest.unwrap_or(0)),
            }
            .into());
        }
        Ok(rows)
    }

    /// What the readout is to give for a row: what came after the window, counted from where a
    /// forecast that knows nothing else would put it.
    fn target(&self, row: &Row, seasonal: bool) -> Vec<f32> {
        let mut target = row.after.clone();
        if let (true, Some(season)) = (seasonal, self.settings.season) {
            let ahead = season_ahead(&row.window, season, self.settings.horizon);
            for (target, ahead) in target.iter_mut().zip(ahead) {
                *target -= ahead;
            }
        }
        target
    }

    /// Moments of rows; `heard` gives the features of each batch.
    fn moments(
        &self,
        origins: &[Origin],
        reading: Reading,
        width: usize,
        mut features: impl FnMut(&[Row]) -> Result<Vec<f32>, FitError>,
    ) -> Result<Moments, FitError> {
        let mut sums = GramSums::new(width, self.settings.horizon);
        for batch in origins.chunks(BATCH) {
            let rows = rows(self.histories, &self.units, self.settings, batch);
            self.add(&mut sums, &rows, reading, &features(&rows)?)?;
        }
        if sums.rows() == 0 {
            self.rows(&[])?;
        }
        Ok(sums.finish()?)
    }

    fn add(
        &self,
        sums: &mut GramSums,
        rows: &[Row],
        reading: Reading,
        features: &[f32],
    ) -> Result<(), FitError> {
        let targets: Vec<f32> = rows
            .iter()
            .flat_map(|row| self.target(row, reading.seasonal))
            .collect();
        let weights: Vec<f32> = rows
            .iter()
            .map(|row| {
                row.ratio
                    .powi(reading.power)
                    .max(f64::from(f32::MIN_POSITIVE)) as f32
            })
            .collect();
        Ok(sums.add(features, &targets, &weights)?)
    }

    /// Moments of the validation rows, judged in units of the histories.
    fn validation(
        &self,
        rows: &[Row],
        seasonal: bool,
        features: &[f32],
    ) -> Result<Moments, FitError> {
        let width = features.len() / rows.len();
        let mut sums = GramSums::new(width, self.settings.horizon);
        let reading = Reading { seasonal, power: 2 };
        self.add(&mut sums, rows, reading, features)?;
        Ok(sums.finish()?)
    }

    fn alone(&self, training: &[Origin], validation: &[Row]) -> Result<Alone, FitError> {
        let context = self.settings.context;
        let seasonal = match self.settings.season {
            Some(season) if season <= context => &[false, true][..],
            _ => &[false],
        };
        let seen = windows(validation);
        let mut best: Option<(Chosen, Reading, Moments, Moments)> = None;
        for &seasonal in seasonal {
            let judged = self.validation(validation, seasonal, &seen)?;
            for power in POWERS {
                let reading = Reading { seasonal, power };
                let moments = self.moments(training, reading, context, |rows| Ok(windows(rows)))?;
                let mut penalties = spaced(-4, 2, 2, moments.weight());
                // Without weights, no change but the mean one is forecast.
                penalties.push(f64::INFINITY);
                let chosen = choose(
                    &moments,
                    &judged,
                    &penalty_grid(&[(0..context, &penalties)]),
                )?;
                let least = best
                    .as_ref()
                    .map_or(f64::INFINITY, |(best, ..)| best.squared_error);
                if chosen.squared_error < least {
                    best = Some((chosen, reading, moments, judged.clone()));
                }
            }
        }
        let Some((chosen, reading, moments, judged)) = best else {
            return Err(FitError::NoFiniteError);
        };
        let (readout, errors) = self.finish(
            &chosen,
            (&moments, &judged),
            reading,
            validation,
            &seen,
            false,
        )?;
        Ok(Alone {
            penalty: chosen.blocks.first().map_or(1.0, |block| block.penalty) / moments.weight(),
            readout,
            reading,
            error: mean(&errors),
            errors,
        })
    }

    /// Measures a readout on the validation rows, and fits it again with them if that is wanted.
    fn finish(
        &self,
        chosen: &Chosen,
        (training, validation): (&Moments, &Moments),
        reading: Reading,
        rows: &[Row],
        features: &[f32],
        hears: bool,
    ) -> Result<(ForecastReadout, Vec<f64>), FitError> {
        let horizon = self.settings.horizon;
        let predicted = chosen.readout.predict(features)?;
        let mut off = Vec::with_capacity(predicted.len());
        for (row, predicted) in rows.iter().zip(predicted.chunks_exact(horizon)) {
            let target = self.target(row, reading.seasonal);
            off.extend(
                target
                    .iter()
                    .zip(predicted)
                    .map(|(target, found)| target - found),
            );
        }
        let errors = rows
            .iter()
            .zip(off.chunks_exact(horizon))
            .map(|(row, off)| row.ratio.powi(2) * mean_square(off))
            .collect();
        let linear = if self.settings.refit {
            let together = training.together(validation)?;
            let grown = together.weight() / training.weight();
            let blocks: Vec<Block> = chosen
                .blocks
                .iter()
                .map(|block| Block {
                    penalty: block.penalty * grown,
                    ..block.clone()
                })
                .collect();
            together.solve(&blocks)?
        } else {
            chosen.readout.clone()
        };
        let readout = ForecastReadout {
            linear,
            hears,
            seasonal: reading.seasonal,
            intervals: Conformal::of(&off, horizon, &LEVELS)?,
        };
        Ok((readout, errors))
    }
}

/// The windows of rows as a readout sees them, `[rows, context]`.
fn windows(rows: &[Row]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.window.from_last()).collect()
}

/// Penalties from 10^`low` to 10^`high` for each unit of weight, `steps` for each power of ten.
fn spaced(low: i32, high: i32, steps: i32, weight: f64) -> Vec<f64> {
    let exponents = low * steps..=high * steps;
    exponents
        .map(|exponent| weight * 10f64.powf(f64::from(exponent) / f64::from(steps)))
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The part of a fit that listens to the source.
struct Hearing<'a, B: Kernels> {
    fit: &'a Fit<'a>,
    source: &'a AttentionRnn<B>,
    voices: &'a [TrainedTransform<B>],
    device: &'a B::Device,
}

impl<B: Kernels> Hearing<'_, B> {
    fn fit(
        &self,
        training: &[Origin],
        validation: &[Row],
        alone: &Alone,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Heard, FitError> {
        let fit = self.fit;
        let context = fit.settings.context;
        let width = context + self.voices.len() * FEATURES;
        let of = training.len() + validation.len();
        let mut done = 0;
        let mut told = |rows: usize| {
            done += rows;
            progress(&FitProgress::Heard { heard: done, of });
        };
        let moments = fit.moments(training, alone.reading, width, |rows| {
            let features = self.features(rows)?;
            told(rows.len());
            Ok(features)
        })?;
        let mut seen = Vec::with_capacity(validation.len() * width);
        for rows in validation.chunks(BATCH) {
            seen.extend(self.features(rows)?);
            told(rows.len());
        }
        let origins: Vec<Origin> = validation.iter().map(|row| row.origin).collect();
        let judged = fit.validation(validation, alone.reading.seasonal, &seen)?;
        let weight = moments.weight();
        let of_window: Vec<f64> = match alone.penalty.is_finite() {
            true => [1.0, 10.0]
                .map(|factor| alone.penalty * factor * weight)
                .to_vec(),
            false => vec![f64::INFINITY],
        };
        let of_heard = spaced(-1, 3, 1, weight);
        let blocks: [(Range<usize>, &[f64]); 2] =
            [(0..context, &of_window), (context..width, &of_heard)];
        let chosen = choose(&moments, &judged, &penalty_grid(&blocks))?;
        let reading = alone.reading;
        let (readout, errors) = fit.finish(
            &chosen,
            (&moments, &judged),
            reading,
            validation,
            &seen,
            true,
        )?;
        Ok(Heard {
            readout,
            error: mean(&errors),
            clearly_better: clearly_less(&errors, &alone.errors, &origins, fit.settings.horizon),
        })
    }

    /// What the readout reads of each row, `[rows, context + features]`.
    fn features(&self, rows: &[Row]) -> Result<Vec<f32>, FitError> {
        let heard: Vec<Vec<f32>> = self
            .fit
            .settings
            .voices
            .iter()
            .zip(self.voices)
            .map(|(voice, trained)| {
                let windows: Vec<&[f32]> = rows
                    .iter()
                    .map(|row| row.window.values.as_slice())
                    .collect();
                features(
                    &windows,
                    voice,
                    trained,
                    self.source,
                    self.device,
                    &mut |_| {},
                )
            })
            .collect::<Result<_, _>>()?;
        Ok(beside(
            rows.iter().map(|row| row.window.from_last()),
            &heard,
        ))
    }
}

/// Each window with what was heard of it behind it.
pub(crate) fn beside<W: Iterator<Item = f32>>(
    windows: impl Iterator<Item = W>,
    heard: &[Vec<f32>],
) -> Vec<f32> {
    let mut out = Vec::new();
    for (row, window) in windows.enumerate() {
        out.extend(window);
        for heard in heard {
            out.extend_from_slice(&heard[row * FEATURES..(row + 1) * FEATURES]);
        }
    }
    out
}

/// Whether one mean is below another by more than one standard error of their paired difference.
///
/// What is forecast overlaps from one window to the next, so their errors are no independent
/// witnesses: those of a history that begin within one `horizon` of each other count as one.
fn clearly_less(one: &[f64], other: &[f64], origins: &[Origin], horizon: usize) -> bool {
    let mut witnesses: BTreeMap<(usize, usize), (f64, usize)> = BTreeMap::new();
    for ((one, other), origin) in one.iter().zip(other).zip(origins) {
        let key = (origin.history, origin.place / horizon.max(1));
        let (sum, count) = witnesses.entry(key).or_default();
        *sum += other - one;
        *count += 1;
    }
    let gains: Vec<f64> = witnesses
        .values()
        .map(|(sum, count)| sum / *count as f64)
        .collect();
    let gain = mean(&gains);
    let squares: Vec<f64> = gains.iter().map(|value| (value - gain).powi(2)).collect();
    // The mean square of n values around their own mean is short by (n − 1) / n.
    let error = (mean(&squares) / (gains.len().max(2) - 1) as f64).sqrt();
    gain > error && gains.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_must_exceed_its_standard_error() {
        let apart: Vec<Origin> = (0..4)
            .map(|number| Origin {
                history: 0,
                place: 8 * number,
            })
            .collect();
        let other = [2.0, 1.0, 3.0, 2.0];
        let less = |one: &[f64]| clearly_less(one, &other, &apart, 8);
        assert!(less(&[1.0, 0.5, 2.0, 1.5]));
        assert!(!less(&other));
        assert!(!less(&[1.9, 3.0, 1.0, 2.0]));
        assert!(!clearly_less(&[], &[], &[], 8));
        // Four windows that overlap are one witness, and one witness proves nothing.
        assert!(!clearly_less(&[1.0, 0.5, 2.0, 1.5], &other, &apart, 64));
    }
}
