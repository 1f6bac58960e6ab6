//! How the dates of a column are written.

use std::fmt::Write;

use jiff::civil::{Date, DateTime, Time};

use super::column::TimeColumn;
use super::stamp::{Clock, Digits, Shape, Stamp};
use crate::forecast::ForecastError;

/// The order of the parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    YearMonthDay,
    DayMonthYear,
    MonthDayYear,
}

/// How dates are written: what reads a column back as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    order: Order,
    shape: Shape,
    /// Digits of the month, the day and the hour: 2 where they begin with a 0.
    month: usize,
    day: usize,
    hour: usize,
}

impl Form {
    /// The form of a column and its times; all stamps have the same shape.
    pub(super) fn of(
        stamps: &[Stamp],
        column: &TimeColumn<'_>,
    ) -> Result<(Self, Vec<DateTime>), ForecastError> {
        let Some(first) = stamps.first() else {
            return Err(column.unreadable(0));
        };
        let shape = first.shape.clone();
        let orders: &[Order] = match (shape.year_first, shape.parts, shape.separator) {
            (true, ..) => &[Order::YearMonthDay],
            // Dates with full stops have the day first wherever they are used.
            (false, 2, _) | (false, _, Some('.')) => &[Order::DayMonthYear],
            _ => &[Order::DayMonthYear, Order::MonthDayYear],
        };
        let read = |order: Order| -> Result<Vec<DateTime>, usize> {
            let times = stamps.iter().enumerate();
            times
                .map(|(row, stamp)| time(stamp, order).ok_or(row))
                .collect()
        };
        let mut found: Option<(Order, Vec<DateTime>)> = None;
        let mut furthest = 0;
        for &order in orders {
            match (read(order), &found) {
                (Ok(times), None) => found = Some((order, times)),
                (Ok(times), Some((_, other))) if *other == times => {}
                (Ok(_), Some(_)) => {
                    return Err(ForecastError::AmbiguousDate {
                        place: column.place(0),
                        found: column.shown(0),
                    });
                }
                (Err(row), _) => furthest = furthest.max(row),
            }
        }
        let Some((order, times)) = found else {
            return Err(column.unreadable(furthest));
        };
        let part = |place: fn(Order, usize) -> usize| {
            width(stamps.iter().filter_map(|stamp| {
                let place = place(order, stamp.shape.parts);
                stamp.date.get(place).copied()
            }))
        };
        let month = part(|order, parts| places(order, parts).1);
        let day = part(|order, parts| places(order, parts).2);
        let hour = width(stamps.iter().map(|stamp| stamp.hour));
        let form = Self {
            order,
            shape,
            month: month.or(day).unwrap_or(2),
            day: day.or(month).unwrap_or(2),
            hour: hour.or(day).or(month).unwrap_or(2),
        };
        Ok((form, times))
    }

    /// A time in this form.
    pub(super) fn write(&self, time: DateTime) -> String {
        let (year, month, day) = (
            format!("{:04}", time.year()),
            format!("{:0width$}", time.month(), width = self.month),
            format!("{:0width$}", time.day(), width = self.day),
        );
        let parts = match (self.order, self.shape.parts) {
            (Order::YearMonthDay, 2) => vec![year, month],
            (Order::YearMonthDay, _) => vec![year, month, day],
            (_, 2) => vec![month, year],
            (Order::DayMonthYear, _) => vec![day, month, year],
            (Order::MonthDayYear, _) => vec![month, day, year],
        };
        let separator = self.shape.separator.map(String::from).unwrap_or_default();
        let mut text = parts.join(&separator);
        if let Some(clock) = &self.shape.clock {
            self.write_clock(&mut text, clock, time);
        }
        text
    }

    fn write_clock(&self, text: &mut String, clock: &Clock, time: DateTime) {
        text.push(clock.separator);
        // Writing to a string cannot fail.
        let _ = write!(text, "{:0width$}", time.hour(), width = self.hour);
        let _ = write!(text, ":{:02}", time.minute());
        if clock.seconds {
            let _ = write!(text, ":{:02}", time.second());
        }
        if clock.fraction > 0 {
            let nanoseconds = format!("{:09}", time.subsec_nanosecond());
            text.push('.');
            text.extend(nanoseconds.chars().take(clock.fraction));
        }
        text.push_str(&clock.zone);
    }

    /// Whether days are written.
    pub(super) fn has_days(&self) -> bool {
        self.shape.parts == 3
    }
}

/// Where the year, the month and the day stand.
fn places(order: Order, parts: usize) -> (usize, usize, usize) {
    match (order, parts) {
        (Order::YearMonthDay, _) => (0, 1, 2),
        // The day is the unused third place.
        (_, 2) => (1, 0, 2),
        (Order::DayMonthYear, _) => (2, 1, 0),
        (Order::MonthDayYear, _) => (2, 0, 1),
    }
}

/// Whether a date with the year first is one of the calendar.
pub(super) fn exists(stamp: &Stamp) -> bool {
    time(stamp, Order::YearMonthDay).is_some()
}

fn time(stamp: &Stamp, order: Order) -> Option<DateTime> {
    let (year, month, day) = places(order, stamp.shape.parts);
    let part = |place: usize| stamp.date.get(place).map(|digits| digits.value);
    let day = if stamp.shape.parts == 3 {
        part(day)?
    } else {
        1
    };
    let date = Date::new(
        i16::try_from(part(year)?).ok()?,
        i8::try_from(part(month)?).ok()?,
        i8::try_from(day).ok()?,
    );
    let clock = Time::new(
        i8::try_from(stamp.hour.value).ok()?,
        i8::try_from(stamp.minute).ok()?,
        i8::try_from(stamp.second).ok()?,
        i32::try_from(stamp.nanosecond).ok()?,
    );
    Some(date.ok()?.to_datetime(clock.ok()?))
}

/// 1 when any number is written with one digit, 2 when one begins with 0, `None` when none shows.
fn width(numbers: impl Iterator<Item = Digits>) -> Option<usize> {
    let mut padded = None;
    for digits in numbers {
        match digits {
            Digits { width: 1, .. } => return Some(1),
            Digits { width: 2, value } if value < 10 => padded = Some(2),
            _ => {}
        }
    }
    padded
}
