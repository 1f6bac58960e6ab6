//! What of a series moves a sound: the series itself, its slope, its slow part and so on.

use std::iter::repeat_n;

use serde::{Deserialize, Serialize};

use super::fourier::autocorrelation;
use crate::series::{Level, resample_linear, z_normalise};

/// Under the logarithm of the size of a step, in deviations of the series.
const LEAST_STEP: f32 = 1e-3;
/// Signals are cut off at so many deviations, so that one outlier does not leave the audible range.
const LIMIT: f32 = 3.5;

/// A signal taken from a series; scaled by its own, it has mean 0 and deviation 1 over the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// The series.
    Series,
    /// Its slope: half the difference of the two neighbours of each value.
    Slope,
    /// The slope of its slope.
    Curvature,
    /// Its moving mean over a tenth of its length.
    Smooth,
    /// Its moving mean over a fifth of its length.
    Slow,
    /// The slope of its moving mean over a twentieth of its length.
    SmoothSlope,
    /// What the moving mean leaves of it.
    Residual,
    /// How much it jumps: the size of its slope.
    Jumps,
    /// How lively it is: the root of the moving mean, over a tenth of its length, of its slope's
    /// square.
    Energy,
    /// How calm it is up to here: the share of its time that has passed, less the share of its
    /// movement, which is the sum of the sizes of its steps.
    Calm,
    /// Its values, the smallest first.
    Sorted,
    /// Its steps from value to value, the smallest first.
    SortedSteps,
    /// How large its steps are, as a logarithm, the smallest first.
    SortedStepSizes,
    /// How alike it is to itself at each lag up to half its length.
    Autocorrelation,
}

impl Signal {
    /// The signal of a series, resampled to `length` values on straight lines and cut off at ±3.5.
    pub fn of(self, series: &[f32], length: usize) -> Vec<f32> {
        fitted(&z_normalise(&self.unscaled(series)), length)
    }

    /// The same, scaled by the level of the signal over many series, and not by its own.
    pub fn at_level(self, series: &[f32], level: Level, length: usize) -> Vec<f32> {
        fitted(&level.apply(&self.unscaled(series)), length)
    }

    /// The signal in the units of the series.
    pub(super) fn unscaled(self, series: &[f32]) -> Vec<f32> {
        let part = |parts: f64| (series.len() as f64 / parts).round_ties_even() as usize;
        let tenth = part(10.0);
        match self {
            Self::Series => series.to_vec(),
            Self::Slope => slope(series),
            Self::Curvature => slope(&slope(series)),
            Self::Smooth => moving_mean(series, tenth),
            Self::Slow => moving_mean(series, part(5.0)),
            Self::SmoothSlope => slope(&moving_mean(series, part(20.0))),
            Self::Residual => {
                let pairs = series.iter().zip(moving_mean(series, tenth));
                pairs.map(|(value, mean)| value - mean).collect()
            }
            Self::Jumps => {
                let slope = z_normalise(&slope(series)).into_iter();
                slope.map(f32::abs).collect()
            }
            Self::Energy => {
                let squares: Vec<f32> = slope(series).iter().map(|value| value * value).collect();
                let means = moving_mean(&squares, tenth).into_iter();
                means.map(|mean| mean.max(0.0).sqrt()).collect()
            }
            Self::Calm => calm(series),
            Self::Sorted => sorted(series.to_vec()),
            Self::SortedSteps => sorted(steps(series)),
            Self::SortedStepSizes => {
                let sizes = steps(&z_normalise(series)).into_iter();
                sorted(sizes.map(|step| (step.abs() + LEAST_STEP).ln()).collect())
            }
            Self::Autocorrelation => autocorrelation(series),
        }
    }
}

/// A scaled signal at another length, cut off at ±3.5.
fn fitted(signal: &[f32], length: usize) -> Vec<f32> {
    let signal = resample_linear(signal, length).into_iter();
    signal.map(|value| value.clamp(-LIMIT, LIMIT)).collect()
}

/// Half the difference of the neighbours of each value; at the ends, that to the one neighbour.
fn slope(series: &[f32]) -> Vec<f32> {
    let last = series.len().saturating_sub(1);
    let at = |index: usize| {
        let (before, after) = (index.saturating_sub(1), (index + 1).min(last));
        let run = (after - before).max(1) as f32;
        (series[after] - series[before]) / run
    };
    (0..series.len()).map(at).collect()
}

/// The difference of each value to the one before it; of one value, none.
fn steps(series: &[f32]) -> Vec<f32> {
    match series {
        [_] => vec![0.0],
        _ => series.windows(2).map(|pair| pair[1] - pair[0]).collect(),
    }
}

fn sorted(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    values
}

