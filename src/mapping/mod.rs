//! Output mappings: how a source model's answer becomes a class.

mod many_to_one;

pub use many_to_one::LabelMapping;

use thiserror::Error;

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
    /// A stored mapping that names a label twice, or one that the source does not have.
    #[error("the label mapping is damaged: {reason}")]
    Damaged {
        /// What is wrong.
        reason: String,
    },
}
