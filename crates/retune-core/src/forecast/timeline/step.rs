//! From one time to the next.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::DateTime;

use crate::{Error, ErrorKind};

/// From one time to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A fixed number.
    Counts(f64),
    /// A fixed time: seconds, hours, days, weeks.
    Duration(Duration),
    /// Calendar months; 12 of them are a year.
    Months(u32),
    /// From Monday to Friday.
    BusinessDays,
}

/// How far times may lie from their steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// So long.
    Duration(Duration),
    /// A share of the step.
    Share(f64),
}

/// A step as `1h`, `15 min`, `1d`, `business-day`, `1w`, `1month`, `1q`, `1y`, or as a number where
/// times are numbers.
impl FromStr for Step {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || {
            let message = format!(
                "`{text}` is no step; expected one such as 15min, 1h, 1d, business-day, 1w, \
                 1month, 1q, 1y, or a number"
            );
            Error::new(ErrorKind::Setting, message)
        };
        if matches!(text.trim(), "business-day" | "business-days" | "B") {
            return Ok(Self::BusinessDays);
        }
        let (number, unit) = split_unit(text);
        if unit.is_empty() {
            let step = number.parse().ok().filter(|step: &f64| *step > 0.0);
            return step
                .filter(|step| step.is_finite())
                .map(Self::Counts)
                .ok_or_else(wrong);
        }
        let number = if number.is_empty() { "1" } else { number };
        let months = match unit.as_str() {
            "mo" | "month" | "months" => 1,
            "q" | "quarter" | "quarters" => 3,
            "y" | "year" | "years" => 12,
            _ => {
                return duration(number, &unit)
                    .map(Self::Duration)
                    .ok_or_else(wrong);
            }
        };
        let count = number.parse().ok().filter(|count: &u32| *count > 0);
        count
            .and_then(|count| count.checked_mul(months))
            .map(Self::Months)
            .ok_or_else(wrong)
    }
}

/// A duration such as `5s` or `2 min`, or a share of the step such as `0.1`.
impl FromStr for Tolerance {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (number, unit) = split_unit(text);
        let found = match unit.is_empty() {
            true => {
                let share = number.parse().ok();
                share
                    .filter(|share| (0.0..0.5).contains(share))
                    .map(Self::Share)
            }
            false => duration(number, &unit).map(Self::Duration),
        };
        found.ok_or_else(|| {
            let message = format!(
                "`{text}` is no tolerance; expected a duration such as 5s or 2min, or a share of \
                 the step below 0.5"
            );
            Error::new(ErrorKind::Setting, message)
        })
    }
}

/// A number and the letters after it.
fn split_unit(text: &str) -> (&str, String) {
    let text = text.trim();
    let letters = text.find(char::is_alphabetic).unwrap_or(text.len());
    let (number, unit) = text.split_at(letters);
    (number.trim(), unit.to_lowercase())
}

