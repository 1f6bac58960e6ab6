//! Forecasts of windows.

use crate::{Error, ErrorKind};
use burn::tensor::{Tensor, TensorData};
use retune_core::motion::{Scaling, Windows, finite, wrong_count};

use crate::kernel::Kernels;
use crate::mapping::{Identity, Mapping};
use crate::parameters::{Numbers, Parameters};
use crate::program::MotionProgram;
use crate::source::motion::{MotionNetwork, MotionSourceWeights, SourceSignals};
use crate::source::{Input, SourceModel, host};
use crate::task::classifier::check_answer;
use crate::transform::Transform;

/// Windows that are forecast together.
const BATCH: usize = 64;

/// A source on a device, with a person's transform before it or without one.
#[derive(Debug)]
pub struct MotionForecaster<B: Kernels> {
    signals: SourceSignals,
    source: MotionNetwork<B>,
    transform: Option<(Transform, Parameters<B>)>,
    mapping: (Mapping, Parameters<B>),
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

impl<B: Kernels> MotionForecaster<B> {
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
        let spec = source.spec();
        let transform = match program {
            None => None,
            Some(program) => {
                program.source().check(&source.reference())?;
                check_signals(program, &signals)?;
                let transform = Transform::new(program.content().transform());
                let width = signals.input().width();
                let numbers = transform.on_device(&spec, program.tensors(), width, device)?;
                Some((transform, numbers))
            }
        };
        let mapping = Mapping::new(Identity);
        let numbers = mapping.on_device(&spec, spec.answer, &Numbers::new(), device)?;
        let (input_scale, target_scale) = signals.scales()?;
        Ok(Self {
            source: MotionNetwork::new(source, device),
            transform,
            mapping: (mapping, numbers),
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
        let width = self.signals.input().width();
        if inputs.is_empty() || !inputs.len().is_multiple_of(width) {
            let expected = format!("a multiple of {width}, a window of {joints} joints");
            return Err(wrong_count(inputs.len(), "values of windows", expected));
        }
        finite("windows", inputs)?;
        let (spec, (mapping, numbers)) = (self.source.spec(), &self.mapping);
        let mut forecasts = Vec::new();
        for batch in inputs.chunks(BATCH * width) {
            let scaled = self.input_scale.apply(batch);
            let input = match &self.transform {
                Some((transform, numbers)) => {
                    let windows: Vec<&[f32]> = scaled.chunks(width).collect();
                    let prepared = transform.prepare(spec, &windows)?;
                    transform.forward(spec, &prepared, numbers, &self.device)
                }
                None => {
                    let shape = [scaled.len() / width, self.signals.window, joints];
                    let windows = TensorData::new(scaled, shape);
                    Input::Window(Tensor::from_data(windows, &self.device))
                }
            };
            let outputs = self.source.forward(input, &[]);
            let forecast = host(mapping.scores(spec, &outputs, numbers)).values;
            forecasts.extend(self.target_scale.undo(&forecast));
        }
        check_answer(forecasts.iter().copied(), spec.answer, 0)?;
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
