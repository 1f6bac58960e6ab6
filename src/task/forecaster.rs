//! Forecasting with a program and its frozen source.

use std::sync::Arc;

use serde::Serialize;

use crate::fit::forecast::beside;
use crate::fit::{FitProgress, ForecastReadout, ForecastSettings, features, fit_forecast};
use crate::forecast::{History, Interval, LEVELS, ScaledWindow, season_ahead};
use crate::kernel::Kernels;
use crate::mapping::pooled_width;
use crate::parameters::{Numbers, Parameters};
use crate::program::{
    ForecastProgram, Forecasting, Program, SourceReference, Trained, store_readout,
};
use crate::ridge::LinearModel;
use crate::source::{SourceModel, SourceWeights};
use crate::{Error, ErrorKind};

/// Windows that go through the source together.
const BATCH: usize = 64;

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
    /// The best readout that does not hear; known after a fit only.
    alone: Option<ForecastReadout>,
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
        let transforms = fitted.transforms.into_iter().enumerate();
        let mut tensors: Numbers = transforms
            .flat_map(|(transform, numbers)| Trained::Transform.named(transform, numbers))
            .collect();
        store_readout(&fitted.readout.linear, &mut tensors);
        let content = Forecasting {
            context: settings.context,
            horizon: settings.horizon,
            uses_source: fitted.readout.uses_source,
            seasonal: fitted.readout.seasonal,
            intervals: fitted.readout.intervals,
            settings: settings.clone(),
        };
        let reference = SourceReference::of(source.spec());
        let program = Program::fitted(reference, content, tensors, fitted.scores);
        let mut forecaster = Self::new(program, source, device)?;
        forecaster.alone = Some(fitted.alone);
        Ok(forecaster)
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
        program.source().check_weights(source)?;
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
        let transforms = transforms
            .map(|(index, transform)| {
                transform.on_device(
                    source.spec(),
                    &program.tensors_of(index, Trained::Transform),
                    context,
                    device,
                )
            })
            .collect::<Result<_, _>>()?;
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
        let alone = self.alone.clone()?;
        let mut program = self.program.clone();
        let content = &mut program.header.content;
        content.uses_source = false;
        content.seasonal = alone.seasonal;
        content.intervals = alone.intervals.clone();
        store_readout(&alone.linear, &mut program.tensors);
        Some(Self {
            program,
            readout: alone.linear.clone(),
            alone: Some(alone),
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
        for batch in histories.chunks(BATCH) {
            let windows = batch
                .iter()
                .map(|history| ScaledWindow::at_end(history.as_ref(), context))
                .collect::<Result<Vec<_>, _>>()?;
            forecasts.extend(self.forecast_windows(&windows)?);
        }
        Ok(forecasts)
    }

    fn forecast_windows(&self, windows: &[ScaledWindow]) -> Result<Vec<Forecast>, Error> {
        let content = &self.program.header.content;
        let (horizon, settings) = (content.horizon, &content.settings);
        let mut activations = Vec::new();
        if content.uses_source {
            let values: Vec<&[f32]> = windows.iter().map(|window| &window.values[..]).collect();
            for (transform, trained) in settings.transforms.iter().zip(&self.transforms) {
                let mut nothing = |_| {};
                let (source, device) = (self.source.as_ref(), &self.device);
                activations.push(features(
                    &values,
                    transform,
                    trained,
                    source,
                    device,
                    &mut nothing,
                )?);
            }
        }
        let width = pooled_width(self.source.spec());
        let rows = beside(
            windows.iter().map(ScaledWindow::from_last),
            &activations,
            width,
        );
        let predicted = self.readout.predict(&rows)?;
        let mut scaled: Vec<f32> = predicted.into_iter().map(|value| value as f32).collect();
        let rows = scaled.chunks_exact_mut(horizon).zip(windows);
        rows.map(|(scaled, window)| {
            let season = settings.season.filter(|_| content.seasonal);
            if window.constant {
                scaled.fill(0.0);
            } else if let Some(season) = season {
                for (value, ahead) in scaled.iter_mut().zip(season_ahead(window, season, horizon)) {
                    *value += ahead;
                }
            }
            let values = window.restore(scaled);
            let unit = if window.constant {
                0.0
            } else {
                window.deviation
            };
            let intervals = LEVELS
                .iter()
                .map(|&level| content.intervals.around(&values, unit, level))
                .collect::<Result<_, _>>()?;
            Ok(Forecast { values, intervals })
        })
        .collect()
    }
}
