//! A line of a file, and what may be wrong with it.

use std::path::Path;

use crate::table::{Misfit, Place, number};
use crate::wording::shorten;
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

    /// The value of a field of rows of nothing but fields, NaN where it is missing.
    pub(super) fn value(self, field: usize, text: &str) -> Result<f64, Error> {
        self.value_or(field, text, Self::not_a_number)
    }

    /// The value of a field of a file that says itself where its labels are, NaN where it is
    /// missing.
    pub(super) fn declared_value(self, field: usize, text: &str) -> Result<f64, Error> {
        self.value_or(field, text, Self::no_number)
    }

    fn value_or(
        self,
        field: usize,
        text: &str,
        not_a_number: impl Fn(Self, usize, &str) -> Error,
    ) -> Result<f64, Error> {
        match number::<f64>(text) {
            Ok(None) => Ok(f64::NAN),
            Ok(Some(value)) if value.abs() <= f64::from(f32::MAX) => Ok(value),
            Err(Misfit::NotANumber) => Err(not_a_number(self, field, text)),
            Ok(Some(_)) | Err(Misfit::TooLarge) => Err(self.too_large(field, text.trim())),
        }
    }

    /// A field with a number that is too large.
    pub(super) fn too_large(self, field: usize, found: &str) -> Error {
        let found = shorten(found);
        let message = format!("field `{found}` is too large; expected a number within ±3.4e38");
        self.error_in(field, ErrorKind::NotANumber, message)
    }

    /// A field that is not a number; perhaps it is the label.
    pub fn not_a_number(self, field: usize, text: &str) -> Error {
        let error = self.no_number(field, text);
        let hint = "if that field is the label, say so";
        error.with_hint(hint).with_setting("label", "")
    }

    /// A field that is not a number.
    pub(super) fn no_number(self, field: usize, text: &str) -> Error {
        let message = format!(
            "field `{}` is not a number; \
             expected a finite number or, where a value is missing, `?`, `NaN` or an empty field",
            shorten(text.trim())
        );
        self.error_in(field, ErrorKind::NotANumber, message)
    }
}
