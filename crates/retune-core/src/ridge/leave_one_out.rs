//! A penalty, chosen by leaving one row out.

use std::cmp::Ordering;

use faer::Mat;
use rayon::prelude::*;

use super::eigen::Decomposition;
use super::factors::{Factors, are_faster};
use super::penalty::{check_penalty, no_penalty};
use super::rows::{Rows, Standard, check_count, means_of};
use super::solve::{Solve, Solved};
use super::{LinearModel, log_spaced};
use crate::{Error, ErrorKind, argmax};

/// What a penalty is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Criterion {
    /// The smallest mean squared error of the left-out rows.
    #[default]
    SquaredError,
    /// The most left-out rows whose largest score is where their largest target is; of several
    /// penalties, the one with the smallest squared error.
    Accuracy,
}

/// Penalties that are worked on together, each with a matrix of its own.
const TOGETHER: usize = 2;
/// Of penalties that cost a decomposition each, every third is tried first.
const APART: usize = 3;

/// A penalty with what it comes to.
pub(super) struct Tried {
    pub(super) place: usize,
    /// The penalty, the accuracy and the squared error of the scored rows.
    pub(super) found: [f64; 3],
    pub(super) scores: Vec<f64>,
    pub(super) solved: Solved,
}

/// A ridge regression whose penalty leaving out one row after the other chooses, in closed form.
///
/// What a row's score would be had the fit not seen that row follows from its residual and its
/// leverage. Only the means and deviations of the features are those of all rows.
///
/// Where both rows and features are many, each penalty costs a decomposition of its own. Of all penalties, in
/// the order of their size, every third is then tried, and from the best of these the next ones on either
/// side as long as they are better: all come out alike where the error has one lowest place.
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
    /// The mean over scored rows and targets of the squared error that each penalty had, in their order; `None`
    /// for one that was not tried.
    pub tried: Vec<Option<f64>>,
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
    /// are not above 0, and scored rows that are no rows.
    pub fn fit(&self, features: &[f32], targets: &[f32], rows: usize) -> Result<RidgeFit, Error> {
        self.check(rows)?;
        let count = targets.len() / rows;
        let data = Rows::new((features, features.len() / rows), (targets, count), rows)?;
        let standard = Standard::of(&data);
        let means = means_of(targets, count, 0..count, |_, value| value);
        let centred = Mat::from_fn(rows, count, |row, target| {
            f64::from(targets[row * count + target]) - means[target]
        });
        let answers: Box<dyn Solve> = match are_faster(rows, standard.kept.len()) {
            true => Box::new(Factors::of(&data, &standard, &centred)),
            false => Box::new(Decomposition::of(&data, &standard, &centred)?),
        };

        let all = || (0..rows).collect();
        let scored_rows = self.scored_rows.clone().unwrap_or_else(all);
        let wanted = rows_of(targets, &scored_rows, count);
        let try_one = |place: &usize| {
            let penalty = self.penalties[*place];
            let solved = answers.solve(penalty)?;
            let row = |row| (0..count).map(move |target| (row, target));
            let scores = (0..rows).flat_map(row);
            let scores = scores.map(|place| solved.left_out[place] + means[place.1]);
            let scores: Vec<f64> = scores.collect();
            let scored = rows_of(&scores, &scored_rows, count);
            let error = squared_error(&scored, &wanted);
            Ok(Tried {
                place: *place,
                found: [penalty, accuracy(&scored, &wanted, count), error],
                scores,
                solved,
            })
        };
        let (best, tried) = self.search(answers.each_costs(), try_one)?;
        Ok(RidgeFit {
            model: standard.model(&answers.weights(best.solved), &means),
            penalty: best.found[0],
            leave_one_out: best.scores,
            tried,
        })
    }

    /// The best of the penalties that are tried, and the squared errors of these in the order of all.
    pub(super) fn search(
        &self,
        each_costs: bool,
        try_one: impl Fn(&usize) -> Result<Tried, Error> + Sync,
    ) -> Result<(Tried, Vec<Option<f64>>), Error> {
        let mut tried = vec![None; self.penalties.len()];
        let mut best: Option<Tried> = None;
        let mut next = self.first(each_costs);
        while !next.is_empty() {
            for together in next.chunks(TOGETHER) {
                let tried_now = together.par_iter().map(&try_one);
                for one in tried_now.collect::<Result<Vec<_>, Error>>()? {
                    tried[one.place] = Some(one.found[2]);
                    let better = |best: &Tried| self.prefers(one.found, best.found);
                    if best.as_ref().is_none_or(better) {
                        best = Some(one);
                    }
                }
            }
            next = best.as_ref().map_or_else(Vec::new, |best| {
                let beside = self.beside(best.place).into_iter();
                beside.filter(|place| tried[*place].is_none()).collect()
            });
        }
        Ok((best.ok_or_else(no_penalty)?, tried))
    }

    /// The places of the penalties that are tried first: all, or some that are apart where each of them costs a
    /// decomposition.
    fn first(&self, each_costs: bool) -> Vec<usize> {
        let order = self.order();
        if !each_costs {
            return order;
        }
        let from = (APART / 2).min(order.len().saturating_sub(1));
        order.into_iter().skip(from).step_by(APART).collect()
    }

    /// The places of the next smaller and the next larger penalty.
    fn beside(&self, place: usize) -> Vec<usize> {
        let order = self.order();
        let at = order.iter().position(|other| *other == place);
        let at = at.expect("the order has every penalty");
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        beside.filter_map(|at| order.get(at).copied()).collect()
    }

    /// The places of the penalties from the smallest to the largest.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.penalties.len()).collect();
        order.sort_by(|one, other| self.penalties[*one].total_cmp(&self.penalties[*other]));
        order
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

    /// Whether a penalty with its accuracy and its squared error is better than another.
    fn prefers(&self, new: [f64; 3], old: [f64; 3]) -> bool {
        let more_right = match self.criterion {
            Criterion::SquaredError => Ordering::Equal,
            Criterion::Accuracy => new[1].total_cmp(&old[1]),
        };
        let less_off = old[2].total_cmp(&new[2]);
        let larger = new[0].total_cmp(&old[0]);
        more_right.then(less_off).then(larger).is_gt()
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
