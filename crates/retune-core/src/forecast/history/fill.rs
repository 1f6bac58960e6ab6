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
        match number(field) {
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
            Ok(value) => Ok(value),
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
            Err(Misfit::TooLarge) => {
                let expected = "expected a number within ±3.4e38";
                let message = format!("field `{}` is too large; {expected}", found());
                Err(wrong(ErrorKind::NotANumber, message))
            }
        }
    };
    let values: Vec<Option<f32>> = fields.map(read).collect::<Result<_, _>>()?;
    fill_gaps(&values).ok_or_else(|| {
        let (path, name) = (path.display(), shorten(name));
        let message =
            format!("{path}: every value of `{name}` is missing; expected at least one number");
        Error::new(ErrorKind::MissingValue, message)
    })
}
