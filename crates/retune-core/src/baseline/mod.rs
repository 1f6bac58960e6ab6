//! What a program has to beat.

mod dtw;
mod ridge;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use dtw::{DtwScore, LearntWindow, nearest_neighbour_dtw};
pub use ridge::{RidgeScore, ridge};

use crate::series::{Scaling, Split};
use crate::{Error, ErrorKind};

/// Test accuracy of always predicting the training split's most frequent label; of several, the
/// first in alphabetical order.
pub fn constant(train: &Split, test: &Split) -> f64 {
    let mut counts = BTreeMap::<&str, usize>::new();
    for label in &train.labels {
        *counts.entry(label).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    let label = counts.iter().find(|(_, count)| **count == most);
    let right = |found: &String| label.is_some_and(|(label, _)| label == found);
    share(test.labels.iter().map(right))
}

/// Test accuracy of the nearest training series by Euclidean distance, after scaling; of several,
/// the first in the split.
pub fn nearest_neighbour(train: &Split, test: &Split, scaling: Scaling) -> f64 {
    let known = scaled(train, scaling);
    let right: Vec<bool> = scaled(test, scaling)
        .par_iter()
        .zip(&test.labels)
        .map(|(series, label)| {
            let distances = known.iter().map(|other| squared_distance(series, other));
            let nearest = distances
                .enumerate()
                .min_by(|(_, a), (_, b)| a.total_cmp(b));
            nearest.is_some_and(|(index, _)| train.labels.get(index) == Some(label))
        })
        .collect();
    share(right)
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}

fn scaled(split: &Split, scaling: Scaling) -> Vec<Vec<f32>> {
    let series = split.series.iter();
    series.map(|series| scaling.apply(series)).collect()
}

/// The share of those that are right; 0 of none.
fn share(right: impl IntoIterator<Item = bool>) -> f64 {
    let (mut count, mut all) = (0, 0);
    for right in right {
        count += usize::from(right);
        all += 1;
    }
    count as f64 / all.max(1) as f64
}

/// Checks that both splits have labelled, finite series of one length.
fn check(train: &Split, test: &Split) -> Result<(), Error> {
    let expected = train.series.first().map_or(0, Vec::len);
    for (data, split) in [(train, "training"), (test, "test")] {
        check_split(data, split, expected)?;
    }
    Ok(())
}

fn check_split(data: &Split, split: &str, expected: usize) -> Result<(), Error> {
    let (series, labels) = (data.series.len(), data.labels.len());
    if series == 0 || expected == 0 {
        let error = Error::new(ErrorKind::Empty, format!("the {split} split has no series"));
        return Err(error.with_hint("give a file with at least one series"));
    }
    if labels != series {
        let message = format!("the {split} split has {series} series but {labels} labels");
        return Err(Error::new(ErrorKind::Labels, message).with_hint("give every series a label"));
    }
    for (index, series) in data.series.iter().enumerate() {
        let (number, found) = (index + 1, series.len());
        if found != expected {
            let message = format!(
                "series {number} of the {split} split has {found} values, expected {expected} as \
                 the first training series"
            );
            let error = Error::new(ErrorKind::UnequalLengths, message);
            return Err(error.with_setting("unequal", "resample"));
        }
        if let Some(place) = series.iter().position(|value| !value.is_finite()) {
            let message = format!(
                "series {number} of the {split} split holds a value that is not finite, at place {}",
                place + 1
            );
            let error = Error::new(ErrorKind::NotFinite, message);
            return Err(error.with_setting("missing", "interpolate"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(rows: &[(&str, [f64; 3])]) -> Split {
        let (labels, series) = rows
            .iter()
            .map(|(label, values)| ((*label).to_owned(), values.to_vec()))
            .unzip();
        Split::new(series, labels)
    }

    #[test]
    fn the_constant_predictor_takes_the_most_frequent_training_label() {
        let train = split(&[("b", [0.0; 3]), ("b", [0.0; 3]), ("a", [0.0; 3])]);
        let test = split(&[("a", [0.0; 3]), ("b", [0.0; 3]), ("a", [0.0; 3])]);
        assert!((constant(&train, &test) - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_nearest_series_decides_and_scaling_matters() {
        let train = split(&[("up", [1.0, 2.0, 3.0]), ("down", [30.0, 20.0, 10.0])]);
        let test = split(&[("up", [10.0, 20.0, 30.0])]);
        assert!((nearest_neighbour(&train, &test, Scaling::ZNormalise) - 1.0).abs() < 1e-12);
        assert!(nearest_neighbour(&train, &test, Scaling::None).abs() < 1e-12);
    }
}
