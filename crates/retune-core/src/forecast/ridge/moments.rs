//! Means and products of rows of features and targets.

use faer::MatRef;
use rayon::prelude::*;

use super::{LinearReadout, ReadoutError};

/// A deviation below this share of the root mean square is rounding of 32-bit numbers.
const LEAST_DEVIATION: f64 = 1e-5;
/// Targets whose errors are worked out together.
const TARGETS_TOGETHER: usize = 16;

/// The means of features and targets over rows, and the sums of the products of what they are
/// without their means.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    features: usize,
    /// The sum of their weights; that of rows without weights is their number.
    rows: f64,
    /// Features, then targets.
    means: Vec<f64>,
    /// `[width, width]`, symmetric; features, then targets.
    products: Vec<f64>,
}

impl Moments {
    pub(super) fn new(features: usize, rows: f64, means: Vec<f64>, products: Vec<f64>) -> Self {
        Self {
            features,
            rows,
            means,
            products,
        }
    }

    /// The sum of the rows' weights; that of rows without weights is their number.
    pub fn weight(&self) -> f64 {
        self.rows
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// How many targets a row has.
    pub fn targets(&self) -> usize {
        self.means.len() - self.features
    }

    /// The means of the features.
    pub(super) fn feature_means(&self) -> &[f64] {
        &self.means[..self.features]
    }

    /// The means of the targets.
    pub(super) fn target_means(&self) -> &[f64] {
        &self.means[self.features..]
    }

    /// The products of two columns, features first.
    pub(super) fn product(&self, one: usize, other: usize) -> f64 {
        self.products[other * self.means.len() + one]
    }

    /// The deviation of a feature; `None` when it is constant up to rounding.
    pub(super) fn deviation(&self, feature: usize) -> Option<f64> {
        let variance = (self.product(feature, feature) / self.rows).max(0.0);
        let size = (variance + self.means[feature].powi(2)).sqrt();
        let deviation = variance.sqrt();
        // The weight is divided by it, and kept in 32 bits.
        let least = (LEAST_DEVIATION * size).max(f64::from(f32::MIN_POSITIVE));
        (deviation > least).then_some(deviation)
    }

    /// The moments of these rows and of others together (Chan, Golub and LeVeque, *Updating
    /// formulae and a pairwise algorithm for computing sample variances*, 1979).
    ///
    /// # Errors
    ///
    /// [`ReadoutError::Mismatch`] when the others have other numbers of features or targets.
    pub fn together(&self, others: &Self) -> Result<Self, ReadoutError> {
        let width = self.means.len();
        if self.features != others.features || width != others.means.len() {
            return Err(self.mismatch());
        }
        let rows = self.rows + others.rows;
        let share = others.rows / rows;
        let means = self.means.iter().zip(&others.means);
        let apart: Vec<f64> = means.map(|(one, other)| other - one).collect();
        let mut products = self.products.clone();
        let columns = products.chunks_exact_mut(width).zip(&apart);
        for ((column, far), others) in columns.zip(others.products.chunks_exact(width)) {
            let factor = far * self.rows * share;
            for ((product, far), other) in column.iter_mut().zip(&apart).zip(others) {
                *product += other + factor * far;
            }
        }
        let means = self.means.iter().zip(&apart);
        let means = means.map(|(mean, far)| mean + far * share).collect();
        Ok(Self::new(self.features, rows, means, products))
    }

    /// The mean over rows and targets of the squared error that a readout has on these rows.
    ///
    /// # Errors
    ///
    /// [`ReadoutError::Mismatch`] when it has other numbers of features or targets.
    pub fn squared_error(&self, readout: &LinearReadout) -> Result<f64, ReadoutError> {
        let errors = self.squared_errors(readout)?;
        Ok(errors.iter().sum::<f64>() / errors.len() as f64)
    }

    /// The mean over rows of the squared error of each target, `[targets]`.
    ///
    /// # Errors
    ///
    /// See [`Moments::squared_error`].
    pub fn squared_errors(&self, readout: &LinearReadout) -> Result<Vec<f64>, ReadoutError> {
        let (features, targets) = (self.features, self.targets());
        if !readout.is_of(features, targets) {
            return Err(self.mismatch());
        }
        let width = self.means.len();
        let products = MatRef::from_column_major_slice(&self.products, width, width);
        let products = products.submatrix(0, 0, features, features);
        let starts: Vec<usize> = (0..targets).step_by(TARGETS_TOGETHER).collect();
        let parts: Vec<Vec<f64>> = starts
            .par_iter()
            .map(|&start| {
                let together = start..(start + TARGETS_TOGETHER).min(targets);
                let weights: Vec<f64> = together
                    .clone()
                    .flat_map(|target| readout.weights.iter().skip(target).step_by(targets))
                    .map(|&weight| f64::from(weight))
                    .collect();
                let mut weighted = vec![0.0; weights.len()];
                super::solve::multiply(&mut weighted, products, &weights, together.len());
                let columns = weights
                    .chunks_exact(features)
                    .zip(weighted.chunks_exact(features));
                let errors = together.zip(columns);
                errors
                    .map(|(target, (weights, weighted))| {
                        self.error_of(target, weights, weighted, readout)
                    })
                    .collect()
            })
            .collect();
        Ok(parts.concat())
    }

    /// The squared error of one target: the variance of what is left, and the square of its mean.
    fn error_of(
        &self,
        target: usize,
        weights: &[f64],
        weighted: &[f64],
        readout: &LinearReadout,
    ) -> f64 {
        let column = self.features + target;
        let own = self.product(column, column);
        let pairs = weights.iter().zip(weighted).enumerate();
        let left: f64 = pairs
            .map(|(feature, (weight, weighted))| {
                weight * (weighted - 2.0 * self.product(feature, column))
            })
            .sum();
        let means = self.feature_means().iter().zip(&readout.mean).zip(weights);
        let predicted: f64 = means
            .map(|((mean, centre), weight)| weight * (mean - f64::from(*centre)))
            .sum();
        let bias = self.means[column] - f64::from(readout.intercept[target]) - predicted;
        ((own + left) / self.rows).max(0.0) + bias * bias
    }

    fn mismatch(&self) -> ReadoutError {
        ReadoutError::Mismatch {
            features: self.features,
            targets: self.targets(),
        }
    }
}
