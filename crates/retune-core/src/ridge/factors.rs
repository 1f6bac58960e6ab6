//! Cholesky factors, each for one penalty. With many rows and features a few of these take less time
//! than the eigendecomposition that answers for every penalty, most of which goes to reading memory.

use faer::dyn_stack::MemStack;
use faer::linalg::cholesky::llt::{factor, solve};
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Conj, Mat, MatRef, Par};
use rayon::prelude::*;

use super::eigen::{TOGETHER, stacked, weights_of_rows};
use super::gram::{gram_of_features, gram_of_rows, product};
use super::rows::{Rows, Standard, memory, no_decomposition, parts};
use super::solve::{Solve, Solved};
use crate::Error;

/// The fewest rows and features that these are for.
const LEAST: usize = 1_000;
/// The most rows for each feature: with each penalty each of them is solved for.
const MOST_ROWS: usize = 2;

/// Whether so many rows and features take less time by Cholesky factors. Two threads of a shared machine, 13
/// penalties by the eigendecomposition and 6 by factors: 1,000 × 2,752 0.40 and 0.33 s, 3,601 × 8,000
/// 19.1 and 8.1 s, 3,601 × 2,752 8.4 and 5.3 s, but 2,000 × 600 0.13 and 0.17 s, 8,000 × 1,000 1.2 and 1.6 s.
pub(super) fn are_faster(rows: usize, features: usize) -> bool {
    rows.min(features) >= LEAST && rows <= MOST_ROWS * features
}

/// Rows, with the smaller Gram matrix of their standardised features `X`.
pub(super) struct Factors<'a> {
    rows: &'a Rows<'a>,
    standard: &'a Standard,
    /// The centred targets, `[rows, targets]`.
    targets: &'a Mat<f64>,
    gram: Mat<f64>,
    side: Side,
}

enum Side {
    /// `XᵀX`, with the products of features and targets, `[kept, targets]`.
    Features { products: Mat<f64> },
    /// `XXᵀ`, with the constant vector raised to this eigenvalue.
    Rows { raised: f64 },
}

impl<'a> Factors<'a> {
    /// Of rows; `targets` are centred.
    pub(super) fn of(rows: &'a Rows<'a>, standard: &'a Standard, targets: &'a Mat<f64>) -> Self {
        let (count, kept) = (rows.len(), standard.kept.len());
        let (gram, side) = if kept + 1 < count {
            let ranges = parts(count, TOGETHER).into_iter();
            let products = ranges.map(|range| {
                let targets = targets.subrows(range.start, range.len());
                product(standard.values(rows, range, 0..kept).as_ref(), targets)
            });
            let none = Mat::zeros(kept, targets.ncols());
            let products = products.fold(none, |sum, part| sum + part);
            (
                gram_of_features(rows, standard),
                Side::Features { products },
            )
        } else {
            let (gram, raised) = gram_of_rows(rows, standard);
            (gram, Side::Rows { raised })
        };
        Self {
            rows,
            standard,
            targets,
            gram,
            side,
        }
    }

    /// A row's residual over one minus its leverage, in which the intercept has its part.
    fn by_features(&self, factor: &Mat<f64>, weights: &Mat<f64>) -> Mat<f64> {
        let (count, kept) = (self.rows.len(), self.standard.kept.len());
        let ranges = parts(count, TOGETHER).into_par_iter();
        stacked(ranges.map(|range| {
            let first = range.start;
            let mut values = self.standard.values(self.rows, range, 0..kept);
            let mut scores = product(values.transpose(), weights.as_ref());
            solve_lower_triangular_in_place(factor.as_ref(), values.as_mut(), Par::Seq);
            for row in 0..scores.nrows() {
                let leverage = values.col(row).squared_norm_l2();
                let rest = (1.0 - 1.0 / count as f64 - leverage).max(f64::EPSILON);
                for column in 0..scores.ncols() {
                    let target = self.targets[(first + row, column)];
                    scores[(row, column)] = target - (target - scores[(row, column)]) / rest;
                }
            }
            scores
        }))
    }

    /// A row's weight over its place on the diagonal of the inverse, without what the constant vector
    /// has in it, whose eigenvalue is `constant`.
    fn by_rows(&self, factor: &Mat<f64>, weights: &Mat<f64>, constant: f64) -> Mat<f64> {
        let count = self.rows.len();
        let diagonal = diagonal_of_inverse(factor.as_ref());
        let share = 1.0 / (count as f64 * constant);
        Mat::from_fn(count, self.targets.ncols(), |row, target| {
            self.targets[(row, target)] - weights[(row, target)] / (diagonal[row] - share)
        })
    }
}

impl Solve for Factors<'_> {
    fn solve(&self, penalty: f64) -> Result<Solved, Error> {
        let mut factor = self.gram.clone();
        for place in 0..factor.nrows() {
            factor[(place, place)] += penalty;
        }
        let mut solution = match &self.side {
            Side::Features { products } => products.clone(),
            Side::Rows { .. } => self.targets.clone(),
        };
        factor_and_solve(&mut factor, &mut solution)?;
        let left_out = match self.side {
            Side::Features { .. } => self.by_features(&factor, &solution),
            Side::Rows { raised } => self.by_rows(&factor, &solution, raised + penalty),
        };
        match left_out.is_all_finite() {
            true => Ok(Solved { left_out, solution }),
            false => Err(no_decomposition()),
        }
    }

    fn each_costs(&self) -> bool {
        true
    }

    fn weights(&self, solved: Solved) -> Mat<f64> {
        match self.side {
            Side::Features { .. } => solved.solution,
            Side::Rows { .. } => weights_of_rows(self.rows, self.standard, &solved.solution),
        }
    }
}

/// The diagonal of the inverse of `L Lᵀ`: the squares of the columns of `L⁻¹`, some at a time.
fn diagonal_of_inverse(factor: MatRef<'_, f64>) -> Vec<f64> {
    let size = factor.nrows();
    let ranges = parts(size, TOGETHER).into_par_iter();
    let squares = ranges.flat_map_iter(|range| {
        // Above its own row a column is 0.
        let rest = size - range.start;
        let below = factor.submatrix(range.start, range.start, rest, rest);
        let mut columns = Mat::<f64>::identity(rest, range.len());
        solve_lower_triangular_in_place(below, columns.as_mut(), Par::Seq);
        let squares = columns.col_iter().map(|column| column.squared_norm_l2());
        squares.collect::<Vec<f64>>()
    });
    squares.collect()
}

/// Puts the lower Cholesky factor in the place of a matrix that is positive definite, of which the lower
/// half is read, and the solution of `matrix · x = right` in that of `right`; on one thread, so that
/// the bits are the same on any number of them.
pub(super) fn factor_and_solve(matrix: &mut Mat<f64>, right: &mut Mat<f64>) -> Result<(), Error> {
    let (size, par) = (matrix.nrows(), Par::Seq);
    let needed = factor::cholesky_in_place_scratch::<f64>(size, par, Default::default()).or(
        solve::solve_in_place_scratch::<f64>(size, right.ncols(), par),
    );
    let mut memory = memory(needed, size)?;
    let memory = MemStack::new(&mut memory);
    let (regular, how) = (Default::default(), Default::default());
    factor::cholesky_in_place(matrix.as_mut(), regular, par, memory, how)
        .map_err(|_| no_decomposition())?;
    solve::solve_in_place_with_conj(matrix.as_ref(), Conj::No, right.as_mut(), par, memory);
    Ok(())
}
