//! Motion on a backend chosen at run time.

use std::fmt;

use super::{Engine, Inner, guarded, on};
use crate::Error;
use crate::fit::motion::{AdaptSettings, PretrainSettings, Pretrained, pretrain};
use crate::kernel::Kernels;
use crate::motion::{Scaling, Windows};
use crate::program::MotionProgram;
use crate::source::motion::MotionSourceWeights;
use crate::task::{self, LeaveOneOut, MotionForecast, MotionForecaster, MotionRow, adapt};
use crate::train::Progress;

/// What the streams of all backends can do; see [`task::MotionStream`].
trait Stream: Send {
    fn clear(&mut self);
    fn push(&mut self, sample: &[f32]) -> Result<Option<MotionForecast>, Error>;
}

impl<B: Kernels> Stream for task::MotionStream<B> {
    fn clear(&mut self) {
        self.clear();
    }

    fn push(&mut self, sample: &[f32]) -> Result<Option<MotionForecast>, Error> {
        self.push(sample)
    }
}

/// Forecasts of motion sample by sample, as a control loop asks for them.
pub struct MotionStream(Engine, Box<dyn Stream>);

impl fmt::Debug for MotionStream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MotionStream")
    }
}

impl MotionStream {
    /// Puts a frozen source, and a program where there is one, on a backend.
    ///
    /// # Errors
    ///
    /// As [`MotionForecaster::new`].
    pub fn new(
        engine: Engine,
        source: &MotionSourceWeights,
        program: Option<&MotionProgram>,
    ) -> Result<Self, Error> {
        on!(engine, A, device => {
            let forecaster = MotionForecaster::<Inner<A>>::new(source, program, device)?;
            Ok(Self(engine, Box::new(task::MotionStream::new(forecaster))))
        })
    }

    /// Forgets what came before: another recording begins.
    pub fn clear(&mut self) {
        self.1.clear();
    }

    /// Takes the next sample, and forecasts where a whole window is there.
    ///
    /// # Errors
    ///
    /// As [`task::MotionStream::push`].
    pub fn push(&mut self, sample: &[f32]) -> Result<Option<MotionForecast>, Error> {
        guarded(self.0, || self.1.push(sample))
    }
}

impl Engine {
    /// Trains a source of motion; see [`pretrain`].
    ///
    /// # Errors
    ///
    /// As [`pretrain`].
    pub fn pretrain_motion(
        self,
        training: &Windows,
        validation: &Windows,
        scaling: &Scaling,
        rate_hz: f32,
        settings: &PretrainSettings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Pretrained, Error> {
        on!(self, A, device => {
            pretrain::<A>(training, validation, scaling, rate_hz, settings, device, progress)
        })
    }

    /// Fits a refurbish module to a person; see [`adapt`].
    ///
    /// # Errors
    ///
    /// As [`adapt`].
    pub fn adapt_motion(
        self,
        source: &MotionSourceWeights,
        person: &Windows,
        able_bodied: Option<&Windows>,
        settings: &AdaptSettings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<MotionProgram, Error> {
        on!(self, A, device => {
            adapt::<A>(source, person, able_bodied, settings, device, progress)
        })
    }

    /// Adapting beside what it is compared with, for each person; see [`LeaveOneOut`].
    ///
    /// # Errors
    ///
    /// As [`LeaveOneOut::run`].
    pub fn compare_motion(
        self,
        comparison: &LeaveOneOut,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<MotionRow>, Error> {
        on!(self, A, device => comparison.run::<A>(device, progress))
    }
}
