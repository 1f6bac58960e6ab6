//! Forecasts of windows.

use crate::{Error, ErrorKind};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use retune_core::motion::{Scaling, Windows, finite, wrong_count};

use crate::parameters::Parameters;
use crate::program::MotionProgram;
use crate::source::host;
use crate::source::motion::{MotionNetwork, MotionSourceWeights, SourceSignals};
use crate::task::classifier::check_answer;
use crate::transform::{Refurbish, RefurbishSize};

/// Windows that are forecast together.
const BATCH: usize = 64;

/// A source on a device, with a person's refurbish module before it or without one.
#[derive(Debug)]
pub struct MotionForecaster<B: Backend> {
    signals: SourceSignals,
    network: MotionNetwork<B>,
    refurbish: Option<Refurbish<B>>,
    input_scale: Scaling,
    target_scale: Scaling,
    device: B::Device,
}

/// Whether a program was fitted for what its source takes and forecasts.
fn check_signals(program: &MotionProgram, signals: &SourceSignals) -> Result<(), Error> {
    let content = program.content();
    let same = [
        ("input joints", content.input_joints == signals.input_joints),
        (
            "target joints",
            content.target_joints == signals.target_joints,
        ),
        ("window", content.window == signals.window),
        ("horizon", content.horizon == signals.horizon),
        ("sampling rate", content.rate_hz == signals.rate_hz),
    ];
    match same.into_iter().find(|(_, same)| !same) {
        Some((what, _)) => {
            let message = format!("the program's {what} is not that of its source");
            Err(Error::new(ErrorKind::Mismatch, message).with_hint("adapt the source again"))
        }
        None => Ok(()),
    }
}

impl<B: Backend> MotionForecaster<B> {
    /// The source alone, or with a program that was fitted for it.
    ///
    /// # Errors
    ///
    /// When the program was fitted for another source, or has tensors of another size.
    pub fn new(
        source: &MotionSourceWeights,
        program: Option<&MotionProgram>,
        device: &B::Device,
    ) -> Result<Self, Error> {
        let signals = source.signals().clone();
        let refurbish = match program {
            None => None,
            Some(program) => {
                program.source().check(&source.reference())?;
                check_signals(program, &signals)?;
                let size = RefurbishSize::of(&signals, program.content().settings.hidden);
                size.check_tensors(program.tensors(), "the program")?;
                Some(Refurbish::new(Parameters::new(program.tensors(), device)))
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
    /// When the values do not make up whole windows or are not finite, or a forecast is not.
    pub fn predict(&self, inputs: &[f32]) -> Result<Vec<f32>, Error> {
        let joints = self.signals.input_joints.len();
        let width = self.signals.input_width();
        if inputs.is_empty() || !inputs.len().is_multiple_of(width) {
            let expected = format!("a multiple of {width}, a window of {joints} joints");
            return Err(wrong_count(inputs.len(), "values of windows", expected));
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
            let forecast = host(self.network.forward(input)).values;
            forecasts.extend(self.target_scale.undo(&forecast));
        }
        let answer = self.signals.horizon * self.signals.target_joints.len();
        check_answer(forecasts.iter().copied(), answer, 0)?;
        Ok(forecasts)
    }

    /// [`MotionForecaster::predict`] of windows, after a check that they fit the source.
    ///
    /// # Errors
    ///
    /// When they have another layout or other joints.
    pub fn predict_windows(&self, windows: &Windows) -> Result<Vec<f32>, Error> {
        self.signals.check_windows(windows)?;
        self.predict(&windows.inputs)
    }
}
