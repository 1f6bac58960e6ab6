//! One field: a number, a missing value, or neither.

use std::str::FromStr;

use super::Place;
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// What is written where a value is missing, in any case, beside nothing at all.
pub(super) const MISSING: [&str; 9] = ["?", "-", "--", "na", "n/a", "nan", "-nan", "null", "none"];

/// A field that is neither a number nor a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It is no number.
    NotANumber,
    /// It is a number that does not fit.
    TooLarge,
}

impl Misfit {
    /// The error that a field is.
    pub(crate) fn error(self, field: &str, place: Place) -> Error {
        let field = shorten(field.trim());
        let problem = match self {
            Self::NotANumber => {
                "is not a number; expected a finite number or, where a value is missing, `?`, \
                 `NaN` or an empty field"
            }
            Self::TooLarge => "is too large; expected a number within ±3.4e38",
        };
        Error::new(ErrorKind::NotANumber, format!("field `{field}` {problem}")).at(place)
    }
}

/// A value that was found, NaN where it is missing, if it is within what 32 bits can hold.
pub(crate) fn within_range(found: Result<Option<f64>, Misfit>) -> Result<f64, Misfit> {
    match found? {
        Some(value) if value.abs() > f64::from(f32::MAX) => Err(Misfit::TooLarge),
        found => Ok(found.unwrap_or(f64::NAN)),
    }
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

/// The value of a field of an optional `-`, digits and an optional `.` among them, 15 at most; none
/// for any other.
pub fn simple(field: &[u8]) -> Option<f64> {
    let whole = |(value, length)| (length == field.len()).then_some(value);
    leading(field, 0).and_then(whole)
}

/// The value of such a field that some bytes begin with, and its length: up to `end`, or to their
/// end. Both the digits as a whole number and the power of ten are exact in 64 bits, so their
/// quotient is the nearest number (Clinger 1990), as that of the standard parser.
pub(super) fn leading(bytes: &[u8], end: u8) -> Option<(f64, usize)> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let start = usize::from(bytes.first() == Some(&b'-'));
    let (mut whole, mut point, mut at) = (0u64, None, start);
    while let Some(&byte) = bytes.get(at) {
        match byte.wrapping_sub(b'0') {
            // What wraps has too many digits.
            digit @ 0..=9 => whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit)),
            _ if byte == end => break,
            _ if byte == b'.' && point.is_none() => point = Some(at),
            _ => return None,
        }
        at += 1;
    }
    let count = at - start - usize::from(point.is_some());
    if count == 0 || count > 15 {
        return None;
    }
    let decimals = point.map_or(0, |point| at - point - 1);
    let value = whole as f64 / POWERS[decimals];
    Some((if start == 1 { -value } else { value }, at))
}

/// Whether a field stands for a missing value: `?`, `-`, `NaN`, `NA`, `N/A`, `null` or `None` in any
/// case, or nothing.
pub fn is_missing(field: &str) -> bool {
    if field.as_bytes().first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let field = field.trim();
    field.is_empty() || MISSING.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// The value of a field, `None` when it is missing; with a decimal point, and without thousands
/// separators. [`NumberStyle::number`](super::NumberStyle::number) reads others.
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
    fn simple_numbers_are_those_of_the_standard_parser() {
        let mut state = 1u64;
        for length in 1..20 {
            for _ in 0..2000 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let digits = format!("{:020}", state >> 1);
                let (before, after) = digits[..length].split_at(state as usize % (length + 1));
                let sign = if state >> 63 == 0 { "-" } else { "" };
                let field = match after {
                    "" => format!("{sign}{before}"),
                    after => format!("{sign}{before}.{after}"),
                };
                let found = simple(field.as_bytes());
                assert!(found.is_some() || length > 15, "{field}");
                let same = |found: f64| Ok(found.to_bits()) == field.parse().map(f64::to_bits);
                assert!(found.is_none_or(same), "{field}");
            }
        }
        for field in ["", "-", ".", "1.2.3", "+1", "1e3", " 1", "1 ", "inf", "--1"] {
            assert_eq!(simple(field.as_bytes()), None, "{field}");
        }
    }

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
            assert_eq!(number::<f32>(field), Ok(None), "{field}");
        }
        for field in [
            "inf", "-inf", "Infinity", "1,5", "0x10", "1e", "e", "1 2", "−1",
        ] {
            assert_eq!(number::<f32>(field), Err(Misfit::NotANumber), "{field}");
        }
        assert_eq!(number::<f32>("1e39"), Err(Misfit::TooLarge));
        assert_eq!(number::<f32>("-1e99"), Err(Misfit::TooLarge));
    }
}
