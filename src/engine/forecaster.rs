//! Forecasting on a backend chosen at run time.

use std::fmt;

use super::{Engine, Inner, guarded, on};
use crate::Error;
use crate::fit::{FitProgress, ForecastSettings};
use crate::forecast::History;
use crate::kernel::Kernels;
use crate::program::ForecastProgram;
use crate::source::SourceWeights;
use crate::task::{self, BacktestOptions, BacktestReport, Forecast};

/// What the forecasters of all backends can do; see [`task::Forecaster`].
trait Foresee: Send + Sync {
    fn program(&self) -> &ForecastProgram;
    fn forecast(&self, histories: &[&[f64]]) -> Result<Vec<Forecast>, Error>;
}

impl<B: Kernels> Foresee for task::Forecaster<B> {
    fn program(&self) -> &ForecastProgram {
        self.program()
    }

    fn forecast(&self, histories: &[&[f64]]) -> Result<Vec<Forecast>, Error> {
        self.forecast(histories)
    }
}

/// A forecasting program on a backend, beside its frozen source.
pub struct Forecaster(Engine, Box<dyn Foresee>);

impl fmt::Debug for Forecaster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Forecaster({:?})", self.program())
    }
}

impl Forecaster {
    /// Fits a forecaster to histories.
    ///
    /// # Errors
    ///
    /// As [`task::Forecaster::fit`].
    pub fn fit(
        engine: Engine,
        histories: &[History],
        source: &SourceWeights,
        settings: &ForecastSettings,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Self, Error> {
        on!(engine, A, device => {
            let fit = task::Forecaster::<Inner<A>>::fit;
            Ok(Self(engine, Box::new(fit(histories, source, settings, device, progress)?)))
        })
    }

    /// Puts a program and its source on a backend.
    ///
    /// # Errors
    ///
    /// As [`task::Forecaster::new`].
    pub fn new(
        engine: Engine,
        program: ForecastProgram,
        source: &SourceWeights,
    ) -> Result<Self, Error> {
        on!(engine, A, device => {
            Ok(Self(engine, Box::new(task::Forecaster::<Inner<A>>::new(program, source, device)?)))
        })
    }

    /// The program; [`ForecastProgram::save`] keeps it.
    pub fn program(&self) -> &ForecastProgram {
        self.1.program()
    }

    /// What comes after each history.
    ///
    /// # Errors
    ///
    /// As [`task::Forecaster::forecast`].
    pub fn forecast(&self, histories: &[&[f64]]) -> Result<Vec<Forecast>, Error> {
        guarded(self.0, || self.1.forecast(histories))
    }
}

impl Engine {
    /// Forecasts from a rolling origin, scored by what came, beside controls.
    ///
    /// # Errors
    ///
    /// As [`task::backtest`].
    pub fn backtest(
        self,
        histories: &[History],
        after: &[Vec<f64>],
        sources: [&SourceWeights; 2],
        settings: &ForecastSettings,
        options: &BacktestOptions,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<BacktestReport, Error> {
        on!(self, A, device => {
            task::backtest::<Inner<A>>(histories, after, sources, settings, options, device, progress)
        })
    }
}
