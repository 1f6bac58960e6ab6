//! Positions in files.

use std::fmt;
use std::path::PathBuf;

/// A position in a file, shown as `path:line:field` with line and field counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The field of that line, counted from 1; `None` when the whole line is meant.
    pub field: Option<usize>,
}

impl Place {
    /// A whole line of a file.
    pub fn line(path: impl Into<PathBuf>, line: usize) -> Self {
        Self {
            path: path.into(),
            line,
            field: None,
        }
    }

    /// One field of a line.
    pub fn field(path: impl Into<PathBuf>, line: usize, field: usize) -> Self {
        Self {
            path: path.into(),
            line,
            field: Some(field),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)?;
        match self.field {
            Some(field) => write!(formatter, ":{field}"),
            None => Ok(()),
        }
    }
}
