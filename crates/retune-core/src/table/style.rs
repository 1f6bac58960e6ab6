//! How people write numbers: which sign parts the decimals, and which the thousands.

use super::number::{Misfit, Real, is_missing, number, simple};
use crate::{Error, ErrorKind};

/// What may stand before or behind a number without a part in its value.
const UNITS: [char; 5] = ['%', '$', '€', '£', '¥'];

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberStyle {
    /// What parts the decimals: a point or a comma.
    pub decimal: char,
    /// What parts the thousands: a point, a comma, a space, an apostrophe or nothing.
    pub thousands: Option<char>,
}

impl NumberStyle {
    /// A decimal point and nothing between thousands.
    pub const PLAIN: Self = Self::new('.', None);

    /// All there are, in the order in which they are preferred.
    pub const ALL: [Self; 8] = [
        Self::PLAIN,
        Self::new('.', Some(',')),
        Self::new('.', Some(' ')),
        Self::new('.', Some('\'')),
        Self::new(',', None),
        Self::new(',', Some('.')),
        Self::new(',', Some(' ')),
        Self::new(',', Some('\'')),
    ];

    const fn new(decimal: char, thousands: Option<char>) -> Self {
        Self { decimal, thousands }
    }

    /// The value of a field, `None` when it is missing. Units such as `%` and `€` are left out.
    ///
    /// # Errors
    ///
    /// [`Misfit`] for everything else.
    pub fn number<T: Real>(self, field: &str) -> Result<Option<T>, Misfit> {
        if self == Self::PLAIN {
            match number(field) {
                Err(Misfit::NotANumber) => {}
                found => return found,
            }
        }
        match self.plain(field) {
            Some(plain) => number(&plain),
            None if is_missing(field) => Ok(None),
            None => Err(Misfit::NotANumber),
        }
    }

    /// The same number with a decimal point and nothing else but its digits; none for what is no
    /// number in this style.
    pub(super) fn plain(self, field: &str) -> Option<String> {
        let (sign, _, body) = parts(field);
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            // Nobody parts the thousands of what has an exponent.
            Some(_) if self.thousands.is_some() => return None,
            Some((mantissa, exponent)) => (mantissa, exponent),
            None => (body, "0"),
        };
        let (whole, decimals) = mantissa.split_once(self.decimal).unwrap_or((mantissa, ""));
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let whole = self.ungrouped(whole)?;
        let is_number = is_digits(decimals)
            && whole.len() + decimals.len() > 0
            && is_digits(power)
            && !power.is_empty();
        is_number.then(|| format!("{sign}{whole}.{decimals}e{exponent}"))
    }

    /// The digits before the decimals. Where thousands are parted, all of them are.
    fn ungrouped(self, whole: &str) -> Option<String> {
        // A no-break space is a space, and so is a narrow one.
        let parts = |c: char| match self.thousands {
            Some(' ') => matches!(c, ' ' | '\u{a0}' | '\u{202f}'),
            between => Some(c) == between,
        };
        let mut groups = whole.split(parts);
        let first = groups.next().unwrap_or_default();
        let rest: Vec<&str> = groups.collect();
        let is_grouped = self.thousands.is_none()
            || (first.len() <= 3
                && rest.iter().all(|group| group.len() == 3)
                && (rest.is_empty() || !(first.is_empty() || first.starts_with('0'))));
        let whole = format!("{first}{}", rest.concat());
        (is_grouped && is_digits(&whole)).then_some(whole)
    }
}

/// Whether a field is a number of any size, in any way of writing numbers.
pub fn is_number(field: &str) -> bool {
    simple(field.as_bytes()).is_some()
        || matches!(number::<f32>(field), Ok(Some(_)) | Err(Misfit::TooLarge))
        || NumberStyle::ALL
            .iter()
            .any(|style| style.plain(field).is_some())
}

