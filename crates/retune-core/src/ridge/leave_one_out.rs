//! A penalty, chosen by leaving one row out.

use faer::Mat;
use serde::{Deserialize, Serialize};

use super::eigen::Decomposition;
use super::penalties::{check_penalty, no_penalty};
use super::rows::{Rows, check_count};
use super::standard::{Standard, means_of};
use super::{LinearModel, log_spaced};
use crate::{Error, ErrorKind, argmax};

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

/// A ridge regression whose penalty leaving out one row after the other chooses, in closed form.
///
/// What a row's score would be had the fit not seen that row follows from its residual and its
/// leverage. Only the means and deviations of the features are those of all rows.
///
/// Time grows with `rows · features · min(rows, features)` and `min(rows, features)³`; memory with
/// `min(rows, features)²` and `rows · min(rows, features)`. All sums are 64-bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    /// The penalties to choose from, each above 0. For standardised features they matter between
    /// about a thousandth of the number of rows and that number times the number of features.
    pub penalties: Vec<f64>,
    /// What the penalty is chosen by; of equally good ones the largest is taken.
    pub criterion: Criterion,
    /// The rows that penalties are scored by, each of them left out; all rows if none are named.
    pub scored_rows: Option<Vec<usize>>,
}

impl Default for Ridge {
    fn default() -> Self {
        Self {
            penalties: log_spaced(1e-3, 1e6, 28),
            criterion: Criterion::SquaredError,
            scored_rows: None,
        }
    }
}

/// A model with what choosing its penalty showed.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeFit {
    /// The model, fitted on all rows.
    pub model: LinearModel,
    /// The penalty that was chosen.
    pub penalty: f64,
    /// Selection scores, `[rows, targets]` row by row: what each row's scores would be had the fit
    /// with the chosen penalty not seen that row.
    ///
    /// The penalty was chosen by these very scores, and callers choose by them again. An error or
    /// an accuracy taken from them is therefore too good: no unbiased estimate of how the model
    /// does on new rows, which only rows without a part in any choice can give.
    pub leave_one_out: Vec<f64>,
    /// The mean over scored_rows and targets of the squared error that each penalty had, in the order
    /// they were given.
    pub tried: Vec<f64>,
}

/// How a penalty did on the scored_rows.
struct Attempt {
    penalty: f64,
    squared_error: f64,
    accuracy: f64,
    scores: Vec<f64>,
}

impl Ridge {
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
    /// For fewer than two rows, values that are not finite, sizes that do not match, penalties that
    /// are not above 0, and scored_rows that are no rows.
    pub fn fit(&self, features: &[f32], targets: &[f32], rows: usize) -> Result<RidgeFit, Error> {
        self.check(rows)?;
        let count = targets.len() / rows;
        let data = Rows::new((features, features.len() / rows), (targets, count), rows)?;
        let standard = Standard::of(&data);
        let means = means_of(targets, count, 0..count, |_, value| value);
        let centred = Mat::from_fn(rows, count, |row, target| {
            f64::from(targets[row * count + target]) - means[target]
        });
        let decomposition = Decomposition::of(&data, &standard, &centred)?;

        let all = || (0..rows).collect();
        let scored_rows = self.scored_rows.clone().unwrap_or_else(all);
        let wanted = rows_of(targets, &scored_rows, count);
        let mut tried = Vec::with_capacity(self.penalties.len());
        let mut best: Option<Attempt> = None;
        for &penalty in &self.penalties {
            let left_out = decomposition.left_out(penalty);
            let row = |row| (0..count).map(move |target| (row, target));
            let scores = (0..rows).flat_map(row);
            let scores = scores.map(|place| left_out[place] + means[place.1]);
            let scores: Vec<f64> = scores.collect();
            let scored = rows_of(&scores, &scored_rows, count);
            let found = Attempt {
                penalty,
                squared_error: squared_error(&scored, &wanted),
                accuracy: accuracy(&scored, &wanted, count),
                scores,
            };
            tried.push(found.squared_error);
            if best.as_ref().is_none_or(|best| self.prefers(&found, best)) {
                best = Some(found);
            }
        }
        let best = best.ok_or_else(no_penalty)?;
        Ok(RidgeFit {
            model: standard.model(&decomposition.weights(best.penalty), &means),
            penalty: best.penalty,
            leave_one_out: best.scores,
            tried,
        })
    }

    fn check(&self, rows: usize) -> Result<(), Error> {
        check_count(rows)?;
        if let Some(scored_rows) = &self.scored_rows
            && (scored_rows.is_empty() || scored_rows.iter().any(|row| *row >= rows))
        {
            let message = format!("the scored_rows are not some of the {rows} rows");
            return Err(Error::new(ErrorKind::Setting, message));
        }
        let mut penalties = self.penalties.iter();
        penalties.try_for_each(|&penalty| check_penalty(penalty, f64::MAX))
    }

    fn prefers(&self, new: &Attempt, old: &Attempt) -> bool {
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

/// The share of rows whose largest score is where their largest target is.
fn accuracy(scores: &[f64], targets: &[f32], count: usize) -> f64 {
    let rows = scores.chunks_exact(count).zip(targets.chunks_exact(count));
    let right = rows.filter(|(scores, targets)| argmax(*scores) == argmax(*targets));
    right.count() as f64 / (scores.len() / count) as f64
}
