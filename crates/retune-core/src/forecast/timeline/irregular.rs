//! Times that keep to no step: what they look like, and so what would help.

use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};

use super::step::{Step, most_frequent, rounded_step};

/// Why times are not in equal steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Irregular {
    /// All steps are multiples of the usual one.
    MissingRows,
    /// All steps are near multiples of the usual one.
    Jitter,
    /// There are no weekends; `missing` where business days are missing as well.
    BusinessDays { missing: bool },
    /// They keep to no step.
    NoStep,
}

/// How far a step may be from a multiple of the usual one.
const JITTER: f64 = 0.25;

impl Irregular {
    /// What steps are, counted in usual ones.
    pub(super) fn of(steps: impl Iterator<Item = f64>) -> Self {
        let mut exact = true;
        for step in steps {
            let off = (step - step.round()).abs();
            if step.round() < 1.0 || off > JITTER {
                return Self::NoStep;
            }
            exact &= off < 1e-9 * step;
        }
        if exact {
            Self::MissingRows
        } else {
            Self::Jitter
        }
    }

    /// What dates with these steps are, of which this is the usual one.
    pub(super) fn of_dates(times: &[DateTime], steps: &[Step], usual: Step) -> Self {
        if are_business_days(times) {
            let between = |pair: &[DateTime]| {
                let days = pair[1].date().duration_since(pair[0].date()).as_hours() / 24;
                days != 1 && !(days == 3 && pair[0].weekday() == Weekday::Friday)
            };
            return Self::BusinessDays {
                missing: times.windows(2).any(between),
            };
        }
        let usual = match usual {
            Step::Duration(step) => step.as_secs_f64(),
            _ => return Self::of_months(times, steps),
        };
        let pairs = times.windows(2);
        let counted = pairs.map(|pair| pair[1].duration_since(pair[0]).as_secs_f64() / usual);
        match Self::of(counted) {
            Self::Jitter if !lie_on_one_grid(times, usual) => Self::NoStep,
            found => found,
        }
    }

    /// What dates are whose usual step is one of months: such as the last business days of months, which
    /// lie beside it.
    fn of_months(times: &[DateTime], steps: &[Step]) -> Self {
        let month = |time: &DateTime| (time.year(), time.month());
        if steps.iter().all(|step| matches!(step, Step::Months(_))) {
            Self::MissingRows
        } else if times
            .windows(2)
            .all(|pair| month(&pair[0]) < month(&pair[1]))
        {
            Self::Jitter
        } else {
            Self::NoStep
        }
    }

    /// A duration in words.
    pub(super) fn shown(duration: SignedDuration) -> String {
        Step::Duration(duration.unsigned_abs()).to_string()
    }

    /// What to do about it, and the settings that do it.
    pub(super) fn hint(self) -> (&'static str, &'static [(&'static str, &'static str)]) {
        match self {
            Self::MissingRows => (
                "rows are missing: have them filled in, or go without times",
                &[("fill", "interpolate"), ("time", "none")],
            ),
            Self::Jitter => (
                "the times lie a little beside equal steps: say how far they may, as a duration such \
                 as 5s or 2d or as a share of a step such as 0.1; or go without times",
                &[("tolerance", ""), ("time", "none")],
            ),
            Self::BusinessDays { missing: false } => (
                "these are business days, from Monday to Friday: say so, or have the other days \
                 filled in",
                &[("frequency", "business-day"), ("fill", "interpolate")],
            ),
            Self::BusinessDays { missing: true } => (
                "these are business days, from Monday to Friday, and some are missing, such as \
                 holidays: say so and have those filled in, or have all days filled in",
                &[
                    ("frequency", "business-day --fill last"),
                    ("fill", "interpolate"),
                ],
            ),
            Self::NoStep => (
                "the times keep to no step: say which one and how far they may lie beside it, or go \
                 without times",
                &[("frequency", ""), ("tolerance", ""), ("time", "none")],
            ),
        }
    }
}

/// Whether times stay near the places of one grid, where steps that are each near a multiple of the usual
/// one, in seconds, may lead away from it: the 1st and the 15th of months do.
fn lie_on_one_grid(times: &[DateTime], usual: f64) -> bool {
    let step = match rounded_step(times) {
        Some(Step::Duration(step)) => step.as_secs_f64(),
        _ => usual,
    };
    let Some(first) = times.first() else {
        return true;
    };
    let off = times.iter().map(|time| {
        let place = time.duration_since(*first).as_secs_f64() / step;
        place - place.round()
    });
    let (least, most) = off.fold((0.0, 0.0), |(least, most): (f64, f64), off| {
        (least.min(off), most.max(off))
    });
    most - least <= JITTER
}

/// Whether all days are business days: none is at a weekend, and weekends lie between them.
fn are_business_days(times: &[DateTime]) -> bool {
    let weekend = |time: &DateTime| matches!(time.weekday(), Weekday::Saturday | Weekday::Sunday);
    let days: Vec<i64> = times
        .windows(2)
        .map(|pair| pair[1].date().duration_since(pair[0].date()).as_hours() / 24)
        .collect();
    let same_clock = times
        .windows(2)
        .all(|pair| pair[0].time() == pair[1].time());
    same_clock && !times.iter().any(weekend) && most_frequent(&days) == Some(1) && days.contains(&3)
}
