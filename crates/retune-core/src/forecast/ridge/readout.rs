//! What a fit leaves: weights and an intercept.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ReadoutError;
use super::sums::check_finite;

/// How many rows are predicted together.
const ROWS_TOGETHER: usize = 64;

/// A linear readout: `intercept + (features − mean) · weights`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearReadout {
    /// Weights of the features as they are, `[features, targets]` row by row; 0 for a feature that
    /// was constant or switched off.
    pub weights: Vec<f32>,
    /// What is taken from each feature, `[features]`.
    pub mean: Vec<f32>,
    /// What is added, `[targets]`.
    pub intercept: Vec<f32>,
}

impl LinearReadout {
    pub(super) fn new(weights: Vec<f32>, feature_means: &[f64], target_means: &[f64]) -> Self {
        let mean: Vec<f32> = feature_means.iter().map(|&mean| mean as f32).collect();
        let mut intercept = target_means.to_vec();
        // The mean that is taken away is rounded; the intercept makes up for it.
        let rounding = mean.iter().zip(feature_means);
        let rounding = rounding.map(|(mean, exact)| f64::from(*mean) - exact);
        for (rounding, weights) in rounding.zip(weights.chunks_exact(intercept.len().max(1))) {
            for (intercept, weight) in intercept.iter_mut().zip(weights) {
                *intercept += rounding * f64::from(*weight);
            }
        }
        Self {
            weights,
            mean,
            intercept: intercept.iter().map(|&value| value as f32).collect(),
        }
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.mean.len()
    }

    /// How many targets a row has.
    pub fn targets(&self) -> usize {
        self.intercept.len()
    }

    /// Whether the parts fit each other and rows of these sizes.
    pub(super) fn is_of(&self, features: usize, targets: usize) -> bool {
        features > 0
            && targets > 0
            && (self.features(), self.targets()) == (features, targets)
            && Some(self.weights.len()) == features.checked_mul(targets)
    }

    /// The targets of each row, `[rows, targets]` row by row; `features` is `[rows, features]`.
    ///
    /// # Errors
    ///
    /// [`ReadoutError`] when the numbers do not make whole rows or are not finite, or when the
    /// parts of the readout do not match each other.
    pub fn predict(&self, features: &[f32]) -> Result<Vec<f32>, ReadoutError> {
        let (width, count) = (self.features(), self.targets());
        if !self.is_of(width, count) || !features.len().is_multiple_of(width) {
            return Err(ReadoutError::Mismatch {
                features: width,
                targets: count,
            });
        }
        check_finite("features", features, width)?;
        let parts: Vec<Vec<f32>> = features
            .par_chunks(width * ROWS_TOGETHER)
            .map(|rows| self.predict_together(rows))
            .collect();
        Ok(parts.concat())
    }

    /// The features are taken in turn, so that a row gives the same bits in any company.
    fn predict_together(&self, features: &[f32]) -> Vec<f32> {
        let (width, count) = (self.features(), self.targets());
        let rows = features.len() / width;
        let mut predicted: Vec<f32> = self.intercept.repeat(rows);
        let each = self.mean.iter().zip(self.weights.chunks_exact(count));
        for (feature, (mean, weights)) in each.enumerate() {
            let values = features.iter().skip(feature).step_by(width);
            for (value, out) in values.zip(predicted.chunks_exact_mut(count)) {
                let centred = value - mean;
                for (out, weight) in out.iter_mut().zip(weights) {
                    *out += centred * weight;
                }
            }
        }
        predicted
    }
}
