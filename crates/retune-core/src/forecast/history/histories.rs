//! The histories of a file.

use crate::forecast::Timeline;
use crate::table::ReadAs;

/// One series of the past, the oldest value first.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// The name of its column, its id, or their number where there is no name.
    pub name: String,
    /// When its values were measured.
    pub timeline: Timeline,
    /// The values, `[length]`; all finite.
    pub values: Vec<f64>,
}

/// The histories of a file, and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Histories {
    /// In the order of their columns, or of the first rows of their ids.
    pub histories: Vec<History>,
    /// What was decided.
    pub read_as: ReadAs,
}
