//! The fields that times are read from.

use std::fmt::Display;
use std::path::Path;

use super::pattern::{self, is_compact, pattern};
use crate::table::{Place, is_missing};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The years of dates written without separators; other numbers of that length are counts.
const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// The times of one history as they stand in a file.
#[derive(Debug, Clone)]
pub(in crate::forecast) struct TimeColumn<'a> {
    pub(in crate::forecast) path: &'a Path,
    /// The column, counted from 1.
    pub(in crate::forecast) column: usize,
    /// The history they belong to.
    pub(in crate::forecast) name: &'a str,
    /// The line of each time, and its field.
    pub(in crate::forecast) fields: Vec<(usize, &'a str)>,
}

/// Whether a field is a date and not a number.
pub(in crate::forecast) fn is_date(field: &str) -> bool {
    pattern(field).is_some_and(|pattern| !is_compact(&pattern))
}

impl<'a> TimeColumn<'a> {
    /// The fields without white space around them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.fields.iter().map(|(_, field)| field.trim())
    }

    /// Whether the times are dates, by the first of them; digits only are when all of them are.
    pub(super) fn holds_dates(&self) -> bool {
        let is_plausible = |field: &str| {
            let pattern = pattern(field).filter(|pattern| is_compact(pattern));
            let time = pattern.and_then(|pattern| pattern::parse(&pattern, field));
            time.is_some_and(|time| COMPACT_YEARS.contains(&time.year()))
        };
        let first = self.texts().next();
        first.is_some_and(|first| is_date(first) || self.texts().all(is_plausible))
    }

    fn line(&self, row: usize) -> usize {
        self.fields.get(row).map_or(1, |(line, _)| *line)
    }

    fn text(&self, row: usize) -> &'a str {
        self.fields.get(row).map_or("", |(_, field)| field.trim())
    }

    /// A field as it is shown in messages.
    fn shown(&self, row: usize) -> String {
        shorten(self.text(row))
    }

    /// A field, the one before it, and the line of that.
    fn shown_with_before(&self, row: usize) -> (String, String, usize) {
        let before = row.saturating_sub(1);
        (self.shown(row), self.shown(before), self.line(before))
    }

    fn wrong(&self, row: usize, message: String) -> Error {
        let place = Place::field(self.path, self.line(row), self.column);
        Error::new(ErrorKind::Time, message).at(place)
    }

    pub(super) fn unreadable(&self, row: usize) -> Error {
        let first = self.shown(0);
        let expected = match row == 0 || is_missing(self.text(row)) {
            true => "a date such as 2016-07-01 00:00:00 or 2016-07, or a number".to_owned(),
            false => format!("one written like `{first}`"),
        };
        let found = self.shown(row);
        let message = format!("`{found}` is no time that can be read; expected {expected}");
        self.wrong(row, message)
            .with_hint(
                "write all times alike, such as 2016-07-01 00:00:00, 2016-07-01 or 2016-07; \
                 or go without times",
            )
            .with_setting("time", "none")
    }

    /// Dates that can be read in two ways.
    pub(super) fn ambiguous(&self) -> Error {
        let found = self.shown(0);
        let message = format!("`{found}` can be read with the day or the month first");
        self.wrong(0, message)
            .with_hint("write the dates as year-month-day")
    }

    /// A time that is not later than the one before.
    pub(super) fn out_of_order(&self, row: usize) -> Error {
        let (found, before, line) = self.shown_with_before(row);
        let message = format!("the time `{found}` is not later than `{before}` on line {line}");
        self.wrong(row, message)
            .with_hint(
                "sort the rows by time and keep one for each; write local times that are set back \
                 in autumn as UTC; if the table holds several histories one below the other, name \
                 the column with their ids",
            )
            .with_setting("id", "")
    }

    pub(super) fn irregular(&self, row: usize, step: impl Display, usual: impl Display) -> Error {
        let (found, before, line) = self.shown_with_before(row);
        let message = format!(
            "from `{before}` on line {line} to `{found}` is {step}; the usual step is {usual}"
        );
        self.wrong(row, message)
            .with_hint(
                "add the rows that are missing, with empty values that are filled in; or go \
                 without times",
            )
            .with_setting("missing", "interpolate")
            .with_setting("time", "none")
    }

    /// Too few times to know a step.
    pub(super) fn check_count(&self) -> Result<(), Error> {
        if self.fields.len() < 2 {
            let name = shorten(self.name);
            let message =
                format!("`{name}` has a single time; expected at least two, to know the step");
            return Err(self
                .wrong(0, message)
                .with_hint("give more rows, or go without times")
                .with_setting("time", "none"));
        }
        Ok(())
    }
}
