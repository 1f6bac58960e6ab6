//! The way in which a transform goes through a series.

use serde::{Deserialize, Serialize};

use super::fourier::log_spectrum;
use super::signal::movement;

/// How much of the clip goes to time as it is where a series is heard at its own pace; the rest
/// goes to where it moves.
const EVEN_SHARE: f64 = 0.5;
/// A paced series has at least so many values for each frame, or a short one would lose its turns.
const LEAST_PACED: usize = 2;

/// The way in which a transform goes through a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// From its start to its end.
    #[default]
    Forward,
    /// From its end to its start.
    Reversed,
    /// Through its spectrum, from slow turns to fast ones: the logarithm of the power.
    Spectrum,
    /// Forward, slower where the series moves and faster where it rests: half of the clip belongs
    /// to time and half to the sum of the sizes of the steps.
    Paced,
}

impl View {
    /// What is heard of a series by a source of so many frames.
    pub(super) fn of(self, series: &[f32], frames: usize) -> Vec<f32> {
        match self {
            Self::Forward => series.to_vec(),
            Self::Reversed => series.iter().rev().copied().collect(),
            Self::Spectrum => log_spectrum(series),
            Self::Paced => paced(series, LEAST_PACED * frames),
        }
    }
}

/// The share of the clip that has passed at each value.
fn pace(series: &[f32]) -> Vec<f64> {
    let last = series.len().saturating_sub(1).max(1) as f64;
    let share = |(index, moved)| EVEN_SHARE * index as f64 / last + (1.0 - EVEN_SHARE) * moved;
    let moved = movement(series).into_iter().enumerate();
    moved.map(share).collect()
}

/// The series on straight lines between its values, each at its place in [`pace`].
fn paced(series: &[f32], least: usize) -> Vec<f32> {
    let places = pace(series);
    let length = series.len().max(least);
    let mut right = 1;
    (0..length)
        .filter_map(|index| {
            let share = index as f64 / (length - 1) as f64;
            while right + 1 < series.len() && places[right] < share {
                right += 1;
            }
            let (Some(to), Some(next)) = (places.get(right), series.get(right)) else {
                return series.first().copied();
            };
            let (from, value) = (places[right - 1], series[right - 1]);
            let along = ((share - from) / (to - from)).clamp(0.0, 1.0) as f32;
            Some(value + along * (next - value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: &[f32], expected: &[f32]) {
        for (found, expected) in found.iter().zip(expected) {
            let off = (found - expected).abs() / expected.max(1.0);
            assert!(off < 1e-5, "{found} {expected}");
        }
    }

    #[test]
    fn a_pace_is_slow_where_the_series_moves() {
        // All of the movement is in the middle step, which takes half of the clip more.
        let series = [0.0, 0.0, 3.0, 3.0];
        let places: Vec<f32> = pace(&series)
            .into_iter()
            .map(|place| place as f32)
            .collect();
        close(&places, &[0.0, 1.0 / 6.0, 5.0 / 6.0, 1.0]);

        let values = paced(&series, 250);
        assert_eq!(values.len(), 250);
        // A value of the line of the middle step, at its share of the clip.
        let expected = 3.0 * (100.0 / 249.0 - 1.0 / 6.0) / (4.0 / 6.0);
        let found = [0, 40, 100, 249].map(|place| values[place]);
        close(&found, &[0.0, 0.0, expected, 3.0]);

        // A series that never rests is heard as it is.
        let series: Vec<f32> = (0..300).map(|at| at as f32).collect();
        close(&paced(&series, 250), &series);
        assert_eq!(pace(&series)[299], 1.0);
    }

    #[test]
    fn every_view_takes_every_series() {
        for view in [View::Forward, View::Reversed, View::Spectrum, View::Paced] {
            for series in [vec![1.0], vec![2.0, 2.0, 2.0], vec![0.0, 1e30, -1e30]] {
                let values = view.of(&series, 125);
                assert!(!values.is_empty(), "{view:?} of {series:?}");
                assert!(values.iter().all(|value| value.is_finite()), "{view:?}");
            }
        }
    }
}
