//! A linear readout of the source's activations: one score for each class.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::MappingError;
use super::pooling::{Pooling, pool};
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
    pooling: Pooling,
    /// `[features, columns]`.
    weights: Tensor<B, 2>,
    /// `[1, columns]`.
    intercept: Tensor<B, 2>,
}

impl<B: Kernels> DeviceReadout<B> {
    pub(super) fn new(
        pooling: Pooling,
        classes: usize,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, MappingError> {
        let columns = Readout::columns(classes);
        let data = |name: &str, shape: &[usize], on_device: [usize; 2]| {
            tensors
                .get(name)
                .filter(|tensor| tensor.shape == shape)
                .map(|tensor| TensorData::new(tensor.values.clone(), on_device))
                .ok_or_else(|| MappingError::Damaged {
                    reason: format!("its {name} are missing or not of shape {shape:?}"),
                })
        };
        let shape = [pooling.width(), columns];
        let weights = data(WEIGHTS, &shape, shape)?;
        let intercept = data(INTERCEPT, &[columns], [1, columns])?;
        Ok(Self {
            pooling,
            weights: Tensor::from_data(weights, device),
            intercept: Tensor::from_data(intercept, device),
        })
    }

    /// Scores `[batch, classes]`.
    pub(super) fn scores(&self, heard: &Activations<B>) -> Tensor<B, 2> {
        let features = self.pooling.of(pool(heard));
        let scores = features.matmul(self.weights.clone()) + self.intercept.clone();
        match scores.dims() {
            [_, 1] => Tensor::cat(vec![scores.clone().neg(), scores], 1),
            _ => scores,
        }
    }
}
