//! The rows of a file as they stand there.

use std::path::PathBuf;

use super::Line;
use crate::series::ColumnOrder;
use crate::{Error, ErrorKind};

/// One row of a file, before anything is checked that needs the other rows.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::series) struct RawRow {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// The label as written, trimmed.
    pub label: Option<String>,
    /// The field of the label, counted from 1; of no meaning without one.
    pub label_field: usize,
    /// The values in their order, one channel after the other; NaN where one is missing.
    pub values: Vec<f64>,
    /// What tells the series apart in a long table.
    pub id: Option<String>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::series) struct RawFile {
    pub path: PathBuf,
    pub rows: Vec<RawRow>,
    /// How many lines the file has; of meaning where there are no rows.
    pub lines: usize,
    /// Rows end with missing values where the series is shorter than the longest one.
    pub padded: bool,
    /// How many channels each series has.
    pub channels: usize,
    /// The columns, from 0, in which the values of a row stand; none where they stand one after the
    /// other from the first field on, the label aside.
    pub columns: Option<Vec<usize>>,
    /// The order of these by name, where they have one.
    pub order: Option<ColumnOrder>,
    /// What was decided on the way.
    pub decisions: Vec<(&'static str, String)>,
}

impl RawFile {
    /// The file, if its series have one channel: all that those who fit and predict can use.
    pub fn univariate(self) -> Result<Self, Error> {
        if self.channels <= 1 {
            return Ok(self);
        }
        let message = format!(
            "{}: the file has {} channels; expected one, since programs take univariate series \
             so far",
            self.path.display(),
            self.channels
        );
        let error = Error::new(ErrorKind::Unsupported, message);
        Err(error.with_hint("write each channel to a file of its own, as plain values"))
    }

    /// The file as one to predict, whose labels may be missing: it is one without labels when all
    /// of them are, else those that are missing become `?`.
    pub fn into_predictable(mut self) -> Self {
        let is_missing = |row: &RawRow| row.label.as_ref().is_some_and(String::is_empty);
        let missing = self.rows.iter().filter(|row| is_missing(row)).count();
        if missing > 0 {
            let all = missing == self.rows.len();
            let with = |label: String| {
                if label.is_empty() {
                    "?".to_owned()
                } else {
                    label
                }
            };
            for row in &mut self.rows {
                row.label = row.label.take().filter(|_| !all).map(with);
            }
        }
        self
    }

    /// Where a row stands.
    pub fn line(&self, row: &RawRow) -> Line<'_> {
        Line {
            path: &self.path,
            number: row.line,
        }
    }

    /// The field, counted from 1, in which the value of a row with this index stands.
    pub fn field(&self, row: &RawRow, index: usize) -> usize {
        let column = self.columns.as_ref().and_then(|columns| columns.get(index));
        match (column, &row.label) {
            (Some(column), _) => column + 1,
            (None, Some(_)) if index + 1 >= row.label_field => index + 2,
            (None, _) => index + 1,
        }
    }
}

/// Where a text stands in its file: after the lines of the header, where it is no first part, and after
/// so many lines in all.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::series) struct Later<'a> {
    pub header: &'a str,
    pub before: usize,
}
