//! Features at mean 0 and deviation 1.

use std::ops::Range;

use rayon::prelude::*;

use super::matrix::Matrix;
use super::{RidgeError, RidgeModel};

/// A deviation below this share of the largest magnitude is rounding of 32-bit numbers.
const LEAST_DEVIATION: f64 = 1e-5;
/// How many features are measured together.
const FEATURES_TOGETHER: usize = 256;

/// The means and deviations of features, and which of them vary.
#[derive(Debug)]
pub(super) struct Standard {
    /// The features that are not constant.
    pub(super) kept: Vec<usize>,
    all: Vec<Feature>,
}

#[derive(Debug, Clone, Copy)]
struct Feature {
    /// The mean as it is, and as the model stores it.
    exact: f64,
    mean: f32,
    /// The deviation as the model stores it; 1 for a constant feature.
    scale: f32,
    constant: bool,
}

impl Standard {
    pub(super) fn of(features: &[f32], rows: usize, width: usize) -> Self {
        let starts: Vec<usize> = (0..width).step_by(FEATURES_TOGETHER).collect();
        let parts: Vec<Vec<Feature>> = starts
            .par_iter()
            .map(|&start| {
                let range = start..(start + FEATURES_TOGETHER).min(width);
                measure(features, rows, width, range)
            })
            .collect();
        let all = parts.concat();
        let kept = (0..width).filter(|&index| !all[index].constant).collect();
        Self { kept, all }
    }

    /// The values of some of the kept features in some rows, a column for each row.
    pub(super) fn values(
        &self,
        features: &[f32],
        rows: Range<usize>,
        kept: Range<usize>,
    ) -> Matrix {
        let kept = &self.kept[kept];
        let mut values = Matrix::zeros(kept.len(), rows.len());
        let width = self.all.len();
        for (column, row) in rows.enumerate() {
            let row = &features[row * width..(row + 1) * width];
            for (value, &index) in values.column_mut(column).iter_mut().zip(kept) {
                let feature = self.all[index];
                *value = (f64::from(row[index]) - feature.exact) / f64::from(feature.scale);
            }
        }
        values
    }

    /// The model with these weights of the kept features, `[kept, targets]`.
    pub(super) fn model(&self, weights: &Matrix, means: &[f64], penalty: f64) -> RidgeModel {
        let count = means.len();
        let mut all = vec![0.0; self.all.len() * count];
        let mut intercept = means.to_vec();
        for (place, &index) in self.kept.iter().enumerate() {
            let feature = self.all[index];
            // The mean that the model takes away is rounded; the intercept makes up for it.
            let rounding = (f64::from(feature.mean) - feature.exact) / f64::from(feature.scale);
            for (target, intercept) in intercept.iter_mut().enumerate() {
                let weight = weights.column(target)[place];
                all[index * count + target] = weight as f32;
                *intercept += weight * rounding;
            }
        }
        RidgeModel {
            weights: all,
            intercept: intercept.iter().map(|&value| value as f32).collect(),
            mean: self.all.iter().map(|feature| feature.mean).collect(),
            scale: self.all.iter().map(|feature| feature.scale).collect(),
            penalty,
        }
    }
}

fn measure(features: &[f32], rows: usize, width: usize, range: Range<usize>) -> Vec<Feature> {
    let mut means = vec![0.0; range.len()];
    let mut largest = vec![0.0f64; range.len()];
    let rows_of = || features.chunks_exact(width).map(|row| &row[range.clone()]);
    for row in rows_of() {
        for ((mean, largest), value) in means.iter_mut().zip(&mut largest).zip(row) {
            *mean += f64::from(*value);
            *largest = largest.max(f64::from(value.abs()));
        }
    }
    for mean in &mut means {
        *mean /= rows as f64;
    }
    let mut squares = vec![0.0; range.len()];
    for row in rows_of() {
        for ((square, mean), value) in squares.iter_mut().zip(&means).zip(row) {
            *square += (f64::from(*value) - mean).powi(2);
        }
    }
    let features = means.into_iter().zip(largest).zip(squares);
    features
        .map(|((mean, largest), square)| {
            let deviation = (square / rows as f64).sqrt();
            let scale = deviation as f32;
            // A deviation that 32 bits cannot hold, or only roughly, is none to divide by.
            let constant = deviation <= LEAST_DEVIATION * largest || scale < f32::MIN_POSITIVE;
            Feature {
                exact: mean,
                mean: mean as f32,
                scale: if constant { 1.0 } else { scale },
                constant,
            }
        })
        .collect()
}

/// Checks that all values are finite; `width` of them make a row.
pub(super) fn check_finite(
    what: &'static str,
    values: &[f32],
    width: usize,
) -> Result<(), RidgeError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(RidgeError::NotFinite {
            what,
            row: place / width + 1,
            place: place % width + 1,
        }),
        None => Ok(()),
    }
}