/// See [`Signal::Calm`]; after each step.
fn calm(series: &[f32]) -> Vec<f32> {
    let moved = movement(series);
    let last = moved.len().saturating_sub(1).max(1) as f64;
    let shares = moved.iter().enumerate().skip(1);
    let calm: Vec<f32> = shares
        .map(|(index, moved)| (index as f64 / last - moved) as f32)
        .collect();
    if calm.is_empty() { vec![0.0] } else { calm }
}

/// The share of the movement of a series, which is the sum of the sizes of its steps, that lies
/// before each value. A series that never moves has only time: the share of its steps.
pub(super) fn movement(series: &[f32]) -> Vec<f64> {
    let mut sum = 0.0;
    let steps = series.iter().enumerate().map(|(index, value)| {
        let before = series[index.saturating_sub(1)];
        sum += (f64::from(*value) - f64::from(before)).abs();
        sum
    });
    let sums: Vec<f64> = steps.collect();
    let last = series.len().saturating_sub(1).max(1) as f64;
    let share = |(index, moved): (usize, f64)| match sum > 0.0 {
        true => moved / sum,
        false => index as f64 / last,
    };
    sums.into_iter().enumerate().map(share).collect()
}

/// The mean of the `width` values around each value; beyond the ends the last value goes on.
fn moving_mean(series: &[f32], width: usize) -> Vec<f32> {
    let (Some(first), Some(last)) = (series.first(), series.last()) else {
        return Vec::new();
    };
    let width = width.max(1);
    let before = width / 2;
    let (head, tail) = (repeat_n(first, before), repeat_n(last, width - 1 - before));
    // Running sums in 64 bits, so that the cost does not grow with the width.
    let mut sums = vec![0.0f64];
    let mut sum = 0.0;
    sums.extend(head.chain(series).chain(tail).map(|value| {
        sum += f64::from(*value);
        sum
    }));
    let mean = |(start, end): (&f64, &f64)| ((end - start) / width as f64) as f32;
    sums.iter().zip(&sums[width..]).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_and_means_are_those_of_the_definition() {
        assert_eq!(slope(&[1.0, 2.0, 4.0, 4.0]), [1.0, 1.5, 1.0, 0.0]);
        assert_eq!(slope(&[5.0]), [0.0]);
        // The window of three around each value, ends repeated.
        let means = moving_mean(&[0.0, 3.0, 6.0, 0.0], 3);
        assert_eq!(means, [1.0, 3.0, 3.0, 2.0]);
        assert_eq!(moving_mean(&[1.0, 2.0], 0), [1.0, 2.0]);
        assert_eq!(moving_mean(&[1.0], 9), [1.0]);
    }

    #[test]
    fn steps_movement_and_calm_are_those_of_the_definition() {
        assert_eq!(steps(&[1.0, 3.0, 2.0]), [2.0, -1.0]);
        assert_eq!(sorted(steps(&[1.0, 3.0, 2.0])), [-1.0, 2.0]);
        assert_eq!(movement(&[1.0, 3.0, 3.0, 1.0]), [0.0, 0.5, 0.5, 1.0]);
        assert_eq!(movement(&[7.0, 7.0, 7.0]), [0.0, 0.5, 1.0]);
        // All of the movement is in the last of four steps.
        assert_eq!(calm(&[0.0, 0.0, 0.0, 0.0, 2.0]), [0.25, 0.5, 0.75, 0.0]);
        assert_eq!(calm(&[7.0, 7.0, 7.0]), [0.0, 0.0]);
        assert_eq!(calm(&[7.0]), [0.0]);
    }

    #[test]
    fn every_signal_is_finite_bounded_and_as_long_as_asked() {
        use Signal::*;
        let timed = [
            Series, Slope, Curvature, Smooth, Slow, Residual, Jumps, Energy, Calm,
        ];
        let timeless = [Sorted, SortedSteps, SortedStepSizes, Autocorrelation];
        for signal in timed.into_iter().chain([SmoothSlope]).chain(timeless) {
            for length in [1, 2, 9, 300] {
                for scale in [0.0, 1.0, 1e30] {
                    let wave = |at| scale * (at as f32 * 0.7).sin();
                    let found = signal.of(&(0..length).map(wave).collect::<Vec<f32>>(), 125);
                    assert_eq!(found.len(), 125, "{signal:?} of {length}");
                    let good = found.iter().all(|value| value.abs() <= LIMIT);
                    assert!(good, "{signal:?} of {length} × {scale}");
                }
            }
        }
        // What a signal without time says does not change when a series is turned round.
        let wave = |at: i32| (at as f32 * at as f32 * 0.01).sin();
        let series: Vec<f32> = (0..90).map(wave).collect();
        let reversed: Vec<f32> = (0..90).rev().map(wave).collect();
        for signal in [Sorted, SortedStepSizes, Autocorrelation] {
            let (one, other) = (signal.of(&series, 125), signal.of(&reversed, 125));
            let mut pairs = one.iter().zip(&other);
            let same = pairs.all(|(one, other)| (one - other).abs() < 1e-3);
            assert!(same, "{signal:?}");
        }
    }
}
