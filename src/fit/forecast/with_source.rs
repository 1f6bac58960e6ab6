//! The readout that listens to the source, and how sure its gain on the validation part is.

use std::collections::BTreeMap;

use super::BATCH;
use super::rows::{Fit, Origin, Row};
use super::validation::Validation;
use super::window::{Alone, Readout, mean};
use crate::Error;
use crate::fit::FitProgress;
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::program::readings;
use crate::ridge::{choose, log_spaced, penalty_grid};
use crate::source::{SourceModel, pooled_width};
use crate::transform::Transform;

/// How many standard errors a gain must exceed: with one, the source was heard in vain on exchange
/// rates, and on ETTh1 with one seed of three.
const STANDARD_ERRORS: f64 = 2.0;

/// The best readout that uses the source.
pub(super) struct SourceReadout {
    pub(super) readout: Readout,
    pub(super) error: f64,
    pub(super) clearly_better: bool,
}

/// The part of a fit that listens to the source.
pub(super) struct WithSource<'a, B: Kernels> {
    pub(super) fit: &'a Fit<'a>,
    pub(super) source: &'a dyn SourceModel<B>,
    pub(super) transforms: &'a [(&'a Transform, Parameters<B>)],
    pub(super) device: &'a B::Device,
}

impl<B: Kernels> WithSource<'_, B> {
    pub(super) fn fit(
        &self,
        training: &[Origin],
        validation: &Validation,
        alone: &Alone,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<SourceReadout, Error> {
        let (fit, reading) = (self.fit, alone.reading);
        let context = fit.settings.context;
        let width = context + self.transforms.len() * pooled_width(self.source.spec());
        let rows = &validation.rows;
        let of = training.len() + rows.len();
        let mut done = 0;
        let mut features = |rows: &[Row]| {
            let windows: Vec<_> = rows.iter().map(|row| &row.window).collect();
            let transforms = self.transforms.iter().map(|(one, numbers)| (*one, numbers));
            let found = readings(&windows, transforms, self.source, self.device)?;
            done += rows.len();
            progress(&FitProgress::Forwarded { done, of });
            Ok::<_, Error>(found)
        };
        let moments = fit.moments(training, reading, width, &mut features)?;
        let seen = rows.chunks(BATCH).map(features);
        let seen = seen.collect::<Result<Vec<_>, _>>()?.concat();
        let choosing = validation.choosing_of(rows, 1);
        let seen_choosing = validation.choosing_of(&seen, width);
        let scored = fit.scored(choosing, reading.seasonal, seen_choosing)?;
        let weight = moments.weight();
        let of_window = match alone.penalty.is_finite() {
            true => [1.0, 10.0]
                .map(|factor| alone.penalty * factor * weight)
                .to_vec(),
            false => vec![f64::INFINITY],
        };
        let of_heard = log_spaced(1e-1 * weight, 1e3 * weight, 5);
        let grid = penalty_grid(&[(0..context, &of_window), (context..width, &of_heard)]);
        let chosen = choose(&moments, &scored, &grid)?;
        let (readout, errors) = fit.finish(&chosen, &moments, reading, validation, &seen, true)?;
        let origins: Vec<Origin> = choosing.iter().map(|row| row.origin).collect();
        let clearly_better = clearly_less(
            validation.choosing_of(&errors, 1),
            validation.choosing_of(&alone.errors, 1),
            &origins,
            fit.settings.horizon,
        );
        Ok(SourceReadout {
            readout,
            error: mean(&errors),
            clearly_better,
        })
    }
}

/// Whether one mean is below another by more than [`STANDARD_ERRORS`] of their paired difference.
///
/// What is forecast overlaps from one window to the next, so their errors are no independent
/// groups: those of a history that begin within one `horizon` of each other count as one.
pub(super) fn clearly_less(one: &[f64], other: &[f64], origins: &[Origin], horizon: usize) -> bool {
    let mut groups: BTreeMap<(usize, usize), (f64, usize)> = BTreeMap::new();
    for ((one, other), origin) in one.iter().zip(other).zip(origins) {
        let key = (origin.history, origin.place / horizon.max(1));
        let (sum, count) = groups.entry(key).or_default();
        *sum += other - one;
        *count += 1;
    }
    let gains = groups.values().map(|(sum, count)| sum / *count as f64);
    let gains: Vec<f64> = gains.collect();
    let gain = mean(&gains);
    let squares: Vec<f64> = gains.iter().map(|value| (value - gain).powi(2)).collect();
    // The mean square of n values around their own mean is short by (n − 1) / n.
    let error = (mean(&squares) / (gains.len().max(2) - 1) as f64).sqrt();
    gain > STANDARD_ERRORS * error && gains.len() > 1
}
