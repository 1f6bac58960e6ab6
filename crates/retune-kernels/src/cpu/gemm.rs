//! Matrix products on checked slices.

/// A row-major matrix in a slice, possibly read transposed.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Matrix<'a> {
    /// `values` as `[rows, columns]`, row-major.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self {
            values,
            rows,
            columns,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// The same values with rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// `out = left · right + keep · out`, with `out` row-major `[left rows, right columns]`.
///
/// # Panics
///
/// When a slice is shorter than its shape says; the callers in this folder derive both from the
/// same numbers.
pub fn multiply(left: Matrix, right: Matrix, keep: f32, out: &mut [f32]) {
    assert_eq!(left.columns, right.rows);
    assert!(left.values.len() >= left.rows * left.columns);
    assert!(right.values.len() >= right.rows * right.columns);
    assert!(out.len() >= left.rows * right.columns);
    // SAFETY: the assertions above bound every element that the strides can reach, and `out` is
    // borrowed mutably, so it overlaps neither input.
    unsafe {
        matrixmultiply::sgemm(
            left.rows,
            left.columns,
            right.columns,
            1.0,
            left.values.as_ptr(),
            left.row_stride as isize,
            left.column_stride as isize,
            right.values.as_ptr(),
            right.row_stride as isize,
            right.column_stride as isize,
            keep,
            out.as_mut_ptr(),
            right.columns as isize,
            1,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_match_the_definition_for_odd_sizes_and_transposes() {
        let (rows, inner, columns) = (3, 5, 7);
        let left: Vec<f32> = (0..rows * inner).map(|i| (i as f32 * 0.7).sin()).collect();
        let right: Vec<f32> = (0..inner * columns).map(|i| (i as f32).cos()).collect();
        let mut flipped = vec![0.0; inner * columns];
        for i in 0..inner {
            for j in 0..columns {
                flipped[j * inner + i] = right[i * columns + j];
            }
        }
        let mut plain = vec![1.0; rows * columns];
        let mut transposed = vec![1.0; rows * columns];
        let left_matrix = Matrix::new(&left, rows, inner);
        multiply(
            left_matrix,
            Matrix::new(&right, inner, columns),
            2.0,
            &mut plain,
        );
        let right_matrix = Matrix::new(&flipped, columns, inner).transposed();
        multiply(left_matrix, right_matrix, 2.0, &mut transposed);
        for i in 0..rows {
            for j in 0..columns {
                let sum: f32 = (0..inner)
                    .map(|k| left[i * inner + k] * right[k * columns + j])
                    .sum();
                assert!((plain[i * columns + j] - sum - 2.0).abs() < 1e-5);
                assert!((transposed[i * columns + j] - sum - 2.0).abs() < 1e-5);
            }
        }
    }
}