/// Whether a field is neither a number nor missing.
pub(crate) fn is_word(field: &str) -> bool {
    !is_missing(field) && !is_number(field)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The sign, the unit and the rest of a number.
fn parts(field: &str) -> (&'static str, Option<char>, &str) {
    let mut text = field.trim();
    let (mut sign, mut unit) = ("", None);
    // `$-5` and `-$5`.
    for _ in 0..2 {
        if let Some(rest) = text.strip_prefix(UNITS) {
            (unit, text) = (text.chars().next(), rest.trim_start());
        }
        if let Some(rest) = text.strip_prefix(['-', '+']) {
            sign = if text.starts_with('-') { "-" } else { "" };
            text = rest.trim_start();
        }
    }
    if let Some(rest) = text.strip_suffix(UNITS) {
        (unit, text) = (text.chars().last(), rest.trim_end());
    }
    (sign, unit, text)
}

/// Finds out how the numbers of a file are written.
///
/// ```
/// use retune_core::table::{NumberStyle, StyleSearch};
///
/// let mut search = StyleSearch::default();
/// for field in ["12,5", "1.049,25", "987"] {
///     search.see(field);
/// }
/// let style = search.style().expect("only one way to read them all");
/// assert_eq!(style.number::<f64>("1.049,25"), Ok(Some(1049.25)));
/// // A thousand or one?
/// let mut search = StyleSearch::default();
/// search.see("1.049");
/// assert_eq!(search.style().unwrap_err().field, "1.049");
/// ```
#[derive(Debug, Clone)]
pub struct StyleSearch {
    /// Those that read all fields so far.
    styles: Vec<NumberStyle>,
    /// Fields with a sign in them, the first for each.
    pub(super) signs: Vec<(char, String)>,
    /// A number with a unit, and one without it: with none or with another one.
    pub(super) with_unit: Option<String>,
    without_it: Option<String>,
}

/// Fields that can be read in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoWays {
    /// Such a field.
    pub field: String,
    /// Its values, as far as there are some.
    pub values: Vec<String>,
}

impl Default for StyleSearch {
    fn default() -> Self {
        Self::among(None, None).expect("without a sign all styles are left")
    }
}

impl StyleSearch {
    /// A search among the styles with this decimal sign and this thousands separator, where they
    /// are given.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setting`] where no numbers are written with both.
    pub fn among(decimal: Option<char>, thousands: Option<Option<char>>) -> Result<Self, Error> {
        let is_wanted = |style: &NumberStyle| {
            decimal.is_none_or(|decimal| style.decimal == decimal)
                && thousands.is_none_or(|thousands| style.thousands == thousands)
        };
        let styles: Vec<_> = NumberStyle::ALL.into_iter().filter(is_wanted).collect();
        if styles.is_empty() {
            let sign =
                |sign: Option<char>| sign.map_or("none".to_owned(), |sign| format!("`{sign}`"));
            let (decimal, thousands) = (sign(decimal), sign(thousands.flatten()));
            let message = format!(
                "no numbers are written with {decimal} before their decimals and {thousands} between their \
                 thousands"
            );
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("give another sign for one of them, or neither to have them told"));
        }
        Ok(Self {
            styles,
            signs: Vec::new(),
            with_unit: None,
            without_it: None,
        })
    }

    /// Whether it is still open what parts the decimals.
    pub fn is_open(&self) -> bool {
        let mut decimals = self.styles.iter().map(|style| style.decimal);
        let first = decimals.next();
        decimals.any(|decimal| Some(decimal) != first)
    }

    /// The style that is preferred among those that read all fields so far.
    pub fn likeliest(&self) -> NumberStyle {
        self.styles.first().copied().unwrap_or(NumberStyle::PLAIN)
    }

    /// Looks at one more field. What is no number in any style left says nothing: it will be an
    /// error of its own.
    pub fn see(&mut self, field: &str) {
        let field = field.trim();
        let is_whole = field.bytes().all(|byte| byte.is_ascii_digit());
        let says_nothing = field.len() <= 3 || self.styles.iter().all(|s| s.thousands.is_none());
        if is_whole && says_nothing && self.with_unit.is_none() && self.without_it.is_some() {
            return;
        }
        if is_missing(field) || !self.styles.iter().any(|style| style.plain(field).is_some()) {
            return;
        }
        self.styles.retain(|style| style.plain(field).is_some());
        for sign in ['.', ',', ' ', '\''] {
            if field.contains(sign) && self.signs.iter().all(|(seen, _)| *seen != sign) {
                self.signs.push((sign, field.to_owned()));
            }
        }
        let unit = parts(field).1;
        let known = self.with_unit.as_deref().map(|field| parts(field).1);
        let place = match unit.is_some() && known.is_none_or(|known| known == unit) {
            true => &mut self.with_unit,
            false => &mut self.without_it,
        };
        place.get_or_insert_with(|| field.to_owned());
    }

    /// The style in which all fields so far can be read.
    ///
    /// # Errors
    ///
    /// [`TwoWays`] when they can be read in two, or some have a unit and others have none or another.
    pub fn style(&self) -> Result<NumberStyle, TwoWays> {
        if let (Some(field), Some(_)) = (&self.with_unit, &self.without_it) {
            let field = field.clone();
            return Err(TwoWays {
                field,
                values: Vec::new(),
            });
        }
        for (_, field) in &self.signs {
            let values = self
                .styles
                .iter()
                .filter_map(|style| style.number::<f64>(field).ok()?);
            let mut values: Vec<f64> = values.collect();
            values.dedup();
            if values.len() > 1 {
                return Err(TwoWays {
                    field: field.clone(),
                    values: values.iter().map(f64::to_string).collect(),
                });
            }
        }
        Ok(self.likeliest())
    }
}

