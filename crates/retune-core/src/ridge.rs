//! Ridge regression whose penalty is chosen by leaving one row out, in closed form.
//!
//! Minimises `‖targets − intercept − standardised(features) · weights‖² + penalty · ‖weights‖²`;
//! the intercept is not penalised. One eigendecomposition of the smaller of the two Gram matrices,
//! rows by rows or features by features, gives every penalty at little more cost: what each row's
//! score would be had the fit not seen that row follows from the residual and the leverage of that
//! row. Only the scales of the features are those of all rows.
//!
//! Time grows with `rows · features · min(rows, features)` and `min(rows, features)³`; memory with
//! `min(rows, features)²`. All sums are 64-bit and cut into fixed parts, so that the same input
//! gives the same bits on any number of threads.

mod decomposition;
mod error;
mod gram;
mod matrix;
mod standard;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use error::RidgeError;

use decomposition::Decomposition;
use matrix::Matrix;
use standard::{Standard, check_finite};

/// How many rows are predicted together.
const ROWS_TOGETHER: usize = 64;

/// What a penalty is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The smallest mean squared error of the left-out rows.
    #[default]
    SquaredError,
    /// The most left-out rows whose largest score is where their largest target is; of several
    /// penalties, the one with the smallest squared error.
    Accuracy,
}

/// A ridge regression to be fitted.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// The penalties to choose from, each above 0. For standardised features they matter between
    /// about a thousandth of the number of rows and that number times the number of features.
    pub penalties: Vec<f64>,
    /// What the penalty is chosen by; of equally good ones the largest is taken.
    pub criterion: Criterion,
    /// The rows that penalties are judged by, each of them left out; all rows if none are named.
    pub judges: Option<Vec<usize>>,
}

impl Default for Ridge {
    fn default() -> Self {
        Self {
            penalties: Self::log_spaced(1e-3, 1e6, 28),
            criterion: Criterion::SquaredError,
            judges: None,
        }
    }
}

/// A fitted ridge regression: all that prediction needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RidgeModel {
    /// Weights of the standardised features, `[features, targets]` row by row; 0 for a feature that
    /// was constant.
    pub weights: Vec<f32>,
    /// What is added, `[targets]`.
    pub intercept: Vec<f32>,
    /// What is taken from each feature, `[features]`.
    pub mean: Vec<f32>,
    /// What each feature is then divided by, `[features]`; 1 for a feature that was constant.
    pub scale: Vec<f32>,
    /// The penalty that was chosen.
    pub penalty: f64,
}

/// A model with what choosing its penalty showed.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeFit {
    /// The model.
    pub model: RidgeModel,
    /// What each row's scores would be had the fit not seen that row, `[rows, targets]` row by row.
    pub leave_one_out: Vec<f64>,
    /// The penalties and how they did, in the order they were given.
    pub tried: Vec<Tried>,
}

/// How a penalty did on the judges, left out one at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tried {
    /// The penalty.
    pub penalty: f64,
    /// The mean over rows and targets of the squared error.
    pub squared_error: f64,
    /// The share of rows whose largest score is where their largest target is.
    pub accuracy: f64,
}

impl Ridge {
    /// `count` penalties from `lowest` to `highest`, each the same factor above the one before.
    pub fn log_spaced(lowest: f64, highest: f64, count: usize) -> Vec<f64> {
        let (from, to) = (lowest.ln(), highest.ln());
        let steps = count.saturating_sub(1).max(1) as f64;
        (0..count)
            .map(|step| (from + (to - from) * step as f64 / steps).exp())
            .collect()
    }

    /// Targets for classes, `[rows, classes]` row by row: 1 for the class of a row and −1 for all
    /// others; `classes` counts from 0.
    pub fn targets(classes: &[usize], count: usize) -> Vec<f32> {
        let row =
            |&class: &usize| (0..count).map(move |other| if other == class { 1.0 } else { -1.0 });
        classes.iter().flat_map(row).collect()
    }

    /// Fits `features`, `[rows, features]`, to `targets`, `[rows, targets]`, both row by row.
    ///
    /// # Errors
    ///
    /// [`RidgeError`] for fewer than two rows, values that are not finite, sizes that do not match,
    /// penalties that are not above 0, and judges that are no rows.
    pub fn fit(
        &self,
        features: &[f32],
        targets: &[f32],
        rows: usize,
    ) -> Result<RidgeFit, RidgeError> {
        self.check(rows)?;
        let width = row_length("features", features, rows)?;
        let count = row_length("targets", targets, rows)?;
        check_finite("features", features, width)?;
        check_finite("targets", targets, count)?;
        let standard = Standard::of(features, rows, width);
        let centred = Centred::of(targets, rows, count);
        let decomposition = Decomposition::of(&standard, features, rows, &centred.values)?;

        let all = || (0..rows).collect();
        let judges = self.judges.clone().unwrap_or_else(all);
        let wanted = rows_of(targets, &judges, count);
        let mut tried = Vec::with_capacity(self.penalties.len());
        let mut best: Option<(Tried, Vec<f64>)> = None;
        for &penalty in &self.penalties {
            let mut scores = decomposition.left_out(penalty);
            centred.add_means(&mut scores);
            let judged = rows_of(&scores, &judges, count);
            let found = Tried {
                penalty,
                squared_error: squared_error(&judged, &wanted),
                accuracy: accuracy(&judged, &wanted, count),
            };
            tried.push(found);
            if best
                .as_ref()
                .is_none_or(|(best, _)| self.is_better(&found, best))
            {
                best = Some((found, scores));
            }
        }
        let (best, leave_one_out) = best.ok_or(RidgeError::NoPenalty)?;
        let weights = decomposition.weights(&standard, features, best.penalty);
        Ok(RidgeFit {
            model: standard.model(&weights, &centred.means, best.penalty),
            leave_one_out,
            tried,
        })
    }

