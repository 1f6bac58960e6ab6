//! Trained numbers by name, on the host and on a device.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use crate::kernel::{DenseWeights, composed};
use crate::storage::HostTensor;

/// Trained numbers by name, on the host.
pub type Numbers = BTreeMap<String, HostTensor>;

/// A tensor of a shape.
pub(crate) fn tensor(
    shape: impl Into<Vec<usize>>,
    values: impl IntoIterator<Item = f32>,
) -> HostTensor {
    HostTensor {
        shape: shape.into(),
        values: values.into_iter().collect(),
    }
}

/// Tensors under their names.
pub(crate) fn named<const N: usize>(tensors: [(&str, HostTensor); N]) -> Numbers {
    tensors
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .into()
}

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
        let on_device = |(name, tensor): (&String, &HostTensor)| {
            let data = TensorData::from(tensor.values.as_slice());
            (name.clone(), Tensor::from_data(data, device))
        };
        Self(numbers.iter().map(on_device).collect())
    }

    /// These with others beside them.
    pub(crate) fn with(&self, numbers: &Numbers, device: &B::Device) -> Self {
        let mut all = self.0.clone();
        all.extend(Self::new(numbers, device).0);
        Self(all)
    }

    /// The numbers of that name, flat.
    ///
    /// # Panics
    ///
    /// When there are none: whoever loads a program compares its numbers with those that its
    /// transforms and mappings begin with.
    pub fn get(&self, name: &str) -> Tensor<B, 1> {
        self.find(name)
            .unwrap_or_else(|| panic!("the numbers {name} were compared with the initial ones"))
    }

    /// The numbers of that name, flat, where there are some.
    pub fn find(&self, name: &str) -> Option<Tensor<B, 1>> {
        self.0.get(name).cloned()
    }

    /// Those whose names begin so, under the rest of their names.
    pub(crate) fn under(&self, prefix: &str) -> Self {
        let under = self.0.iter().filter_map(|(name, values)| {
            let name = name.strip_prefix(prefix)?;
            Some((name.to_owned(), values.clone()))
        });
        Self(under.collect())
    }

    /// All of them, by the order of their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Tensor<B, 1>> {
        self.0.values()
    }

    /// The weights of the dense layer of that name, for inputs of a width.
    pub(crate) fn dense_weights(&self, name: &str, inputs: usize) -> DenseWeights<B> {
        let bias = self.get(&format!("{name}.bias"));
        let [outputs] = bias.dims();
        let kernel = self.get(&format!("{name}.kernel"));
        DenseWeights {
            kernel: kernel.reshape([inputs, outputs]),
            bias,
        }
    }

    /// `x · kernel + bias` of the dense layer of that name, `[rows, inputs]` to `[rows, outputs]`.
    pub(crate) fn dense(&self, name: &str, input: Tensor<B, 2>) -> Tensor<B, 2> {
        let [_, inputs] = input.dims();
        composed::dense(input, &self.dense_weights(name, inputs), false)
    }

    /// Adds numbers, or puts them in the place of those of that name.
    pub fn insert(&mut self, name: &str, values: Tensor<B, 1>) {
        self.0.insert(name.to_owned(), values);
    }
}

/// Whether numbers have the names and shapes of those that training starts from; the first that has
/// not.
pub(crate) fn misfit(numbers: &Numbers, initial: &Numbers) -> Option<String> {
    for (name, HostTensor { shape, .. }) in initial {
        if numbers.get(name).map(|one| &one.shape) != Some(shape) {
            return Some(format!(
                "its numbers {name} are missing or not of shape {shape:?}"
            ));
        }
    }
    let unknown = numbers.keys().find(|name| !initial.contains_key(*name))?;
    Some(format!("it has numbers {unknown} that nothing reads"))
}

/// Gradients against differences.
#[cfg(all(test, feature = "cpu"))]
pub(crate) mod differences {
    use burn::backend::Autodiff;

    use super::*;
    use crate::kernel::Cpu;
    use crate::source::host;

    /// How far a number is moved, and how far a gradient may be off, as a share of the largest.
    const STEP: f32 = 1e-2;
    const TOLERANCE: f32 = 2e-3;

    /// Compares the gradient of the product of some weights with `function` with its central differences,
    /// at every `stride`th number of each tensor.
    #[track_caller]
    pub fn check<const D: usize>(
        numbers: &Numbers,
        stride: usize,
        function: impl Fn(&Parameters<Autodiff<Cpu>>) -> Tensor<Autodiff<Cpu>, D>,
    ) {
        let device = Default::default();
        let weight = |place: usize| (place as f32 * 0.83).cos();
        let product = |numbers: &Numbers| {
            let out = host(function(&Parameters::new(numbers, &device))).values;
            let terms = out.into_iter().enumerate();
            let terms = terms.map(|(place, value)| f64::from(weight(place)) * f64::from(value));
            terms.sum::<f64>()
        };
        let mut on_device = Parameters::new(numbers, &device);
        let mut leaves = Vec::new();
        for name in numbers.keys() {
            let leaf = on_device.get(name).require_grad();
            on_device.insert(name, leaf.clone());
            leaves.push((name, leaf));
        }
        let out = function(&on_device);
        let count = out.shape().num_elements();
        let weights: Vec<f32> = (0..count).map(weight).collect();
        let weights = Tensor::<_, 1>::from_floats(&weights[..], &device);
        let gradients = (out.reshape([count]) * weights).sum().backward();
        for (name, leaf) in leaves {
            let found = leaf.grad(&gradients);
            let found = host(found.unwrap_or_else(|| panic!("{name} has no gradient"))).values;
            let largest = found
                .iter()
                .fold(1.0f32, |largest, one| largest.max(one.abs()));
            assert!(found.iter().any(|one| *one != 0.0), "{name} has none");
            for place in (0..found.len()).step_by(stride) {
                let moved = |step: f32| {
                    let mut numbers = numbers.clone();
                    let tensor = numbers.get_mut(name).expect("it is one of the names");
                    tensor.values[place] += step;
                    product(&numbers)
                };
                let slope = (moved(STEP) - moved(-STEP)) / (2.0 * f64::from(STEP));
                let off = (f64::from(found[place]) - slope).abs() as f32;
                assert!(
                    off < TOLERANCE * largest,
                    "{name} {place}: {off} of {largest}"
                );
            }
        }
    }
}
