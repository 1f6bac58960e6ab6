//! One field: a number, a missing value, or an error with its position.

use std::path::Path;

use crate::series::{Place, SeriesError};
use crate::wording::shorten;

/// A field that is neither a number nor a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Misfit {
    NotANumber,
    TooLarge,
}

/// Whether a field stands for a missing value: `?`, `NaN` or `NA` in any case, or nothing.
pub(crate) fn is_missing(field: &str) -> bool {
    let field = field.trim();
    field.is_empty()
        || field == "?"
        || field.eq_ignore_ascii_case("nan")
        || field.eq_ignore_ascii_case("na")
}

/// Whether a field is a number, of any size.
pub(crate) fn is_number(field: &str) -> bool {
    !matches!(parse(field), Ok(None) | Err(Misfit::NotANumber))
}

/// The value of a field, `None` when it is missing.
pub(crate) fn parse(field: &str) -> Result<Option<f32>, Misfit> {
    let field = field.trim();
    if is_missing(field) {
        return Ok(None);
    }
    // The standard parser also takes words such as `infinity`, which are no measurements.
    if field
        .bytes()
        .any(|byte| byte.is_ascii_alphabetic() && !matches!(byte, b'e' | b'E'))
    {
        return Err(Misfit::NotANumber);
    }
    match field.parse::<f32>() {
        Ok(value) if value.is_finite() => Ok(Some(value)),
        Ok(_) => Err(Misfit::TooLarge),
        Err(_) => Err(Misfit::NotANumber),
    }
}

/// The value of a field at a known position.
pub(super) fn parse_at(
    path: &Path,
    line: usize,
    position: usize,
    field: &str,
) -> Result<Option<f32>, SeriesError> {
    parse(field).map_err(|misfit| {
        let place = Place::field(path, line, position);
        let found = shorten(field.trim());
        match misfit {
            Misfit::NotANumber => SeriesError::NotANumber { place, found },
            Misfit::TooLarge => SeriesError::TooLarge { place, found },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_missing_values_and_everything_else() {
        for (field, value) in [
            ("1", 1.0),
            (" -2.5e-3 ", -0.0025),
            ("+.5", 0.5),
            ("7.", 7.0),
        ] {
            assert_eq!(parse(field), Ok(Some(value)), "{field}");
        }
        for field in ["", " ", "?", "NaN", "nan", "NAN", "NA", "na"] {
            assert!(!is_number(field));
            assert_eq!(parse(field), Ok(None), "{field}");
        }
        for field in [
            "inf", "-inf", "Infinity", "-nan", "1,5", "0x10", "1e", "e", "1 2", "−1",
        ] {
            assert_eq!(parse(field), Err(Misfit::NotANumber), "{field}");
        }
        assert_eq!(parse("1e39"), Err(Misfit::TooLarge));
        assert_eq!(parse("-1e99"), Err(Misfit::TooLarge));
        assert!(is_number("1e39") && !is_number("1,5"));
    }
}
