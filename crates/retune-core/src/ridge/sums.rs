//! Sums of products over rows that are seen once.

use faer::MatRef;

use super::Moments;
use super::few_rows::FewRows;
use super::gram::Gram;
use super::moments::Spread;
use super::rows::{LARGE_VALUES, Rows, check_count};
use crate::{Error, ErrorKind};

/// Rows whose products are summed in 32 bits, before 64-bit sums take over.
const BATCH: usize = 512;

/// Sums over rows of features and targets, from which [`Sums::finish`] makes [`Moments`].
///
/// Memory grows with the square of the number of features (8 bytes for each pair and 4 more at the
/// end), not with the number of rows; as long as these are fewer than the features they are kept as they are. Products
/// are summed in 32 bits over 512 rows, then in 64; values are taken from near the mean of the first rows, so that large
/// means cost no accuracy.
#[derive(Debug, Clone)]
pub struct Sums {
    features: usize,
    targets: usize,
    rows: usize,
    /// The sum of the weights of all rows.
    weight: f64,
    /// Near the mean of each column; known after the first batch.
    shift: Option<Vec<f32>>,
    /// Rows that wait for a batch to fill, and until they are as many as the features, features and targets side by
    /// side.
    waiting: Vec<f32>,
    /// The weight of each.
    waiting_weights: Vec<f32>,
    /// Weighted, without the shift.
    sums: Vec<f64>,
    /// Begun with the first batch.
    products: Option<Gram>,
}

impl Sums {
    /// Sums over no rows yet; each row will have so many features and targets.
    pub fn new(features: usize, targets: usize) -> Self {
        let width = features + targets;
        Self {
            features,
            targets,
            rows: 0,
            weight: 0.0,
            shift: None,
            waiting: Vec::new(),
            waiting_weights: Vec::new(),
            sums: vec![0.0; width],
            products: None,
        }
    }

    /// How many rows were added.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds `features`, `[rows, features]`, and `targets`, `[rows, targets]`, both row by row, with
    /// the weight of each row; a row with weight 2 counts as two rows.
    ///
    /// # Errors
    ///
    /// For sizes that do not match, values that are not finite, and weights that are not above 0;
    /// then none of these rows is added.
    pub fn add(&mut self, features: &[f32], targets: &[f32], weights: &[f32]) -> Result<(), Error> {
        let (width, count) = (self.features, self.targets);
        Rows::new((features, width), (targets, count), weights.len())?;
        let positive = |weight: &f32| weight.is_finite() && *weight > 0.0;
        if let Some(place) = weights.iter().position(|weight| !positive(weight)) {
            let (row, weight) = (place + 1, weights[place]);
            let message = format!("row {row} has weight {weight}, expected a number above 0");
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let rows = features.chunks_exact(width).zip(weights);
        for ((features, weight), targets) in rows.zip(targets.chunks_exact(count)) {
            self.waiting.extend_from_slice(features);
            self.waiting.extend_from_slice(targets);
            self.waiting_weights.push(*weight);
            self.rows += 1;
            self.weight += f64::from(*weight);
            while self.rows >= width && self.waiting_weights.len() >= BATCH {
                self.add_batch(BATCH);
            }
        }
        Ok(())
    }

    /// The moments of all rows.
    ///
    /// # Errors
    ///
    /// For fewer than two rows, and for values whose squares are too large for 32 bits.
    pub fn finish(mut self) -> Result<Moments, Error> {
        check_count(self.rows)?;
        if self.rows < self.features {
            return Ok(self.few());
        }
        self.add_batch(self.waiting_weights.len());
        self.waiting = Vec::new();
        let weight = self.weight;
        // How far the mean is from the shift.
        let offsets: Vec<f64> = self.sums.iter().map(|sum| sum / weight).collect();
        let means = self.shift.iter().flatten().zip(&offsets);
        let means = means.map(|(shift, offset)| f64::from(*shift) + offset);
        let means: Vec<f64> = means.collect();
        let products = self.products.take();
        let mut products = products.expect("a batch was added just now").finish();
        for (column, far) in offsets.iter().enumerate() {
            for (product, offset) in products.col_as_slice_mut(column).iter_mut().zip(&offsets) {
                // In an order that is the same for both halves.
                *product -= weight * (offset * far);
                if !product.is_finite() {
                    let message =
                        "the features or targets are too large for their products to be summed";
                    return Err(Error::new(ErrorKind::Numeric, message).with_hint(LARGE_VALUES));
                }
            }
        }
        Ok(Moments {
            features: self.features,
            weight,
            means,
            spread: Spread::Products(products),
        })
    }

    /// The moments of fewer rows than features, which all wait.
    fn few(&self) -> Moments {
        let mut means = vec![0.0; self.features + self.targets];
        let rows = self.waiting.chunks_exact(means.len());
        for (row, weight) in rows.zip(&self.waiting_weights) {
            for (mean, value) in means.iter_mut().zip(row) {
                *mean += f64::from(*weight) * f64::from(*value) / self.weight;
            }
        }
        let rows = FewRows::of(&self.waiting, &self.waiting_weights, &means);
        Moments {
            features: self.features,
            weight: self.weight,
            means,
            spread: Spread::Rows(rows),
        }
    }

    /// Adds the products of the first of the rows that wait.
    fn add_batch(&mut self, rows: usize) {
        if rows == 0 {
            return;
        }
        let width = self.features + self.targets;
        let waiting = &mut self.waiting[..rows * width];
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
        self.products
            .get_or_insert_with(|| Gram::new(width))
            .add(MatRef::from_column_major_slice(&*waiting, width, rows));
        self.waiting.drain(..rows * width);
        self.waiting_weights.drain(..rows);
    }
}
