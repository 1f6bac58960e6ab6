//! A dense layer, and tensors to and from the host.

use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::storage::HostTensor;

/// A dense layer: `x · kernel + bias`.
#[derive(Module, Debug)]
pub(super) struct Dense<B: Backend> {
    /// `[inputs, outputs]`.
    pub kernel: Param<Tensor<B, 2>>,
    /// `[outputs]`.
    pub bias: Param<Tensor<B, 1>>,
}

impl<B: Backend> Dense<B> {
    /// The layer of this name.
    pub fn take(tensors: &BTreeMap<String, HostTensor>, name: &str, device: &B::Device) -> Self {
        Self {
            kernel: take(tensors, &format!("{name}.kernel"), device),
            bias: take(tensors, &format!("{name}.bias"), device),
        }
    }

    /// Puts the layer's numbers under its name.
    pub fn put(&self, tensors: &mut BTreeMap<String, HostTensor>, name: &str) {
        tensors.insert(format!("{name}.kernel"), to_host(self.kernel.val()));
        tensors.insert(format!("{name}.bias"), to_host(self.bias.val()));
    }

    /// `[rows, inputs]` to `[rows, outputs]`.
    pub fn forward(&self, input: Tensor<B, 2>) -> Tensor<B, 2> {
        input.matmul(self.kernel.val()) + self.bias.val().unsqueeze()
    }
}

/// A parameter by name; whoever made the tensors has checked that it is there.
pub(super) fn take<B: Backend, const D: usize>(
    tensors: &BTreeMap<String, HostTensor>,
    name: &str,
    device: &B::Device,
) -> Param<Tensor<B, D>> {
    let data = match tensors.get(name) {
        Some(tensor) => TensorData::new(tensor.values.clone(), tensor.shape.clone()),
        None => TensorData::zeros::<f32, _>([0; D]),
    };
    Param::from_data(data, device)
}

/// A tensor's values on the host.
pub(super) fn to_host<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> HostTensor {
    let shape = tensor.dims().to_vec();
    HostTensor {
        shape,
        values: values(tensor),
    }
}

/// A tensor's values, row-major.
pub(super) fn values<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.into_vec()
        .expect("values are 32-bit floats: converted in the line above")
}
