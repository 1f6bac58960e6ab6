//! Dates in equal steps, and how they are written.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Span};

use super::pattern::{self, day_first};
use super::step::Step;

/// Dates in equal steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dates {
    /// In UTC where the offset changes and instants count, else as written.
    pub(super) start: DateTime,
    pub(super) step: Step,
    /// The day of the month that steps of months keep to, where a month is long enough.
    pub(super) day: i8,
    /// How they are written.
    pub(super) pattern: String,
    /// The offsets where they change, each with the place from which on it is written.
    pub(super) offsets: Vec<(usize, Offset)>,
    /// Whether times are instants.
    pub(super) instants: bool,
}

impl Dates {
    /// Whether the day stands before the month, where that could be otherwise.
    pub(super) fn day_first(&self) -> Option<bool> {
        day_first(&self.pattern)
    }

    /// The offset of the first and of the last times, where it changes.
    pub(super) fn offsets(&self) -> Option<(Offset, Offset)> {
        Some((self.offsets.first()?.1, self.offsets.last()?.1))
    }

    /// Whether the next time is written otherwise than the first: the pattern may have no days.
    pub(super) fn can_write_step(&self) -> bool {
        let read = |place| {
            let text = self.stamp(place)?;
            let (time, offset) = pattern::parse(&self.pattern.replace("%-", "%"), &text)?;
            Some(
                offset
                    .filter(|_| self.instants)
                    .map_or(time, |offset| in_utc(time, offset)),
            )
        };
        (0..=1).all(|place| read(place).is_some() && read(place) == self.at(place))
    }

    /// The time some steps after the first one.
    pub(super) fn at(&self, place: usize) -> Option<DateTime> {
        let place = u32::try_from(place).ok()?;
        match self.step {
            Step::Duration(step) => self.start.checked_add(step.checked_mul(place)?).ok(),
            Step::Months(months) => {
                let months = Span::new().try_months(months.checked_mul(place)?).ok()?;
                let month = self.start.first_of_month().checked_add(months).ok()?;
                let day = self.day.min(month.date().days_in_month());
                month.with().day(day).build().ok()
            }
            Step::BusinessDays => {
                let weekday = u32::try_from(self.start.weekday().to_monday_zero_offset()).ok()?;
                let place = i64::from(weekday.min(4)) + i64::from(place);
                let days = place / 5 * 7 + place % 5 - i64::from(weekday);
                let days = Span::new().try_days(days).ok()?;
                self.start.checked_add(days).ok()
            }
            Step::Counts(_) => None,
        }
    }

    /// Whether other dates begin where these, so many, end.
    pub(super) fn reaches(&self, length: usize, next: &Self) -> bool {
        let Some(expected) = self.at(length) else {
            return false;
        };
        let alike = self.pattern == next.pattern && self.instants == next.instants;
        let apart = next.start.duration_since(expected).abs();
        apart <= SignedDuration::from_hours(if alike { 0 } else { 24 })
    }

    /// The time some steps after the first one, as it is written.
    pub(super) fn stamp(&self, place: usize) -> Option<String> {
        let time = self.at(place)?;
        let from = self
            .offsets
            .partition_point(|(from, _)| *from <= place)
            .checked_sub(1);
        let offset = self
            .offsets
            .get(from.unwrap_or(0))
            .map(|(_, offset)| *offset);
        let time = match offset.filter(|_| self.instants) {
            Some(offset) => offset.to_datetime(Offset::UTC.to_timestamp(time).ok()?),
            None => time,
        };
        let mut broken = BrokenDownTime::from(time);
        broken.set_offset(offset);
        broken.to_string(&self.pattern).ok()
    }
}

/// A local time as the same instant in UTC.
pub(super) fn in_utc(time: DateTime, offset: Offset) -> DateTime {
    offset
        .to_timestamp(time)
        .map_or(time, |instant| Offset::UTC.to_datetime(instant))
}
