//! The fields of a line in which none stands in quotes.

use super::Separator;
use super::number::leading;

/// The fields of a line, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    /// Its number, counted from 1.
    pub line: usize,
    /// What is left of it; none at the end.
    rest: Option<&'a str>,
    separator: Separator,
}

impl<'a> Fields<'a> {
    /// The fields of a line with this number; at least one.
    pub fn new(line: usize, text: &'a str, separator: Separator) -> Self {
        Self {
            line,
            rest: Some(text),
            separator,
        }
    }

    /// The next field, if it is a number in the simplest way of writing one: an optional `-`, digits
    /// and an optional point, 15 digits at most. Any other field is left to be taken as text.
    ///
    /// A number is found together with its end, so that no byte is looked at twice.
    pub fn number(&mut self) -> Option<f64> {
        let rest = self.rest?;
        let end = self.separator.byte()?;
        let (value, length) = leading(rest.as_bytes(), end)?;
        self.rest = rest.get(length + 1..);
        Some(value)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let Some(byte) = self.separator.byte() else {
            let rest = rest.trim_start();
            let (field, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            self.rest = Some(after);
            return Some(field).filter(|field| !field.is_empty());
        };
        let (field, after) = match rest.split_once(char::from(byte)) {
            Some((field, after)) => (field, Some(after)),
            None => (rest, None),
        };
        self.rest = after;
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fields_are_those_between_separators(text in "[-0-9., \t]{0,60}") {
            for separator in [Separator::Comma, Separator::Tab, Separator::WhiteSpace] {
                let expected: Vec<&str> = match separator.byte() {
                    Some(byte) => text.split(char::from(byte)).collect(),
                    None => text.split_whitespace().collect(),
                };
                let fields = Fields::new(1, &text, separator);
                prop_assert_eq!(fields.clone().collect::<Vec<_>>(), &expected[..]);
                let mut fields = fields;
                for field in expected {
                    match fields.number() {
                        Some(value) => prop_assert_eq!(field.parse::<f64>().map(f64::to_bits), Ok(value.to_bits())),
                        None => prop_assert_eq!(fields.next(), Some(field)),
                    }
                }
                prop_assert_eq!((fields.number(), fields.next()), (None, None));
            }
        }
    }
}
