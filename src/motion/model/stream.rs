//! Forecasts sample by sample.

use std::collections::VecDeque;

use burn::tensor::backend::Backend;

use super::{MotionForecaster, MotionModelError};

/// The motion ahead of one sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The sample after which the forecast begins, counted from 1 since the stream's beginning.
    pub sample: u64,
    /// `[horizon, target joints]` in degrees.
    pub angles: Vec<f32>,
}

/// Takes samples as they come and forecasts after each, once there is a whole window.
#[derive(Debug)]
pub struct ForecastStream<B: Backend> {
    forecaster: MotionForecaster<B>,
    /// The last samples, at most a window.
    recent: VecDeque<f32>,
    samples: u64,
}

impl<B: Backend> ForecastStream<B> {
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
    /// [`MotionModelError::SampleWidth`] and [`MotionModelError::SampleNotFinite`].
    pub fn push(&mut self, sample: &[f32]) -> Result<Option<Forecast>, MotionModelError> {
        let signals = self.forecaster.signals();
        let joints = &signals.input_joints;
        if sample.len() != joints.len() {
            return Err(MotionModelError::SampleWidth {
                found: sample.len(),
                expected: joints.len(),
            });
        }
        for (joint, &value) in joints.iter().zip(sample) {
            if !value.is_finite() {
                return Err(MotionModelError::SampleNotFinite {
                    joint: joint.clone(),
                    found: value,
                });
            }
        }
        let width = signals.window * joints.len();
        self.samples += 1;
        self.recent.extend(sample);
        while self.recent.len() > width {
            self.recent.pop_front();
        }
        if self.recent.len() < width {
            return Ok(None);
        }
        let window = self.recent.make_contiguous();
        Ok(Some(Forecast {
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
