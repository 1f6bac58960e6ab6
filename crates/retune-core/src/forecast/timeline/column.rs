//! The fields that times are read from.

use std::cmp::Ordering;
use std::fmt::Display;
use std::path::Path;

use super::irregular::Irregular;
use super::pattern::{self, is_clock, is_compact, looks_like_date, pattern};
use crate::table::{Place, is_missing, is_number};
use crate::wording::shorten;
use crate::{Error, ErrorKind};

/// The years of dates written without separators; other numbers of that length are counts.
pub(super) const COMPACT_YEARS: std::ops::RangeInclusive<i16> = 1800..=2200;

/// The times of one history as they stand in a file.
#[derive(Debug, Clone)]
pub(in crate::forecast) struct TimeColumn<'a> {
    /// The file.
    pub(in crate::forecast) path: &'a Path,
    /// The column, counted from 1.
    pub(in crate::forecast) column: usize,
    /// The history they belong to.
    pub(in crate::forecast) name: &'a str,
    /// Whether the day stands before the month, where that is given.
    pub(in crate::forecast) day_first: Option<bool>,
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

/// Whether a field is a time of day without a date.
pub(in crate::forecast) fn is_time_of_day(field: &str) -> bool {
    is_clock(field)
}

/// Whether a field is a date, or might be meant as one.
pub(in crate::forecast) fn might_be_date(field: &str) -> bool {
    is_date(field) || is_clock(field) || (!is_number(field) && looks_like_date(field))
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
            time.is_some_and(|(time, _)| COMPACT_YEARS.contains(&time.year()))
        };
        match self.texts().next() {
            Some(first) if is_date(first) || self.texts().all(is_plausible) => TimeKind::Dates,
            _ => TimeKind::Counts,
        }
    }

    /// Whether the times are dates.
    pub(in crate::forecast) fn is_of_dates(&self) -> bool {
        self.kind() == TimeKind::Dates
    }

    fn line(&self, row: usize) -> usize {
        self.fields.get(row).map_or(1, |(line, _)| *line)
    }

    fn text(&self, row: usize) -> &'a str {
        self.fields.get(row).map_or("", |(_, field)| field.trim())
    }

    /// A field as it is shown in messages.
    pub(super) fn shown(&self, row: usize) -> String {
        shorten(self.text(row))
    }

    /// Something wrong with a field.
    fn wrong(&self, row: usize, message: String) -> Error {
        let place = Place::field(self.path, self.line(row), self.column);
        Error::new(ErrorKind::Time, message).at(place)
    }

    /// A field that cannot be read.
    pub(in crate::forecast) fn unreadable(&self, row: usize) -> Error {
        let first = self.shown(0);
        let expected = if row == 0 || is_missing(self.text(row)) {
            "a date such as 2016-07-01 00:00:00 or 2016-07, or a number".to_owned()
        } else {
            format!("one written like `{first}`")
        };
        let found = self.shown(row);
        let what = if row == 0 && is_clock(self.text(row)) {
            "a time of day without a date"
        } else {
            "no time that can be read"
        };
        let message = format!("`{found}` is {what}; expected {expected}");
        let error = self.wrong(row, message);
        if self.is_below(row) {
            return error.with_hint("remove what stands below the table");
        }
        error
            .with_hint(
                "write all times alike, such as 2016-07-01 00:00:00, 2016-07-01 or 2016-07; \
                 or go without times",
            )
            .with_setting("time", "none")
    }

    /// Whether a field is a remark below the table: one of the last, and nothing like a time.
    fn is_below(&self, row: usize) -> bool {
        const LAST: usize = 3;
        let text = self.text(row);
        let rest = self.fields.len() - row.min(self.fields.len());
        let is_remark = text.is_empty() || !(might_be_date(text) || is_number(text));
        row > LAST && rest <= LAST && is_remark
    }

    /// Dates that can be read in two ways.
    pub(super) fn ambiguous(&self) -> Error {
        let found = self.shown(0);
        let message = format!("`{found}` can be read with the day or the month first");
        self.wrong(0, message)
            .with_hint("say whether the day stands before the month")
            .with_setting("day_first", "yes")
            .with_setting("day_first", "no")
    }

    /// The same with the last row first.
    pub(super) fn turned(&self) -> Self {
        let fields = self.fields.iter().rev().copied().collect();
        Self {
            fields,
            ..self.clone()
        }
    }

    /// Which way times move: forwards is `Greater`, which a single time does as well.
    pub(super) fn direction<T: PartialOrd>(&self, times: &[T]) -> Result<Ordering, Error> {
        if let Some(way) = one_way(times) {
            return Ok(way);
        }
        let later = times.windows(2).filter(|pair| pair[0] < pair[1]).count();
        let backwards = times.windows(2).filter(|pair| pair[0] > pair[1]).count() > later;
        let way = if backwards {
            Ordering::Less
        } else {
            Ordering::Greater
        };
        let breaks = |pair: &[T]| pair[1].partial_cmp(&pair[0]) != Some(way);
        let row = times.windows(2).position(breaks).unwrap_or(0) + 1;
        Err(self.out_of_order(row, backwards))
    }

    /// A time that is not later than the one before, or not earlier where they run backwards.
    fn out_of_order(&self, row: usize, backwards: bool) -> Error {
        let before = row.saturating_sub(1);
        let same = self.text(row) == self.text(before);
        let (found, line) = (self.shown(row), self.line(before));
        let before = self.shown(before);
        let way = if backwards { "earlier" } else { "later" };
        let message = format!("the time `{found}` is not {way} than `{before}` on line {line}");
        let hint = match same {
            true => {
                "keep one row for each time; write local times that are set back in autumn as UTC; \
                 where several series stand one below the other, name the column that tells them \
                 apart"
            }
            false => {
                "sort the rows by time; where several series stand one below the other, name the \
                 column that tells them apart"
            }
        };
        self.wrong(row, message)
            .with_hint(hint)
            .with_setting("id", "")
    }

    /// A step unlike the usual one.
    pub(super) fn irregular(&self, row: usize, steps: [&str; 2], what: Irregular) -> Error {
        let before = row.saturating_sub(1);
        let (found, line) = (self.shown(row), self.line(before));
        let before = self.shown(before);
        let [step, usual] = steps;
        let message = format!(
            "from `{before}` on line {line} to `{found}` is {step}; the usual step is {usual}"
        );
        let (hint, settings) = what.hint();
        let error = self.wrong(row, message).with_hint(hint);
        settings.iter().fold(error, |error, (name, value)| {
            error.with_setting(name, value)
        })
    }

    /// Numbers that are years with months or quarters, one of which begins a year.
    pub(super) fn of_a_calendar(&self, row: usize) -> Error {
        let before = self.shown(row.saturating_sub(1));
        let found = self.shown(row);
        let message = format!(
            "from `{before}` to `{found}` a year begins: these look like years with months, quarters, \
             weeks or days, which are in no equal steps as numbers"
        );
        self.wrong(row, message)
            .with_hint("write dates such as 2000-12 or 2000-12-31, or go without times")
            .with_setting("time", "none")
    }

    /// Rows that are missing before one.
    pub(super) fn missing_rows(&self, row: usize, missing: usize, step: &str) -> Error {
        let (found, line) = (self.shown(row), self.line(row.saturating_sub(1)));
        let before = self.shown(row.saturating_sub(1));
        let rows = if missing == 1 { "row is" } else { "rows are" };
        let message = format!(
            "between `{before}` on line {line} and `{found}`, {missing} {rows} missing in steps of {step}"
        );
        self.wrong(row, message)
            .with_hint("have missing rows filled in, from both sides or with the last value")
            .with_setting("fill", "interpolate")
            .with_setting("fill", "last")
    }

    /// Far more places than rows.
    pub(super) fn too_many_missing(&self, missing: impl Display, step: &str) -> Error {
        let rows = self.fields.len();
        let message = format!(
            "there are {rows} rows, and {missing} more would have to be filled in for steps of {step}"
        );
        self.wrong(0, message)
            .with_hint("look for a time far from the others, or give a longer step")
            .with_setting("frequency", "")
    }

    /// Two rows that belong to the same place.
    pub(super) fn same_place(&self, row: usize, step: &str) -> Error {
        let (found, line) = (self.shown(row), self.line(row.saturating_sub(1)));
        let before = self.shown(row.saturating_sub(1));
        let message =
            format!("`{found}` and `{before}` on line {line} fall together in steps of {step}");
        self.wrong(row, message)
            .with_hint("keep one of the rows, or give a shorter step")
            .with_setting("frequency", "")
    }

    /// A time beside the steps.
    pub(super) fn off_the_step(&self, row: usize, by: Option<String>, step: &str) -> Error {
        let (found, first) = (self.shown(row), self.shown(0));
        let by = by.map_or_else(String::new, |by| format!(" by {by}"));
        let message = format!("`{found}` is off the steps of {step} from `{first}`{by}");
        self.wrong(row, message)
            .with_hint(
                "correct the time, give another step, or say how far times may lie beside their \
                 steps",
            )
            .with_setting("frequency", "")
            .with_setting("tolerance", "")
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

/// Whether times move forwards (`Greater`), or backwards; `None` when neither.
pub(in crate::forecast) fn one_way<T: PartialOrd>(times: &[T]) -> Option<Ordering> {
    let all = |order| {
        times
            .windows(2)
            .all(|pair| pair[1].partial_cmp(&pair[0]) == Some(order))
    };
    [Ordering::Greater, Ordering::Less]
        .into_iter()
        .find(|order| all(*order))
}
