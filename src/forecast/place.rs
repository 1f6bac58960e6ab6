//! Positions in files.

use std::fmt;
use std::path::{Path, PathBuf};

/// A position in a file, shown as `path:line:column` with both counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlace {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The field of that line, counted from 1; `None` when the whole line is meant.
    pub column: Option<usize>,
}

impl FilePlace {
    pub(super) fn line(path: &Path, line: usize) -> Self {
        Self {
            path: path.to_owned(),
            line,
            column: None,
        }
    }

    pub(super) fn field(path: &Path, line: usize, column: usize) -> Self {
        Self {
            path: path.to_owned(),
            line,
            column: Some(column),
        }
    }
}

impl fmt::Display for FilePlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)?;
        match self.column {
            Some(column) => write!(formatter, ":{column}"),
            None => Ok(()),
        }
    }
}
