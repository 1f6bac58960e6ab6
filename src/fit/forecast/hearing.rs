//! The readout that listens to the source.

use std::ops::Range;

use super::evidence::{clearly_less, mean};
use super::rows::{Origin, Row};
use super::window::{Alone, Fit, spaced};
use super::{BATCH, ForecastReadout, beside};
use crate::fit::{FitError, FitProgress, features};
use crate::forecast::ridge::{choose, penalty_grid};
use crate::kernel::Kernels;
use crate::mapping::pooled_width;
use crate::parameters::Parameters;
use crate::source::SourceModel;

/// The best readout that hears.
pub(super) struct Heard {
    pub(super) readout: ForecastReadout,
    pub(super) error: f64,
    pub(super) clearly_better: bool,
}

/// The part of a fit that listens to the source.
pub(super) struct Hearing<'a, B: Kernels> {
    pub(super) fit: &'a Fit<'a>,
    pub(super) source: &'a dyn SourceModel<B>,
    pub(super) voices: &'a [Parameters<B>],
    pub(super) device: &'a B::Device,
}

impl<B: Kernels> Hearing<'_, B> {
    pub(super) fn fit(
        &self,
        training: &[Origin],
        validation: &[Row],
        alone: &Alone,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Heard, FitError> {
        let fit = self.fit;
        let context = fit.settings.context;
        let width = context + self.voices.len() * pooled_width(self.source.spec());
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
    pub(super) fn features(&self, rows: &[Row]) -> Result<Vec<f32>, FitError> {
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
            pooled_width(self.source.spec()),
        ))
    }
}
