//! Ridge classification of the values themselves.

use std::collections::BTreeSet;

use super::{check, scaled, share};
use crate::probability::{Temperature, brier, log_loss};
use crate::ridge::{Criterion, Ridge};
use crate::series::{Scaling, Split};
use crate::{Error, argmax};

/// How a ridge classifier did on the test split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RidgeScore {
    /// The share of series whose most probable class is the right one.
    pub accuracy: f64,
    /// The mean of −ln P(right class).
    pub log_loss: f64,
    /// The Brier score, from 0 to 2.
    pub brier: f64,
    /// The penalty that leaving out one training series after the other showed to be best.
    pub penalty: f64,
}

/// Test accuracy of a ridge classifier whose features are the values of a scaled series.
///
/// Penalty and probabilities come from the training split alone: both from what each training
/// series gets when it is left out. With a single class that class is always right.
///
/// # Errors
///
/// When a split is empty, series and labels do not match, series differ in length or are not
/// finite, or there is only one training series. A test label that training never saw counts as
/// wrong.
pub fn ridge(train: &Split, test: &Split, scaling: Scaling) -> Result<RidgeScore, Error> {
    check(train, test)?;
    let names: BTreeSet<&str> = train.labels.iter().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let (known, wanted) = (classes(&names, train), classes(&names, test));
    let count = names.len();
    let ridge = Ridge {
        criterion: Criterion::Accuracy,
        ..Ridge::default()
    };
    let targets = Ridge::targets(&known, count);
    let fit = ridge.fit(&scaled(train, scaling).concat(), &targets, train.len())?;
    let scores = fit.model.predict(&scaled(test, scaling).concat())?;
    let temperature = Temperature::fit(&fit.leave_one_out, &known, count)?;
    let probabilities = temperature.probabilities(&scores, count);
    // What training never saw has no probability.
    let rows = probabilities.chunks_exact(count);
    let probabilities = rows.flat_map(|row| row.iter().copied().chain([0.0]));
    let probabilities: Vec<f64> = probabilities.collect();
    let rows = scores.chunks_exact(count).zip(&wanted);
    Ok(RidgeScore {
        accuracy: share(rows.map(|(scores, wanted)| argmax(scores) == *wanted)),
        log_loss: log_loss(&probabilities, &wanted, count + 1)?,
        brier: brier(&probabilities, &wanted, count + 1)?,
        penalty: fit.penalty,
    })
}

/// The place of each series' label among the names, which are sorted; behind them for others.
fn classes(names: &[&str], split: &Split) -> Vec<usize> {
    let place = |label: &String| names.binary_search(&label.as_str()).unwrap_or(names.len());
    split.labels.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noise around 0, with a step in its second half for one of two classes.
    fn split(count: usize, seed: u32) -> Split {
        let mut state = seed;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24) - 0.5
        };
        let mut split = Split::default();
        for index in 0..count {
            let (label, step) = [("up", 0.7), ("down", -0.7)][index % 2];
            let values = (0..30).map(|place| noise() + if place < 15 { 0.0 } else { step });
            split.series.push(values.collect());
            split.labels.push(label.to_owned());
        }
        split
    }

    #[test]
    fn what_a_line_parts_is_learnt() {
        let score = ridge(&split(40, 1), &split(60, 2), Scaling::ZNormalise).unwrap();
        assert!(score.accuracy > 0.95, "{score:?}");
        assert!(score.log_loss < 0.2 && score.brier < 0.1, "{score:?}");
    }

    #[test]
    fn one_class_is_always_right() {
        let mut train = split(4, 1);
        train.labels = vec!["a".to_owned(); 4];
        let score = ridge(&train, &train, Scaling::None).unwrap();
        assert_eq!((score.accuracy, score.log_loss), (1.0, 0.0));
    }

    #[test]
    fn wrong_input_is_an_error() {
        let good = split(4, 1);
        let but = |change: fn(&mut Split)| {
            let mut split = good.clone();
            change(&mut split);
            split
        };
        let unknown = but(|split| split.labels[1] = "left".to_owned());
        let short = but(|split| split.series[2].truncate(29));
        let unlabelled = but(|split| split.labels.clear());
        let infinite = but(|split| split.series[0][1] = f64::INFINITY);
        let one = but(|split| {
            split.series.truncate(1);
            split.labels.truncate(1);
        });
        let empty = Split::default();
        // A class that training never saw is wrong, and has no probability.
        let scores = ridge(&good, &unknown, Scaling::None).unwrap();
        let all = ridge(&good, &good, Scaling::None).unwrap();
        assert!(
            (all.accuracy - scores.accuracy - 0.25).abs() < 1e-12,
            "{scores:?}"
        );
        assert!(scores.log_loss > all.log_loss + 1.0 && scores.brier > all.brier);
        for (train, test, expected) in [
            (&empty, &good, "the training split has no series"),
            (&good, &empty, "the test split has no series"),
            (
                &good,
                &short,
                "series 3 of the test split has 29 values, expected 30 as the first training series",
            ),
            (
                &unlabelled,
                &good,
                "the training split has 4 series but 0 labels",
            ),
            (
                &infinite,
                &good,
                "series 1 of the training split holds a value that is not finite, at place 2",
            ),
            (
                &one,
                &one,
                "there is one row to fit on, expected at least 2",
            ),
        ] {
            let error = ridge(train, test, Scaling::ZNormalise).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
