//! Forecasts sample by sample.

use std::collections::VecDeque;

use retune_core::{Error, ErrorKind};

use super::MotionForecaster;
use crate::kernel::Kernels;

/// The motion ahead of one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionForecast {
    /// The sample after which the forecast begins, counted from 1 since the stream's beginning.
    pub sample: u64,
    /// `[horizon, target joints]` in degrees.
    pub angles: Vec<f32>,
}

/// Takes samples as they come and forecasts after each, once there is a whole window.
#[derive(Debug)]
pub struct MotionStream<B: Kernels> {
    forecaster: MotionForecaster<B>,
    /// The last samples, at most a window.
    recent: VecDeque<f32>,
    samples: u64,
}

impl<B: Kernels> MotionStream<B> {
    /// An empty stream.
    pub fn new(forecaster: MotionForecaster<B>) -> Self {
        Self {
            forecaster,
            recent: VecDeque::new(),
            samples: 0,
        }
    }

    /// Takes one sample, `[input joints]` in degrees; `None` until there is a whole window. A
    /// refused sample leaves the stream as it was.
    ///
    /// # Errors
    ///
    /// When the sample has another number of joints, or a value that is not finite.
    pub fn push(&mut self, sample: &[f32]) -> Result<Option<MotionForecast>, Error> {
        let signals = self.forecaster.signals();
        let joints = &signals.input_joints;
        if sample.len() != joints.len() {
            let (found, expected) = (sample.len(), joints.len());
            let message =
                format!("the sample has {found} values, expected {expected}, one for each joint");
            return Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint("give the joints that the source takes, in its order"));
        }
        for (joint, &value) in joints.iter().zip(sample) {
            if !value.is_finite() {
                let message = format!(
                    "the sample's angle of `{joint}` is {value}, expected a finite number of degrees"
                );
                return Err(Error::new(ErrorKind::NotFinite, message).with_hint(
                    "fill the gap before, or clear the stream and begin a new window after it",
                ));
            }
        }
        let width = signals.input().width();
        self.samples += 1;
        self.recent.extend(sample);
        while self.recent.len() > width {
            self.recent.pop_front();
        }
        if self.recent.len() < width {
            return Ok(None);
        }
        let window = self.recent.make_contiguous();
        Ok(Some(MotionForecast {
            sample: self.samples,
            angles: self.forecaster.predict(window)?,
        }))
    }

    /// Forgets all samples, as after a gap.
    pub fn clear(&mut self) {
        self.recent.clear();
        self.samples = 0;
    }

    /// The forecaster.
    pub fn forecaster(&self) -> &MotionForecaster<B> {
        &self.forecaster
    }
}
