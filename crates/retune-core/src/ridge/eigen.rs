//! The eigendecomposition that answers for every penalty.

use faer::diag::Diag;
use faer::dyn_stack::MemStack;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};
use rayon::prelude::*;

use super::gram::{gram_of_features, gram_of_rows, product};
use super::rows::{Rows, Standard, memory, no_decomposition, parts};
use super::solve::{Solve, Solved};
use crate::Error;

/// How many rows or features are worked on together.
pub(super) const TOGETHER: usize = 256;

/// Rows seen along the eigenvectors of the smaller Gram matrix of their standardised features `X`.
///
/// With more rows than features and the intercept that is `XᵀX = V S Vᵀ`, and a row's coordinates
/// are its features times `V`. Else it is `XXᵀ = V S Vᵀ` without the constant vector, and a row's
/// coordinates are its entries in `V`.
pub(super) struct Decomposition<'a> {
    rows: &'a Rows<'a>,
    standard: &'a Standard,
    /// The centred targets, `[rows, targets]`.
    targets: &'a Mat<f64>,
    /// Features by features, with the eigenvectors as columns; `None` for rows by rows.
    vectors: Option<Mat<f64>>,
    eigenvalues: Vec<f64>,
    /// The coordinates of [`TOGETHER`] rows at a time, `[rows, eigenvectors]`.
    coordinates: Vec<Mat<f64>>,
    /// The targets along each eigenvector, `[eigenvectors, targets]`.
    projected: Mat<f64>,
}

impl<'a> Decomposition<'a> {
    /// Decomposes the features of rows; `targets` are centred.
    pub(super) fn of(
        rows: &'a Rows<'a>,
        standard: &'a Standard,
        targets: &'a Mat<f64>,
    ) -> Result<Self, Error> {
        let (vectors, eigenvalues, coordinates) = if standard.kept.len() + 1 < rows.len() {
            by_features(rows, standard)?
        } else {
            by_rows(rows, standard)?
        };
        let mut projected = Mat::zeros(eigenvalues.len(), targets.ncols());
        for (range, coordinates) in parts(rows.len(), TOGETHER).into_iter().zip(&coordinates) {
            let targets = targets.subrows(range.start, range.len());
            projected += product(coordinates.transpose(), targets);
        }
        Ok(Self {
            rows,
            standard,
            targets,
            vectors,
            eigenvalues,
            coordinates,
            projected,
        })
    }

    /// How far a target is above its row's score when that is left out.
    fn left_out_error(&self, target: f64, score: f64, leverage: f64) -> f64 {
        match self.vectors {
            // The residual over one minus the leverage, in which the intercept has its part.
            Some(_) => {
                let rest = 1.0 - 1.0 / self.rows.len() as f64 - leverage;
                (target - score) / rest.max(f64::EPSILON)
            }
            // Both are the penalty times these sums, so that nothing is lost where a small penalty
            // leaves almost no residual.
            None => score / leverage,
        }
    }
}

impl Solve for Decomposition<'_> {
    /// The solution is the projected targets over the eigenvalues and the penalty.
    fn solve(&self, penalty: f64) -> Result<Solved, Error> {
        let values = self.eigenvalues.iter();
        let inverse: Vec<f64> = values.map(|value| 1.0 / (value + penalty)).collect();
        let (size, count) = self.projected.shape();
        let shrunk = Mat::from_fn(size, count, |place, target| {
            self.projected[(place, target)] * inverse[place]
        });
        let parts = self.coordinates.par_iter().enumerate();
        let left_out = stacked(parts.map(|(part, coordinates)| {
            let mut scores = product(coordinates.as_ref(), shrunk.as_ref());
            let leverages = leverages(coordinates, &inverse);
            for target in 0..scores.ncols() {
                let targets = &self.targets.col_as_slice(target)[part * TOGETHER..];
                let scores = scores.col_as_slice_mut(target).iter_mut();
                for ((score, target), leverage) in scores.zip(targets).zip(&leverages) {
                    *score = target - self.left_out_error(*target, *score, *leverage);
                }
            }
            scores
        }));
        Ok(Solved {
            left_out,
            solution: shrunk,
        })
    }

    fn each_costs(&self) -> bool {
        false
    }

    fn weights(&self, Solved { solution, .. }: Solved) -> Mat<f64> {
        match &self.vectors {
            _ if self.standard.kept.is_empty() => Mat::zeros(0, solution.ncols()),
            Some(vectors) => product(vectors.as_ref(), solution.as_ref()),
            None => {
                let coordinates = self.coordinates.par_iter();
                let of_rows =
                    stacked(coordinates.map(|part| product(part.as_ref(), solution.as_ref())));
                weights_of_rows(self.rows, self.standard, &of_rows)
            }
        }
    }
}

