//! Whether the first row names the columns.

use std::path::Path;

use super::{Place, Row, is_missing, is_number, is_word};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// So many rows below the first are looked at.
const LOOKED_AT: usize = 100;

/// The first row of a table and what is known about it.
pub(crate) struct FirstRow<'a> {
    pub path: &'a Path,
    pub row: &'a Row,
    /// The rows below.
    pub below: &'a [Row],
    /// Whether a row is a series; else it holds what was measured at one time.
    pub is_series: bool,
    /// What only headers hold.
    pub is_name: fn(&str) -> bool,
    /// Columns that are asked for by a name.
    pub asked: Vec<&'a str>,
    /// The column of the labels, if it is known: there only a name says something.
    pub label: Option<usize>,
    /// What a date looks like.
    pub is_date: fn(&str) -> bool,
}

/// What the rows below have in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Dates,
    Words,
    Numbers,
}

impl FirstRow<'_> {
    /// Whether the row is a header.
    ///
    /// It is one when it holds words where the rows below hold numbers or dates, and no numbers; when
    /// it has a name that only headers have; and when its numbers count or are equally far apart, as
    /// times are, and those below are not. A row with words and numbers is an error otherwise: a
    /// typing error must not turn a row into a header.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Column`] and [`ErrorKind::NotANumber`] where it may be both.
    pub fn is_header(&self) -> Result<bool, Error> {
        let fields: Vec<&str> = self.row.iter().map(str::trim).collect();
        if self.asked.iter().any(|name| fields.contains(name)) {
            return Ok(true);
        }
        let begins = |rows: &[Row]| {
            rows.first()
                .is_some_and(|row| !row.get(0).trim().is_empty())
        };
        let begins = fields[0].is_empty() && begins(self.below);
        if !self.is_series && (begins || (0..fields.len()).any(|column| self.is_named(column))) {
            return Ok(true);
        }
        // Where the rows below have words the first has a name for them, or none, or it is data.
        let (mut named, mut are_named) = (None, true);
        let (mut words, mut numbers, mut any_word, mut any_date, mut above) =
            (Vec::new(), Vec::new(), false, false, false);
        for (column, &field) in fields
            .iter()
            .enumerate()
            .filter(|(_, field)| !is_missing(field))
        {
            let kind = self.kind(column);
            let (is_date, is_number) = ((self.is_date)(field), is_number(field));
            any_word |= !is_date && !is_number;
            any_date |= is_date;
            match kind {
                // A date above dates is one of them.
                Kind::Dates if is_date => return Ok(false),
                Kind::Words if self.is_named(column) => named = Some(column),
                Kind::Numbers if is_number => numbers.push(column),
                Kind::Numbers if is_date => above = true,
                Kind::Dates | Kind::Numbers => words.push(column),
                Kind::Words if is_number && self.label != Some(column) => numbers.push(column),
                Kind::Words => are_named = false,
            }
        }
        // A date is no value of a series.
        if self.is_series && above {
            return Ok(true);
        }
        if numbers.is_empty() {
            let only_words = !self.is_series && any_word && !any_date;
            return Ok(!words.is_empty() || named.is_some() || only_words);
        }
        if self.below.is_empty() {
            return Ok(false);
        }
        let below = &self.below[..self.below.len().min(LOOKED_AT)];
        let in_steps = |numbers: &[usize], row: &Row| {
            is_progression(numbers.iter().map(|column| row.get(*column)))
        };
        let in_steps_below =
            |numbers: &[usize]| below.iter().filter(|row| in_steps(numbers, row)).count();
        let equal_steps = |numbers: &[usize]| {
            in_steps(numbers, self.row) && 10 * in_steps_below(numbers) <= below.len()
        };
        let whole = |row: &Row| -> Option<Vec<i64>> {
            let numbers = numbers
                .iter()
                .map(|column| row.get(*column).trim().parse().ok());
            numbers.collect()
        };
        let first = whole(self.row).unwrap_or_default();
        let counts = matches!(first.first(), Some(0 | 1))
            && first
                .windows(2)
                .all(|pair| pair[1].checked_sub(pair[0]) == Some(1));
        // It is written without a point, above numbers with one.
        let stands_out =
            counts && !below.is_empty() && below.iter().all(|row| whole(row).is_none());
        if let Some(&word) = words.first() {
            if words.iter().any(|word| self.is_named(*word)) || equal_steps(&numbers) || stands_out
            {
                return Ok(true);
            }
            let why = format!("`{}` is a word among numbers", shorten(fields[word]));
            return Err(self.unclear(Some(word), &why));
        }
        let has_steps = equal_steps(&numbers);
        let many = numbers.len() > 3;
        if numbers.len() >= 3 && (has_steps || stands_out) {
            let ends = [fields[0], fields[fields.len() - 1]];
            let has_names = named.is_some() || ends.iter().any(|field| is_missing(field));
            let counts = stands_out || (counts && many);
            if are_named && (counts || has_names || (many && !self.is_series)) {
                return Ok(true);
            }
            return Err(self.unclear(None, "its numbers are equally far apart"));
        }
        // Some rows below are in steps, which may be chance where they are few; a class would stand below again.
        let is_new = |column: usize| {
            let field = fields[column];
            is_word(field)
                && self
                    .fields(column)
                    .all(|other| is_word(other) && other != field)
        };
        let by_chance = (counts || below.len() < 10) && in_steps(&numbers, self.row);
        let by_chance = by_chance && 2 * in_steps_below(&numbers) <= below.len();
        let by_chance = by_chance && (0..fields.len()).any(is_new);
        if by_chance || (!self.is_series && stands_out && numbers.len() < 3) {
            return Err(self.unclear(None, "its numbers count"));
        }
        if let Some(named) = named {
            return match self.label == Some(named) {
                _ if !self.holds_words(named) => Ok(true),
                // `y` is an answer as well as a name for answers.
                true => Ok(false),
                false => {
                    let why = format!("`{}` may be a name", shorten(fields[named]));
                    Err(self.unclear(Some(named), &why))
                }
            };
        }
        // A label of numbers beside times: `0,0.00,0.02,…`, but also the series of a straight line.
        let beside_one = equal_steps(&numbers[1..]) || equal_steps(&numbers[..numbers.len() - 1]);
        match self.is_series && beside_one {
            true => Err(self.unclear(None, "all its numbers but one are equally far apart")),
            false => Ok(false),
        }
    }

    /// The fields of a column below that are not missing.
    fn fields(&self, column: usize) -> impl Iterator<Item = &str> + Clone {
        let rows = self.below.iter().take(LOOKED_AT);
        let fields = rows.map(move |row| row.get(column).trim());
        fields.filter(|field| !is_missing(field))
    }

    fn kind(&self, column: usize) -> Kind {
        let mut fields = self.fields(column).peekable();
        if self.label != Some(column) && fields.peek().is_some() && fields.all(self.is_date) {
            return Kind::Dates;
        }
        match self.label == Some(column) || self.holds_words(column) {
            true => Kind::Words,
            false => Kind::Numbers,
        }
    }

    /// Whether most fields of a column are words.
    fn holds_words(&self, column: usize) -> bool {
        let words = self.fields(column).filter(|field| !is_number(field));
        2 * words.count() > self.fields(column).count()
    }

    /// Whether the row has a name in a column which is not what the rows below have there.
    fn is_named(&self, column: usize) -> bool {
        let field = self.row.get(column).trim();
        (self.is_name)(field) && self.below.iter().all(|row| row.get(column).trim() != field)
    }

    fn unclear(&self, column: Option<usize>, why: &str) -> Error {
        let message = format!("{why}, so the first row may be a header or data");
        let (kind, place) = match column {
            Some(column) => (
                ErrorKind::NotANumber,
                Place::field(self.path, self.row.line, column + 1),
            ),
            None => (ErrorKind::Column, Place::line(self.path, self.row.line)),
        };
        Error::new(kind, message)
            .at(place)
            .with_hint("say whether the first row is a header")
            .with_setting("header", "yes")
            .with_setting("header", "no")
    }
}

/// Whether three numbers or more are equally far apart, as far as their last digits tell.
fn is_progression<'t>(fields: impl Iterator<Item = &'t str>) -> bool {
    let (mut numbers, mut decimals) = (Vec::new(), 0);
    for field in fields {
        let field = field.trim();
        let Ok(number) = field.parse::<f64>() else {
            return false;
        };
        numbers.push(number);
        let part = field.split_once('.').map_or("", |(_, part)| part);
        decimals = decimals.max(part.bytes().take_while(u8::is_ascii_digit).count());
    }
    let [first, .., last] = numbers[..] else {
        return false;
    };
    let step = (last - first) / (numbers.len() - 1) as f64;
    let rounding = match decimals {
        0 => 0.0,
        _ => 10f64.powi(-(decimals.min(300) as i32)),
    };
    let allowed = (rounding * 1.01).max(step.abs() * 1e-9);
    let allowed = allowed.min(step.abs() * 0.4);
    let mut steps = numbers.windows(2).map(|pair| pair[1] - pair[0]);
    numbers.len() >= 3 && step.is_normal() && steps.all(|found| (found - step).abs() <= allowed)
}
