//! Sums of products over rows that are seen once.

use std::ops::Range;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::{Moments, ReadoutError};

/// Rows whose products are summed in 32 bits, before 64-bit sums take over.
const BATCH: usize = 512;
/// Rows and columns of one part of the products.
const TILE: usize = 256;

/// Sums over rows of features and targets, from which [`GramSums::finish`] makes [`Moments`].
///
/// Memory grows with the square of the number of features (8 bytes for each pair and 4 more at the
/// end), not with the number of rows. Products are summed in 32 bits over 512 rows, then in 64;
/// values are taken from near the mean of the first rows, so that large means cost no accuracy.
#[derive(Debug, Clone)]
pub struct GramSums {
    features: usize,
    targets: usize,
    rows: usize,
    /// The sum of the weights of all rows.
    weight: f64,
    /// Near the mean of each column; known after the first batch.
    shift: Option<Vec<f32>>,
    /// Rows that wait for a batch to fill, features and targets side by side.
    waiting: Vec<f32>,
    /// The weight of each.
    waiting_weights: Vec<f32>,
    /// Weighted, without the shift.
    sums: Vec<f64>,
    tiles: Vec<Tile>,
}

#[derive(Debug, Clone)]
struct Tile {
    rows: Range<usize>,
    columns: Range<usize>,
    /// Column by column.
    total: Vec<f64>,
}

impl GramSums {
    /// Sums over no rows yet; each row will have so many features and targets.
    pub fn new(features: usize, targets: usize) -> Self {
        let width = features + targets;
        let part = |start: usize| start..(start + TILE).min(width);
        let starts = || (0..width).step_by(TILE);
        let tiles = starts()
            .flat_map(|row| {
                let below = starts().take_while(move |&column| column <= row);
                below.map(move |column| (part(row), part(column)))
            })
            .map(|(rows, columns)| Tile {
                total: vec![0.0; rows.len() * columns.len()],
                rows,
                columns,
            })
            .collect();
        Self {
            features,
            targets,
            rows: 0,
            weight: 0.0,
            shift: None,
            waiting: Vec::new(),
            waiting_weights: Vec::new(),
            sums: vec![0.0; width],
            tiles,
        }
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds `features`, `[rows, features]`, and `targets`, `[rows, targets]`, both row by row; a row
    /// with weight 2 counts as two rows.
    ///
    /// # Errors
    ///
    /// [`ReadoutError`] for sizes that do not match, values that are not finite, and weights that
    /// are not above 0; then none of these rows is added.
    pub fn add(
        &mut self,
        features: &[f32],
        targets: &[f32],
        weights: &[f32],
    ) -> Result<(), ReadoutError> {
        let (width, count) = (self.features, self.targets);
        if width == 0 || count == 0 {
            let what = if width == 0 { "features" } else { "targets" };
            return Err(ReadoutError::Nothing { what });
        }
        let rows = features.len() / width;
        if features.len() != rows * width
            || Some(targets.len()) != rows.checked_mul(count)
            || weights.len() != rows
        {
            return Err(ReadoutError::Shape {
                features: features.len(),
                targets: targets.len(),
                width,
                count,
            });
        }
        check_finite("features", features, width)?;
        check_finite("targets", targets, count)?;
        let positive = |weight: &f32| weight.is_finite() && *weight > 0.0;
        if let Some(place) = weights.iter().position(|weight| !positive(weight)) {
            return Err(ReadoutError::Weight {
                row: place + 1,
                weight: weights[place],
            });
        }
        let rows = features
            .chunks_exact(width)
            .zip(targets.chunks_exact(count));
        for ((features, targets), weight) in rows.zip(weights) {
            self.waiting.extend_from_slice(features);
            self.waiting.extend_from_slice(targets);
            self.waiting_weights.push(*weight);
            self.rows += 1;
            self.weight += f64::from(*weight);
            if self.waiting.len() == BATCH * (width + count) {
                self.add_batch();
            }
        }
        Ok(())
    }

    /// The moments of all rows.
    ///
    /// # Errors
    ///
    /// [`ReadoutError::TooFewRows`] for fewer than two rows, [`ReadoutError::TooLarge`].
    pub fn finish(mut self) -> Result<Moments, ReadoutError> {
        if self.rows < 2 {
            return Err(ReadoutError::TooFewRows { rows: self.rows });
        }
        self.add_batch();
        self.waiting = Vec::new();
        let width = self.features + self.targets;
        let rows = self.weight;
        let shift = self.shift.take().unwrap_or_default();
        // How far the mean is from the shift.
        let offsets: Vec<f64> = self.sums.iter().map(|sum| sum / rows).collect();
        let means = shift.iter().zip(&offsets);
        let means = means
            .map(|(shift, offset)| f64::from(*shift) + offset)
            .collect();
        let mut products = vec![0.0; width * width];
        for tile in std::mem::take(&mut self.tiles) {
            let height = tile.rows.len();
            for (column, totals) in tile.columns.clone().zip(tile.total.chunks_exact(height)) {
                for (row, total) in tile.rows.clone().zip(totals) {
                    let product = total - rows * offsets[row] * offsets[column];
                    products[column * width + row] = product;
                    products[row * width + column] = product;
                }
            }
        }
        if products.iter().any(|product| !product.is_finite()) {
            return Err(ReadoutError::TooLarge);
        }
        Ok(Moments::new(self.features, rows, means, products))
    }

    /// Adds the products of the rows that wait.
    fn add_batch(&mut self) {
        let width = self.features + self.targets;
        let rows = self.waiting.len() / width;
        if rows == 0 {
            return;
        }
        let waiting = &mut self.waiting;
        let shift = self.shift.get_or_insert_with(|| {
            let mut means = vec![0.0f64; width];
            for row in waiting.chunks_exact(width) {
                for (mean, value) in means.iter_mut().zip(row) {
                    *mean += f64::from(*value);
                }
            }
            means.iter().map(|sum| (sum / rows as f64) as f32).collect()
        });
        let weighted = waiting.chunks_exact_mut(width).zip(&self.waiting_weights);
        for (row, weight) in weighted {
            // A product of two columns takes the weight's root from each.
            let root = weight.sqrt();
            for ((value, shift), sum) in row.iter_mut().zip(shift.iter()).zip(&mut self.sums) {
                let off = *value - shift;
                *sum += f64::from(off) * f64::from(*weight);
                *value = off * root;
            }
        }
        let batch = MatRef::from_column_major_slice(&*waiting, width, rows);
        self.tiles.par_iter_mut().for_each(|tile| tile.add(batch));
        self.waiting.clear();
        self.waiting_weights.clear();
    }
}

impl Tile {
    fn add(&mut self, batch: MatRef<'_, f32>) {
        let (height, width) = (self.rows.len(), self.columns.len());
        let mut product = vec![0.0f32; height * width];
        // On several threads the library would cut its sums by their number.
        matmul(
            MatMut::from_column_major_slice_mut(&mut product, height, width),
            Accum::Replace,
            batch.subrows(self.rows.start, height),
            batch.subrows(self.columns.start, width).transpose(),
            1.0,
            Par::Seq,
        );
        for (total, product) in self.total.iter_mut().zip(&product) {
            *total += f64::from(*product);
        }
    }
}

/// Checks that all values are finite; `width` of them make a row.
pub(super) fn check_finite(
    what: &'static str,
    values: &[f32],
    width: usize,
) -> Result<(), ReadoutError> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(ReadoutError::NotFinite {
            what,
            row: place / width + 1,
            place: place % width + 1,
        }),
        None => Ok(()),
    }
}
