//! What a fit leaves: weights and an intercept.

use faer::Mat;
use rayon::prelude::*;

use super::rows::{Standard, check_finite, mismatch};
use crate::Error;

/// How many rows are predicted together.
const ROWS_TOGETHER: usize = 32;

/// A linear model: `intercept + (features − mean) · weights`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    /// Weights of the features as they are, `[features, targets]` row by row; 0 for a feature that
    /// was constant or switched off.
    pub weights: Vec<f32>,
    /// What is taken from each feature, `[features]`.
    pub mean: Vec<f32>,
    /// What is added, `[targets]`.
    pub intercept: Vec<f32>,
}

impl LinearModel {
    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.mean.len()
    }

    /// How many targets a row has.
    pub fn targets(&self) -> usize {
        self.intercept.len()
    }

    /// The intercept for features from which no mean is taken, `[targets]`: `intercept − mean · weights`.
    pub fn uncentred_intercept(&self) -> Vec<f32> {
        let mut intercept: Vec<f64> = self.intercept.iter().copied().map(f64::from).collect();
        let rows = self.weights.chunks_exact(intercept.len().max(1));
        for (mean, weights) in self.mean.iter().zip(rows) {
            for (intercept, weight) in intercept.iter_mut().zip(weights) {
                *intercept -= f64::from(*mean) * f64::from(*weight);
            }
        }
        intercept.into_iter().map(|value| value as f32).collect()
    }

    /// Checks that the parts fit each other and rows of these sizes.
    pub(super) fn check(&self, features: usize, targets: usize) -> Result<(), Error> {
        let fits = features > 0
            && targets > 0
            && (self.features(), self.targets()) == (features, targets)
            && Some(self.weights.len()) == features.checked_mul(targets);
        match fits {
            true => Ok(()),
            false => Err(mismatch(features, targets)),
        }
    }

    /// The targets of each row, `[rows, targets]` row by row, summed in 64 bits; `features` is
    /// `[rows, features]`. A row gives the same bits in any company.
    ///
    /// # Errors
    ///
    /// When the numbers do not make whole rows or are not finite, or when the parts of the model do
    /// not match each other.
    pub fn predict(&self, features: &[f32]) -> Result<Vec<f64>, Error> {
        let (width, targets) = (self.features(), self.targets());
        self.check(width, targets)?;
        if !features.len().is_multiple_of(width) {
            return Err(mismatch(width, targets));
        }
        check_finite("features", features, width)?;
        let parts: Vec<Vec<f64>> = features
            .par_chunks(width * ROWS_TOGETHER)
            .map(|rows| self.predict_together(rows))
            .collect();
        Ok(parts.concat())
    }

    /// The features are taken in turn, each for all rows.
    fn predict_together(&self, features: &[f32]) -> Vec<f64> {
        let (width, count) = (self.features(), self.targets());
        let intercept: Vec<f64> = self.intercept.iter().copied().map(f64::from).collect();
        let mut predicted = intercept.repeat(features.len() / width);
        let mut exact = vec![0.0; count];
        let each = self.mean.iter().zip(self.weights.chunks_exact(count));
        for (feature, (mean, weights)) in each.enumerate() {
            for (exact, weight) in exact.iter_mut().zip(weights) {
                *exact = f64::from(*weight);
            }
            let values = features.iter().skip(feature).step_by(width);
            for (value, out) in values.zip(predicted.chunks_exact_mut(count)) {
                let centred = f64::from(*value) - f64::from(*mean);
                for (out, weight) in out.iter_mut().zip(&exact) {
                    *out += centred * weight;
                }
            }
        }
        predicted
    }
}

impl Standard {
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
