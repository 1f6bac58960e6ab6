//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::forecast::Fill;
use crate::forecast::timeline::Placed;
use crate::series::{Missing, fill_gaps};
use crate::table::{Misfit, Place, Row, number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// A field and where it stands: its line and column, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    line: usize,
    column: usize,
    pub(super) text: &'a str,
}

impl<'a> Field<'a> {
    /// The field of a column, counted from 0.
    pub(super) fn of(row: &'a Row, column: usize) -> Self {
        Self {
            line: row.line,
            column: column + 1,
            text: row.get(column),
        }
    }
}

/// The values of the history `name`.
pub(super) fn values<'a>(
    path: &Path,
    name: &str,
    fields: impl Iterator<Item = Field<'a>>,
    missing: Missing,
) -> Result<Vec<f64>, Error> {
    let read = |field: Field<'a>| {
        let wrong = |kind, message: String| {
            Error::new(kind, message).at(Place::field(path, field.line, field.column))
        };
        let found = || shorten(field.text.trim());
        let too_large = || {
            let expected = "expected a number within ±3.4e38";
            let message = format!("field `{}` is too large; {expected}", found());
            wrong(ErrorKind::NotANumber, message)
        };
        match number::<f64>(field.text) {
            Ok(None) if missing == Missing::Reject => {
                let message = "the value is missing; expected a number in every field";
                Err(wrong(ErrorKind::MissingValue, message.to_owned())
                    .with_hint(
                        "fill missing values from their neighbours, or say that each row is a \
                         series of its own",
                    )
                    .with_setting("missing", "interpolate")
                    .with_setting("rows", ""))
            }
            Ok(Some(value)) if value.abs() > f64::from(f32::MAX) => Err(too_large()),
            Ok(value) => Ok(value.unwrap_or(f64::NAN)),
            Err(Misfit::TooLarge) => Err(too_large()),
            Err(Misfit::NotANumber) => {
                let message = format!(
                    "field `{}` is not a number; expected a finite number or, where a value is \
                     missing, `?`, `NaN`, `NA` or an empty field",
                    found()
                );
                Err(wrong(ErrorKind::NotANumber, message)
                    .with_hint("correct the field, or name the columns that hold the values")
                    .with_setting("column", ""))
            }
        }
    };
    let mut values: Vec<f64> = fields.map(read).collect::<Result<_, _>>()?;
    if !fill_gaps(&mut values) {
        let (path, name) = (path.display(), shorten(name));
        let message =
            format!("{path}: every value of `{name}` is missing; expected at least one number");
        return Err(Error::new(ErrorKind::MissingValue, message));
    }
    Ok(values)
}

/// Values at their places, and what is between them filled in.
pub(super) fn spread(values: Vec<f64>, placed: &Placed, fill: Option<Fill>) -> Vec<f64> {
    if placed.length() == values.len() {
        return values;
    }
    let mut all = vec![f64::NAN; placed.length()];
    for (place, value) in placed.places.iter().zip(values) {
        if let Some(there) = all.get_mut(*place) {
            *there = value;
        }
    }
    if fill == Some(Fill::Last) {
        let mut last = f64::NAN;
        for value in &mut all {
            last = if value.is_nan() { last } else { *value };
            *value = last;
        }
    }
    fill_gaps(&mut all);
    all
}
