//! Forecasts of windows.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::dense::values;
use super::scale::JointScale;
use super::{
    MotionModelError, MotionNetwork, MotionProgram, MotionSourceWeights, Refurbish, SourceSignals,
};
use crate::motion::{MotionError, Windows, metrics::finite};

/// Windows that are forecast together.
const BATCH: usize = 64;

/// A source on a device, with a person's refurbish module before it or without one.
#[derive(Debug)]
pub struct MotionForecaster<B: Backend> {
    signals: SourceSignals,
    network: MotionNetwork<B>,
    refurbish: Option<Refurbish<B>>,
    input_scale: JointScale,
    target_scale: JointScale,
    device: B::Device,
}

impl<B: Backend> MotionForecaster<B> {
    /// The source alone, or with a program that was fitted for it.
    ///
    /// # Errors
    ///
    /// [`MotionModelError::OtherSource`], or tensors of another size.
    pub fn new(
        source: &MotionSourceWeights,
        program: Option<&MotionProgram>,
        device: &B::Device,
    ) -> Result<Self, MotionModelError> {
        let signals = source.signals().clone();
        let refurbish = match program {
            None => None,
            Some(program) => {
                program.check_source(source)?;
                let size = super::RefurbishSize::of(&signals, program.header().settings.hidden);
                size.check_tensors(program.tensors(), "the program")?;
                Some(Refurbish::new(program.tensors(), device))
            }
        };
        let (input_scale, target_scale) = signals.scales()?;
        Ok(Self {
            network: MotionNetwork::new(source, device),
            refurbish,
            input_scale,
            target_scale,
            device: device.clone(),
            signals,
        })
    }

    /// What goes in and comes out.
    pub fn signals(&self) -> &SourceSignals {
        &self.signals
    }

    /// Inputs `[windows, window, input joints]` to forecasts `[windows, horizon, target joints]`,
    /// both in degrees.
    ///
    /// # Errors
    ///
    /// When the values do not make up whole windows or are not finite.
    pub fn predict(&self, inputs: &[f32]) -> Result<Vec<f32>, MotionModelError> {
        let joints = self.signals.input_joints.len();
        let width = self.signals.window * joints;
        if inputs.is_empty() || !inputs.len().is_multiple_of(width) {
            return Err(MotionModelError::Motion(MotionError::Length {
                what: "values of windows",
                found: inputs.len(),
                expected: format!("a multiple of {width}, a window of {joints} joints"),
            }));
        }
        finite("windows", inputs)?;
        let mut forecasts = Vec::new();
        for batch in inputs.chunks(BATCH * width) {
            let shape = [batch.len() / width, self.signals.window, joints];
            let scaled = TensorData::new(self.input_scale.apply(batch), shape);
            let mut input = Tensor::<B, 3>::from_data(scaled, &self.device);
            if let Some(refurbish) = &self.refurbish {
                input = refurbish.forward(input);
            }
            let forecast = values(self.network.forward(input));
            forecasts.extend(self.target_scale.undo(&forecast));
        }
        Ok(forecasts)
    }

    /// [`MotionForecaster::predict`] of windows, after a check that they fit the source.
    ///
    /// # Errors
    ///
    /// When they have another layout or other joints.
    pub fn predict_windows(&self, windows: &Windows) -> Result<Vec<f32>, MotionModelError> {
        self.signals.check_windows(windows)?;
        self.predict(&windows.inputs)
    }
}
