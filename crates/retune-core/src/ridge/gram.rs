//! Sums of products of columns, in fixed parts.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, Mat, MatRef, Par};
use rayon::prelude::*;

use super::rows::parts;

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
