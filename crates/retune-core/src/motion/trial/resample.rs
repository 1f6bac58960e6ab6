//! Linear interpolation in time.

use super::Trial;
use crate::Error;
use crate::motion::check::{bad_rate, too_short};

/// More samples than this would not fit into memory; a rate that asks for them is a mistake.
const MOST_VALUES: f64 = 1e9;

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
pub(super) fn interpolate(
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
        match times.get(at + 1).zip(rows.get(at + 1)) {
            Some((&after, next)) => {
                let share = ((time - before) / (after - before)).clamp(0.0, 1.0);
                let mix = |(&one, &other): (&f32, &f32)| {
                    (f64::from(one) * (1.0 - share) + f64::from(other) * share) as f32
                };
                result.extend(row.iter().zip(*next).map(mix));
            }
            None => result.extend_from_slice(row),
        }
    }
    result
}
