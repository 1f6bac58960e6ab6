//! The series of one file.

use std::collections::BTreeSet;

use super::ColumnOrder;
use crate::table::ReadAs;

/// Labelled (or unlabelled) series of one file, as written there: not scaled.
#[derive(Debug, Clone)]
pub struct Split {
    /// The series, `[series][time]`. Reading makes them all equally long, at least one value, and
    /// finite.
    pub series: Vec<Vec<f64>>,
    /// The label of each series as written, without white space around it; empty when the file has
    /// no labels.
    pub labels: Vec<String>,
    /// What tells each series apart, where the rows of a long table say so; else empty.
    pub ids: Vec<String>,
    /// How many channels each series has, which stand one after the other: `[channels, time]`.
    pub channels: usize,
    /// How the columns of values stand, where the file names them.
    pub columns: Option<ColumnOrder>,
    /// How the file was read; nothing for series that come from elsewhere.
    pub read_as: ReadAs,
}

/// How they were read is no part of what splits are.
impl PartialEq for Split {
    fn eq(&self, other: &Self) -> bool {
        (self.channels, &self.series, &self.labels)
            == (other.channels, &other.series, &other.labels)
    }
}

impl Default for Split {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl AsRef<[Vec<f64>]> for Split {
    fn as_ref(&self) -> &[Vec<f64>] {
        &self.series
    }
}

impl Split {
    /// Series of one channel and their labels; none for series without.
    pub fn new(series: Vec<Vec<f64>>, labels: Vec<String>) -> Self {
        Self {
            series,
            labels,
            ids: Vec::new(),
            channels: 1,
            columns: None,
            read_as: ReadAs::default(),
        }
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there is no series; never after reading.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// How many values the longest series has.
    pub(super) fn longest(&self) -> usize {
        self.series.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// The distinct labels, sorted.
    pub(super) fn classes(&self) -> BTreeSet<&str> {
        self.labels.iter().map(String::as_str).collect()
    }
}
