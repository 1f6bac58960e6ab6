//! The fields that times are read from.

use std::path::Path;

use super::pattern::{self, is_compact, pattern};
use crate::forecast::ForecastError;
use crate::series::Place;
use crate::table::is_missing;
use crate::wording::shorten;

/// The years of dates written without separators; other numbers of that length are counts.
const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// The times of one history as they stand in a file.
#[derive(Debug, Clone)]
pub(in crate::forecast) struct TimeColumn<'a> {
    /// The file.
    pub(in crate::forecast) path: &'a Path,
    /// The column, counted from 1.
    pub(in crate::forecast) column: usize,
    /// The history they belong to.
    pub(in crate::forecast) name: &'a str,
    /// The line of each time, and its field.
    pub(in crate::forecast) fields: Vec<(usize, &'a str)>,
}

/// What times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeKind {
    Dates,
    Counts,
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

    /// What the times are, by the first of them; digits only are dates when all of them are.
    pub(super) fn kind(&self) -> TimeKind {
        let is_plausible = |field: &str| {
            let pattern = pattern(field).filter(|pattern| is_compact(pattern));
            let time = pattern.and_then(|pattern| pattern::parse(&pattern, field));
            time.is_some_and(|time| COMPACT_YEARS.contains(&time.year()))
        };
        match self.texts().next() {
            Some(first) if is_date(first) || self.texts().all(is_plausible) => TimeKind::Dates,
            _ => TimeKind::Counts,
        }
    }

    /// The place of a field.
    pub(super) fn place(&self, row: usize) -> Place {
        let line = self.fields.get(row).map_or(1, |(line, _)| *line);
        Place::field(self.path, line, self.column)
    }

    fn text(&self, row: usize) -> &'a str {
        self.fields.get(row).map_or("", |(_, field)| field.trim())
    }

    /// A field as it is shown in messages.
    pub(super) fn shown(&self, row: usize) -> String {
        shorten(self.text(row))
    }

    /// A field that cannot be read.
    pub(super) fn unreadable(&self, row: usize) -> ForecastError {
        let first = self.shown(0);
        let expected = if row == 0 || is_missing(self.text(row)) {
            "a date such as 2016-07-01 00:00:00 or 2016-07, or a number".to_owned()
        } else {
            format!("one written like `{first}`")
        };
        ForecastError::UnreadableTime {
            place: self.place(row),
            found: self.shown(row),
            expected,
        }
    }

    /// A time that is not later than the one before.
    pub(super) fn out_of_order(&self, row: usize) -> ForecastError {
        let before = row.saturating_sub(1);
        ForecastError::TimeOrder {
            place: self.place(row),
            found: self.shown(row),
            before: self.shown(before),
            line_before: self.place(before).line,
        }
    }

    /// A step unlike the usual one.
    pub(super) fn irregular(&self, row: usize, step: String, usual: String) -> ForecastError {
        let before = row.saturating_sub(1);
        ForecastError::IrregularTime {
            place: Box::new(self.place(row)),
            found: self.shown(row).into(),
            before: self.shown(before).into(),
            line_before: self.place(before).line,
            step: step.into(),
            usual: usual.into(),
        }
    }

    /// Too few times to know a step.
    pub(super) fn check_count(&self) -> Result<(), ForecastError> {
        if self.fields.len() < 2 {
            return Err(ForecastError::SingleTime {
                place: self.place(0),
                name: shorten(self.name),
            });
        }
        Ok(())
    }
}
