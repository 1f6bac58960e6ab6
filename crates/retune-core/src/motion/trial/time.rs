//! The sampling rate from a column of times.

use super::Trial;
use super::resample::interpolate;
use crate::motion::check::too_short;
use crate::table::Place;
use crate::{Error, ErrorKind};

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

/// Sets the rate of a trial whose times increase, and evens out its samples if asked to.
pub(super) fn set(
    trial: &mut Trial,
    times: &[f64],
    uneven: UnevenTime,
    place: impl Fn(usize) -> Place,
) -> Result<(), Error> {
    let (Some(&first), Some(&last), 2..) = (times.first(), times.last(), times.len()) else {
        return Err(too_short(&trial.label(), times.len(), 2));
    };
    let step = (last - first) / (times.len() - 1) as f64;
    let off = |(row, time): (usize, &f64)| (row, (time - first - row as f64 * step).abs() / step);
    let (row, worst) = times
        .iter()
        .enumerate()
        .map(off)
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .unwrap_or((0, 0.0));
    if worst <= TOLERANCE {
        trial.rate_hz = (1.0 / step) as f32;
        return Ok(());
    }
    if uneven == UnevenTime::Refuse {
        let found = times.get(row).copied().unwrap_or(first);
        let percent = worst * 100.0;
        let message = format!(
            "the time {found} is off by {percent:.0} % of a step; expected even steps of {step} s"
        );
        return Err(Error::new(ErrorKind::Time, message)
            .at(place(row))
            .with_hint("interpolate to even steps")
            .with_setting("uneven", ""));
    }
    let mut steps: Vec<f64> = times
        .iter()
        .zip(times.iter().skip(1))
        .map(|(before, after)| after - before)
        .collect();
    steps.sort_by(f64::total_cmp);
    let median = steps.get(steps.len() / 2).copied().unwrap_or(step);
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
    Ok(())
}
