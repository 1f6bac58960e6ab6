//! Why a ridge regression cannot be fitted or used.

use thiserror::Error;

/// Why a ridge regression cannot be fitted or used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RidgeError {
    /// Nothing can be left out.
    #[error("there are {rows} rows to fit on, expected at least 2")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// No whole number of values in a row.
    #[error("{values} {what} do not make {rows} rows of equal length")]
    Shape {
        /// Features or targets.
        what: &'static str,
        /// Values given.
        values: usize,
        /// Rows given.
        rows: usize,
    },
    /// Rows of another length than those it was fitted on.
    #[error("{values} features do not make rows of {expected}")]
    RowLength {
        /// Values given.
        values: usize,
        /// Features in a row.
        expected: usize,
    },
    /// A value that is infinite or no number.
    #[error("row {row} of the {what} holds a value that is not finite, at place {place}")]
    NotFinite {
        /// Features or targets.
        what: &'static str,
        /// The row, counted from 1.
        row: usize,
        /// The place in the row, counted from 1.
        place: usize,
    },
    /// Nothing to choose from.
    #[error("there is no penalty to choose from")]
    NoPenalty,
    /// A penalty out of range.
    #[error("the penalty is {penalty}, expected a number above 0")]
    Penalty {
        /// Its value.
        penalty: f64,
    },
    /// No row to be judged by, or one that there is not.
    #[error("the judges are not some of the {rows} rows")]
    Judges {
        /// Rows given.
        rows: usize,
    },
    /// The eigenvalues were not found.
    #[error("the features have no stable decomposition")]
    NoDecomposition,
    /// Too many rows and features at once.
    #[error("there is not enough memory for a decomposition of size {size}")]
    NoMemory {
        /// Rows or features, whichever are fewer.
        size: usize,
    },
    /// A model that was not made by fitting.
    #[error("the sizes of the model's weights, means and scales do not match")]
    Model,
}

impl RidgeError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooFewRows { .. } => "give a training split with more series",
            Self::NotFinite { .. } => "look for infinite or huge values in the series",
            Self::NoDecomposition => "try larger penalties or another scaling",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
