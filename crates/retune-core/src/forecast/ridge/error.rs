//! Why a readout cannot be fitted or used.

use thiserror::Error;

/// Why a readout cannot be fitted or used.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ReadoutError {
    /// Rows or targets that are no whole number of rows, or not equally many.
    #[error("{features} features and {targets} targets do not make rows of {width} and {count}")]
    Shape {
        /// Features given.
        features: usize,
        /// Targets given.
        targets: usize,
        /// Features in a row.
        width: usize,
        /// Targets in a row.
        count: usize,
    },
    /// A row without features or targets.
    #[error("the rows have no {what}; expected at least one")]
    Nothing {
        /// Features or targets.
        what: &'static str,
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
    #[error("row {row} has weight {weight}; expected a number above 0")]
    Weight {
        /// The row among those given together, counted from 1.
        row: usize,
        /// Its weight.
        weight: f32,
    },
    /// Values whose squares are too large for 32 bits.
    #[error("the features or targets are too large for their products to be summed")]
    TooLarge,
    /// Too few rows.
    #[error("there are {rows} rows to fit on; expected at least 2")]
    TooFewRows {
        /// Rows given.
        rows: usize,
    },
    /// Blocks that do not hold each feature once.
    #[error(
        "the blocks do not hold feature {feature} exactly once; expected blocks of all {features}"
    )]
    Blocks {
        /// The first such feature, counted from 0.
        feature: usize,
        /// How many features there are.
        features: usize,
    },
    /// A penalty out of range.
    #[error("the penalty is {penalty}; expected a number above 0, or infinity for no weights")]
    Penalty {
        /// Its value.
        penalty: f64,
    },
    /// No penalties to choose from.
    #[error("there are no penalties to choose from")]
    EmptyGrid,
    /// The penalties are too small for features that depend on each other.
    #[error("the features have no stable decomposition with these penalties")]
    NoDecomposition,
    /// Too many features.
    #[error("there is not enough memory for a decomposition of size {size}")]
    NoMemory {
        /// How many features.
        size: usize,
    },
    /// Sums or weights of other numbers of features or targets.
    #[error("rows of {features} features and {targets} targets do not fit the others")]
    Mismatch {
        /// Features in a row.
        features: usize,
        /// Targets in a row.
        targets: usize,
    },
}

impl ReadoutError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::TooFewRows { .. } => "give a longer history, or a smaller stride",
            Self::NotFinite { .. } | Self::TooLarge => {
                "look for infinite or huge values in the history"
            }
            Self::NoDecomposition => "try larger penalties",
            Self::NoMemory { .. } => "use fewer features",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
