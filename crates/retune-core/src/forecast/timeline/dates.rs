//! Times that are dates.

use jiff::Span;
use jiff::civil::DateTime;

use super::Step;
use super::column::TimeColumn;
use super::pattern::{self, month_first, padded_as};
use super::step::most_frequent;
use crate::Error;

/// Dates in equal steps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dates {
    start: DateTime,
    pub(super) step: Step,
    /// The day of the month that steps of months keep to, where a month is long enough.
    day: i8,
    /// How they are written.
    pattern: String,
}

impl Dates {
    pub(super) fn read(column: &TimeColumn<'_>) -> Result<Self, Error> {
        let (pattern, times) = times(column)?;
        column.check_count()?;
        if let Some(row) = times.windows(2).position(|pair| pair[1] <= pair[0]) {
            return Err(column.out_of_order(row + 1));
        }
        let day = day_of_month(&times);
        Ok(Self {
            start: times[0],
            step: step(&times, day, pattern.contains("%d"), column)?,
            day,
            pattern: padded_as(&pattern, column.texts()),
        })
    }

    /// The time some steps after the first one.
    pub(super) fn stamp(&self, place: usize) -> Option<String> {
        let place = u32::try_from(place).ok()?;
        let time = match self.step {
            Step::Duration(step) => self.start.checked_add(step.checked_mul(place)?).ok()?,
            Step::Months(months) => {
                let months = Span::new().try_months(months.checked_mul(place)?).ok()?;
                let month = self.start.first_of_month().checked_add(months).ok()?;
                let day = self.day.min(month.date().days_in_month());
                month.with().day(day).build().ok()?
            }
            Step::Counts(_) => return None,
        };
        jiff::fmt::strtime::format(&self.pattern, time).ok()
    }
}

/// The times of a column and the pattern that reads all of them.
fn times(column: &TimeColumn<'_>) -> Result<(String, Vec<DateTime>), Error> {
    let first = column.texts().next().and_then(pattern::pattern);
    let first = first.ok_or_else(|| column.unreadable(0))?;
    let mut other = String::new();
    let is_other = |field: &str| {
        other.clear();
        pattern::push_pattern(&mut other, field).is_none() || other != first
    };
    if let Some(row) = column.texts().position(is_other) {
        return Err(column.unreadable(row));
    }
    let read = |pattern: &str| -> Result<Vec<DateTime>, usize> {
        let parse = |(row, field)| pattern::parse(pattern, field).ok_or(row);
        column.texts().enumerate().map(parse).collect()
    };
    let Some(other) = month_first(&first) else {
        let times = read(&first).map_err(|row| column.unreadable(row))?;
        return Ok((first, times));
    };
    match (read(&first), read(&other)) {
        (Ok(times), Ok(others)) if times != others => Err(column.ambiguous()),
        (Ok(times), _) => Ok((first, times)),
        (_, Ok(times)) => Ok((other, times)),
        (Err(row), Err(other)) => Err(column.unreadable(row.max(other))),
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
fn step(
    times: &[DateTime],
    day: i8,
    has_days: bool,
    column: &TimeColumn<'_>,
) -> Result<Step, Error> {
    let durations = times.windows(2).map(|pair| pair[1].duration_since(pair[0]));
    let durations = durations.map(|duration| Step::Duration(duration.unsigned_abs()));
    let durations: Vec<Step> = durations.collect();
    // Months only where both times keep to the same day of the month and time of day.
    let pairs = times.windows(2).zip(&durations);
    let months: Vec<Step> = pairs
        .map(|(pair, duration)| months_between(pair[0], pair[1], day).unwrap_or(*duration))
        .collect();
    let is_months = |step: Step| matches!(step, Step::Months(_));
    let same = |steps: &[Step]| {
        steps
            .iter()
            .all(|step| *step == steps[0])
            .then_some(steps[0])
    };
    let same_months = same(&months).filter(|step| is_months(*step));
    let same_duration = || same(&durations).filter(|_| has_days);
    if let Some(step) = same_months.or_else(same_duration) {
        return Ok(step);
    }
    // A gap among months is told in months, any other in days or hours.
    let usual = most_frequent(&months).filter(|step| is_months(*step));
    let steps = if usual.is_some() { months } else { durations };
    let usual = most_frequent(&steps).unwrap_or(Step::Months(1));
    let row = steps.iter().position(|step| *step != usual).unwrap_or(0);
    Err(column.irregular(row + 1, steps[row], usual))
}

/// How many months lie between two times that keep to a day of the month.
fn months_between(from: DateTime, to: DateTime, day: i8) -> Option<Step> {
    let keeps = |time: DateTime| time.day() == day.min(time.date().days_in_month());
    if !keeps(from) || !keeps(to) || from.time() != to.time() {
        return None;
    }
    let month = |time: DateTime| i32::from(time.year()) * 12 + i32::from(time.month());
    let months = u32::try_from(month(to) - month(from)).ok()?;
    (months > 0).then_some(Step::Months(months))
}
