//! Why a baseline has no answer.

use thiserror::Error;

use crate::probability::ProbabilityError;
use crate::ridge::RidgeError;

/// Why a baseline has no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BaselineError {
    /// Nothing to learn from, or nothing to answer.
    #[error("the {split} split has no series")]
    Empty {
        /// `training` or `test`.
        split: &'static str,
    },
    /// Labels and series do not go together.
    #[error("the {split} split has {series} series but {labels} labels")]
    Labels {
        /// `training` or `test`.
        split: &'static str,
        /// Series given.
        series: usize,
        /// Labels given.
        labels: usize,
    },
    /// A series of another length than the first.
    #[error(
        "series {number} of the {split} split has {found} values, expected {expected} as the first training series"
    )]
    Length {
        /// `training` or `test`.
        split: &'static str,
        /// The series, counted from 1.
        number: usize,
        /// Its length.
        found: usize,
        /// The length of the first training series.
        expected: usize,
    },
    /// A value that is infinite or no number.
    #[error(
        "series {number} of the {split} split holds a value that is not finite, at place {place}"
    )]
    NotFinite {
        /// `training` or `test`.
        split: &'static str,
        /// The series, counted from 1.
        number: usize,
        /// The place in the series, counted from 1.
        place: usize,
    },
    /// A test label that the training split does not have.
    #[error("test series {number} has the label `{label}`, which no training series has")]
    UnknownLabel {
        /// The series, counted from 1.
        number: usize,
        /// Its label.
        label: String,
    },
    /// The ridge regression cannot be fitted.
    #[error(transparent)]
    Ridge(#[from] RidgeError),
    /// Its scores cannot become probabilities.
    #[error(transparent)]
    Probability(#[from] ProbabilityError),
}

impl BaselineError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Empty { .. } => "give a file with at least one series",
            Self::Labels { .. } => "give every series a label",
            Self::Length { .. } => "give --unequal resample",
            Self::NotFinite { .. } => "give --missing interpolate",
            Self::UnknownLabel { .. } => "check which column holds the labels",
            Self::Ridge(error) => return error.hint(),
            Self::Probability(_) => return None,
        };
        Some(hint.to_owned())
    }
}
