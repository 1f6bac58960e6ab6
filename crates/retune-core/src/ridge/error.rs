//! Why a ridge regression cannot be fitted or used.

use thiserror::Error;

/// Why a ridge regression cannot be fitted or used.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RidgeError {
    /// Too few rows to fit on, or to leave one out.
    #[error("there are {rows} rows to fit on, expected at least 2")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// Features or targets that are not those of so many rows, at least one in each.
    #[error("{features} features and {targets} targets do not make {rows} rows of equal length")]
    Shape {
        /// Features given.
        features: usize,
        /// Targets given.
        targets: usize,
        /// Rows expected.
        rows: usize,
    },
    /// A value that is infinite or no number.
    #[error("row {row} of the {what} holds a value that is not finite, at place {place}")]
    NotFinite {
        /// Features or targets.
        what: &'static str,
        /// The row among those given together, counted from 1.
        row: usize,
        /// The place in the row, counted from 1.
        place: usize,
    },
    /// A row with a weight out of range.
    #[error("row {row} has weight {weight}, expected a number above 0")]
    Weight {
        /// The row among those given together, counted from 1.
        row: usize,
        /// Its weight.
        weight: f32,
    },
    /// Values whose squares are too large for 32 bits.
    #[error("the features or targets are too large for their products to be summed")]
    TooLarge,
    /// Blocks that do not hold each feature once.
    #[error("the blocks do not hold feature {feature} of {features} exactly once")]
    Blocks {
        /// The first such feature, counted from 0.
        feature: usize,
        /// How many features there are.
        features: usize,
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
    /// Features that depend on each other more than the penalties make up for.
    #[error("the features have no stable decomposition with these penalties")]
    NoDecomposition,
    /// Too many rows and features at once.
    #[error("there is not enough memory for a decomposition of size {size}")]
    NoMemory {
        /// Rows or features, whichever are decomposed.
        size: usize,
    },
    /// Rows, moments or a model of other numbers of features or targets.
    #[error("the sizes do not match, expected rows of {features} features and {targets} targets")]
    Mismatch {
        /// Features expected.
        features: usize,
        /// Targets expected.
        targets: usize,
    },
}

impl RidgeError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooFewRows { .. } => "give more series, or a longer history",
            Self::NotFinite { .. } | Self::TooLarge => {
                "look for infinite or huge values in the series"
            }
            Self::NoDecomposition => "try larger penalties or another scaling",
            Self::NoMemory { .. } => "use fewer features",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
