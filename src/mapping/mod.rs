//! Output mappings: how a source's answer becomes scores.
//!
//! A mapping is one file here and one line in the list below: a type that implements
//! [`OutputMapping`]. [`Mapping`] holds any of them.

mod erased;
mod identity;
mod label;
mod linear;
mod pooling;
mod readout;

pub use erased::{Mapping, register, trained, trained_names};
pub use identity::Identity;
pub use label::{Answers, Choice, LabelMapping, LabelRule, Sees, register_rule, rule_names};
pub(crate) use label::{Means, cosines};
pub use linear::Linear;
pub use pooling::{Pooling, pool};
pub use readout::Readout;

use std::fmt::{Debug, Display};

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters};
use crate::source::{Outputs, SourceSpec};
use crate::{Error, ErrorKind};

/// The one list: a new mapping is a line here, beside its file.
macro_rules! each_mapping {
    ($table:ty) => {
        vec![
            <$table>::of::<$crate::mapping::Identity>(),
            <$table>::of::<$crate::mapping::LabelMapping>(),
            <$table>::of::<$crate::mapping::Linear>(),
            <$table>::of::<$crate::mapping::Readout>(),
        ]
    };
}
use each_mapping;

/// A stored mapping that does not hold together.
fn damaged(reason: impl Display) -> Error {
    let message = format!("the output mapping is damaged: {reason}");
    Error::new(ErrorKind::Damaged, message)
}

/// How a source's answer becomes scores.
pub trait OutputMapping:
    Debug + Clone + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static
{
    /// The name by which it is serialised.
    const KIND: &'static str;

    /// Those that a fit may train by gradient together with a transform, for so many classes, each under
    /// the name by which a [readout](crate::fit::ReadoutKind::Trained) asks for it.
    fn trained(_classes: usize) -> Vec<(&'static str, Self)> {
        Vec::new()
    }

    /// What kind of mapping it is, in one word.
    fn name(&self) -> &'static str {
        Self::KIND
    }

    /// Whether it suits a source and `classes` classes.
    ///
    /// # Errors
    ///
    /// When it reads what the source does not have, or was made for other classes.
    fn check(&self, source: &SourceSpec, classes: usize) -> Result<(), Error>;

    /// The taps that it reads, by their places in the spec; none where it reads the logits alone.
    fn reads(&self, _source: &SourceSpec) -> Vec<usize> {
        Vec::new()
    }

    /// Its numbers before training, by name.
    fn initial(&self, _source: &SourceSpec, _classes: usize) -> Numbers {
        Numbers::new()
    }

    /// How many numbers those are, where they grow with the classes: a damaged program that promises many
    /// classes is refused before as many numbers are made.
    fn count(&self, _source: &SourceSpec, _classes: usize) -> usize {
        0
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
