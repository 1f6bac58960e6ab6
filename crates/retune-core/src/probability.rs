//! Scores as probabilities, and how good probabilities are.

use crate::{Error, ErrorKind};

/// No probability counts as less than this, or one that is 0 would cost an infinite log loss.
const LOWEST_PROBABILITY: f64 = 1e-15;
/// The range of inverse temperatures, as powers of e.
const LOWEST: f64 = -12.0;
const HIGHEST: f64 = 12.0;
/// Steps of the search, each to 0.618 of the range before.
const STEPS: usize = 60;

/// Turns scores to probabilities: `softmax(scores / temperature)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temperature(pub f64);

impl Temperature {
    /// The temperature that makes scores of rows that were left out fit their classes best, by log
    /// loss; `scores` is `[rows, classes]` row by row.
    ///
    /// The right class of a row counts as certain only as far as so many rows can show (Laplace's
    /// rule, as in Platt's scaling): without that, a few rows that are all right would make
    /// everything certain.
    ///
    /// # Errors
    ///
    /// When there are no rows, numbers do not match or are not finite.
    pub fn fit(scores: &[f64], labels: &[usize], classes: usize) -> Result<Self, Error> {
        check(scores, labels, classes)?;
        let count = labels.len() as f64;
        let others = classes.saturating_sub(1) as f64;
        let doubt = others / (count + classes as f64);
        // Convex in the inverse temperature, and so with one valley in its logarithm.
        let loss = |power: f64| -> f64 {
            let inverse = power.exp();
            let rows = scores.chunks_exact(classes).zip(labels);
            rows.map(|(scores, &label)| {
                let logs = log_softmax(scores, inverse);
                let all: f64 = logs.iter().sum();
                let right = logs[label];
                // A single class has no others, and its logarithm is 0.
                let rest = (all - right) / others.max(1.0);
                -(1.0 - doubt) * right - doubt * rest
            })
            .sum()
        };
        Ok(Self((-lowest(loss)).exp()))
    }

    /// The probabilities of `[rows, classes]` scores, row by row.
    pub fn probabilities(self, scores: &[f64], classes: usize) -> Vec<f64> {
        let inverse = 1.0 / self.0;
        let rows = scores.chunks(classes.max(1));
        rows.flat_map(|row| log_softmax(row, inverse).into_iter().map(f64::exp))
            .collect()
    }
}

/// The mean of −ln P(right class); `probabilities` is `[rows, classes]` row by row.
///
/// # Errors
///
/// When there are no rows, numbers do not match or are not finite.
pub fn log_loss(probabilities: &[f64], labels: &[usize], classes: usize) -> Result<f64, Error> {
    mean_loss(probabilities, labels, classes, |row, label| {
        -row[label].max(LOWEST_PROBABILITY).ln()
    })
}

/// The Brier score: the mean over the rows of the sum over the classes of (probability − truth)²;
/// 0 is perfect, 2 the worst. `probabilities` is `[rows, classes]` row by row.
///
/// # Errors
///
/// When there are no rows, numbers do not match or are not finite.
pub fn brier(probabilities: &[f64], labels: &[usize], classes: usize) -> Result<f64, Error> {
    mean_loss(probabilities, labels, classes, |row, label| {
        let errors = row.iter().enumerate().map(|(class, probability)| {
            let truth = if class == label { 1.0 } else { 0.0 };
            (probability - truth).powi(2)
        });
        errors.sum()
    })
}

fn mean_loss(
    probabilities: &[f64],
    labels: &[usize],
    classes: usize,
    loss: impl Fn(&[f64], usize) -> f64,
) -> Result<f64, Error> {
    check(probabilities, labels, classes)?;
    let rows = probabilities.chunks_exact(classes).zip(labels);
    let sum: f64 = rows.map(|(row, &label)| loss(row, label)).sum();
    Ok(sum / labels.len() as f64)
}

fn check(values: &[f64], labels: &[usize], classes: usize) -> Result<(), Error> {
    let (count, rows) = (values.len(), labels.len());
    if rows == 0 || classes == 0 {
        return Err(Error::new(ErrorKind::Empty, "there are no scores"));
    }
    if count != rows * classes {
        let message =
            format!("there are {count} values for {rows} series, expected {classes} for each");
        return Err(Error::new(ErrorKind::Mismatch, message));
    }
    if let Some(place) = labels.iter().position(|&class| class >= classes) {
        let (row, class) = (place + 1, labels[place]);
        let message =
            format!("series {row} is of class {class}, but there are {classes} classes, from 0");
        return Err(Error::new(ErrorKind::Labels, message));
    }
    if let Some(place) = values.iter().position(|value| !value.is_finite()) {
        let row = place / classes + 1;
        let message = format!("the values of series {row} are not all finite");
        return Err(Error::new(ErrorKind::NotFinite, message));
    }
    Ok(())
}

