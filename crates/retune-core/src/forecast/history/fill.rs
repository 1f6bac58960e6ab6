//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::forecast::ForecastError;
use crate::series::{Missing, Place, fill_gaps};
use crate::table::{Misfit, Row, number};
use crate::wording::shorten;

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
) -> Result<Vec<f32>, ForecastError> {
    let read = |field: Field<'a>| {
        let place = || Place::field(path, field.line, field.column);
        let found = || shorten(field.text.trim());
        match number(field.text) {
            Ok(None) if missing == Missing::Reject => {
                Err(ForecastError::MissingValue { place: place() })
            }
            Ok(value) => Ok(value),
            Err(Misfit::NotANumber) => Err(ForecastError::NotANumber {
                place: place(),
                found: found(),
            }),
            Err(Misfit::TooLarge) => Err(ForecastError::TooLarge {
                place: place(),
                found: found(),
            }),
        }
    };
    let values: Vec<Option<f32>> = fields.map(read).collect::<Result<_, _>>()?;
    fill_gaps(&values).ok_or_else(|| ForecastError::AllMissing {
        path: path.to_owned(),
        name: shorten(name),
    })
}
