//! One field: a number, or an error with its position.

use std::path::Path;

use crate::motion::MotionError;
use crate::series::Place;
use crate::wording::shorten;

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    pub(super) path: &'a Path,
    pub(super) line: usize,
    /// Counted from 0.
    pub(super) column: usize,
    pub(super) name: &'a str,
}

impl Field<'_> {
    pub(super) fn place(&self) -> Place {
        Place::field(self.path, self.line, self.column + 1)
    }

    /// The finite number that stands there.
    pub(super) fn number(&self, text: &str) -> Result<f64, MotionError> {
        let text = text.trim();
        let is_missing = ["", "?", "na", "nan", "-nan", "null"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
        if is_missing {
            return Err(MotionError::MissingValue {
                place: self.place(),
                column: shorten(self.name),
            });
        }
        // Angles are kept as 32 bits, so that what does not fit is no angle.
        match text.parse::<f64>() {
            Ok(value) if (value as f32).is_finite() => Ok(value),
            _ => Err(MotionError::NotANumber {
                place: self.place(),
                column: shorten(self.name),
                found: shorten(text),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_missing_values_and_everything_else() {
        let field = Field {
            path: Path::new("a.mot"),
            line: 3,
            column: 1,
            name: "knee",
        };
        for (text, value) in [
            ("1", 1.0),
            (" -2.5e-3 ", -0.0025),
            ("+.5", 0.5),
            ("7.", 7.0),
        ] {
            assert_eq!(field.number(text).unwrap(), value, "{text}");
        }
        for text in ["", " ", "?", "NaN", "NA"] {
            let error = field.number(text).unwrap_err();
            assert!(matches!(error, MotionError::MissingValue { .. }), "{text}");
        }
        for text in ["inf", "-Infinity", "1,5", "0x10", "1 2", "1e39"] {
            let message = field.number(text).unwrap_err().to_string();
            let start = format!("a.mot:3:2: field `{text}` of `knee` is not a number");
            assert!(message.starts_with(&start), "{message}");
        }
    }
}