/// The logarithms of `softmax(inverse · scores)`.
fn log_softmax(scores: &[f64], inverse: f64) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shifted = || scores.iter().map(|score| (score - largest) * inverse);
    let sum: f64 = shifted().map(f64::exp).sum();
    shifted().map(|score| score - sum.ln()).collect()
}

/// Where a function with one valley is lowest between the limits, by golden section.
fn lowest(function: impl Fn(f64) -> f64) -> f64 {
    let share = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (LOWEST, HIGHEST);
    let mut left = high - share * (high - low);
    let mut right = low + share * (high - low);
    let (mut at_left, mut at_right) = (function(left), function(right));
    for _ in 0..STEPS {
        // Where it is flat the scores tell nothing, and the lower end claims less.
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - share * (high - low);
            at_left = function(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + share * (high - low);
            at_right = function(right);
        }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn losses_are_those_of_the_formulas() {
        let probabilities = [0.5, 0.25, 0.25, 0.1, 0.1, 0.8];
        // −(ln 0.5 + ln 0.1) / 2
        let loss = log_loss(&probabilities, &[0, 1], 3).unwrap();
        assert!((loss - 1.497_866_136_776_995).abs() < 1e-12);
        // (0.25 + 0.0625 + 0.0625 + 0.01 + 0.81 + 0.64) / 2
        let score = brier(&probabilities, &[0, 1], 3).unwrap();
        assert!((score - 0.9175).abs() < 1e-12);
        assert!(log_loss(&[0.0, 1.0], &[0], 2).unwrap() < 35.0);
        assert_eq!(brier(&[0.0, 1.0], &[0], 2).unwrap(), 2.0);
    }

    #[test]
    fn few_rows_that_are_all_right_do_not_make_everything_certain() {
        let scores: Vec<f64> = [1.0, -1.0].repeat(10);
        let temperature = Temperature::fit(&scores, &[0; 10], 2).unwrap();
        let right = temperature.probabilities(&[1.0, -1.0], 2)[0];
        // Laplace's rule for 10 of 10: 11 of 12.
        assert!((right - 11.0 / 12.0).abs() < 1e-6, "{right}");
    }

    #[test]
    fn scores_that_tell_nothing_give_even_probabilities() {
        let temperature = Temperature::fit(&[1.0, -1.0, 1.0, -1.0], &[0, 1], 2).unwrap();
        let probabilities = temperature.probabilities(&[1.0, -1.0], 2);
        assert!((probabilities[0] - 0.5).abs() < 1e-4);
        for scores in [[0.0; 6], [1e300, -1e300, 0.0, 1e-300, 5.0, 5.0]] {
            let temperature = Temperature::fit(&scores, &[0, 1], 3).unwrap();
            let mut probabilities = temperature.probabilities(&scores, 3).into_iter();
            assert!(probabilities.all(|value| (0.0..=1.0).contains(&value)));
        }
        let single = Temperature::fit(&[3.0], &[0], 1).unwrap();
        assert_eq!(single.probabilities(&[3.0], 1), [1.0]);
    }

    #[test]
    fn wrong_input_is_an_error() {
        for (values, labels, classes, expected) in [
            (&[][..], &[][..], 2, "there are no scores"),
            (&[], &[], 0, "there are no scores"),
            (&[1.0; 3], &[0, 1], 2, "there are 3 values for 2 series"),
            (&[1.0; 4], &[0, 2], 2, "series 2 is of class 2, but there"),
            (&[1.0, f64::NAN], &[0], 2, "the values of series 1 are not"),
        ] {
            let fitted = Temperature::fit(values, labels, classes).map(|_| 0.0);
            let loss = log_loss(values, labels, classes);
            for result in [fitted, loss, brier(values, labels, classes)] {
                let message = result.unwrap_err().to_string();
                assert!(message.starts_with(expected), "{message}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_other_temperature_is_better(
            rows in prop::collection::vec((prop::array::uniform3(-2.0..2.0f64), 0..3usize), 30..60),
        ) {
            // So many rows that the doubt about each changes little.
            let (scores, labels): (Vec<_>, Vec<usize>) = rows.into_iter().unzip();
            let (scores, labels) = (scores.concat().repeat(100), labels.repeat(100));
            let fitted = Temperature::fit(&scores, &labels, 3).unwrap();
            let loss = |temperature: Temperature| {
                log_loss(&temperature.probabilities(&scores, 3), &labels, 3).unwrap()
            };
            let best = loss(fitted);
            for factor in [0.2, 0.5, 0.9, 1.1, 2.0, 5.0] {
                prop_assert!(best <= loss(Temperature(fitted.0 * factor)) + 1e-3);
            }
            for row in fitted.probabilities(&scores, 3).chunks(3) {
                prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            }
        }
    }
}
