//! Ridge classification of the values themselves.

use std::collections::BTreeSet;

use super::check::check;
use crate::probability::{Temperature, brier, log_loss};
use crate::ridge::{Criterion, Ridge};
use crate::series::{Scaling, Split};
use crate::{Error, ErrorKind, argmax};

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
/// finite, there is only one training series, or a test label is unknown.
pub fn ridge(train: &Split, test: &Split, scaling: Scaling) -> Result<RidgeScore, Error> {
    check(train, test)?;
    let names: BTreeSet<&str> = train.labels.iter().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let known = classes(&names, train)?;
    let wanted = classes(&names, test)?;
    let count = names.len();
    let ridge = Ridge {
        criterion: Criterion::Accuracy,
        ..Ridge::default()
    };
    let targets = Ridge::targets(&known, count);
    let fit = ridge.fit(&features(train, scaling), &targets, train.len())?;
    let scores = fit.model.predict(&features(test, scaling))?;
    let temperature = Temperature::fit(&fit.leave_one_out, &known, count)?;
    let probabilities = temperature.probabilities(&scores, count);
    let right = scores
        .chunks_exact(count)
        .zip(&wanted)
        .filter(|(scores, wanted)| argmax(*scores) == **wanted)
        .count();
    Ok(RidgeScore {
        accuracy: right as f64 / test.len() as f64,
        log_loss: log_loss(&probabilities, &wanted, count)?,
        brier: brier(&probabilities, &wanted, count)?,
        penalty: fit.penalty,
    })
}

/// The place of each series' label among the names, which are sorted.
fn classes(names: &[&str], split: &Split) -> Result<Vec<usize>, Error> {
    let labels = split.labels.iter().enumerate();
    labels
        .map(|(index, label)| {
            names.binary_search(&label.as_str()).map_err(|_| {
                let message = format!(
                    "test series {} has the label `{label}`, which no training series has",
                    index + 1
                );
                Error::new(ErrorKind::Labels, message)
                    .with_hint("check which column holds the labels")
            })
        })
        .collect()
}

fn features(split: &Split, scaling: Scaling) -> Vec<f32> {
    let scaled = split.series.iter().map(|series| scaling.apply(series));
    scaled.flatten().collect()
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
        let series = (0..count).map(|index| {
            let step = if index % 2 == 0 { 0.7 } else { -0.7 };
            let values = (0..30).map(|place| noise() + if place < 15 { 0.0 } else { step });
            values.collect()
        });
        Split {
            series: series.collect(),
            labels: (0..count)
                .map(|index| ["up", "down"][index % 2].to_owned())
                .collect(),
            ..Split::default()
        }
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
        let fails = |train: &Split, test: &Split| {
            ridge(train, test, Scaling::ZNormalise)
                .unwrap_err()
                .to_string()
        };
        let empty = Split::default();
        assert_eq!(fails(&empty, &good), "the training split has no series");
        assert_eq!(fails(&good, &empty), "the test split has no series");
        let mut unknown = good.clone();
        unknown.labels[1] = "left".to_owned();
        assert_eq!(
            fails(&good, &unknown),
            "test series 2 has the label `left`, which no training series has"
        );
        let mut short = good.clone();
        short.series[2].pop();
        assert_eq!(
            fails(&good, &short),
            "series 3 of the test split has 29 values, expected 30 as the first training series"
        );
        let mut unlabelled = good.clone();
        unlabelled.labels.clear();
        assert_eq!(
            fails(&unlabelled, &good),
            "the training split has 4 series but 0 labels"
        );
        let mut infinite = good.clone();
        infinite.series[0][1] = f64::INFINITY;
        assert_eq!(
            fails(&infinite, &good),
            "series 1 of the training split holds a value that is not finite, at place 2"
        );
        let one = Split {
            series: vec![vec![1.0, 2.0]],
            labels: vec!["a".to_owned()],
            ..Split::default()
        };
        assert_eq!(
            fails(&one, &one),
            "there are 1 rows to fit on, expected at least 2"
        );
    }
}
