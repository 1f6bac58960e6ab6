//! Products of a matrix with its own transpose, in fixed parts.

use std::ops::Range;

use faer::MatRef;
use rayon::prelude::*;

use super::matrix::{Matrix, multiply_add};

/// Rows and columns of one part of the product.
const TILE: usize = 256;

/// A growing sum of products `left · leftᵀ`, of which only the lower half is worked out.
pub(super) struct Gram {
    size: usize,
    tiles: Vec<Tile>,
}

struct Tile {
    rows: Range<usize>,
    columns: Range<usize>,
    values: Matrix,
}

impl Gram {
    pub(super) fn new(size: usize) -> Self {
        let part = |start: usize| start..(start + TILE).min(size);
        let starts = || (0..size).step_by(TILE);
        let tiles = starts()
            .flat_map(|row| {
                let below = starts().take_while(move |&column| column <= row);
                below.map(move |column| (part(row), part(column)))
            })
            .map(|(rows, columns)| Tile {
                values: Matrix::zeros(rows.len(), columns.len()),
                rows,
                columns,
            })
            .collect();
        Self { size, tiles }
    }

    /// Adds `left · leftᵀ`; `left` has as many rows as the product.
    pub(super) fn add(&mut self, left: MatRef<'_, f64>) {
        self.tiles.par_iter_mut().for_each(|tile| {
            let rows = left.subrows(tile.rows.start, tile.rows.len());
            let columns = left.subrows(tile.columns.start, tile.columns.len());
            multiply_add(tile.values.view_mut(), rows, columns.transpose());
        });
    }

    /// The whole sum.
    pub(super) fn finish(self) -> Matrix {
        let mut whole = Matrix::zeros(self.size, self.size);
        for tile in self.tiles {
            for (place, column) in tile.columns.clone().enumerate() {
                let values = tile.values.column(place);
                whole.column_mut(column)[tile.rows.clone()].copy_from_slice(values);
                for (row, value) in tile.rows.clone().zip(values) {
                    whole.column_mut(row)[column] = *value;
                }
            }
        }
        whole
    }
}
