//! The times of a history, kept as a start, a step and the way they are written.

mod column;
mod counts;
mod dates;
mod pattern;
mod step;

use std::ops::Range;

use crate::{Error, ErrorKind};
use counts::Counts;
use dates::Dates;

pub(super) use column::{TimeColumn, is_date};
pub use step::Step;

/// Equally spaced times: of a history, and on from there.
///
/// Times are read as they stand, without a time zone: a suffix such as `Z` or `+01:00` must be the
/// same throughout and is written again.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline(Kind);

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Counts(Counts),
    Dates(Dates),
}

impl Timeline {
    /// 0, 1, 2 and so on: the times of a history that has none.
    pub fn counts() -> Self {
        Self(Kind::Counts(Counts::Whole { start: 0, step: 1 }))
    }

    pub(super) fn read(column: &TimeColumn<'_>) -> Result<Self, Error> {
        let kind = match column.holds_dates() {
            true => Kind::Dates(Dates::read(column)?),
            false => Kind::Counts(Counts::read(column)?),
        };
        Ok(Self(kind))
    }

    /// From one time to the next.
    pub fn step(&self) -> Step {
        match &self.0 {
            Kind::Counts(counts) => Step::Counts(counts.step()),
            Kind::Dates(dates) => dates.step,
        }
    }

    /// The time of the value at a place of the history, counted from 0, written as in the file;
    /// places after the history's end go on in the same steps.
    ///
    /// # Errors
    ///
    /// For dates after the year 9999 and counts that do not fit into 64 bits.
    pub fn stamp(&self, place: usize) -> Result<String, Error> {
        let written = match &self.0 {
            Kind::Counts(counts) => counts.stamp(place),
            Kind::Dates(dates) => dates.stamp(place),
        };
        written.ok_or_else(|| {
            let message = format!("the time {place} steps after the first one is out of range");
            let message = format!("{message}; the last year is 9999");
            Error::new(ErrorKind::Time, message)
        })
    }

    /// The times of several places: those of a forecast after `length` values are
    /// `length..length + horizon`.
    ///
    /// # Errors
    ///
    /// See [`Timeline::stamp`].
    pub fn stamps(&self, places: Range<usize>) -> Result<Vec<String>, Error> {
        places.map(|place| self.stamp(place)).collect()
    }
}

#[cfg(test)]
mod tests;
