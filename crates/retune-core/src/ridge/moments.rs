//! Means and products of rows of features and targets.

use std::ops::Range;

use faer::Mat;
use rayon::prelude::*;

use super::LinearModel;
use super::gram::product;
use super::rows::{mismatch, parts};
use super::standard::Standard;
use crate::Error;

/// Targets whose errors are worked out together.
const TARGETS_TOGETHER: usize = 16;

/// The means of features and targets over rows, and the sums of the products of what they are
/// without their means.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    features: usize,
    weight: f64,
    /// Features, then targets.
    means: Vec<f64>,
    /// `[width, width]`, symmetric; features, then targets.
    products: Mat<f64>,
}

impl Moments {
    pub(super) fn new(features: usize, weight: f64, means: Vec<f64>, products: Mat<f64>) -> Self {
        Self {
            features,
            weight,
            means,
            products,
        }
    }

    /// The sum of the rows' weights; that of rows without weights is their number.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// How many targets a row has.
    pub fn targets(&self) -> usize {
        self.means.len() - self.features
    }

    /// The means of the targets.
    pub(super) fn target_means(&self) -> &[f64] {
        &self.means[self.features..]
    }

    /// The products of one column, features or targets, with all.
    pub(super) fn products_with(&self, column: usize) -> &[f64] {
        self.products.col_as_slice(column)
    }

    /// The means and deviations of the features.
    pub(super) fn standard(&self) -> Standard {
        let variance = |feature| self.products[(feature, feature)] / self.weight;
        let means = self.means[..self.features].to_vec();
        Standard::new(means, (0..self.features).map(variance))
    }

    /// The moments of these rows and of others together (Chan, Golub and LeVeque, *Updating
    /// formulae and a pairwise algorithm for computing sample variances*, 1979).
    ///
    /// # Errors
    ///
    /// When the others have other numbers of features or targets.
    pub fn together(&self, others: &Self) -> Result<Self, Error> {
        let (features, targets) = (self.features, self.targets());
        if (features, targets) != (others.features, others.targets()) {
            return Err(mismatch(features, targets));
        }
        let weight = self.weight + others.weight;
        let share = others.weight / weight;
        let means = self.means.iter().zip(&others.means);
        let apart: Vec<f64> = means.map(|(one, other)| other - one).collect();
        let mut products = self.products.clone();
        for (column, far) in apart.iter().enumerate() {
            let factor = far * self.weight * share;
            let others = others.products_with(column).iter().zip(&apart);
            let own = products.col_as_slice_mut(column).iter_mut();
            for (product, (other, far)) in own.zip(others) {
                *product += other + factor * far;
            }
        }
        let means = self.means.iter().zip(&apart);
        let means = means.map(|(mean, far)| mean + far * share).collect();
        Ok(Self::new(features, weight, means, products))
    }

    /// The mean over rows and targets of the squared error that a model has on these rows.
    ///
    /// # Errors
    ///
    /// When it has other numbers of features or targets.
    pub fn squared_error(&self, model: &LinearModel) -> Result<f64, Error> {
        model.check(self.features, self.targets())?;
        let errors: Vec<Vec<f64>> = parts(self.targets(), TARGETS_TOGETHER)
            .into_par_iter()
            .map(|targets| self.errors_of(targets, model))
            .collect();
        Ok(errors.iter().flatten().sum::<f64>() / self.targets() as f64)
    }

    /// The squared errors of some targets: the variance of what is left, and the square of its mean.
    fn errors_of(&self, targets: Range<usize>, model: &LinearModel) -> Vec<f64> {
        let (features, all) = (self.features, self.targets());
        let weight = |feature, place| model.weights[feature * all + targets.start + place];
        let weights = Mat::from_fn(features, targets.len(), |feature, place| {
            f64::from(weight(feature, place))
        });
        let products = self.products.submatrix(0, 0, features, features);
        let weighted = product(products, weights.as_ref());
        let error = |(place, target): (usize, usize)| {
            let column = self.products_with(features + target);
            let weights = weights.col_as_slice(place);
            let sums = weighted.col_as_slice(place).iter().zip(column);
            let left = weights.iter().zip(sums);
            let left = left.map(|(weight, (own, with))| weight * (own - 2.0 * with));
            let off = self.means.iter().zip(&model.mean).zip(weights);
            let predicted =
                off.map(|((mean, centre), weight)| weight * (mean - f64::from(*centre)));
            let bias = self.means[features + target] - f64::from(model.intercept[target]);
            let bias = bias - predicted.sum::<f64>();
            let spread = column[features + target] + left.sum::<f64>();
            (spread / self.weight).max(0.0) + bias * bias
        };
        targets.clone().enumerate().map(error).collect()
    }
}
