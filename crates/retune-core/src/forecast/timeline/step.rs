//! From one time to the next.

use std::fmt;
use std::time::Duration;

/// From one time to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A fixed number.
    Counts(f64),
    /// A fixed time: seconds, hours, days, weeks.
    Duration(Duration),
    /// Calendar months; 12 of them are a year.
    Months(u32),
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Counts(step) => write!(formatter, "{step}"),
            Self::Months(months) if months > 0 && months.is_multiple_of(12) => {
                count(formatter, u64::from(months / 12), "year")
            }
            Self::Months(months) => count(formatter, u64::from(months), "month"),
            Self::Duration(duration) => {
                let seconds = duration.as_secs();
                if duration.subsec_nanos() != 0 {
                    return write!(formatter, "{} seconds", duration.as_secs_f64());
                }
                let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
                let is_whole = |unit: u64| seconds > 0 && seconds.is_multiple_of(unit);
                let unit = units.into_iter().find(|(unit, _)| is_whole(*unit));
                let (unit, name) = unit.unwrap_or((1, "second"));
                count(formatter, seconds / unit, name)
            }
        }
    }
}

fn count(formatter: &mut fmt::Formatter<'_>, number: u64, unit: &str) -> fmt::Result {
    let plural = if number == 1 { "" } else { "s" };
    write!(formatter, "{number} {unit}{plural}")
}

/// The most frequent of several things; of equally frequent ones the first.
pub(super) fn most_frequent<T: PartialEq + Copy>(all: &[T]) -> Option<T> {
    /// Among so many different ones none is usual.
    const DIFFERENT: usize = 64;
    let mut counts: Vec<(T, usize)> = Vec::new();
    for thing in all {
        match counts.iter().position(|(known, _)| known == thing) {
            Some(place) => counts[place].1 += 1,
            None if counts.len() < DIFFERENT => counts.push((*thing, 1)),
            None => {}
        }
    }
    let best = counts.into_iter();
    let best = best.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(thing, _)| thing)
}
