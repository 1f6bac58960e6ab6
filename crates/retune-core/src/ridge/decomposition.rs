//! The eigendecomposition that answers for every penalty.

use faer::Par;
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use rayon::prelude::*;

use super::RidgeError;
use super::gram::Gram;
use super::matrix::{Matrix, multiply};
use super::standard::Standard;

/// How many rows or features are worked on together.
const TOGETHER: usize = 256;

/// Features seen along the eigenvectors of a Gram matrix.
///
/// With more rows than features (and the intercept) that is `XᵀX = V S Vᵀ`, and a row's coordinates are its features
/// times `V`. Else it is `XXᵀ`, on the complement of the constant vector, and a row's coordinates
/// are its entries in the eigenvectors.
pub(super) struct Decomposition {
    form: Form,
    eigenvalues: Vec<f64>,
    /// The coordinates of each row, a column for each row.
    coordinates: Matrix,
    /// The targets along each eigenvector, `[coordinates, targets]`.
    projected: Matrix,
    /// The centred targets, `[rows, targets]`.
    targets: Matrix,
}

enum Form {
    /// Features by features, with the eigenvectors as columns.
    Primal(Matrix),
    /// Rows by rows.
    Dual,
}

impl Decomposition {
    /// Decomposes the features of all rows; `targets` are centred.
    pub(super) fn of(
        standard: &Standard,
        features: &[f32],
        rows: usize,
        targets: &Matrix,
    ) -> Result<Self, RidgeError> {
        let (form, eigenvalues, coordinates) = if standard.kept.len() + 1 < rows {
            primal(standard, features, rows)?
        } else {
            dual(standard, features, rows)?
        };
        let mut projected = Matrix::zeros(coordinates.rows(), targets.columns());
        multiply(projected.view_mut(), coordinates.view(), targets.view());
        Ok(Self {
            form,
            eigenvalues,
            coordinates,
            projected,
            targets: targets.clone(),
        })
    }

    /// The centred scores that each row would get had the fit not seen it, `[rows, targets]` row by
    /// row.
    pub(super) fn left_out(&self, penalty: f64) -> Vec<f64> {
        let shrunk = self.shrunk(penalty);
        let inverse = self.inverse(penalty);
        let (rows, count) = (self.targets.rows(), self.targets.columns());
        let starts: Vec<usize> = (0..rows).step_by(TOGETHER).collect();
        let parts: Vec<Vec<f64>> = starts
            .par_iter()
            .map(|&start| {
                let together = TOGETHER.min(rows - start);
                let coordinates = self.coordinates.view().subcols(start, together);
                let mut sums = Matrix::zeros(count, together);
                multiply(sums.view_mut(), shrunk.view().transpose(), coordinates);
                (0..together)
                    .flat_map(|column| {
                        let row = start + column;
                        self.left_out_row(row, sums.column(column), &inverse)
                    })
                    .collect()
            })
            .collect();
        parts.concat()
    }

    /// The left-out scores of one row, given the sums over its coordinates.
    fn left_out_row(&self, row: usize, sums: &[f64], inverse: &[f64]) -> Vec<f64> {
        let squares = self.coordinates.column(row).iter().zip(inverse);
        let leverage: f64 = squares
            .map(|(value, inverse)| value * value * inverse)
            .sum();
        let targets = (0..sums.len()).map(|target| self.targets.column(target)[row]);
        let rows = self.targets.rows() as f64;
        let error = |target: f64, sum: f64| match self.form {
            // The residual over one minus the leverage, in which the intercept has its part.
            Form::Primal(_) => (target - sum) / (1.0 - 1.0 / rows - leverage).max(f64::EPSILON),
            // Both the residual and one minus the leverage are the penalty times these sums, so
            // that nothing is lost where a small penalty leaves almost no residual.
            Form::Dual => sum / leverage,
        };
        let scores = targets
            .zip(sums)
            .map(|(target, sum)| target - error(target, *sum));
        scores.collect()
    }

    /// The weights of the kept features, `[kept, targets]`.
    pub(super) fn weights(&self, standard: &Standard, features: &[f32], penalty: f64) -> Matrix {
        let shrunk = self.shrunk(penalty);
        let (kept, count) = (standard.kept.len(), shrunk.columns());
        let mut weights = Matrix::zeros(kept, count);
        match &self.form {
            Form::Primal(vectors) => multiply(weights.view_mut(), vectors.view(), shrunk.view()),
            Form::Dual => {
                let rows = self.targets.rows();
                let mut of_rows = Matrix::zeros(rows, count);
                multiply(
                    of_rows.view_mut(),
                    self.coordinates.view().transpose(),
                    shrunk.view(),
                );
                let starts: Vec<usize> = (0..kept).step_by(TOGETHER).collect();
                let parts: Vec<Matrix> = starts
                    .par_iter()
                    .map(|&start| {
                        let range = start..(start + TOGETHER).min(kept);
                        let mut part = Matrix::zeros(range.len(), count);
                        let values = standard.values(features, 0..rows, range);
                        multiply(part.view_mut(), values.view(), of_rows.view());
                        part
                    })
                    .collect();
                for (start, part) in starts.into_iter().zip(parts) {
                    for target in 0..count {
                        let end = start + part.rows();
                        weights.column_mut(target)[start..end].copy_from_slice(part.column(target));
                    }
                }
            }
        }
        weights
    }

    fn inverse(&self, penalty: f64) -> Vec<f64> {
        let values = self.eigenvalues.iter();
        values.map(|value| 1.0 / (value + penalty)).collect()
    }

