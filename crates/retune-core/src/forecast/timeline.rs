//! The times of a history, kept as a start, a step and the way they are written.

mod column;
mod counts;
mod dates;
mod grid;
mod irregular;
mod pattern;
mod regular;
mod step;
mod words;

use std::ops::Range;

use crate::{Error, ErrorKind};
use counts::Counts;
use regular::Dates;

pub(super) use column::{TimeColumn, is_date, is_time_of_day, might_be_date, one_way};
pub(super) use grid::{Grid, Placed, Read};
pub(super) use step::most_frequent;
pub use step::{Step, Tolerance};

/// Equally spaced times: of a history, and on from there.
///
/// Times are read as they stand, without a time zone, and a suffix such as `Z` or `+01:00` that is
/// the same throughout is written again. Where the offset changes, as with daylight saving, steps
/// shorter than a day are told by instants and others by local days; times after the last one are
/// written with its offset.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Counts(Counts),
    Dates(Dates),
}

impl Timeline {
    /// 0, 1, 2 and so on: the times of a history that has none.
    pub fn counts() -> Self {
        Self {
            kind: Kind::Counts(Counts::from_zero()),
        }
    }

    /// The times of a column.
    pub(super) fn read(column: &TimeColumn<'_>, grid: &Grid) -> Result<Read<Self>, Error> {
        fn whole<T>(read: Read<T>, kind: impl Fn(T) -> Kind) -> Read<Timeline> {
            let Read {
                times,
                placed,
                reversed,
            } = read;
            Read {
                times: Timeline { kind: kind(times) },
                placed,
                reversed,
            }
        }
        match column.kind() {
            column::TimeKind::Dates => {
                Dates::read(column, grid).map(|read| whole(read, Kind::Dates))
            }
            column::TimeKind::Counts => {
                Counts::read(column, grid).map(|read| whole(read, Kind::Counts))
            }
        }
    }

    /// Numbers in the order of the times of a column, where all of them can be read.
    pub(super) fn order(column: &TimeColumn<'_>) -> Result<Vec<i128>, Error> {
        match column.kind() {
            column::TimeKind::Dates => Dates::order(column),
            column::TimeKind::Counts => Counts::order(column),
        }
    }

    /// The offsets of the first and the last times, as they are written, where the offset changes.
    pub(super) fn offsets(&self) -> Option<(String, String)> {
        let Kind::Dates(dates) = &self.kind else {
            return None;
        };
        dates
            .offsets()
            .map(|(first, last)| (first.to_string(), last.to_string()))
    }

    /// Whether the day stands before the month in the times, where that could be otherwise.
    pub(super) fn day_first(&self) -> Option<bool> {
        match &self.kind {
            Kind::Counts(_) => None,
            Kind::Dates(dates) => dates.day_first(),
        }
    }

    /// From one time to the next.
    pub fn step(&self) -> Step {
        match &self.kind {
            Kind::Counts(counts) => Step::Counts(counts.step()),
            Kind::Dates(dates) => dates.step,
        }
    }

    /// Whether the times are 0, 1, 2 and so on, as they are where none are given.
    pub fn is_counts(&self) -> bool {
        *self == Self::counts()
    }

    /// Whether other times are as far from each other; steps between rounded numbers may differ a little.
    pub fn has_step_of(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Counts(one), Kind::Counts(other)) => one.has_step_of(other),
            _ => self.step() == other.step(),
        }
    }

    /// Whether other times begin where these, of so many values, end, and go on in the same steps. Where
    /// they are written in another way, so that they may have another offset, a day more or less is none.
    pub fn goes_on(&self, length: usize, next: &Self) -> bool {
        let begins = match (&self.kind, &next.kind) {
            (Kind::Counts(one), Kind::Counts(next)) => one.reaches(length, next),
            (Kind::Dates(one), Kind::Dates(next)) => one.reaches(length, next),
            _ => false,
        };
        begins && self.has_step_of(next)
    }

    /// The time of the value at a place of the history, counted from 0, written as in the file;
    /// places after the history's end go on in the same steps.
    ///
    /// # Errors
    ///
    /// For dates after the year 9999 and counts that do not fit into 64 bits.
    pub fn stamp(&self, place: usize) -> Result<String, Error> {
        let written = match &self.kind {
            Kind::Counts(counts) => counts.stamp(place),
            Kind::Dates(dates) => dates.stamp(place),
        };
        written.ok_or_else(|| {
            let message = format!(
                "the time {place} steps after the first one is out of range; \
                 the last year is 9999"
            );
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
