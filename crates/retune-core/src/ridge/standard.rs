//! Features at mean 0 and deviation 1.

use std::ops::Range;

use faer::Mat;
use rayon::prelude::*;

use super::LinearModel;
use super::rows::{Rows, parts};

/// A deviation below this share of the root mean square is rounding of 32-bit numbers.
const LEAST_SHARE: f64 = 1e-5;
/// The weight is divided by the deviation, and kept in 32 bits.
const LEAST_DEVIATION: f64 = 1e-30;
/// How many features are measured together.
const FEATURES_TOGETHER: usize = 256;

/// The means and deviations of features, and which of them vary.
#[derive(Debug)]
pub(super) struct Standard {
    /// The features that get weights; at first those that are not constant.
    pub(super) kept: Vec<usize>,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Standard {
    /// Of features with these means and variances.
    pub(super) fn new(means: Vec<f64>, variances: impl IntoIterator<Item = f64>) -> Self {
        let roots = variances
            .into_iter()
            .map(|variance| variance.max(0.0).sqrt());
        let deviations: Vec<f64> = roots.collect();
        let varies = |feature: &usize| {
            let (mean, deviation) = (means[*feature], deviations[*feature]);
            deviation > LEAST_DEVIATION.max(LEAST_SHARE * deviation.hypot(mean))
        };
        Self {
            kept: (0..means.len()).filter(varies).collect(),
            means,
            deviations,
        }
    }

    /// Of the features of rows.
    pub(super) fn of(rows: &Rows) -> Self {
        let parts = parts(rows.width, FEATURES_TOGETHER);
        let measured = parts.into_par_iter().map(|range| measure(rows, range));
        let (means, variances): (Vec<_>, Vec<_>) = measured.unzip();
        Self::new(means.concat(), variances.concat())
    }

    /// The deviation of a feature.
    pub(super) fn deviation(&self, feature: usize) -> f64 {
        self.deviations[feature]
    }

    /// The standardised values of some of the kept features in some rows, a column for each row.
    pub(super) fn values(&self, rows: &Rows, range: Range<usize>, kept: Range<usize>) -> Mat<f64> {
        let kept = &self.kept[kept];
        let mut values = Mat::zeros(kept.len(), range.len());
        for (column, row) in range.enumerate() {
            let row = &rows.features[row * rows.width..(row + 1) * rows.width];
            for (value, &index) in values.col_as_slice_mut(column).iter_mut().zip(kept) {
                *value = (f64::from(row[index]) - self.means[index]) / self.deviations[index];
            }
        }
        values
    }

    /// The model with these weights of the kept features when standardised, `[kept, targets]`.
    pub(super) fn model(&self, weights: &Mat<f64>, target_means: &[f64]) -> LinearModel {
        let count = target_means.len();
        let mean: Vec<f32> = self.means.iter().map(|&mean| mean as f32).collect();
        let mut all = vec![0.0; mean.len() * count];
        let mut intercept = target_means.to_vec();
        for (place, &index) in self.kept.iter().enumerate() {
            // The mean that is taken away is rounded; the intercept makes up for it.
            let rounding = f64::from(mean[index]) - self.means[index];
            for (target, intercept) in intercept.iter_mut().enumerate() {
                let weight = weights[(place, target)] / self.deviations[index];
                all[index * count + target] = weight as f32;
                *intercept += weight * rounding;
            }
        }
        LinearModel {
            weights: all,
            mean,
            intercept: intercept.iter().map(|&value| value as f32).collect(),
        }
    }
}

/// The means and variances of some features.
fn measure(rows: &Rows, range: Range<usize>) -> (Vec<f64>, Vec<f64>) {
    let means = means_of(rows.features, rows.width, range.clone(), |_, value| value);
    let variance = |place: usize, value: f64| (value - means[place]).powi(2);
    let variances = means_of(rows.features, rows.width, range, variance);
    (means, variances)
}

/// The means over rows of what is made of some columns of `[rows, width]`.
pub(super) fn means_of(
    values: &[f32],
    width: usize,
    columns: Range<usize>,
    make: impl Fn(usize, f64) -> f64,
) -> Vec<f64> {
    let mut sums = vec![0.0; columns.len()];
    for row in values.chunks_exact(width) {
        for (place, (sum, value)) in sums.iter_mut().zip(&row[columns.clone()]).enumerate() {
            *sum += make(place, f64::from(*value));
        }
    }
    let rows = (values.len() / width) as f64;
    sums.iter().map(|sum| sum / rows).collect()
}