    /// The projected targets over the eigenvalues and the penalty.
    fn shrunk(&self, penalty: f64) -> Matrix {
        let inverse = self.inverse(penalty);
        let mut shrunk = self.projected.clone();
        for target in 0..shrunk.columns() {
            for (value, inverse) in shrunk.column_mut(target).iter_mut().zip(&inverse) {
                *value *= inverse;
            }
        }
        shrunk
    }
}

type Parts = (Form, Vec<f64>, Matrix);

fn primal(standard: &Standard, features: &[f32], rows: usize) -> Result<Parts, RidgeError> {
    let kept = standard.kept.len();
    let mut gram = Gram::new(kept);
    for start in (0..rows).step_by(TOGETHER) {
        let range = start..(start + TOGETHER).min(rows);
        gram.add(standard.values(features, range, 0..kept).view());
    }
    let (eigenvalues, vectors) = eigen(&gram.finish(), 0)?;
    let mut coordinates = Matrix::zeros(kept, rows);
    if kept > 0 {
        let parts = coordinates.values_mut().par_chunks_mut(kept * TOGETHER);
        parts.enumerate().for_each(|(part, into)| {
            let start = part * TOGETHER;
            let together = into.len() / kept;
            let values = standard.values(features, start..start + together, 0..kept);
            multiply(
                faer::MatMut::from_column_major_slice_mut(into, kept, together),
                vectors.view().transpose(),
                values.view(),
            );
        });
    }
    Ok((Form::Primal(vectors), eigenvalues, coordinates))
}

fn dual(standard: &Standard, features: &[f32], rows: usize) -> Result<Parts, RidgeError> {
    let kept = standard.kept.len();
    let mut gram = Gram::new(rows);
    for start in (0..kept).step_by(TOGETHER) {
        let range = start..(start + TOGETHER).min(kept);
        gram.add(standard.values(features, 0..rows, range).view().transpose());
    }
    let mut gram = gram.finish();
    let mirror = Mirror::new(rows);
    mirror.both_sides(&mut gram);
    // What is left of the first row and column belongs to the constant vector, and so to the
    // intercept.
    let (eigenvalues, vectors) = eigen(&gram, 1)?;
    drop(gram);
    Ok((Form::Dual, eigenvalues, mirror.coordinates(&vectors)))
}

/// The reflection that turns the constant vector to the first axis: `1 − β u uᵀ`.
struct Mirror {
    vector: Vec<f64>,
    factor: f64,
}

impl Mirror {
    fn new(size: usize) -> Self {
        let each = 1.0 / (size as f64).sqrt();
        let mut vector = vec![each; size];
        vector[0] += 1.0;
        Self {
            vector,
            factor: 1.0 / (1.0 + each),
        }
    }

    /// Reflects a symmetric matrix from the left and from the right.
    fn both_sides(&self, matrix: &mut Matrix) {
        let size = matrix.rows();
        let product: Vec<f64> = (0..size)
            .into_par_iter()
            .map(|column| dot(matrix.column(column), &self.vector))
            .collect();
        let twice = self.factor * self.factor * dot(&product, &self.vector);
        for column in 0..size {
            let (product_here, vector_here) = (product[column], self.vector[column]);
            let values = matrix.column_mut(column).iter_mut();
            for ((value, vector), product) in values.zip(&self.vector).zip(&product) {
                *value -= self.factor * (vector * product_here + product * vector_here);
                *value += twice * vector * vector_here;
            }
        }
    }

    /// The entries of the eigenvectors, which lack the first axis, for each row: reflected back, a
    /// column for each row.
    fn coordinates(&self, vectors: &Matrix) -> Matrix {
        let inner = vectors.columns();
        let along: Vec<f64> = (0..inner)
            .into_par_iter()
            .map(|vector| self.factor * dot(vectors.column(vector), &self.vector[1..]))
            .collect();
        let mut coordinates = Matrix::zeros(inner, self.vector.len());
        for (vector, along) in along.into_iter().enumerate() {
            // The first axis has no entry of its own.
            let entries = std::iter::once(&0.0).chain(vectors.column(vector));
            let places = coordinates.values_mut().iter_mut().skip(vector);
            let places = places.step_by(inner.max(1));
            for ((place, entry), weight) in places.zip(entries).zip(&self.vector) {
                *place = entry - weight * along;
            }
        }
        coordinates
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// The eigenvalues, none below 0, and eigenvectors of a symmetric matrix without its first `skip`
/// rows and columns.
fn eigen(matrix: &Matrix, skip: usize) -> Result<(Vec<f64>, Matrix), RidgeError> {
    let size = matrix.rows() - skip;
    let part = matrix.view().submatrix(skip, skip, size, size);
    let mut values = Diag::<f64>::zeros(size);
    let mut vectors = Matrix::zeros(size, size);
    // On several threads its sums would be cut by their number, for little gain: most of the time
    // goes to reading the matrix.
    let par = Par::Seq;
    let compute = ComputeEigenvectors::Yes;
    let needed = self_adjoint_evd_scratch::<f64>(size, compute, par, Default::default());
    let mut memory = MemBuffer::try_new(needed).map_err(|_| RidgeError::NoMemory { size })?;
    self_adjoint_evd(
        part,
        values.as_mut(),
        Some(vectors.view_mut()),
        par,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| RidgeError::NoDecomposition)?;
    let values = values.column_vector().iter().map(|value| value.max(0.0));
    Ok((values.collect(), vectors))
}
