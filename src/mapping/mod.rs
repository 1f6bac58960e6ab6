//! Output mappings: how a source's answer becomes scores.
//!
//! A mapping is one file here and one line in the list below: a type that implements
//! [`OutputMapping`]. [`Mapping`] holds any of them.

mod erased;
mod label;
mod pooling;
mod readout;

pub use erased::{Mapping, register};
pub use label::LabelMapping;
pub use pooling::{Pooling, pool, pooled_width};
pub use readout::Readout;

use std::fmt::Debug;

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters};
use crate::source::{Outputs, SourceSpec};

/// The one list: a new mapping is a line here, beside its file.
macro_rules! each_mapping {
    ($table:expr) => {
        vec![$table.of::<LabelMapping>(), $table.of::<Readout>()]
    };
}
use each_mapping;

/// Why no mapping can be made.
#[derive(Debug, Error)]
pub enum MappingError {
    /// A label mapping on a source that has no labels.
    #[error("the source {source_name} has no labels, so none can be mapped to classes")]
    NoLabels {
        /// The source's name.
        source_name: String,
    },
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

impl MappingError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoLabels { .. } => Some(
                "read its activations with `--readout means` or `--readout ridge`, or take another \
                 source"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

/// How a source's answer becomes scores.
pub trait OutputMapping:
    Debug + Clone + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static
{
    /// The name by which it is serialised.
    const KIND: &'static str;

    /// What kind of mapping it is, in one word.
    fn name(&self) -> &'static str {
        Self::KIND
    }

    /// Whether it suits a source and `classes` classes.
    ///
    /// # Errors
    ///
    /// When it reads what the source does not have, or was made for other classes.
    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), MappingError>;

    /// The taps that it reads, by their places in the spec; none where it reads the logits alone.
    fn reads(&self, _source: &SourceSpec) -> Vec<usize> {
        Vec::new()
    }

    /// Its numbers before training, by name.
    fn initial(&self, _source: &SourceSpec, _classes: usize) -> Numbers {
        Numbers::new()
    }

    /// A score for each class, `[batch, classes]`: the highest is the answer.
    fn scores<B: Kernels>(
        &self,
        source: &SourceSpec,
        outputs: &Outputs<B>,
        numbers: &Parameters<B>,
    ) -> Tensor<B, 2>;

    /// ln P(class) of such scores, `[batch, classes]`: what a trainer makes large.
    fn log_probabilities<B: Kernels>(&self, scores: Tensor<B, 2>) -> Tensor<B, 2> {
        log_softmax(scores, 1)
    }
}
