//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::forecast::Fill;
use crate::forecast::timeline::Placed;
use crate::series::{Missing, fill_gaps};
use crate::table::{Misfit, Place, Row, number, within_range};
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
        let place = || Place::field(path, field.line, field.column);
        match within_range(number::<f64>(field.text)) {
            Ok(value) if value.is_nan() && missing == Missing::Reject => {
                let message = "the value is missing; expected a number in every field";
                Err(Error::new(ErrorKind::MissingValue, message)
                    .at(place())
                    .with_hint(
                        "fill missing values from their neighbours, or say that each row is a \
                         series of its own",
                    )
                    .with_setting("missing", "interpolate")
                    .with_setting("rows", ""))
            }
            Ok(value) => Ok(value),
            Err(misfit @ Misfit::TooLarge) => Err(misfit.error(field.text, place())),
            Err(misfit @ Misfit::NotANumber) => Err(misfit
                .error(field.text, place())
                .with_hint("correct the field, or name the columns that hold the values")
                .with_setting("column", "")),
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
