//! What is done to the amplitude of a series before anything else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::options::by_word;
use crate::Error;
use crate::table::Real;

/// How the values of each series are scaled; each series on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// To mean 0 and standard deviation 1; see [`z_normalise`].
    #[default]
    ZNormalise,
    /// The values stay as they are.
    None,
}

impl Scaling {
    /// Scales one series of any length; its level and its scale are taken off in 64 bits.
    pub fn apply(self, series: &[f64]) -> Vec<f32> {
        match self {
            Self::ZNormalise => z_normalise(series),
            Self::None => series.iter().map(|&value| value as f32).collect(),
        }
    }
}

impl fmt::Display for Scaling {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ZNormalise => "z-normalise",
            Self::None => "none",
        })
    }
}

impl FromStr for Scaling {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        by_word([Self::ZNormalise, Self::None], "scaling", text)
    }
}

/// The mean and the standard deviation of all values of a training split: series that are scaled by
/// them keep their level and their scale beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// The mean.
    pub mean: f64,
    /// The standard deviation of the population; 1 where all values are equal.
    pub deviation: f64,
}

impl Level {
    /// That of some series; 0 and 1 of none.
    pub fn of<T: Real>(series: &[Vec<T>]) -> Self {
        let values = || series.iter().flatten().map(|&value| value.into());
        let count = values().count().max(1) as f64;
        let mean = values().sum::<f64>() / count;
        let squares = values().map(|value| (value - mean).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        Self {
            mean,
            deviation: if deviation.is_normal() {
                deviation
            } else {
                1.0
            },
        }
    }

    /// Whether it can be taken off a series: a finite mean and a deviation above 0.
    pub fn is_sound(&self) -> bool {
        self.mean.is_finite() && self.deviation.is_normal() && self.deviation > 0.0
    }

    /// `(x − mean) / deviation`, computed in 64 bits.
    pub fn apply<T: Real>(self, series: &[T]) -> Vec<f32> {
        let scaled = |&value: &T| ((value.into() - self.mean) / self.deviation) as f32;
        series.iter().map(scaled).collect()
    }
}

/// A series of any length scaled to mean 0 and standard deviation 1.
///
/// `(x − mean) / deviation`, with the deviation of the population (divided by the length), all
/// computed in 64 bits. A constant series becomes all zeros, and so does one with a value that is
/// not finite.
pub fn z_normalise<T: Real>(series: &[T]) -> Vec<f32> {
    let values = series.iter().map(|&value| value.into());
    let length = series.len() as f64;
    let mean = values.clone().sum::<f64>() / length;
    let variance = values
        .clone()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / length;
    let deviation = variance.sqrt();
    // The mean of equal values is rounded, so their deviation may come out as a little more than 0.
    let constant = values.clone().is_sorted_by(|one, next| one == next);
    if constant || !deviation.is_normal() {
        return vec![0.0; series.len()];
    }
    let scaled = values.map(|value| ((value - mean) / deviation) as f32);
    scaled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_is_zero_and_deviation_one() {
        let scaled = z_normalise(&[1.0, 2.0, 3.0, 4.0]);
        // (1 − 2.5) / sqrt(1.25)
        assert!((scaled[0] + 1.341_640_8).abs() < 1e-6);
        assert!((scaled.iter().sum::<f32>()).abs() < 1e-6);
    }

    #[test]
    fn a_level_takes_nothing_of_a_small_shape() {
        let shape: Vec<f64> = (0..40)
            .map(|at| (f64::from(at) * 0.3).sin() * 0.4)
            .collect();
        let lifted: Vec<f64> = shape.iter().map(|value| value + 12_345_678.0).collect();
        for (one, other) in z_normalise(&shape).iter().zip(z_normalise(&lifted)) {
            assert!((one - other).abs() < 1e-6, "{one} {other}");
        }
    }

    /// By hand: of 1, 3, 5, 7 the mean is 4 and the variance (9 + 1 + 1 + 9) / 4 = 5.
    #[test]
    fn a_level_is_that_of_all_values() {
        let series = [vec![1.0, 3.0], vec![5.0, 7.0]];
        let level = Level::of(&series);
        assert_eq!((level.mean, level.deviation), (4.0, 5f64.sqrt()));
        assert_eq!(level.apply(&[4.0, 9.0]), [0.0, 5f32.sqrt()]);
        let flat = Level::of(&[vec![2.0, 2.0]]);
        assert_eq!((flat.mean, flat.deviation), (2.0, 1.0));
    }

    #[test]
    fn a_constant_series_gives_zeros() {
        for value in [0.0, 0.1, -7.3e30, f32::MAX, f32::MIN_POSITIVE] {
            for length in [0, 1, 2, 3, 150] {
                assert_eq!(z_normalise(&vec![value; length]), vec![0.0; length]);
            }
        }
    }

    #[test]
    fn extreme_values_stay_finite() {
        let scaled = z_normalise(&[f32::MAX, f32::MIN, 1.0]);
        assert!(scaled.iter().all(|value| value.is_finite()));
        assert_eq!(z_normalise(&[f32::INFINITY, 1.0]), [0.0, 0.0]);
    }

    #[test]
    fn scaling_reads_back_as_it_is_shown() {
        for scaling in [Scaling::ZNormalise, Scaling::None] {
            assert_eq!(scaling.to_string().parse::<Scaling>().unwrap(), scaling);
            let text = serde_json::to_string(&scaling).unwrap();
            assert_eq!(text, format!("\"{scaling}\""));
        }
    }
}
