//! The readout of the window alone, and what the readout that uses the source shares with it.

use super::evidence::mean;
use super::rows::{Origin, Row, rows};
use super::validation::Validation;
use super::{BATCH, ForecastReadout, ForecastSettings};
use crate::forecast::{Conformal, History, LEVELS, season_ahead};
use crate::ridge::{Block, Chosen, Moments, Sums, choose, log_spaced, penalty_grid};
use crate::{Error, ErrorKind};

/// How much a window counts: its deviation in units of its history to this power. Errors are scored
/// in these units, which is the second power; the first listens more to calm windows.
const POWERS: [i32; 2] = [1, 2];

/// What a readout reads, and how rows are weighed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    pub(super) seasonal: bool,
    pub(super) power: i32,
}

/// What all steps of a fit share.
pub(super) struct Fit<'a> {
    pub(super) settings: &'a ForecastSettings,
    pub(super) histories: &'a [History],
    pub(super) units: Vec<f64>,
}

/// The best readout of the window alone.
pub(super) struct Alone {
    pub(super) readout: ForecastReadout,
    pub(super) reading: Reading,
    /// The penalty of the window, for each unit of weight.
    pub(super) penalty: f64,
    pub(super) error: f64,
    /// The squared error of each validation row.
    pub(super) errors: Vec<f64>,
}

impl Fit<'_> {
    pub(super) fn rows(&self, origins: &[Origin]) -> Result<Vec<Row>, Error> {
        let rows = rows(self.histories, &self.units, self.settings, origins);
        if rows.is_empty() {
            let lengths = self.histories.iter().map(|history| history.values.len());
            let shortest = lengths
                .min()
                .expect("there is a history: checked in `ForecastSettings::check`");
            let (context, held_out) = (self.settings.context, self.settings.held_out(shortest));
            let message = format!(
                "no window of {context} values before the last {held_out} moves; expected one that \
                 does"
            );
            return Err(crate::Error::new(ErrorKind::Constant, message)
                .with_hint("give a longer history, or one that moves earlier"));
        }
        Ok(rows)
    }

    /// What the readout is to give for a row: what came after the window, counted from where a
    /// forecast that knows nothing else would put it.
    pub(super) fn target(&self, row: &Row, seasonal: bool) -> Vec<f32> {
        let mut target = row.after.clone();
        if let (true, Some(season)) = (seasonal, self.settings.season) {
            let ahead = season_ahead(&row.window, season, self.settings.horizon);
            for (target, ahead) in target.iter_mut().zip(ahead) {
                *target -= ahead;
            }
        }
        target
    }

    /// Moments of rows; `activations` gives the features of each batch.
    pub(super) fn moments(
        &self,
        origins: &[Origin],
        reading: Reading,
        width: usize,
        mut features: impl FnMut(&[Row]) -> Result<Vec<f32>, Error>,
    ) -> Result<Moments, Error> {
        let mut sums = Sums::new(width, self.settings.horizon);
        for batch in origins.chunks(BATCH) {
            let rows = rows(self.histories, &self.units, self.settings, batch);
            self.add(&mut sums, &rows, reading, &features(&rows)?)?;
        }
        if sums.rows() == 0 {
            self.rows(&[])?;
        }
        sums.finish()
    }

    pub(super) fn add(
        &self,
        sums: &mut Sums,
        rows: &[Row],
        reading: Reading,
        features: &[f32],
    ) -> Result<(), Error> {
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
        sums.add(features, &targets, &weights)
    }

    /// Moments of rows of the validation part, scored in units of the histories.
    pub(super) fn scored(
        &self,
        rows: &[Row],
        seasonal: bool,
        features: &[f32],
    ) -> Result<Moments, Error> {
        let width = features.len() / rows.len();
        let mut sums = Sums::new(width, self.settings.horizon);
        let reading = Reading { seasonal, power: 2 };
        self.add(&mut sums, rows, reading, features)?;
        sums.finish()
    }

    pub(super) fn alone(
        &self,
        training: &[Origin],
        validation: &Validation,
    ) -> Result<Alone, Error> {
        let context = self.settings.context;
        let seasonal = match self.settings.season {
            Some(season) if season <= context => &[false, true][..],
            _ => &[false],
        };
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
                let chosen = choose(
                    &moments,
                    &scored,
                    &penalty_grid(&[(0..context, &penalties)]),
                )?;
                let least = best
                    .as_ref()
                    .map_or(f64::INFINITY, |(best, ..)| best.squared_error);
                if chosen.squared_error < least {
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
    ) -> Result<(ForecastReadout, Vec<f64>), Error> {
        let horizon = self.settings.horizon;
        let rows = &validation.rows;
        let predicted = chosen.model.predict(features)?;
        let mut off = Vec::with_capacity(predicted.len());
        for (row, predicted) in rows.iter().zip(predicted.chunks_exact(horizon)) {
            let target = self.target(row, reading.seasonal);
            off.extend(
                target
                    .iter()
                    .zip(predicted)
                    .map(|(target, found)| target - *found as f32),
            );
        }
        let errors = rows
            .iter()
            .zip(off.chunks_exact(horizon))
            .map(|(row, off)| row.ratio.powi(2) * mean_square(off))
            .collect();
        let linear = if self.settings.refit {
            let together = training.together(&self.scored(rows, reading.seasonal, features)?)?;
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
            chosen.model.clone()
        };
        let readout = ForecastReadout {
            linear,
            uses_source,
            seasonal: reading.seasonal,
            intervals: Conformal::of(validation.calibration_of(&off, horizon), horizon, &LEVELS)?,
        };
        Ok((readout, errors))
    }
}

/// The windows of rows as a readout sees them, `[rows, context]`.
pub(super) fn windows(rows: &[Row]) -> Vec<f32> {
    rows.iter().flat_map(|row| row.window.from_last()).collect()
}

pub(super) fn mean_square(values: &[f32]) -> f64 {
    values
        .iter()
        .map(|value| f64::from(*value).powi(2))
        .sum::<f64>()
        / values.len() as f64
}
