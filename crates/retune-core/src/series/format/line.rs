//! A line of a file, and what may be wrong with it.

use std::path::Path;

use super::Format;
use crate::table::{Misfit, NumberStyle, Place};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What messages call a multivariate file.
pub(super) const SEVERAL_CHANNELS: &str = "several channels";

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
        let error = self.error(ErrorKind::Unsupported, message);
        if found == SEVERAL_CHANNELS {
            return error.with_hint("write each channel to a file of its own, as plain values");
        }
        error
    }

    /// The value of a field, NaN where it is missing.
    pub(super) fn value(self, field: usize, text: &str) -> Result<f64, Error> {
        self.value_in(NumberStyle::PLAIN, field, text)
    }

    /// The same where numbers are written in another style.
    pub(super) fn value_in(
        self,
        style: NumberStyle,
        field: usize,
        text: &str,
    ) -> Result<f64, Error> {
        match style.number::<f64>(text) {
            Ok(None) => Ok(f64::NAN),
            Ok(Some(value)) if value.abs() <= f64::from(f32::MAX) => Ok(value),
            Err(Misfit::NotANumber) => Err(self.not_a_number(field, text)),
            Ok(Some(_)) | Err(Misfit::TooLarge) => {
                let found = shorten(text.trim());
                let message =
                    format!("field `{found}` is too large; expected a number within ±3.4e38");
                Err(self.error_in(field, ErrorKind::NotANumber, message))
            }
        }
    }

    /// A field that is not a number; perhaps it is the label.
    pub fn not_a_number(self, field: usize, text: &str) -> Error {
        let message = format!(
            "field `{}` is not a number; \
             expected a finite number or, where a value is missing, `?`, `NaN` or an empty field",
            shorten(text.trim())
        );
        let error = self.error_in(field, ErrorKind::NotANumber, message);
        if Format::of(self.path).is_ok_and(Format::is_delimited) {
            let hint = "if that field is the label, say so";
            return error.with_hint(hint).with_setting("label", "");
        }
        error
    }
}
