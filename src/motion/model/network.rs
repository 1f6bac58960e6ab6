//! The temporal convolutional network on a device.
//!
//! Residual blocks of causal convolutions with two taps, dilated by 1, 2, 4, … (Bai, Kolter and
//! Koltun, arXiv 1803.01271). The forecast is read from the last step alone, and what that step
//! sees of each block are the steps that are a multiple of twice the dilation before it: a dilated
//! convolution computed there only is one of adjacent pairs, so each block halves the steps and a
//! window of 2ⁿ samples becomes one step after n blocks.

use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::dense::{Dense, take, to_host};
use super::{MotionModelError, MotionSourceWeights, SourceSignals};
use crate::storage::HostTensor;

/// A motion source's network: scaled windows to scaled forecasts.
#[derive(Module, Debug)]
pub struct MotionNetwork<B: Backend> {
    /// `[2 · inputs, channels]` each: first the earlier step's channels, then the later one's.
    blocks: Vec<Dense<B>>,
    /// What the first block's later step adds to its output, `[joints, channels]`.
    skip: Param<Tensor<B, 2>>,
    /// `[channels, horizon · targets]`.
    output: Dense<B>,
    /// Which joint each target starts at: where it is itself an input.
    #[module(skip)]
    starts: Starts,
}

/// Where the forecasts start.
#[derive(Debug, Clone)]
enum Starts {
    /// Every target is the input in the same place.
    Same,
    /// The target's place among the inputs, where it is one.
    Places(Vec<Option<usize>>),
}

impl Starts {
    fn of(signals: &SourceSignals) -> Self {
        if signals.input_joints == signals.target_joints {
            return Self::Same;
        }
        let inputs = &signals.input_joints;
        let place = |target| inputs.iter().position(|joint| joint == target);
        Self::Places(signals.target_joints.iter().map(place).collect())
    }

    /// `[batch, joints]` to `[batch, targets]`; `None` when no target is an input.
    fn of_last<B: Backend>(&self, last: Tensor<B, 2>) -> Option<Tensor<B, 2>> {
        let places = match self {
            Self::Same => return Some(last),
            Self::Places(places) => places,
        };
        if places.iter().all(Option::is_none) {
            return None;
        }
        let [_, joints] = last.dims();
        let targets = places.len();
        let mut choice = vec![0.0f32; joints * targets];
        for (target, place) in places.iter().enumerate() {
            let place = place.map(|joint| joint * targets + target);
            if let Some(one) = place.and_then(|place| choice.get_mut(place)) {
                *one = 1.0;
            }
        }
        let choice = TensorData::new(choice, [joints, targets]);
        Some(
            last.clone()
                .matmul(Tensor::from_data(choice, &last.device())),
        )
    }
}

impl<B: Backend> MotionNetwork<B> {
    /// The source's network on a device.
    pub fn new(weights: &MotionSourceWeights, device: &B::Device) -> Self {
        let signals = weights.signals();
        let tensors = weights.tensors();
        let block = |block| Dense::take(tensors, &format!("block{block}"), device);
        Self {
            blocks: (1..=signals.blocks()).map(block).collect(),
            skip: take(tensors, "skip", device),
            output: Dense::take(tensors, "output", device),
            starts: Starts::of(signals),
        }
    }

    /// Scaled windows `[batch, window, joints]` to scaled forecasts `[batch, horizon · targets]`.
    ///
    /// A target that is itself an input is forecast as its change since the window's last sample.
    pub fn forward(&self, input: Tensor<B, 3>) -> Tensor<B, 2> {
        let [batch, window, joints] = input.dims();
        let last = input
            .clone()
            .slice([0..batch, window - 1..window, 0..joints])
            .reshape([batch, joints]);
        let mut steps = input.reshape([batch * window, joints]);
        for (place, block) in self.blocks.iter().enumerate() {
            let [rows, channels] = steps.dims();
            let pairs = steps.reshape([rows / 2, 2 * channels]);
            let later = pairs.clone().slice([0..rows / 2, channels..2 * channels]);
            let kept = if place == 0 {
                later.matmul(self.skip.val())
            } else {
                later
            };
            steps = relu(block.forward(pairs)) + kept;
        }
        let change = self.output.forward(steps);
        let Some(start) = self.starts.of_last(last) else {
            return change;
        };
        let [_, targets] = start.dims();
        let [_, width] = change.dims();
        let change = change.reshape([batch, width / targets, targets]);
        (change + start.reshape([batch, 1, targets])).reshape([batch, width])
    }

    /// The weights on the host.
    pub(super) fn to_host(&self) -> BTreeMap<String, HostTensor> {
        let mut tensors = BTreeMap::new();
        for (block, place) in self.blocks.iter().zip(1..) {
            block.put(&mut tensors, &format!("block{place}"));
        }
        tensors.insert("skip".to_owned(), to_host(self.skip.val()));
        self.output.put(&mut tensors, "output");
        tensors
    }

    /// Whether the weights still are those of `source`, bit for bit.
    pub(super) fn check_frozen(
        &self,
        source: &MotionSourceWeights,
    ) -> Result<(), MotionModelError> {
        let now = self.to_host();
        let bits = |tensor: &HostTensor| -> Vec<u32> {
            tensor.values.iter().map(|value| value.to_bits()).collect()
        };
        for (name, before) in source.tensors() {
            if now.get(name).map(bits) != Some(bits(before)) {
                return Err(MotionModelError::Altered {
                    tensor: name.clone(),
                });
            }
        }
        Ok(())
    }
}
