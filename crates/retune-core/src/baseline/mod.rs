//! What a program has to beat.

mod check;
mod dtw;
mod ridge;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use dtw::{DtwScore, LearntWindow, WINDOWS, learn_window, nearest_neighbour_dtw};
pub use ridge::{RidgeScore, ridge};

use crate::series::{Scaling, Split};

/// Test accuracy of always predicting the training split's most frequent label; of several, the
/// first in alphabetical order.
pub fn constant(train: &Split, test: &Split) -> f64 {
    let mut counts = BTreeMap::<&str, usize>::new();
    for label in &train.labels {
        *counts.entry(label).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    let label = counts.iter().find(|(_, count)| **count == most);
    let right = test
        .labels
        .iter()
        .filter(|found| label.is_some_and(|(label, _)| label == found))
        .count();
    right as f64 / test.labels.len().max(1) as f64
}

/// Test accuracy of the nearest training series by Euclidean distance, after scaling; of several,
/// the first in the split.
pub fn nearest_neighbour(train: &Split, test: &Split, scaling: Scaling) -> f64 {
    let scaled = |split: &Split| -> Vec<Vec<f32>> {
        let series = split.series.iter();
        series.map(|series| scaling.apply(series)).collect()
    };
    let known = scaled(train);
    let right = scaled(test)
        .par_iter()
        .zip(&test.labels)
        .filter(|(series, label)| {
            let nearest = known
                .iter()
                .map(|other| squared_distance(series, other))
                .enumerate()
                .min_by(|(_, a), (_, b)| a.total_cmp(b));
            nearest.is_some_and(|(index, _)| train.labels.get(index) == Some(label))
        })
        .count();
    right as f64 / test.labels.len().max(1) as f64
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(rows: &[(&str, [f64; 3])]) -> Split {
        Split {
            series: rows.iter().map(|(_, values)| values.to_vec()).collect(),
            labels: rows.iter().map(|(label, _)| (*label).to_owned()).collect(),
            ..Split::default()
        }
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
