//! The attention-RNN's trained weights as a Burn module, before the norms are folded away.

use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::kernel::BiLstmWeights;
use crate::source::SourceWeights;
use crate::storage::HostTensor;

/// A dense layer: `x · kernel + bias`.
#[derive(Module, Debug)]
pub struct Dense<B: Backend> {
    /// `[inputs, outputs]`.
    pub kernel: Param<Tensor<B, 2>>,
    /// `[outputs]`.
    pub bias: Param<Tensor<B, 1>>,
}

/// A batch norm's trained part.
#[derive(Module, Debug)]
pub struct Norm<B: Backend> {
    /// The scale of each channel.
    pub gamma: Param<Tensor<B, 1>>,
    /// The shift of each channel.
    pub beta: Param<Tensor<B, 1>>,
}

/// A bidirectional LSTM, laid out as [`BiLstmWeights`].
#[derive(Module, Debug)]
pub struct BiLstm<B: Backend> {
    /// `[features, 8H]`.
    pub input: Param<Tensor<B, 2>>,
    /// `[2, H, 4H]`.
    pub recurrent: Param<Tensor<B, 3>>,
    /// `[8H]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl<B: Backend> BiLstm<B> {
    /// The weights as the kernels take them.
    pub fn weights(&self) -> BiLstmWeights<B> {
        BiLstmWeights {
            input: self.input.val(),
            recurrent: self.recurrent.val(),
            bias: self.bias.val(),
        }
    }
}

/// Every trained weight of an attention-RNN.
#[derive(Module, Debug)]
pub struct Layers<B: Backend> {
    /// 10 filters of 5 frames: kernel `[10, 5]`, bias `[10]`.
    pub conv1: Dense<B>,
    /// After the first convolution, 10 channels.
    pub norm1: Norm<B>,
    /// One filter of 5 frames × 10 channels: kernel `[5, 10]`, bias `[1]`.
    pub conv2: Dense<B>,
    /// After the second convolution, 1 channel.
    pub norm2: Norm<B>,
    /// 80 features, 64 units in each direction.
    pub lstm1: BiLstm<B>,
    /// 128 features, 64 units in each direction.
    pub lstm2: BiLstm<B>,
    /// The query from the last time step, 128 → 128.
    pub attend: Dense<B>,
    /// 128 → 64, ReLU.
    pub dense1: Dense<B>,
    /// 64 → 32.
    pub dense2: Dense<B>,
    /// 32 → labels.
    pub output: Dense<B>,
}

/// Mean and variance of each norm's channels: `[10]`, `[10]`, `[1]`, `[1]`.
#[derive(Debug, Clone)]
pub struct NormStatistics<B: Backend> {
    /// Mean of the first norm's channels.
    pub mean1: Tensor<B, 1>,
    /// Variance of the first norm's channels.
    pub variance1: Tensor<B, 1>,
    /// Mean of the second norm's channel.
    pub mean2: Tensor<B, 1>,
    /// Variance of the second norm's channel.
    pub variance2: Tensor<B, 1>,
}

/// Takes tensors out of a source's weights by name.
///
/// Reading the file has checked that every name of the architecture is there with its shape.
struct Shelf<'a, B: Backend> {
    tensors: &'a BTreeMap<String, HostTensor>,
    device: &'a B::Device,
}

impl<B: Backend> Shelf<'_, B> {
    fn tensor<const D: usize>(&self, name: &str) -> Tensor<B, D> {
        let tensor = self.tensors.get(name);
        let tensor =
            tensor.expect("every tensor of the architecture was found when the file was read");
        let data = TensorData::new(tensor.values.clone(), tensor.shape.clone());
        Tensor::from_data(data, self.device)
    }

    fn parameter<const D: usize>(&self, name: &str) -> Param<Tensor<B, D>> {
        Param::from_tensor(self.tensor(name))
    }

    fn dense(&self, name: &str) -> Dense<B> {
        Dense {
            kernel: self.parameter(&format!("{name}.kernel")),
            bias: self.parameter(&format!("{name}.bias")),
        }
    }

    fn norm(&self, name: &str) -> Norm<B> {
        Norm {
            gamma: self.parameter(&format!("{name}.gamma")),
            beta: self.parameter(&format!("{name}.beta")),
        }
    }

    fn bilstm(&self, name: &str) -> BiLstm<B> {
        BiLstm {
            input: self.parameter(&format!("{name}.input")),
            recurrent: self.parameter(&format!("{name}.recurrent")),
            bias: self.parameter(&format!("{name}.bias")),
        }
    }
}

impl<B: Backend> Layers<B> {
    /// Puts weights on a device.
    pub fn new(weights: &SourceWeights, device: &B::Device) -> (Self, NormStatistics<B>) {
        let shelf = Shelf::<B> {
            tensors: weights.tensors(),
            device,
        };
        let layers = Self {
            conv1: shelf.dense("conv1"),
            norm1: shelf.norm("norm1"),
            conv2: shelf.dense("conv2"),
            norm2: shelf.norm("norm2"),
            lstm1: shelf.bilstm("lstm1"),
            lstm2: shelf.bilstm("lstm2"),
            attend: shelf.dense("attend"),
            dense1: shelf.dense("dense1"),
            dense2: shelf.dense("dense2"),
            output: shelf.dense("output"),
        };
        let statistics = NormStatistics {
            mean1: shelf.tensor("norm1.mean"),
            variance1: shelf.tensor("norm1.variance"),
            mean2: shelf.tensor("norm2.mean"),
            variance2: shelf.tensor("norm2.variance"),
        };
        (layers, statistics)
    }
}
