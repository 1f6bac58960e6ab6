//! Forecasting with a program and its frozen source.

use std::slice;
use std::sync::Arc;

use serde::Serialize;

use super::classifier::check_answer;
use crate::fit::{FitProgress, ForecastSettings, fit_forecast};
use crate::forecast::{History, Interval, LEVELS, ScaledWindow, season_ahead};
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::program::{ForecastProgram, Trained, readings};
use crate::ridge::LinearModel;
use crate::source::{SourceModel, SourceWeights, pooled_width};
use crate::{Error, ErrorKind};

/// What comes after a history, as a program sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// `[horizon]`, in the unit of the history.
    pub values: Vec<f64>,
    /// Where the values lie with a probability of 80 % and of 95 %: split conformal intervals from
    /// the validation part; [`ForecastProgram::calibration`] says whether from windows of their own.
    pub intervals: Vec<Interval>,
}

/// A forecasting program on a device, beside the source that it was fitted for.
#[derive(Debug, Clone)]
pub struct Forecaster<B: Kernels> {
    program: ForecastProgram,
    readout: LinearModel,
    /// The best program that does not hear; known after a fit only.
    alone: Option<ForecastProgram>,
    source: Arc<dyn SourceModel<B>>,
    transforms: Vec<Parameters<B>>,
    device: B::Device,
}

impl<B: Kernels> Forecaster<B> {
    /// Learns to forecast histories like these: one readout for all of them.
    ///
    /// The source stays frozen: its weights are compared bit by bit afterwards.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, a history is too short, or nothing moves in any window.
    pub fn fit(
        histories: &[History],
        source: &SourceWeights,
        settings: &ForecastSettings,
        device: &B::Device,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Self, Error> {
        let fitted = fit_forecast::<B>(histories, source, settings, device, progress)?;
        Ok(Self {
            alone: Some(fitted.alone),
            ..Self::new(fitted.program, source, device)?
        })
    }

    /// Puts a program and its source on a device.
    ///
    /// # Errors
    ///
    /// When the program was fitted for another source, or lacks some of its numbers.
    pub fn new(
        program: ForecastProgram,
        source: &SourceWeights,
        device: &B::Device,
    ) -> Result<Self, Error> {
        program.sources_among(slice::from_ref(source))?;
        let context = program.context();
        let activations = match program.uses_source() {
            true => program.settings().transforms.len() * pooled_width(source.spec()),
            false => 0,
        };
        let readout = program.readout();
        let (expected, found) = (context + activations, readout.features());
        if found != expected {
            let message = format!(
                "the program's readout reads {found} numbers, with this source there are {expected}"
            );
            return Err(Error::new(ErrorKind::Mismatch, message));
        }
        let transforms = program.settings().transforms.iter().enumerate();
        let transforms = transforms.map(|(index, transform)| {
            let numbers = program.tensors_of(index, Trained::Transform);
            transform.on_device(source.spec(), &numbers, context, device)
        });
        let transforms = transforms.collect::<Result<_, _>>()?;
        Ok(Self {
            program,
            readout,
            alone: None,
            source: source.model(device),
            transforms,
            device: device.clone(),
        })
    }

    /// The program.
    pub fn program(&self) -> &ForecastProgram {
        &self.program
    }

    /// The best forecaster without the source, from the same fit and the same windows: what the
    /// source adds is the difference. `None` for a program that was loaded.
    pub fn without_source(&self) -> Option<Self> {
        let program = self.alone.clone()?;
        Some(Self {
            readout: program.readout(),
            program,
            ..self.clone()
        })
    }

    /// What comes after each history; the last [`ForecastProgram::context`] values of each count.
    ///
    /// Where they are all the same, that value goes on, with intervals of no width.
    ///
    /// # Errors
    ///
    /// When a history is shorter than the context, or has a value there that is not finite.
    pub fn forecast<H: AsRef<[f64]>>(&self, histories: &[H]) -> Result<Vec<Forecast>, Error> {
        let context = self.program.context();
        let mut forecasts = Vec::with_capacity(histories.len());
        for batch in histories.chunks(B::together(context)) {
            let windows = batch.iter();
            let windows = windows.map(|one| ScaledWindow::at_end(one.as_ref(), context));
            let windows = windows.collect::<Result<Vec<_>, _>>()?;
            forecasts.extend(self.forecast_windows(&windows, forecasts.len())?);
        }
        Ok(forecasts)
    }

    /// `before` counts the windows of earlier batches.
    fn forecast_windows(
        &self,
        windows: &[ScaledWindow],
        before: usize,
    ) -> Result<Vec<Forecast>, Error> {
        let content = self.program.content();
        let horizon = content.horizon;
        let used = content.settings.transforms.iter().zip(&self.transforms);
        let used = used.filter(|_| content.uses_source);
        let all: Vec<&ScaledWindow> = windows.iter().collect();
        let rows = readings(&all, used, self.source.as_ref(), &self.device)?;
        let predicted = self.readout.predict(&rows)?;
        let mut scaled: Vec<f32> = predicted.into_iter().map(|value| value as f32).collect();
        let season = content.settings.season.filter(|_| content.seasonal);
        let rows = scaled.chunks_exact_mut(horizon).zip(windows);
        rows.zip(before..)
            .map(|((scaled, window), before)| {
                let mut unit = window.deviation;
                if window.constant {
                    scaled.fill(0.0);
                    unit = 0.0;
                } else if let Some(season) = season {
                    for (value, ahead) in
                        scaled.iter_mut().zip(season_ahead(window, season, horizon))
                    {
                        *value += ahead;
                    }
                }
                let values = window.restore(scaled);
                let intervals = LEVELS.iter();
                let intervals =
                    intervals.map(|&level| content.intervals.around(&values, unit, level));
                let intervals = intervals.collect::<Result<Vec<Interval>, _>>()?;
                let ends = intervals
                    .iter()
                    .flat_map(|one| one.lower.iter().chain(&one.upper));
                check_answer(values.iter().chain(ends).copied(), usize::MAX, before)?;
                Ok(Forecast { values, intervals })
            })
            .collect()
    }
}