    fn check(&self, rows: usize) -> Result<(), RidgeError> {
        if rows < 2 {
            return Err(RidgeError::TooFewRows { rows });
        }
        if self.penalties.is_empty() {
            return Err(RidgeError::NoPenalty);
        }
        if let Some(judges) = &self.judges
            && (judges.is_empty() || judges.iter().any(|row| *row >= rows))
        {
            return Err(RidgeError::Judges { rows });
        }
        match self
            .penalties
            .iter()
            .find(|penalty| !(penalty.is_finite() && **penalty > 0.0))
        {
            Some(&penalty) => Err(RidgeError::Penalty { penalty }),
            None => Ok(()),
        }
    }

    fn is_better(&self, new: &Tried, old: &Tried) -> bool {
        let by_error = || {
            old.squared_error
                .total_cmp(&new.squared_error)
                .then(new.penalty.total_cmp(&old.penalty))
        };
        let order = match self.criterion {
            Criterion::SquaredError => by_error(),
            Criterion::Accuracy => new.accuracy.total_cmp(&old.accuracy).then_with(by_error),
        };
        order.is_gt()
    }
}

impl RidgeModel {
    /// How many features a row has.
    pub fn features(&self) -> usize {
        self.mean.len()
    }

    /// How many scores a row gets.
    pub fn targets(&self) -> usize {
        self.intercept.len()
    }

    /// The scores of each row, `[rows, targets]` row by row; `features` is `[rows, features]`.
    ///
    /// # Errors
    ///
    /// [`RidgeError`] when the numbers do not make whole rows or are not finite, or when the parts
    /// of the model do not match each other.
    pub fn predict(&self, features: &[f32]) -> Result<Vec<f64>, RidgeError> {
        let (width, count) = (self.features(), self.targets());
        if width == 0
            || count == 0
            || self.scale.len() != width
            || self.weights.len() != width * count
        {
            return Err(RidgeError::Model);
        }
        if !features.len().is_multiple_of(width) {
            return Err(RidgeError::RowLength {
                values: features.len(),
                expected: width,
            });
        }
        check_finite("features", features, width)?;
        let parts: Vec<Vec<f64>> = features
            .par_chunks(width * ROWS_TOGETHER)
            .map(|part| {
                part.chunks_exact(width)
                    .flat_map(|row| self.scores(row))
                    .collect()
            })
            .collect();
        Ok(parts.concat())
    }

    fn scores(&self, row: &[f32]) -> Vec<f64> {
        let mut scores: Vec<f64> = self
            .intercept
            .iter()
            .map(|&value| f64::from(value))
            .collect();
        let centred = row.iter().zip(&self.mean).zip(&self.scale);
        let weights = self.weights.chunks_exact(scores.len());
        for (((value, mean), scale), weights) in centred.zip(weights) {
            let value = (f64::from(*value) - f64::from(*mean)) / f64::from(*scale);
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += value * f64::from(*weight);
            }
        }
        scores
    }
}

/// The targets without their means.
struct Centred {
    values: Matrix,
    means: Vec<f64>,
}

impl Centred {
    /// One column for each target.
    fn of(targets: &[f32], rows: usize, count: usize) -> Self {
        let mut values = Matrix::zeros(rows, count);
        let mut means = Vec::with_capacity(count);
        for target in 0..count {
            let column = || targets.iter().skip(target).step_by(count);
            let mean = column().map(|&value| f64::from(value)).sum::<f64>() / rows as f64;
            for (centred, value) in values.column_mut(target).iter_mut().zip(column()) {
                *centred = f64::from(*value) - mean;
            }
            means.push(mean);
        }
        Self { values, means }
    }

    fn add_means(&self, scores: &mut [f64]) {
        for row in scores.chunks_exact_mut(self.means.len()) {
            for (score, mean) in row.iter_mut().zip(&self.means) {
                *score += mean;
            }
        }
    }
}

/// How many values a row has.
fn row_length(what: &'static str, values: &[f32], rows: usize) -> Result<usize, RidgeError> {
    if values.is_empty() || !values.len().is_multiple_of(rows) {
        return Err(RidgeError::Shape {
            what,
            values: values.len(),
            rows,
        });
    }
    Ok(values.len() / rows)
}

/// Some rows of `[rows, width]`, row by row.
pub fn rows_of<T: Copy>(values: &[T], rows: &[usize], width: usize) -> Vec<T> {
    let row = |row: &usize| &values[row * width..(row + 1) * width];
    rows.iter().flat_map(row).copied().collect()
}

/// The mean over rows and targets of the squared error.
pub fn squared_error(scores: &[f64], targets: &[f32]) -> f64 {
    let errors = scores.iter().zip(targets);
    let sum: f64 = errors
        .map(|(score, target)| (score - f64::from(*target)).powi(2))
        .sum();
    sum / scores.len() as f64
}

fn accuracy(scores: &[f64], targets: &[f32], count: usize) -> f64 {
    let rows = scores.chunks_exact(count).zip(targets.chunks_exact(count));
    let right = rows
        .filter(|(scores, targets)| {
            largest(scores.iter().copied())
                == largest(targets.iter().map(|&value| f64::from(value)))
        })
        .count();
    right as f64 / (scores.len() / count) as f64
}

/// Where the largest value is; of several, the first.
pub fn largest(values: impl Iterator<Item = f64>) -> usize {
    values
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (index, value)| {
            if value > best.1 { (index, value) } else { best }
        })
        .0
}

#[cfg(test)]
mod tests;
