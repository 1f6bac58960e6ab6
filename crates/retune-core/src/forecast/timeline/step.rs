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
pub(super) fn most_frequent<T: PartialEq + Copy>(all: &[T]) -> Option<T> {
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
    fn the_most_frequent_is_the_first_of_equals() {
        assert_eq!(most_frequent(&[2, 1, 1, 2]), Some(2));
        assert_eq!(most_frequent(&[2, 1, 1]), Some(1));
        assert_eq!(most_frequent::<u8>(&[]), None);
    }
}
