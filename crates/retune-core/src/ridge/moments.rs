//! Means and products of rows of features and targets.

use std::borrow::Cow;
use std::ops::Range;

use faer::{Mat, MatRef};
use rayon::prelude::*;

use super::factors::factor_and_solve;
use super::few_rows::FewRows;
use super::gram::product;
use super::penalty::of_features;
use super::rows::{Standard, mismatch, no_decomposition, parts};
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
    pub(super) spread: Spread,
}

/// How features and targets vary together.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Spread {
    /// The rows themselves, where they are fewer than the features: less to keep and faster to solve.
    Rows(FewRows),
    /// Their products, `[width, width]`, symmetric; features, then targets.
    Products(Mat<f64>),
}

impl Spread {
    /// The products, worked out where they are not there.
    pub(super) fn products(&self) -> Cow<'_, Mat<f64>> {
        match self {
            Self::Rows(rows) => Cow::Owned(rows.products()),
            Self::Products(products) => Cow::Borrowed(products),
        }
    }

    /// The sum of the squares of one column, feature or target.
    fn squares(&self, column: usize) -> f64 {
        match self {
            Self::Rows(rows) => rows.squares(column),
            Self::Products(products) => products[(column, column)],
        }
    }
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
        let few = match (&self.spread, &others.spread) {
            (Spread::Rows(own), Spread::Rows(others)) => own.together(others, between, features),
            _ => None,
        };
        let spread = few.map_or_else(
            || Spread::Products(self.products_together(others, between)),
            Spread::Rows,
        );
        let means = self.means.iter().zip(&apart);
        Ok(Self {
            features,
            weight,
            means: means.map(|(mean, far)| mean + far * share).collect(),
            spread,
        })
    }

    /// The products of these rows and of others, whose means are `apart`; both weights together count for `factor`.
    fn products_together(&self, others: &Self, (apart, factor): (&[f64], f64)) -> Mat<f64> {
        let mut products = self.spread.products().into_owned();
        let others = others.spread.products();
        for (column, far) in apart.iter().enumerate() {
            let factor = far * factor;
            let others = others.col_as_slice(column).iter().zip(apart);
            let own = products.col_as_slice_mut(column).iter_mut();
            for (product, (other, far)) in own.zip(others) {
                *product += other + factor * far;
            }
        }
        products
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
        let variance = |feature| self.spread.squares(feature) / self.weight;
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
        if let Spread::Rows(rows) = &self.spread
            && let Some(weights) = rows.weights(standard, penalties, self.features)
        {
            return weights;
        }
        let products = self.spread.products();
        let (kept, targets) = (&standard.kept, self.targets());
        let size = kept.len();
        let mut weights = Mat::from_fn(size, targets, |place, target| {
            let sums = products.col_as_slice(self.features + target);
            sums[kept[place]] / standard.deviations[kept[place]]
        });
        if size == 0 {
            return Ok(weights);
        }
        let mut gram = Mat::zeros(size, size);
        for (place, &one) in kept.iter().enumerate() {
            let (sums, deviation) = (products.col_as_slice(one), standard.deviations[one]);
            let below = gram.col_as_slice_mut(place).iter_mut().zip(kept);
            for (value, &other) in below.skip(place) {
                *value = sums[other] / (deviation * standard.deviations[other]);
            }
            gram[(place, place)] += penalties[one];
        }
        factor_and_solve(&mut gram, &mut weights)?;
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
        let first = features + targets.start;
        let left = match &self.spread {
            Spread::Rows(rows) => rows.left(weights.as_ref(), first),
            Spread::Products(products) => left_of(products, weights.as_ref(), first),
        };
        let error = |(place, left): (usize, f64)| {
            let off = self.means.iter().zip(&model.mean);
            let off = off.zip(weights.col_as_slice(place));
            let predicted =
                off.map(|((mean, centre), weight)| weight * (mean - f64::from(*centre)));
            let bias =
                self.means[first + place] - f64::from(model.intercept[targets.start + place]);
            let bias = bias - predicted.sum::<f64>();
            (left / self.weight).max(0.0) + bias * bias
        };
        left.into_iter().enumerate().map(error).collect()
    }
}

/// What weights of the features, `[features, targets]`, leave of the squares of targets, of which `first` is the
/// place of the first among the columns of `products`.
fn left_of(products: &Mat<f64>, weights: MatRef<'_, f64>, first: usize) -> Vec<f64> {
    let features = weights.nrows();
    let weighted = product(products.submatrix(0, 0, features, features), weights);
    let left = |place: usize| {
        let column = products.col_as_slice(first + place);
        let sums = weighted.col_as_slice(place).iter().zip(column);
        let left = weights.col(place).iter().zip(sums);
        let left = left.map(|(weight, (own, with))| weight * (own - 2.0 * with));
        column[first + place] + left.sum::<f64>()
    };
    (0..weights.ncols()).map(left).collect()
}
