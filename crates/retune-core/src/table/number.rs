//! One field: a number, a missing value, or neither.

use std::str::FromStr;

use super::NumberStyle;

/// What is written where a value is missing, in any case, beside nothing at all.
const MISSING: [&str; 9] = ["?", "-", "--", "na", "n/a", "nan", "-nan", "null", "none"];

/// A field that is neither a number nor a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It is no number.
    NotANumber,
    /// It is a number that does not fit.
    TooLarge,
}

/// A floating point number of 32 or 64 bits.
pub trait Real: FromStr + Copy + Into<f64> {
    /// The nearest number of this width.
    fn nearest(value: f64) -> Self;

    /// Whether it is neither infinite nor no number.
    fn is_real(self) -> bool {
        self.into().is_finite()
    }
}

impl Real for f32 {
    fn nearest(value: f64) -> Self {
        value as Self
    }
}

impl Real for f64 {
    fn nearest(value: f64) -> Self {
        value
    }
}

/// Whether a field stands for a missing value: `?`, `-`, `NaN`, `NA`, `N/A`, `null` or `None` in any
/// case, or nothing.
pub fn is_missing(field: &str) -> bool {
    let field = field.trim();
    field.is_empty() || MISSING.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// Whether a field is a number of any size, in any way of writing numbers.
pub fn is_number(field: &str) -> bool {
    matches!(number::<f32>(field), Ok(Some(_)) | Err(Misfit::TooLarge))
        || NumberStyle::ALL
            .iter()
            .any(|style| style.plain(field).is_some())
}

/// The value of a field, `None` when it is missing; with a decimal point, and without thousands
/// separators. [`NumberStyle::number`] reads others.
///
/// # Errors
///
/// [`Misfit`] for everything else.
pub fn number<T: Real>(field: &str) -> Result<Option<T>, Misfit> {
    let field = field.trim();
    match field.parse::<T>() {
        Ok(value) if value.is_real() => Ok(Some(value)),
        _ if is_missing(field) => Ok(None),
        // The standard parser also takes words such as `infinity`, which are no measurements.
        Ok(_) if !field.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) => {
            Err(Misfit::TooLarge)
        }
        _ => Err(Misfit::NotANumber),
    }
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
            assert_eq!(number::<f32>(field), Ok(Some(value)), "{field}");
        }
        for field in [
            "", " ", "?", "NaN", "nan", "NA", "na", "-nan", "NULL", "None", "N/A", "-",
        ] {
            assert!(!is_number(field));
            assert_eq!(number::<f32>(field), Ok(None), "{field}");
        }
        for field in [
            "inf", "-inf", "Infinity", "1,5", "0x10", "1e", "e", "1 2", "−1",
        ] {
            assert_eq!(number::<f32>(field), Err(Misfit::NotANumber), "{field}");
        }
        assert_eq!(number::<f32>("1e39"), Err(Misfit::TooLarge));
        assert_eq!(number::<f32>("-1e99"), Err(Misfit::TooLarge));
        assert!(is_number("1e39") && is_number("1,5") && is_number("1 234,5") && is_number("12 %"));
        assert!(!is_number("1 2") && !is_number("1,2,3") && !is_number("2020-01-01"));
    }
}