type Parts = (Option<Mat<f64>>, Vec<f64>, Vec<Mat<f64>>);

fn by_features(rows: &Rows, standard: &Standard) -> Result<Parts, Error> {
    let kept = standard.kept.len();
    let ranges = parts(rows.len(), TOGETHER);
    let (eigenvalues, vectors) = eigen(&gram_of_features(rows, standard))?;
    let coordinates = ranges.into_par_iter().map(|range| {
        let values = standard.values(rows, range, 0..kept);
        product(values.transpose(), vectors.as_ref())
    });
    let coordinates = coordinates.collect();
    Ok((Some(vectors), eigenvalues, coordinates))
}

fn by_rows(rows: &Rows, standard: &Standard) -> Result<Parts, Error> {
    let size = rows.len();
    // The constant vector, raised above all others, is the last of the eigenvectors, which come in the
    // order of their eigenvalues.
    let (gram, _) = gram_of_rows(rows, standard);
    let (mut eigenvalues, vectors) = eigen(&gram)?;
    drop(gram);
    eigenvalues.pop();
    let coordinates = parts(size, TOGETHER).into_iter().map(|range| {
        let part = vectors.submatrix(range.start, 0, range.len(), size - 1);
        part.to_owned()
    });
    Ok((None, eigenvalues, coordinates.collect()))
}

/// The squares of each row's coordinates over the eigenvalues and the penalty.
fn leverages(coordinates: &Mat<f64>, inverse: &[f64]) -> Vec<f64> {
    let mut leverages = vec![0.0; coordinates.nrows()];
    for (column, inverse) in inverse.iter().enumerate() {
        let values = coordinates.col_as_slice(column);
        for (leverage, value) in leverages.iter_mut().zip(values) {
            *leverage += value * value * inverse;
        }
    }
    leverages
}

/// The weights of the kept features, `[kept, targets]`, from those of the rows.
pub(super) fn weights_of_rows(rows: &Rows, standard: &Standard, of_rows: &Mat<f64>) -> Mat<f64> {
    let ranges = parts(standard.kept.len(), TOGETHER).into_par_iter();
    stacked(ranges.map(|range| {
        let values = standard.values(rows, 0..rows.len(), range);
        product(values.as_ref(), of_rows.as_ref())
    }))
}

/// Matrices of as many columns one above the other; there is at least one.
pub(super) fn stacked(parts: impl IndexedParallelIterator<Item = Mat<f64>>) -> Mat<f64> {
    let parts: Vec<Mat<f64>> = parts.collect();
    let rows = parts.iter().map(Mat::nrows).sum();
    let mut whole = Mat::zeros(rows, parts.first().map_or(0, Mat::ncols));
    let mut start = 0;
    for part in parts {
        whole.subrows_mut(start, part.nrows()).copy_from(&part);
        start += part.nrows();
    }
    whole
}

/// The eigenvalues, none below 0 and the largest last, and the eigenvectors of a symmetric matrix.
fn eigen(matrix: &Mat<f64>) -> Result<(Vec<f64>, Mat<f64>), Error> {
    let size = matrix.nrows();
    if size == 0 {
        return Ok((Vec::new(), Mat::zeros(0, 0)));
    }
    let mut values = Diag::<f64>::zeros(size);
    let mut vectors = Mat::zeros(size, size);
    // On several threads its sums would be cut by their number, for little gain: most of the time
    // goes to reading the matrix.
    let par = Par::Seq;
    let compute = ComputeEigenvectors::Yes;
    let needed = self_adjoint_evd_scratch::<f64>(size, compute, par, Default::default());
    let mut memory = memory(needed, size)?;
    self_adjoint_evd(
        matrix.as_ref(),
        values.as_mut(),
        Some(vectors.as_mut()),
        par,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| no_decomposition())?;
    let values = values.column_vector().iter().map(|value| value.max(0.0));
    Ok((values.collect(), vectors))
}
