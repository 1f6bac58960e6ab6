//! Fewer rows than features: a system of the size of the rows has the same solution.

use faer::{Mat, MatRef};

use super::factors::factor_and_solve;
use super::gram::{Gram, product};
use super::rows::{Standard, no_decomposition};
use crate::Error;

/// Weighted rows without their means, `[features and targets, rows]`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FewRows(Mat<f64>);

impl FewRows {
    /// Of rows, `[rows, width]` row by row, and their weights.
    pub(super) fn of(rows: &[f32], weights: &[f32], means: &[f64]) -> Self {
        let width = means.len();
        Self(Mat::from_fn(width, weights.len(), |column, row| {
            let off = f64::from(rows[row * width + column]) - means[column];
            f64::from(weights[row]).sqrt() * off
        }))
    }

    /// These and others, whose means are `apart`; both weights together count for `factor`. None where they are
    /// not fewer than the features.
    pub(super) fn together(
        &self,
        others: &Self,
        (apart, factor): (&[f64], f64),
        features: usize,
    ) -> Option<Self> {
        let (own, all) = (self.0.ncols(), self.0.ncols() + others.0.ncols());
        (all + 1 < features).then(|| {
            Self(Mat::from_fn(apart.len(), all + 1, |column, row| {
                if row < own {
                    self.0[(column, row)]
                } else if row < all {
                    others.0[(column, row - own)]
                } else {
                    factor.sqrt() * apart[column]
                }
            }))
        })
    }

    /// The sum of the squares of one column, feature or target.
    pub(super) fn squares(&self, column: usize) -> f64 {
        let values = (0..self.0.ncols()).map(|row| self.0[(column, row)]);
        values.map(|value| value * value).sum()
    }

    /// The products of all columns with all, `[width, width]`.
    pub(super) fn products(&self) -> Mat<f64> {
        let mut products = Gram::new(self.0.nrows());
        products.add(self.0.as_ref());
        products.finish()
    }

    /// What weights of the features, `[features, targets]`, leave of the squares of targets, of which `first` is
    /// the place of the first.
    pub(super) fn left(&self, weights: MatRef<'_, f64>, first: usize) -> Vec<f64> {
        let features = self.0.subrows(0, weights.nrows());
        let mut left = product(weights.transpose(), features);
        for (row, left) in (0..left.ncols()).zip(left.col_iter_mut()) {
            for (target, left) in left.iter_mut().enumerate() {
                *left -= self.0[(first + target, row)];
            }
        }
        let squares = left.row_iter().map(|row| row.squared_norm_l2());
        squares.collect()
    }

    /// The weights of the kept features when standardised, `[kept, targets]`, where the rows are
    /// fewer than these.
    ///
    /// With `u` the features, each divided by the root of its penalty, the weights are
    /// `u (uᵀ u + 1)⁻¹ targets`, divided by these roots once more.
    pub(super) fn weights(
        &self,
        standard: &Standard,
        penalties: &[f64],
        features: usize,
    ) -> Option<Result<Mat<f64>, Error>> {
        let (rows, kept) = (self.0.ncols(), &standard.kept);
        (rows < kept.len()).then(|| {
            let root = |place: usize| penalties[kept[place]].sqrt();
            let scaled = Mat::from_fn(kept.len(), rows, |place, row| {
                let feature = kept[place];
                self.0[(feature, row)] / (standard.deviations[feature] * root(place))
            });
            let targets = self.0.nrows() - features;
            let mut duals = Mat::from_fn(rows, targets, |row, target| {
                self.0[(features + target, row)]
            });
            let mut gram = product(scaled.transpose(), scaled.as_ref());
            for row in 0..rows {
                gram[(row, row)] += 1.0;
            }
            factor_and_solve(&mut gram, &mut duals)?;
            let mut weights = product(scaled.as_ref(), duals.as_ref());
            for target in 0..targets {
                let column = weights.col_as_slice_mut(target).iter_mut();
                for (place, weight) in column.enumerate() {
                    *weight /= root(place);
                }
            }
            match weights.is_all_finite() {
                true => Ok(weights),
                false => Err(no_decomposition()),
            }
        })
    }
}