fn duration(number: &str, unit: &str) -> Option<Duration> {
    let seconds = match unit {
        "ms" => 0.001,
        "s" | "sec" | "second" | "seconds" => 1.0,
        "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        _ => return None,
    };
    let number: f64 = number.parse().ok().filter(|number| *number > 0.0)?;
    // In whole milliseconds, so that a tenth of a second is one.
    let milliseconds = (number * seconds * 1000.0).round();
    (1.0..1e15)
        .contains(&milliseconds)
        .then(|| Duration::from_millis(milliseconds as u64))
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Counts(step) => write!(formatter, "{step}"),
            Self::Months(months) if months > 0 && months.is_multiple_of(12) => {
                count(formatter, u64::from(months / 12), "year")
            }
            Self::Months(months) => count(formatter, u64::from(months), "month"),
            Self::BusinessDays => formatter.write_str("1 business day"),
            Self::Duration(duration) => {
                let seconds = duration.as_secs();
                if duration.subsec_nanos() != 0 {
                    return write!(formatter, "{} seconds", duration.as_secs_f64());
                }
                let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
                let unit = units
                    .into_iter()
                    .find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
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
pub(in crate::forecast) fn most_frequent<T: PartialEq + Copy>(all: &[T]) -> Option<T> {
    /// Among so many different ones none is usual.
    const DIFFERENT: usize = 64;
    let mut counts: Vec<(T, usize)> = Vec::new();
    for thing in all {
        let known = counts.iter().position(|(known, _)| known == thing);
        match known {
            Some(place) => counts[place].1 += 1,
            None if counts.len() < DIFFERENT => counts.push((*thing, 1)),
            None => {}
        }
    }
    let best = counts
        .into_iter()
        .reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(thing, _)| thing)
}

/// The one step between all times.
pub(super) fn equal_step(times: &[DateTime], day: i8, has_days: bool) -> Option<Step> {
    let same = |steps: Vec<Step>| {
        let first = steps.first().copied();
        first.filter(|first| steps.iter().all(|step| step == first))
    };
    let months = same(month_steps(times, day)).filter(|step| matches!(step, Step::Months(_)));
    months.or_else(|| same(durations(times)).filter(|_| has_days))
}

/// The most frequent step: of months where that is one.
pub(super) fn usual_step(times: &[DateTime], day: i8) -> Step {
    let months = most_frequent(&month_steps(times, day));
    let months = months.filter(|step| matches!(step, Step::Months(_)));
    months
        .or_else(|| most_frequent(&durations(times)))
        .unwrap_or(Step::Months(1))
}

/// The step that times with jitter keep to: the middle one, as a whole number of usual units.
pub(super) fn rounded_step(times: &[DateTime]) -> Option<Step> {
    const UNITS: [u64; 21] = [
        1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 10_800,
        21_600, 43_200, 86_400, 604_800,
    ];
    let mut seconds: Vec<f64> = times
        .windows(2)
        .map(|pair| pair[1].duration_since(pair[0]).as_secs_f64())
        .collect();
    seconds.sort_by(f64::total_cmp);
    let middle = *seconds.get(seconds.len() / 2)?;
    let unit = UNITS
        .into_iter()
        .find(|unit| (middle - *unit as f64).abs() <= 0.05 * middle)?;
    Some(Step::Duration(std::time::Duration::from_secs(unit)))
}

pub(super) fn durations(times: &[DateTime]) -> Vec<Step> {
    let durations = times.windows(2).map(|pair| pair[1].duration_since(pair[0]));
    durations
        .map(|duration| Step::Duration(duration.unsigned_abs()))
        .collect()
}

/// Steps of months where both times keep to the same day of the month and time of day, else
/// durations.
pub(super) fn month_steps(times: &[DateTime], day: i8) -> Vec<Step> {
    let pairs = times.windows(2).zip(durations(times));
    pairs
        .map(|(pair, step)| months_between(pair[0], pair[1], day).unwrap_or(step))
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_shown_in_the_largest_whole_unit() {
        let shown = |seconds| Step::Duration(Duration::from_secs(seconds)).to_string();
        assert_eq!(shown(604_800), "7 days");
        assert_eq!(shown(3_600), "1 hour");
        assert_eq!(shown(5_400), "90 minutes");
        assert_eq!(shown(45), "45 seconds");
        let step = Step::Duration(Duration::from_millis(500));
        assert_eq!(step.to_string(), "0.5 seconds");
        assert_eq!(Step::Months(3).to_string(), "3 months");
        assert_eq!(Step::Months(12).to_string(), "1 year");
        assert_eq!(Step::Counts(0.25).to_string(), "0.25");
    }

    #[test]
    fn steps_and_tolerances_are_read() {
        let hours = |hours: u64| Step::Duration(Duration::from_secs(hours * 3600));
        for (text, step) in [
            ("1h", hours(1)),
            ("d", hours(24)),
            ("1 week", hours(168)),
            ("0.5h", Step::Duration(Duration::from_secs(1800))),
            ("1month", Step::Months(1)),
            ("1q", Step::Months(3)),
            ("2y", Step::Months(24)),
            ("business-day", Step::BusinessDays),
            ("5", Step::Counts(5.0)),
        ] {
            assert_eq!(text.parse::<Step>().unwrap(), step, "{text}");
        }
        for text in [
            "",
            "0h",
            "-1d",
            "1 fortnight",
            "0",
            "1.5month",
            "1e40d",
            "inf",
            "NaN",
        ] {
            assert!(text.parse::<Step>().is_err(), "{text}");
        }
        let seconds = Tolerance::Duration(Duration::from_secs(5));
        assert_eq!("5s".parse::<Tolerance>().unwrap(), seconds);
        assert_eq!("0.1".parse::<Tolerance>().unwrap(), Tolerance::Share(0.1));
        for text in ["", "1month", "0.5", "-0.1", "x", "-1s"] {
            assert!(text.parse::<Tolerance>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_most_frequent_is_the_first_of_equals() {
        assert_eq!(most_frequent(&[2, 1, 1, 2]), Some(2));
        assert_eq!(most_frequent(&[2, 1, 1]), Some(1));
        assert_eq!(most_frequent::<u8>(&[]), None);
    }
}
