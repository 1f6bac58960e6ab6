//! Output mappings: how a source model's answer becomes a class.
//!
//! An [`OutputMapping`] is the choice, as a program stores it; [`DeviceMapping`] holds its numbers
//! on a device. Both kinds work with every input transform.

mod many_to_one;
mod pooling;
mod readout;

pub use many_to_one::LabelMapping;
pub use pooling::{FEATURES, Pooling, pool};
pub use readout::{DeviceReadout, Readout};

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::Kernels;
use crate::source::Activations;
use crate::storage::HostTensor;

/// Why no mapping can be made.
#[derive(Debug, Error)]
pub enum MappingError {
    /// More classes than the source has labels.
    #[error("{classes} classes cannot be mapped: the source has only {labels} labels")]
    TooManyClasses {
        /// Classes of the data set.
        classes: usize,
        /// Labels of the source.
        labels: usize,
    },
    /// A stored mapping that names a label twice, or one that the source does not have, or lacks
    /// its numbers.
    #[error("the output mapping is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
}

/// The output mappings; a new one is one more variant here and in [`DeviceMapping`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OutputMapping {
    /// Groups of the source's labels stand for the classes (Voice2Series).
    Labels(LabelMapping),
    /// A ridge regression reads the source's activations.
    Ridge(Readout),
}

impl OutputMapping {
    /// What kind of readout it is, in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Labels(_) => "labels",
            Self::Ridge(readout) => match readout.pooling {
                Pooling::All => "ridge",
                Pooling::Means => "means",
            },
        }
    }

    /// Whether the mapping suits `classes` classes and a source with `labels` labels.
    ///
    /// # Errors
    ///
    /// When a group of labels is empty, or a label is in two groups or does not exist.
    pub fn check(&self, classes: usize, labels: usize) -> Result<(), MappingError> {
        match self {
            Self::Labels(mapping) => mapping.check(classes, labels),
            Self::Ridge(_) => Ok(()),
        }
    }

    /// Puts the mapping's numbers on a device.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or has another shape.
    pub fn on_device<B: Kernels>(
        &self,
        classes: usize,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<DeviceMapping<B>, MappingError> {
        match self {
            Self::Labels(mapping) => Ok(DeviceMapping::Labels(mapping.clone())),
            Self::Ridge(readout) => DeviceReadout::new(readout.pooling, classes, tensors, device)
                .map(DeviceMapping::Ridge),
        }
    }
}

/// An [`OutputMapping`] on a device.
#[derive(Debug, Clone)]
pub enum DeviceMapping<B: Backend> {
    /// Groups of the source's labels.
    Labels(LabelMapping),
    /// Weights for every feature that is read.
    Ridge(DeviceReadout<B>),
}

impl<B: Kernels> DeviceMapping<B> {
    /// A score for each class, `[batch, classes]`: the highest is the answer.
    pub fn scores(&self, heard: &Activations<B>) -> Tensor<B, 2> {
        match self {
            Self::Labels(mapping) => mapping.log_probabilities(heard.logits.clone()),
            Self::Ridge(readout) => readout.scores(heard),
        }
    }
}
