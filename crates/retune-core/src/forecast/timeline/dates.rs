//! Times that are dates.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

use super::Step;
use super::column::TimeColumn;
use super::form::Form;
use super::stamp;
use super::step::most_frequent;
use crate::forecast::ForecastError;

/// Dates in equal steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dates {
    start: DateTime,
    gap: Gap,
    /// The day of the month that steps of months keep to, where a month is long enough.
    day: i8,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Duration(SignedDuration),
    Months(i32),
}

impl Dates {
    pub(super) fn read(column: &TimeColumn<'_>) -> Result<Self, ForecastError> {
        let mut stamps: Vec<stamp::Stamp> = Vec::with_capacity(column.fields.len());
        for (row, (_, field)) in column.fields.iter().enumerate() {
            let parsed = stamp::parse(field);
            let alike = |stamp: &stamp::Stamp| {
                let first = stamps.first();
                first.is_none_or(|first| first.shape == stamp.shape)
            };
            let parsed = parsed.filter(alike);
            stamps.push(parsed.ok_or_else(|| column.unreadable(row))?);
        }
        let (form, times) = Form::of(&stamps, column)?;
        column.check_count()?;
        let Some(&start) = times.first() else {
            return Err(column.unreadable(0));
        };
        for (row, pair) in times.windows(2).enumerate() {
            if pair[1] <= pair[0] {
                return Err(column.out_of_order(row + 1));
            }
        }
        let day = day_of_month(&times);
        let gap = gap(&times, day, form.has_days(), column)?;
        Ok(Self {
            start,
            gap,
            day,
            form,
        })
    }

    pub(super) fn step(&self) -> Step {
        shown(self.gap)
    }

    /// The time some steps after the first one.
    pub(super) fn stamp(&self, place: usize) -> Option<String> {
        let place = i32::try_from(place).ok()?;
        let time = match self.gap {
            Gap::Duration(step) => self.start.checked_add(step.checked_mul(place)?).ok()?,
            Gap::Months(months) => {
                let months = months.checked_mul(place)?;
                let month = i32::from(self.start.year()) * 12 + i32::from(self.start.month()) - 1;
                let month = month.checked_add(months)?;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                let first =
                    Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
                let day = self.day.min(first.days_in_month());
                let date = Date::new(year, first.month(), day).ok()?;
                date.to_datetime(self.start.time())
            }
        };
        Some(self.form.write(time))
    }
}

/// The day of the month that all times would keep to: the last day when all are the last of their
/// months.
fn day_of_month(times: &[DateTime]) -> i8 {
    let last = |time: &DateTime| time.day() == time.date().days_in_month();
    if times.iter().all(last) {
        return 31;
    }
    times.iter().map(|time| time.day()).max().unwrap_or(1)
}

/// The step between all times: of months where all of them fit, else of a fixed duration.
fn gap(
    times: &[DateTime],
    day: i8,
    has_days: bool,
    column: &TimeColumn<'_>,
) -> Result<Gap, ForecastError> {
    let durations: Vec<Gap> = times
        .windows(2)
        .map(|pair| Gap::Duration(pair[1].duration_since(pair[0])))
        .collect();
    // Only where every time keeps to the same day of the month and time of day.
    let months: Option<Vec<Gap>> = times
        .windows(2)
        .map(|pair| months_between(pair[0], pair[1], day))
        .collect();
    let all_same = |gaps: &[Gap]| {
        let first = gaps.first().copied();
        first.filter(|first| gaps.iter().all(|gap| gap == first))
    };
    if let Some(gap) = months.as_deref().and_then(all_same) {
        return Ok(gap);
    }
    if has_days && let Some(gap) = all_same(&durations) {
        return Ok(gap);
    }
    // A gap among months is told in months, any other in days or hours.
    let mixed: Vec<Gap> = times
        .windows(2)
        .zip(&durations)
        .map(|(pair, duration)| months_between(pair[0], pair[1], day).unwrap_or(*duration))
        .collect();
    let usual_mixed = most_frequent(&mixed);
    let (gaps, usual) = match usual_mixed {
        Some(Gap::Months(_)) => (&mixed, usual_mixed),
        _ => (&durations, most_frequent(&durations)),
    };
    let usual = usual.unwrap_or(Gap::Months(1));
    let row = gaps.iter().position(|gap| *gap != usual).unwrap_or(0);
    let found = gaps.get(row).copied().unwrap_or(usual);
    Err(column.irregular(row + 1, shown(found).to_string(), shown(usual).to_string()))
}

/// How many months lie between two times that keep to a day of the month.
fn months_between(from: DateTime, to: DateTime, day: i8) -> Option<Gap> {
    let keeps = |time: DateTime| time.day() == day.min(time.date().days_in_month());
    if !keeps(from) || !keeps(to) || from.time() != to.time() {
        return None;
    }
    let month = |time: DateTime| i32::from(time.year()) * 12 + i32::from(time.month());
    let months = month(to) - month(from);
    (months > 0).then_some(Gap::Months(months))
}

fn shown(gap: Gap) -> Step {
    match gap {
        Gap::Duration(duration) => Step::Duration(duration.unsigned_abs()),
        Gap::Months(months) => Step::Months(months.unsigned_abs()),
    }
}
