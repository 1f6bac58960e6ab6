//! Sampling rates, from a column of times or by linear interpolation.

use super::Trial;
use crate::motion::check::{bad_rate, too_short};
use crate::table::Place;
use crate::{Error, ErrorKind};

/// More samples than this would not fit into memory; a rate that asks for them is a mistake.
const MOST_VALUES: f64 = 1e9;
/// How far a time may be off, as a share of a step: times are often written with few digits.
const TOLERANCE: f64 = 0.1;
/// So many times as many samples as were recorded may be filled in.
const MOST_FILLED: f64 = 4.0;

/// What to do when times are not evenly spaced, by more than a tenth of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UnevenTime {
    /// It is an error.
    #[default]
    Refuse,
    /// The samples are interpolated linearly at even steps of about the median step.
    Interpolate,
}

/// What is said of times that are not evenly spaced: a time that is far from where even steps would
/// have it comes of a gap, which is then told instead. With the place of the time.
fn uneven_steps(times: &[f64], row: usize, worst: f64, step: f64) -> (usize, String) {
    const GAP: f64 = 2.0;
    let steps = || times.windows(2).map(|pair| pair[1] - pair[0]);
    let mut sorted: Vec<f64> = steps().collect();
    sorted.sort_by(f64::total_cmp);
    let usual = sorted[sorted.len() / 2];
    let widest = steps()
        .enumerate()
        .max_by(|one, other| one.1.total_cmp(&other.1));
    let (before, widest) = widest.unwrap_or((0, step));
    let found = times[row];
    if widest >= GAP * usual {
        let (from, to) = (times[before], times[before + 1]);
        let (widest, usual) = (rounded(widest), rounded(usual));
        let message =
            format!("from the time {from} to {to} is {widest} s; the usual step is {usual} s");
        return (before + 1, message);
    }
    let (percent, step) = (worst * 100.0, rounded(step));
    let message = format!(
        "the time {found} is off by {percent:.0} % of a step; expected even steps of {step} s"
    );
    (row, message)
}

/// What is said of times as they were read: seconds, which steps of a second or more hardly are.
pub(super) fn read_as(rate_hz: f32) -> String {
    const SLOWEST_HZ: f32 = 1.0;
    if rate_hz > SLOWEST_HZ {
        return "seconds".to_owned();
    }
    let step = rounded(1.0 / f64::from(rate_hz));
    format!("seconds (in steps of {step} s they may be milliseconds, or counts)")
}

/// A number to four digits that count.
fn rounded(number: f64) -> f64 {
    format!("{number:.3e}").parse().unwrap_or(number)
}

/// Sets the rate of a trial whose times increase, and evens out its samples if asked to; says so where it did.
pub(super) fn set(
    trial: &mut Trial,
    times: &[f64],
    uneven: UnevenTime,
    place: impl Fn(usize) -> Place,
) -> Result<Option<String>, Error> {
    let (Some(&first), Some(&last), 2..) = (times.first(), times.last(), times.len()) else {
        return Err(too_short(&trial.label(), times.len(), 2));
    };
    let step = (last - first) / (times.len() - 1) as f64;
    let off = |(row, time): (usize, &f64)| (row, (time - first - row as f64 * step).abs() / step);
    let off = times.iter().enumerate().map(off);
    let worst = off.max_by(|one, other| one.1.total_cmp(&other.1));
    let (row, worst) = worst.unwrap_or((0, 0.0));
    if worst <= TOLERANCE {
        trial.rate_hz = (1.0 / step) as f32;
        return Ok(None);
    }
    if uneven == UnevenTime::Refuse {
        let (row, message) = uneven_steps(times, row, worst, step);
        return Err(Error::new(ErrorKind::Time, message)
            .at(place(row))
            .with_hint("interpolate to even steps")
            .with_setting("uneven", ""));
    }
    let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f64::total_cmp);
    let median = steps[steps.len() / 2];
    let count = ((last - first) / median).round().max(1.0) + 1.0;
    if count > MOST_FILLED * times.len() as f64 {
        let found = times.len();
        let message = format!(
            "the times have gaps; even steps would take {count} samples instead of {found}"
        );
        return Err(Error::new(ErrorKind::Time, message)
            .at(place(0))
            .with_hint("cut the recording at its gaps, into trials of their own"));
    }
    let even = (last - first) / (count - 1.0);
    let wanted = (0..count as usize).map(|row| first + row as f64 * even);
    trial.samples = interpolate(times, &trial.samples, trial.joints.len(), wanted);
    trial.rate_hz = (1.0 / even) as f32;
    let (found, longest) = (times.len(), rounded(steps[steps.len() - 1]));
    Ok(Some(format!(
        "interpolated to {count} samples from {found}, of which two are {longest} s apart at most"
    )))
}

impl Trial {
    /// The same trial at another rate, by linear interpolation from the first sample on.
    ///
    /// Nothing is filtered: of a much lower rate than before, ask only when the motion is smooth.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive number or asks for more than a billion
    /// values, the trial has no sample, or as for [`Trial::check`].
    pub fn resampled(&self, rate_hz: f32) -> Result<Self, Error> {
        self.check()?;
        if self.is_empty() {
            return Err(too_short(&self.label(), 0, 1));
        }
        let before = f64::from(self.rate_hz);
        // A last sample that is missed by a rounding error is taken along.
        let steps = (self.seconds() * f64::from(rate_hz) + 1e-6).floor();
        let in_reach = steps * (self.joints.len() as f64) < MOST_VALUES;
        if !(rate_hz.is_finite() && rate_hz > 0.0 && in_reach) {
            return Err(bad_rate(rate_hz));
        }
        let rows: Vec<f64> = (0..self.len()).map(|row| row as f64).collect();
        let step = before / f64::from(rate_hz);
        let wanted = (0..=steps as usize).map(|row| row as f64 * step);
        Ok(Self {
            rate_hz,
            samples: interpolate(&rows, &self.samples, self.joints.len(), wanted),
            ..self.clone()
        })
    }
}

/// Samples `[samples, width]` at the wanted times, both times increasing; beyond the ends they stay
/// as they are there.
fn interpolate(
    times: &[f64],
    samples: &[f32],
    width: usize,
    wanted: impl Iterator<Item = f64>,
) -> Vec<f32> {
    let rows: Vec<&[f32]> = samples.chunks_exact(width.max(1)).collect();
    let mut result = Vec::new();
    let mut at = 0;
    for time in wanted {
        while times.get(at + 1).is_some_and(|&next| next <= time) {
            at += 1;
        }
        let Some((&before, row)) = times.get(at).zip(rows.get(at)) else {
            continue;
        };
        let Some((&after, next)) = times.get(at + 1).zip(rows.get(at + 1)) else {
            result.extend_from_slice(row);
            continue;
        };
        let share = ((time - before) / (after - before)).clamp(0.0, 1.0);
        let mix = |(&one, &other): (&f32, &f32)| {
            (f64::from(one) * (1.0 - share) + f64::from(other) * share) as f32
        };
        result.extend(row.iter().zip(*next).map(mix));
    }
    result
}
