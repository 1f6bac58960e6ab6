//! The readout that listens to the source.

use std::ops::Range;

use super::evidence::{clearly_less, mean};
use super::rows::{Origin, Row};
use super::validation::Validation;
use super::window::{Alone, Fit};
use super::{BATCH, ForecastReadout, beside};
use crate::Error;
use crate::fit::{FitProgress, features};
use crate::kernel::Kernels;
use crate::mapping::pooled_width;
use crate::parameters::Parameters;
use crate::ridge::{choose, log_spaced, penalty_grid};
use crate::source::SourceModel;

/// The best readout that uses the source.
pub(super) struct SourceReadout {
    pub(super) readout: ForecastReadout,
    pub(super) error: f64,
    pub(super) clearly_better: bool,
}

/// The part of a fit that listens to the source.
pub(super) struct WithSource<'a, B: Kernels> {
    pub(super) fit: &'a Fit<'a>,
    pub(super) source: &'a dyn SourceModel<B>,
    pub(super) transforms: &'a [Parameters<B>],
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
        let fit = self.fit;
        let context = fit.settings.context;
        let width = context + self.transforms.len() * pooled_width(self.source.spec());
        let rows = &validation.rows;
        let of = training.len() + rows.len();
        let mut done = 0;
        let mut told = |rows: usize| {
            done += rows;
            progress(&FitProgress::Forwarded { done, of });
        };
        let moments = fit.moments(training, alone.reading, width, |rows| {
            let features = self.features(rows)?;
            told(rows.len());
            Ok(features)
        })?;
        let mut seen = Vec::with_capacity(rows.len() * width);
        for rows in rows.chunks(BATCH) {
            seen.extend(self.features(rows)?);
            told(rows.len());
        }
        let choosing = validation.choosing_of(rows, 1);
        let origins: Vec<Origin> = choosing.iter().map(|row| row.origin).collect();
        let scored = fit.scored(
            choosing,
            alone.reading.seasonal,
            validation.choosing_of(&seen, width),
        )?;
        let weight = moments.weight();
        let of_window: Vec<f64> = match alone.penalty.is_finite() {
            true => [1.0, 10.0]
                .map(|factor| alone.penalty * factor * weight)
                .to_vec(),
            false => vec![f64::INFINITY],
        };
        let of_heard = log_spaced(1e-1 * weight, 1e3 * weight, 5);
        let blocks: [(Range<usize>, &[f64]); 2] =
            [(0..context, &of_window), (context..width, &of_heard)];
        let chosen = choose(&moments, &scored, &penalty_grid(&blocks))?;
        let reading = alone.reading;
        let (readout, errors) = fit.finish(&chosen, &moments, reading, validation, &seen, true)?;
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

    /// What the readout reads of each row, `[rows, context + features]`.
    pub(super) fn features(&self, rows: &[Row]) -> Result<Vec<f32>, Error> {
        let activations: Vec<Vec<f32>> = self
            .fit
            .settings
            .transforms
            .iter()
            .zip(self.transforms)
            .map(|(transform, trained)| {
                let windows: Vec<&[f32]> = rows
                    .iter()
                    .map(|row| row.window.values.as_slice())
                    .collect();
                features(
                    &windows,
                    transform,
                    trained,
                    self.source,
                    self.device,
                    &mut |_| {},
                )
            })
            .collect::<Result<_, _>>()?;
        Ok(beside(
            rows.iter().map(|row| row.window.from_last()),
            &activations,
            pooled_width(self.source.spec()),
        ))
    }
}
