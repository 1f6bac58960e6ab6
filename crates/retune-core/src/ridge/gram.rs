//! Sums of products of columns, in fixed parts.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::rows::{Rows, Standard, parts};

/// Rows and columns of one part of the product.
const TILE: usize = 256;

/// A growing sum of products `left · leftᵀ` in 64 bits, of which only the lower half is worked out.
#[derive(Debug, Clone)]
pub(super) struct Gram {
    size: usize,
    tiles: Vec<Tile>,
}

#[derive(Debug, Clone)]
struct Tile {
    rows: Range<usize>,
    columns: Range<usize>,
    total: Mat<f64>,
}

impl Gram {
    /// A sum of nothing yet, `[size, size]`.
    pub(super) fn new(size: usize) -> Self {
        let ranges = parts(size, TILE);
        let tile = |rows: &Range<usize>, columns: &Range<usize>| Tile {
            total: Mat::zeros(rows.len(), columns.len()),
            rows: rows.clone(),
            columns: columns.clone(),
        };
        let below = |(place, rows)| ranges[..=place].iter().map(move |part| tile(rows, part));
        Self {
            size,
            tiles: ranges.iter().enumerate().flat_map(below).collect(),
        }
    }

    /// Adds `left · leftᵀ`, a product in the precision of `left`, which has `size` rows.
    pub(super) fn add<T>(&mut self, left: MatRef<'_, T>)
    where
        T: ComplexField + Copy + From<u8> + Into<f64>,
    {
        self.tiles.par_iter_mut().for_each(|tile| {
            let rows = left.subrows(tile.rows.start, tile.rows.len());
            let columns = left.subrows(tile.columns.start, tile.columns.len());
            let product = product(rows, columns.transpose());
            for column in 0..tile.columns.len() {
                let totals = tile.total.col_as_slice_mut(column).iter_mut();
                for (total, product) in totals.zip(product.col_as_slice(column)) {
                    *total += (*product).into();
                }
            }
        });
    }

    /// The whole sum, symmetric.
    pub(super) fn finish(self) -> Mat<f64> {
        let mut whole = Mat::zeros(self.size, self.size);
        for tile in self.tiles {
            for (place, column) in tile.columns.clone().enumerate() {
                let totals = tile.total.col_as_slice(place);
                whole.col_as_slice_mut(column)[tile.rows.clone()].copy_from_slice(totals);
                for (row, total) in tile.rows.clone().zip(totals) {
                    whole[(column, row)] = *total;
                }
            }
        }
        whole
    }
}

/// `XᵀX` of the standardised features `X` of rows.
pub(super) fn gram_of_features(rows: &Rows, standard: &Standard) -> Mat<f64> {
    let kept = standard.kept.len();
    let mut gram = Gram::new(kept);
    for range in parts(rows.len(), TILE) {
        gram.add(standard.values(rows, range, 0..kept).as_ref());
    }
    gram.finish()
}

/// `XXᵀ`, with the eigenvalue to which the constant vector is raised in it. The features have no part in
/// that, which is the intercept's; no eigenvalue exceeds the Frobenius norm, so it is above all others.
pub(super) fn gram_of_rows(rows: &Rows, standard: &Standard) -> (Mat<f64>, f64) {
    let size = rows.len();
    let mut gram = Gram::new(size);
    for range in parts(standard.kept.len(), TILE) {
        gram.add(standard.values(rows, 0..size, range).transpose());
    }
    let mut gram = gram.finish();
    let raised = 2.0 * gram.norm_l2();
    let raised = if raised > 0.0 { raised } else { 1.0 };
    for column in 0..size {
        let values = gram.col_as_slice_mut(column).iter_mut();
        values.for_each(|value| *value += raised / size as f64);
    }
    (gram, raised)
}

/// `left · right` on one thread: the library cuts its sums by the number of threads, and the same
/// input must give the same bits on any number of them.
pub(super) fn product<T>(left: MatRef<'_, T>, right: MatRef<'_, T>) -> Mat<T>
where
    T: ComplexField + From<u8>,
{
    let mut product = Mat::zeros(left.nrows(), right.ncols());
    let one = T::from(1);
    matmul(&mut product, Accum::Replace, left, right, one, Par::Seq);
    product
}