#[cfg(test)]
mod tests {
    use super::super::number::MISSING;
    use super::*;

    fn search(fields: &[&str]) -> Result<NumberStyle, TwoWays> {
        let mut search = StyleSearch::default();
        fields.iter().for_each(|field| search.see(field));
        search.style()
    }

    #[test]
    fn the_style_is_the_one_that_reads_all() {
        let style = |decimal, thousands| Ok(NumberStyle::new(decimal, thousands));
        for (fields, expected) in [
            (&["1.5", "2"][..], style('.', None)),
            (&["1.049", "0.049"], style('.', None)),
            (&["1.049", "1049"], style('.', None)),
            (&["1.049", "12.0490"], style('.', None)),
            (&["1.049", "1e-3"], style('.', None)),
            (&["12,5", "1.049"], style(',', Some('.'))),
            (&["1,049.5", "987"], style('.', Some(','))),
            (&["1,049,000"], style('.', Some(','))),
            (&["1.049.000", "987"], style(',', Some('.'))),
            (&["1 049,5"], style(',', Some(' '))),
            (&["1'049.5"], style('.', Some('\''))),
            (&["1 049", "987"], style('.', Some(' '))),
            (&["-0,5", "?", "word"], style(',', None)),
            (&["12 %", "1.5%"], style('.', None)),
            (&["$1,234.50", "-$3.00"], style('.', Some(','))),
            (&["987", "12"], style('.', None)),
            (&[], style('.', None)),
        ] {
            assert_eq!(search(fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn two_ways_to_read_are_an_error() {
        for (fields, field) in [
            (&["987", "1.049"][..], "1.049"),
            (&["1,049", "987"], "1,049"),
            (&["1.049", "2.113", "19.000"], "1.049"),
            (&["12%", "0.5"], "12%"),
        ] {
            assert_eq!(search(fields).unwrap_err().field, field, "{fields:?}");
        }
        let mut among = StyleSearch::among(Some('.'), None).unwrap();
        among.see("1.049");
        assert_eq!(among.style(), Ok(NumberStyle::PLAIN));
        let mut among = StyleSearch::among(None, Some(Some('.'))).unwrap();
        among.see("1.049");
        assert_eq!(among.style().unwrap().number("1.049"), Ok(Some(1049.0)));
        for sign in ['.', ','] {
            let error = StyleSearch::among(Some(sign), Some(Some(sign))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Setting);
        }
    }

    #[test]
    fn numbers_of_any_style_are_numbers() {
        assert!(is_number("1e39") && is_number("1,5") && is_number("1 234,5") && is_number("12 %"));
        assert!(!is_number("1 2") && !is_number("1,2,3") && !is_number("2020-01-01"));
        assert!(
            !MISSING
                .iter()
                .chain(&["", " "])
                .any(|field| is_number(field))
        );
    }

    #[test]
    fn fields_are_read_in_their_style() {
        let read =
            |decimal, thousands, field| NumberStyle::new(decimal, thousands).number::<f64>(field);
        assert_eq!(read(',', None, "-1,5e3"), Ok(Some(-1500.0)));
        assert_eq!(read(',', Some('.'), "1.234,5 €"), Ok(Some(1234.5)));
        assert_eq!(
            read('.', Some(' '), "1\u{a0}234\u{202f}567"),
            Ok(Some(1_234_567.0))
        );
        assert_eq!(read('.', None, "12 %"), Ok(Some(12.0)));
        assert_eq!(read(',', None, "n/a"), Ok(None));
        assert_eq!(read(',', None, "1e400"), Err(Misfit::TooLarge));
        for (decimal, thousands, field) in [
            (',', None, "1.5"),
            ('.', Some(','), "1,23"),
            ('.', Some(','), "0,123"),
            ('.', Some(','), "1234,567"),
            ('.', None, "inf"),
            (',', None, "1,2,3"),
            ('.', None, "%"),
            ('.', None, "."),
        ] {
            assert_eq!(
                read(decimal, thousands, field),
                Err(Misfit::NotANumber),
                "{field}"
            );
        }
    }
}
