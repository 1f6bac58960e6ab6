//! What is done to the amplitude of a series before anything else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::options::by_word;
use crate::Error;

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
    /// Scales one series of any length in place.
    pub fn apply(self, series: &mut [f32]) {
        match self {
            Self::ZNormalise => z_normalise(series),
            Self::None => {}
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

/// Scales a series of any length in place to mean 0 and standard deviation 1.
///
/// `(x − mean) / deviation`, with the deviation of the population (divided by the length) and both
/// computed in 64 bits. A constant series becomes all zeros, and so does one with a value that is
/// not finite.
pub fn z_normalise(series: &mut [f32]) {
    let length = series.len() as f64;
    let mean = series.iter().map(|&value| f64::from(value)).sum::<f64>() / length;
    let variance = series
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2))
        .sum::<f64>()
        / length;
    let deviation = variance.sqrt();
    // The mean of equal values is rounded, so their deviation may come out as a little more than 0.
    let constant = series.windows(2).all(|pair| pair[0] == pair[1]);
    if constant || !deviation.is_normal() {
        series.fill(0.0);
        return;
    }
    for value in series {
        *value = ((f64::from(*value) - mean) / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_is_zero_and_deviation_one() {
        let mut series = [1.0, 2.0, 3.0, 4.0];
        z_normalise(&mut series);
        // (1 − 2.5) / sqrt(1.25)
        assert!((series[0] + 1.341_640_8).abs() < 1e-6);
        assert!((series.iter().sum::<f32>()).abs() < 1e-6);
    }

    #[test]
    fn a_constant_series_gives_zeros() {
        for value in [0.0, 0.1, -7.3e30, f32::MAX, f32::MIN_POSITIVE] {
            for length in [1, 2, 3, 150] {
                let mut series = vec![value; length];
                z_normalise(&mut series);
                assert!(
                    series.iter().all(|&value| value == 0.0),
                    "{value} × {length}"
                );
            }
        }
        z_normalise(&mut []);
    }

    #[test]
    fn extreme_values_stay_finite() {
        let mut series = [f32::MAX, f32::MIN, 1.0];
        z_normalise(&mut series);
        assert!(series.iter().all(|value| value.is_finite()));
        let mut series = [f32::INFINITY, 1.0];
        z_normalise(&mut series);
        assert_eq!(series, [0.0, 0.0]);
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
