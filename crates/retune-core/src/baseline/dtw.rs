//! The nearest neighbour by dynamic time warping, with a learnt window.
//!
//! A window says how far, as a share of the length, the warping path may stray from the diagonal
//! (Sakoe and Chiba). It is learnt on the training split by leaving out one series after the other,
//! over `WINDOWS`; of equally good windows the smallest is taken.

mod bound;
mod distance;
mod search;

use std::collections::BTreeMap;

use super::{check, share};
use crate::Error;
use crate::series::{Scaling, Split};

use search::{Query, Searcher};

/// The windows to choose from, in percent of the length.
const WINDOWS: [usize; 13] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20];

/// How many steps of warping paths the choice of a window may look at: half a minute on two cores.
const MOST_CELLS: f64 = 4e10;
/// So many series are always used.
const LEAST_SERIES: usize = 30;

/// A window and how it did on the training split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearntWindow {
    /// The window in percent of the length.
    pub percent: usize,
    /// The same in values of a series, rounded down.
    pub values: usize,
    /// The share of left-out training series that their nearest neighbour gives the right label.
    pub accuracy: f64,
    /// How many training series it was learnt on.
    pub series: usize,
}

/// How the nearest neighbour did on the test split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DtwScore {
    /// Test accuracy.
    pub accuracy: f64,
    /// The window that was learnt.
    pub window: LearntWindow,
}

/// Test accuracy of the nearest training series by dynamic time warping, after scaling, in a window
/// that is learnt; of several nearest, the first in the split.
///
/// # Errors
///
/// When a split is empty, series and labels do not match, or series differ in length or are not
/// finite.
pub fn nearest_neighbour_dtw(
    train: &Split,
    test: &Split,
    scaling: Scaling,
) -> Result<DtwScore, Error> {
    check(train, test)?;
    let known = scaled(train, scaling);
    let window = learn(&known, &train.labels);
    let searcher = Searcher::new(known.iter().collect(), window.values);
    let series = scaled(test, scaling);
    let queries = series.iter().map(|series| Query {
        series,
        left_out: None,
        start: None,
    });
    let nearest = searcher.nearest(queries.collect());
    Ok(DtwScore {
        accuracy: right_labels(&nearest, &train.labels, &test.labels),
        window,
    })
}

/// The share of those whose nearest known series has the label that is wanted.
fn right_labels(nearest: &[Option<usize>], known: &[String], wanted: &[String]) -> f64 {
    let found = nearest.iter().zip(wanted);
    share(found.map(|(nearest, label)| nearest.is_some_and(|nearest| known[nearest] == *label)))
}

/// The window of [`WINDOWS`] in which most left-out series get the right label from their nearest
/// neighbour, of scaled series, of which there is at least one.
///
/// A large split is thinned out first, so that the choice takes less than a minute on two cores:
/// every class keeps the same share of its series, evenly spread over the split, at least one of
/// each class and about 30 in all (of FordA's 3,601 series about 300).
fn learn(series: &[Vec<f64>], labels: &[String]) -> LearntWindow {
    let length = series.first().map_or(0, Vec::len);
    let kept = thin_out(labels, most_series(length, MOST_CELLS));
    let series: Vec<&Vec<f64>> = kept.iter().map(|&index| &series[index]).collect();
    let labels: Vec<String> = kept.iter().map(|&index| labels[index].clone()).collect();
    let mut best: Option<LearntWindow> = None;
    let mut before: Option<usize> = None;
    let mut nearest = vec![None; series.len()];
    for percent in WINDOWS {
        let values = values_of(percent, length);
        // In short series several windows are the same.
        if before.replace(values) == Some(values) {
            continue;
        }
        let queries = series.iter().zip(&nearest).enumerate();
        let queries = queries.map(|(index, (series, start))| Query {
            series,
            left_out: Some(index),
            // The neighbour in a smaller window is near in a larger one as well.
            start: *start,
        });
        nearest = Searcher::new(series.clone(), values).nearest(queries.collect());
        let accuracy = right_labels(&nearest, &labels, &labels);
        if best.is_none_or(|best| accuracy > best.accuracy) {
            best = Some(LearntWindow {
                percent,
                values,
                accuracy,
                series: series.len(),
            });
        }
    }
    best.expect("the first of WINDOWS is the best until another is better")
}

/// How many values `percent` of a length are, rounded down.
fn values_of(percent: usize, length: usize) -> usize {
    percent * length / 100
}

/// How many series can be compared with each other in all windows by looking at so many cells.
fn most_series(length: usize, cells: f64) -> usize {
    let widths = WINDOWS.map(|percent| 2 * values_of(percent, length) + 1);
    let each_pair = widths.iter().sum::<usize>() as f64 * length as f64;
    ((cells / each_pair.max(1.0)).sqrt() as usize).max(LEAST_SERIES)
}

/// The places of about `most` series, in order: an even part of each class.
fn thin_out(labels: &[String], most: usize) -> Vec<usize> {
    if labels.len() <= most {
        return (0..labels.len()).collect();
    }
    let mut classes = BTreeMap::<&str, Vec<usize>>::new();
    for (index, label) in labels.iter().enumerate() {
        classes.entry(label).or_default().push(index);
    }
    let share = most as f64 / labels.len() as f64;
    let mut kept = Vec::new();
    for places in classes.values() {
        let count = ((places.len() as f64 * share).round() as usize).clamp(1, places.len());
        kept.extend((0..count).map(|part| places[part * places.len() / count]));
    }
    kept.sort_unstable();
    kept
}

fn scaled(split: &Split, scaling: Scaling) -> Vec<Vec<f64>> {
    let wide = |series: Vec<f32>| series.into_iter().map(f64::from).collect();
    super::scaled(split, scaling)
        .into_iter()
        .map(wide)
        .collect()
}

#[cfg(test)]
mod tests;
