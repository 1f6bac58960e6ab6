//! The temporal convolutional network on a device.
//!
//! Residual blocks of causal convolutions with two taps, dilated by 1, 2, 4, … (Bai, Kolter and
//! Koltun, arXiv 1803.01271). The forecast is read from the last step alone, and what that step
//! sees of each block are the steps that are a multiple of twice the dilation before it: a dilated
//! convolution computed there only is one of adjacent pairs, so each block halves the steps and a
//! window of 2ⁿ samples becomes one step after n blocks.

use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::{MotionSourceWeights, SourceSignals};
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::source::{Input, Outputs, SourceModel, SourceSpec, fingerprint, host};

/// A motion source's network: scaled windows to scaled forecasts.
#[derive(Debug)]
pub struct MotionNetwork<B: Backend> {
    spec: SourceSpec,
    /// `block1`, `block2`, …, `[2 · inputs, channels]` each: first the earlier step's channels, then
    /// the later one's; `skip`, what the first block's later step adds to its output,
    /// `[joints, channels]`; `output`, `[channels, horizon · targets]`.
    weights: Parameters<B>,
    blocks: usize,
    /// 1 where a target is itself an input, which it then starts at, `[joints, targets]`.
    starts: Tensor<B, 2>,
}

impl<B: Backend> MotionNetwork<B> {
    /// The source's network on a device.
    pub fn new(source: &MotionSourceWeights, device: &B::Device) -> Self {
        let weights = Parameters::new(source.tensors(), device);
        Self {
            spec: source.spec(),
            ..Self::with(weights, source.signals(), device)
        }
    }

    /// One without a name, with weights that are on the device.
    pub(crate) fn with(
        weights: Parameters<B>,
        signals: &SourceSignals,
        device: &B::Device,
    ) -> Self {
        let (inputs, targets) = (&signals.input_joints, &signals.target_joints);
        let starts = inputs.iter().flat_map(|input| {
            let is_start = move |target: &String| f32::from(u8::from(target == input));
            targets.iter().map(is_start)
        });
        let starts = TensorData::new(starts.collect::<Vec<f32>>(), [inputs.len(), targets.len()]);
        Self {
            spec: signals.spec(String::new(), String::new()),
            weights,
            blocks: signals.blocks(),
            starts: Tensor::from_data(starts, device),
        }
    }

    /// Scaled windows `[batch, window, joints]` to scaled forecasts `[batch, horizon · targets]`.
    ///
    /// A target that is itself an input is forecast as its change since the window's last sample.
    pub fn forecast(&self, input: Tensor<B, 3>) -> Tensor<B, 2> {
        let [batch, window, joints] = input.dims();
        let last = input.clone().narrow(1, window - 1, 1);
        let mut steps = input.reshape([batch * window, joints]);
        for block in 1..=self.blocks {
            let [rows, channels] = steps.dims();
            let pairs = steps.reshape([rows / 2, 2 * channels]);
            let later = pairs.clone().narrow(1, channels, channels);
            steps = relu(self.weights.dense(&format!("block{block}"), pairs));
            steps = match block {
                1 => {
                    let [_, wide] = steps.dims();
                    let skip = self.weights.get("skip").reshape([channels, wide]);
                    steps + later.matmul(skip)
                }
                _ => steps + later,
            };
        }
        let change = self.weights.dense("output", steps);
        let start = last.reshape([batch, joints]).matmul(self.starts.clone());
        let [_, targets] = start.dims();
        let [_, width] = change.dims();
        let change = change.reshape([batch, width / targets, targets]);
        (change + start.reshape([batch, 1, targets])).reshape([batch, width])
    }
}

impl<B: Kernels> SourceModel<B> for MotionNetwork<B> {
    fn spec(&self) -> &SourceSpec {
        &self.spec
    }

    fn forward(&self, input: Input<B>, _taps: &[usize]) -> Outputs<B> {
        let Input::Window(windows) = input else {
            unreachable!("its spec takes windows alone");
        };
        Outputs {
            answer: Some(self.forecast(windows)),
            ..Outputs::default()
        }
    }

    fn fingerprint(&self) -> String {
        let weights = self.weights.values();
        fingerprint(weights.map(|values| host(values.clone()).values))
    }
}
