//! Trained numbers by name, on the host and on a device.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::storage::HostTensor;

/// Trained numbers by name, on the host.
pub type Numbers = BTreeMap<String, HostTensor>;

/// The same on a device, each laid out flat.
#[derive(Debug, Clone)]
pub struct Parameters<B: Backend>(BTreeMap<String, Tensor<B, 1>>);

impl<B: Backend> Default for Parameters<B> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<B: Backend> Parameters<B> {
    /// Puts numbers on a device.
    pub fn new(numbers: &Numbers, device: &B::Device) -> Self {
        let named = numbers.iter();
        let on_device = |tensor: &HostTensor| {
            let data = TensorData::new(tensor.values.clone(), [tensor.values.len()]);
            Tensor::from_data(data, device)
        };
        Self(
            named
                .map(|(name, tensor)| (name.clone(), on_device(tensor)))
                .collect(),
        )
    }

    /// The numbers of that name, flat.
    ///
    /// # Panics
    ///
    /// When there are none: whoever loads a program compares its numbers with those that its
    /// transforms and mappings begin with.
    pub fn get(&self, name: &str) -> Tensor<B, 1> {
        let tensor = self.0.get(name).cloned();
        tensor.unwrap_or_else(|| panic!("the numbers {name} were compared with the initial ones"))
    }

    /// The numbers of that name, flat, where there are some.
    pub fn find(&self, name: &str) -> Option<Tensor<B, 1>> {
        self.0.get(name).cloned()
    }

    /// `x · kernel + bias` of the dense layer of that name, `[rows, inputs]` to `[rows, outputs]`.
    pub(crate) fn dense(&self, name: &str, input: Tensor<B, 2>) -> Tensor<B, 2> {
        let [_, inputs] = input.dims();
        let bias = self.get(&format!("{name}.bias"));
        let [outputs] = bias.dims();
        let kernel = self.get(&format!("{name}.kernel"));
        input.matmul(kernel.reshape([inputs, outputs])) + bias.unsqueeze()
    }

    /// Adds numbers, or puts them in the place of those of that name.
    pub fn insert(&mut self, name: &str, values: Tensor<B, 1>) {
        self.0.insert(name.to_owned(), values);
    }
}

/// Whether numbers have the names and shapes of those that training starts from; the first that has
/// not.
pub(crate) fn misfit(numbers: &Numbers, initial: &Numbers) -> Option<String> {
    let misshapen = initial
        .iter()
        .find(|(name, tensor)| numbers.get(*name).map(|one| &one.shape) != Some(&tensor.shape));
    let unknown = || numbers.keys().find(|name| !initial.contains_key(*name));
    match misshapen {
        Some((name, tensor)) => Some(format!(
            "its numbers {name} are missing or not of shape {:?}",
            tensor.shape
        )),
        None => unknown().map(|name| format!("it has numbers {name} that nothing reads")),
    }
}
