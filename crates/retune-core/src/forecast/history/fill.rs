//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::forecast::Fill;
use crate::forecast::timeline::Placed;
use crate::series::{Missing, fill_gaps};
use crate::table::{Misfit, Place, ReadAs, Row, number, within_range};
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

/// What to do, and settings that do it.
type Hint = (&'static str, &'static [(&'static str, &'static str)]);

/// What is done about missing values, and what was done.
#[derive(Debug)]
pub(super) struct Gaps {
    missing: Missing,
    /// What to do about a field that is no number, and the settings that do it.
    misread: Hint,
    /// How many were filled, and the line of the first.
    filled: Option<(usize, usize)>,
}

impl Gaps {
    pub(super) fn new(missing: Missing, misread: Hint) -> Self {
        Self {
            missing,
            misread,
            filled: None,
        }
    }

    /// The values of the history `name`.
    pub(super) fn values<'a>(
        &mut self,
        path: &Path,
        name: &str,
        fields: impl Iterator<Item = Field<'a>>,
    ) -> Result<Vec<f64>, Error> {
        let values = fields.map(|field| self.value(path, field));
        let mut values: Vec<f64> = values.collect::<Result<_, _>>()?;
        if !fill_gaps(&mut values) {
            let (path, name) = (path.display(), shorten(name));
            let message =
                format!("{path}: every value of `{name}` is missing; expected at least one number");
            return Err(Error::new(ErrorKind::MissingValue, message));
        }
        Ok(values)
    }

    /// The number in a field, NaN for a missing one that is to be filled.
    fn value(&mut self, path: &Path, field: Field<'_>) -> Result<f64, Error> {
        let place = || Place::field(path, field.line, field.column);
        match within_range(number::<f64>(field.text)) {
            Ok(value) if !value.is_nan() => Ok(value),
            Ok(_) if self.missing == Missing::Reject => {
                let message = "the value is missing; expected a number in every field";
                Err(Error::new(ErrorKind::MissingValue, message)
                    .at(place())
                    .with_hint("fill missing values from their neighbours")
                    .with_setting("missing", "interpolate"))
            }
            Ok(missing) => {
                let (filled, _) = self.filled.get_or_insert((0, field.line));
                *filled += 1;
                Ok(missing)
            }
            Err(misfit @ Misfit::TooLarge) => Err(misfit.error(field.text, place())),
            Err(misfit @ Misfit::NotANumber) => {
                let (hint, settings) = self.misread;
                let error = misfit.error(field.text, place()).with_hint(hint);
                Err(settings.iter().fold(error, |error, (name, value)| {
                    error.with_setting(name, value)
                }))
            }
        }
    }

    /// Says how many were filled, and where to look.
    pub(super) fn tell(&self, read_as: &mut ReadAs) {
        if let Some((filled, line)) = self.filled {
            let said = format!("{filled} filled from their neighbours, the first on line {line}");
            read_as.add("missing", said);
        }
    }
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
