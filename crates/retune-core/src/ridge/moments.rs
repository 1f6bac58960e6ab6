//! Means and products of rows of features and targets.

use std::ops::Range;

use faer::Mat;
use rayon::prelude::*;

use super::few_rows::{FewRows, solve_in_place};
use super::gram::product;
use super::rows::{Standard, mismatch, no_decomposition, parts};
use super::validation::of_features;
use super::{Block, LinearModel};
use crate::Error;

/// Targets whose errors are worked out together.
const TARGETS_TOGETHER: usize = 16;

/// The means of features and targets over rows, and the sums of the products of what they are
/// without their means.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    pub(super) features: usize,
    pub(super) weight: f64,
    /// Features, then targets.
    pub(super) means: Vec<f64>,
    /// `[width, width]`, symmetric; features, then targets.
    pub(super) products: Mat<f64>,
    /// The rows themselves where they are fewer than the features, which is then the faster way to
    /// solve.
    pub(super) few: Option<FewRows>,
}

impl Moments {
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

    /// The products of one column, features or targets, with all.
    pub(super) fn products_with(&self, column: usize) -> &[f64] {
        self.products.col_as_slice(column)
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
        let between = (&apart[..], self.weight * share);
        let few = self.few.as_ref().zip(others.few.as_ref());
        let few = few.and_then(|(own, others)| own.together(others, between, features));
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
        Ok(Self {
            features,
            weight,
            means: means.map(|(mean, far)| mean + far * share).collect(),
            products,
            few,
        })
    }

    /// The weights that minimise the squared error and the penalties.
    ///
    /// # Errors
    ///
    /// When the blocks do not hold each feature once, for a penalty that is not above 0, and, of
    /// kind [`Numeric`](crate::ErrorKind::Numeric), for one too small for features that depend on
    /// each other.
    pub fn solve(&self, blocks: &[Block]) -> Result<LinearModel, Error> {
        let penalties = of_features(blocks, self.features())?;
        let (means, target_means) = self.means.split_at(self.features);
        let variance = |feature| self.products[(feature, feature)] / self.weight;
        let mut standard = Standard::new(means.to_vec(), (0..self.features).map(variance));
        standard
            .kept
            .retain(|&feature| penalties[feature].is_finite());
        let weights = self.standardised_weights(&standard, &penalties)?;
        Ok(standard.model(&weights, target_means))
    }

    /// The weights of the kept features when standardised, `[kept, targets]`.
    fn standardised_weights(
        &self,
        standard: &Standard,
        penalties: &[f64],
    ) -> Result<Mat<f64>, Error> {
        let few = self.few.as_ref();
        let few = few.and_then(|rows| rows.weights(standard, penalties, self.features));
        if let Some(weights) = few {
            return weights;
        }
        let (kept, targets) = (&standard.kept, self.targets());
        let size = kept.len();
        let mut weights = Mat::from_fn(size, targets, |place, target| {
            let sums = self.products_with(self.features() + target);
            sums[kept[place]] / standard.deviations[kept[place]]
        });
        if size == 0 {
            return Ok(weights);
        }
        let mut gram = Mat::zeros(size, size);
        for (place, &one) in kept.iter().enumerate() {
            let (sums, deviation) = (self.products_with(one), standard.deviations[one]);
            let below = gram.col_as_slice_mut(place).iter_mut().zip(kept);
            for (value, &other) in below.skip(place) {
                *value = sums[other] / (deviation * standard.deviations[other]);
            }
            gram[(place, place)] += penalties[one];
        }
        solve_in_place(&mut gram, &mut weights)?;
        match weights.is_all_finite() {
            true => Ok(weights),
            false => Err(no_decomposition()),
        }
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
