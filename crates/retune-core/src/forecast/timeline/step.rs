//! From one time to the next.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

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
