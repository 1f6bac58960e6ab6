//! Positions in files.

use std::fmt;
use std::path::PathBuf;

/// A position in a file, shown as `path:line:column` with line and column counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The column of the table, counted from 1; `None` when the whole line is meant.
    pub column: Option<usize>,
}

impl Place {
    /// A whole line of a file.
    pub(super) fn line(path: impl Into<PathBuf>, line: usize) -> Self {
        Self {
            path: path.into(),
            line,
            column: None,
        }
    }

    /// One field of a line.
    pub(super) fn field(path: impl Into<PathBuf>, line: usize, column: usize) -> Self {
        Self {
            path: path.into(),
            line,
            column: Some(column),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)?;
        match self.column {
            Some(column) => write!(formatter, ":{column}"),
            None => Ok(()),
        }
    }
}
