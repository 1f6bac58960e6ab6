//! The readout of the window alone, and what the readout that uses the source shares with it.

use super::BATCH;
use super::rows::{Fit, Origin, Row};
use super::validation::Validation;
use crate::forecast::{Conformal, LEVELS, season_ahead};
use crate::ridge::{Block, Chosen, LinearModel, Moments, Sums, choose, log_spaced, penalty_grid};
use crate::{Error, ErrorKind};

/// How much a window counts: its deviation in units of its history to this power. Errors are scored
/// in these units, which is the second power; the first listens more to calm windows.
const POWERS: [i32; 2] = [1, 2];

/// A readout and what goes with it.
pub(super) struct Readout {
    /// Of `[context]` values counted from the last one, and of the features where it uses the source.
    pub(super) linear: LinearModel,
    pub(super) uses_source: bool,
    pub(super) seasonal: bool,
    /// How far it was off on the calibration windows of the validation part.
    pub(super) intervals: Conformal,
}

/// What a readout reads, and how rows are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Whether forecasts are counted from the last season and not from the last value.
    pub(super) seasonal: bool,
    pub(super) power: i32,
}

/// The best readout of the window alone.
pub(super) struct Alone {
    pub(super) readout: Readout,
    pub(super) reading: Reading,
    /// The penalty of the window, for each unit of weight.
    pub(super) penalty: f64,
    pub(super) error: f64,
    /// The squared error of each validation row.
    pub(super) errors: Vec<f64>,
}

impl Fit<'_> {
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

    /// Moments of rows; `features` gives what is read of each batch, `width` values for a row.
    pub(super) fn moments(
        &self,
        origins: &[Origin],
        reading: Reading,
        width: usize,
        mut features: impl FnMut(&[Row]) -> Result<Vec<f32>, Error>,
    ) -> Result<Moments, Error> {
        let mut sums = Sums::new(width, self.settings.horizon);
        for batch in origins.chunks(BATCH) {
            let rows = self.rows(batch);
            self.add(&mut sums, &rows, reading, &features(&rows)?)?;
        }
        match sums.rows() {
            0 => Err(self.nothing_moves()),
            _ => sums.finish(),
        }
    }

    fn add(
        &self,
        sums: &mut Sums,
        rows: &[Row],
        reading: Reading,
        features: &[f32],
    ) -> Result<(), Error> {
        let targets = rows
            .iter()
            .flat_map(|row| self.target(row, reading.seasonal));
        let least = f64::from(f32::MIN_POSITIVE);
        let weights = rows
            .iter()
            .map(|row| row.ratio.powi(reading.power).max(least) as f32);
        let (targets, weights): (Vec<_>, Vec<_>) = (targets.collect(), weights.collect());
        sums.add(features, &targets, &weights)
    }

    /// Moments of rows of the validation part, scored in units of the histories.
    pub(super) fn scored(
        &self,
        rows: &[Row],
        seasonal: bool,
        features: &[f32],
    ) -> Result<Moments, Error> {
        let mut sums = Sums::new(features.len() / rows.len(), self.settings.horizon);
        self.add(&mut sums, rows, Reading { seasonal, power: 2 }, features)?;
        sums.finish()
    }

    pub(super) fn alone(
        &self,
        training: &[Origin],
        validation: &Validation,
    ) -> Result<Alone, Error> {
        let context = self.settings.context;
        let fits = self.settings.season.is_some_and(|season| season <= context);
        let seasonal: &[bool] = if fits { &[false, true] } else { &[false] };
        let seen = windows(&validation.rows);
        let choosing = validation.choosing_of(&validation.rows, 1);
        let mut best: Option<(Chosen, Reading, Moments)> = None;
        for &seasonal in seasonal {
            let seen = validation.choosing_of(&seen, context);
            let scored = self.scored(choosing, seasonal, seen)?;
            for power in POWERS {
                let reading = Reading { seasonal, power };
                let moments = self.moments(training, reading, context, |rows| Ok(windows(rows)))?;
                let weight = moments.weight();
                let mut penalties = log_spaced(1e-4 * weight, 1e2 * weight, 13);
                // Without weights, no change but the mean one is forecast.
                penalties.push(f64::INFINITY);
                let grid = penalty_grid(&[(0..context, &penalties)]);
                let chosen = choose(&moments, &scored, &grid)?;
                let least = best.as_ref().map(|(best, ..)| best.squared_error);
                if chosen.squared_error < least.unwrap_or(f64::INFINITY) {
                    best = Some((chosen, reading, moments));
                }
            }
        }
        let Some((chosen, reading, moments)) = best else {
            let message = "no readout has a finite error on the validation part";
            return Err(Error::new(ErrorKind::Numeric, message));
        };
        let (readout, errors) =
            self.finish(&chosen, &moments, reading, validation, &seen, false)?;
        let block = chosen.blocks.first();
        let block = block.expect("there is a block: the grid above has one");
        Ok(Alone {
            penalty: block.penalty / moments.weight(),
            readout,
            reading,
            error: mean(&errors),
            errors,
        })
    }

    /// Measures a readout on the validation rows, and fits it again with all of them if that is
    /// wanted.
    pub(super) fn finish(
        &self,
        chosen: &Chosen,
        training: &Moments,
        reading: Reading,
        validation: &Validation,
        features: &[f32],
        uses_source: bool,
    ) -> Result<(Readout, Vec<f64>), Error> {
        let (rows, horizon) = (&validation.rows, self.settings.horizon);
        let predicted = chosen.model.predict(features)?;
        let targets = rows
            .iter()
            .flat_map(|row| self.target(row, reading.seasonal));
        let off = targets.zip(predicted);
        let off: Vec<f32> = off.map(|(target, found)| target - found as f32).collect();
        let errors = rows.iter().zip(off.chunks_exact(horizon));
        let errors = errors.map(|(row, off)| row.ratio.powi(2) * mean_square(off));
        let linear = if self.settings.refit {
            let together = training.together(&self.scored(rows, reading.seasonal, features)?)?;
            let grown = together.weight() / training.weight();
            let blocks = chosen.blocks.iter().map(|block| Block {
                penalty: block.penalty * grown,
                ..block.clone()
            });
            together.solve(&blocks.collect::<Vec<_>>())?
        } else {
            chosen.model.clone()
        };
        let readout = Readout {
            linear,
            uses_source,
            seasonal: reading.seasonal,
            intervals: Conformal::of(validation.calibration_of(&off, horizon), horizon, &LEVELS)?,
        };
        Ok((readout, errors.collect()))
    }
}

/// The windows of rows as a readout sees them, `[rows, context]`.
fn windows(rows: &[Row]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.window.from_last()).collect()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

pub(super) fn mean_square(values: &[f32]) -> f64 {
    let squares = values.iter().map(|value| f64::from(*value).powi(2));
    squares.sum::<f64>() / values.len() as f64
}
