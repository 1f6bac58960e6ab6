//! Readouts of the source's activations: one score for each class.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::MappingError;
use super::pooling::{Pooling, pool};
use super::random_features::{RANDOM_FEATURES, RandomFeatures};
use crate::kernel::Kernels;
use crate::source::Activations;
use crate::storage::HostTensor;

/// The names of the readout's numbers in a program.
const WEIGHTS: &str = "weights";
const INTERCEPT: &str = "intercept";

/// `score(class) = features · weights + intercept`, fitted as a ridge regression on +1 for the
/// class and −1 for the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Readout {
    /// The ridge penalty that was chosen.
    pub penalty: f64,
    /// What it reads.
    pub pooling: Pooling,
}

/// The same on random Fourier features ([`RandomFeatures`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelReadout {
    /// The ridge penalty that was chosen.
    pub penalty: f64,
    /// The seed of the random signs.
    pub seed: u64,
    /// Which of the seed's streams they are; each voice has signs of its own.
    pub stream: u64,
}

impl Readout {
    /// The readout's numbers by name: `weights` is `[features, columns]`, `intercept` `[columns]`.
    ///
    /// Two classes need one column only: the score of the first is minus that of the second.
    pub fn tensors(weights: Vec<f32>, intercept: Vec<f32>) -> BTreeMap<String, HostTensor> {
        let columns = intercept.len();
        let weights = HostTensor {
            shape: vec![weights.len() / columns.max(1), columns],
            values: weights,
        };
        let intercept = HostTensor {
            shape: vec![columns],
            values: intercept,
        };
        BTreeMap::from([
            (WEIGHTS.to_owned(), weights),
            (INTERCEPT.to_owned(), intercept),
        ])
    }

    /// The columns of weights for so many classes.
    pub fn columns(classes: usize) -> usize {
        if classes == 2 { 1 } else { classes }
    }
}

/// A readout's numbers on a device.
#[derive(Debug, Clone)]
pub struct DeviceReadout<B: Backend> {
    reads: Reads<B>,
    /// `[features, columns]`.
    weights: Tensor<B, 2>,
    /// `[1, columns]`.
    intercept: Tensor<B, 2>,
}

/// What the weights are multiplied with.
#[derive(Debug, Clone)]
enum Reads<B: Backend> {
    Pooled(Pooling),
    Random(RandomFeatures<B>),
}

impl<B: Kernels> DeviceReadout<B> {
    pub(super) fn linear(
        pooling: Pooling,
        classes: usize,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, MappingError> {
        let reads = Reads::Pooled(pooling);
        Self::new(reads, pooling.width(), classes, tensors, device)
    }

    pub(super) fn kernel(
        readout: &KernelReadout,
        classes: usize,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, MappingError> {
        let random = RandomFeatures::new(readout.seed, readout.stream, tensors, device)?;
        Self::new(
            Reads::Random(random),
            RANDOM_FEATURES,
            classes,
            tensors,
            device,
        )
    }

    fn new(
        reads: Reads<B>,
        width: usize,
        classes: usize,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, MappingError> {
        let columns = Readout::columns(classes);
        let shape = [width, columns];
        Ok(Self {
            reads,
            weights: stored(tensors, WEIGHTS, &shape, shape, device)?,
            intercept: stored(tensors, INTERCEPT, &[columns], [1, columns], device)?,
        })
    }

    /// Scores `[batch, classes]`.
    pub(super) fn scores(&self, heard: &Activations<B>) -> Tensor<B, 2> {
        let features = pool(heard);
        let features = match &self.reads {
            Reads::Pooled(pooling) => pooling.of(features),
            Reads::Random(random) => random.of(features),
        };
        let scores = features.matmul(self.weights.clone()) + self.intercept.clone();
        match scores.dims() {
            [_, 1] => Tensor::cat(vec![scores.clone().neg(), scores], 1),
            _ => scores,
        }
    }
}

/// A program's tensor of that name and shape, as a matrix on the device.
pub(super) fn stored<B: Backend>(
    tensors: &BTreeMap<String, HostTensor>,
    name: &str,
    shape: &[usize],
    on_device: [usize; 2],
    device: &B::Device,
) -> Result<Tensor<B, 2>, MappingError> {
    tensors
        .get(name)
        .filter(|tensor| tensor.shape == shape)
        .map(|tensor| {
            let data = TensorData::new(tensor.values.clone(), on_device);
            Tensor::from_data(data, device)
        })
        .ok_or_else(|| MappingError::Damaged {
            reason: format!("its {name} are missing or not of shape {shape:?}"),
        })
}
