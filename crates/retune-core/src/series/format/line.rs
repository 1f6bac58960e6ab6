//! A line of a file, and what may be wrong with it.

use std::path::Path;

use crate::table::{Misfit, NumberStyle, Place, Row, within_range};
use crate::{Error, ErrorKind};

/// One line of a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::series) struct Line<'a> {
    pub path: &'a Path,
    /// Counted from 1.
    pub number: usize,
}

impl Line<'_> {
    /// An error about the whole line.
    pub fn error(self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).at(Place::line(self.path, self.number))
    }

    /// An error about one of its fields, counted from 1.
    pub fn error_in(self, field: usize, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).at(Place::field(self.path, self.number, field))
    }

    /// A header that cannot be read, or says something else than the line.
    pub(super) fn malformed(self, problem: impl Into<String>) -> Error {
        self.error(ErrorKind::Malformed, problem)
    }

    /// A line that says that the file holds another kind of series than can be read.
    pub(super) fn unsupported(self, found: &str, expected: &str) -> Error {
        let message = format!("the file has {found}; expected {expected}");
        self.error(ErrorKind::Unsupported, message)
    }

    /// The value that was found in a field, NaN where it is missing; what is no number may be the
    /// label.
    pub(super) fn value(
        self,
        found: Result<Option<f64>, Misfit>,
        field: usize,
        text: &str,
    ) -> Result<f64, Error> {
        within_range(found).map_err(|misfit| {
            let error = self.misfit(misfit, field, text);
            match misfit {
                Misfit::TooLarge => error,
                Misfit::NotANumber => error
                    .with_hint("if that field is the label, say so")
                    .with_setting("label", ""),
            }
        })
    }

    /// The value of a field of a file that says itself where its labels are, NaN where it is
    /// missing.
    pub(super) fn declared_value(self, field: usize, text: &str) -> Result<f64, Error> {
        let found = within_range(NumberStyle::PLAIN.number(text));
        found.map_err(|misfit| self.misfit(misfit, field, text))
    }

    /// A field that is no number that fits.
    pub(super) fn misfit(self, misfit: Misfit, field: usize, text: &str) -> Error {
        misfit.error(text, Place::field(self.path, self.number, field))
    }
}

/// Where a row stands.
pub(super) fn at<'a>(path: &'a Path, row: &Row) -> Line<'a> {
    let number = row.line;
    Line { path, number }
}
