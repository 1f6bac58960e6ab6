//! From fields to values, with missing ones filled in.

use std::path::Path;

use crate::series::{Missing, fill_gaps};
use crate::table::{Misfit, Place, Row, number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The values of the history `name`, from its fields: of which row and column, counted from 0.
pub(super) fn values<'a>(
    path: &Path,
    name: &str,
    fields: impl Iterator<Item = (&'a Row, usize)>,
    missing: Missing,
) -> Result<Vec<f32>, Error> {
    let read = |(row, column): (&Row, usize)| {
        let field = row.get(column);
        let wrong = |kind, message: String| {
            Error::new(kind, message).at(Place::field(path, row.line, column + 1))
        };
        let found = || shorten(field.trim());
        let too_large = || {
            let expected = "expected a number within ±3.4e38";
            let message = format!("field `{}` is too large; {expected}", found());
            wrong(ErrorKind::NotANumber, message)
        };
        match number::<f64>(field) {
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
    Ok(values.into_iter().map(|value| value as f32).collect())
}
