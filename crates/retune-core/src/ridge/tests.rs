//! Both ways to choose penalties, against explicit fits.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::ErrorKind;

mod leave_one_out;
mod validation;

/// Random features with a mean and scale of their own, and targets that depend on them.
fn problem(rows: usize, width: usize, count: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || random.random_range(-1.0..1.0f32);
    let shifts: Vec<(f32, f32)> = (0..width).map(|_| (10.0 * draw(), 5.0 * draw())).collect();
    let weights: Vec<f32> = (0..width * count).map(|_| draw()).collect();
    let (mut features, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let row: Vec<f32> = (0..width).map(|_| draw()).collect();
        for target in 0..count {
            let products = (0..width).map(|index| row[index] * weights[index * count + target]);
            targets.push(3.0 + products.sum::<f32>() + 0.3 * draw());
        }
        let scaled = row.iter().zip(&shifts);
        features.extend(scaled.map(|(value, (mean, scale))| mean + scale * value));
    }
    (features, targets)
}

/// One column of `[rows, width]` in 64 bits.
fn column(values: &[f32], width: usize, index: usize) -> Vec<f64> {
    let column = values.iter().skip(index).step_by(width);
    column.map(|&value| f64::from(value)).collect()
}

/// Rows of features at mean 0 and deviation 1.
fn standardised(features: &[f32], width: usize) -> Vec<Vec<f64>> {
    let mut rows = vec![Vec::new(); features.len() / width];
    for index in 0..width {
        let values = column(features, width, index);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let deviation = (squares.sum::<f64>() / values.len() as f64).sqrt();
        for (row, value) in rows.iter_mut().zip(values) {
            row.push((value - mean) / deviation);
        }
    }
    rows
}

/// Solves a small system by elimination; a row of the matrix ends with its right side.
fn solve(mut rows: Vec<Vec<f64>>) -> Vec<f64> {
    let size = rows.len();
    for pivot in 0..size {
        let largest = (pivot..size)
            .max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs()))
            .unwrap();
        rows.swap(pivot, largest);
        let above = rows[pivot].clone();
        for row in (0..size).filter(|row| *row != pivot) {
            let factor = rows[row][pivot] / above[pivot];
            for (value, above) in rows[row].iter_mut().zip(&above).skip(pivot) {
                *value -= factor * above;
            }
        }
    }
    (0..size)
        .map(|row| rows[row][size] / rows[row][row])
        .collect()
}

/// The intercept, then the weights, of ridge regression on rows of standardised features, by its
/// normal equations.
fn explicit(rows: &[Vec<f64>], targets: &[f64], penalties: &[f64]) -> Vec<f64> {
    let width = penalties.len() + 1;
    let mut equations = vec![vec![0.0; width + 1]; width];
    for (row, target) in rows.iter().zip(targets) {
        let row = [&[1.0], &row[..], &[*target]].concat();
        for (equation, one) in equations.iter_mut().zip(&row) {
            for (value, other) in equation.iter_mut().zip(&row) {
                *value += one * other;
            }
        }
    }
    for (place, penalty) in (1..).zip(penalties) {
        equations[place][place] += penalty;
    }
    solve(equations)
}

fn apply(weights: &[f64], row: &[f64]) -> f64 {
    let products = row.iter().zip(&weights[1..]);
    weights[0] + products.map(|(value, weight)| value * weight).sum::<f64>()
}

#[track_caller]
fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= tolerance * (1.0 + expected.abs()),
        "{found} {expected}"
    );
}

#[track_caller]
fn assert_all_close(found: &[f64], expected: &[f64], tolerance: f64) {
    for (found, expected) in found.iter().zip(expected) {
        assert_close(*found, *expected, tolerance);
    }
}

/// What is found with so many threads.
fn on<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(work)
}

fn with(penalties: &[f64]) -> Ridge {
    Ridge {
        penalties: penalties.to_vec(),
        ..Ridge::default()
    }
}

fn block(features: std::ops::Range<usize>, penalty: f64) -> Block {
    Block { features, penalty }
}

fn weighted(features: &[f32], targets: &[f32], weights: &[f32]) -> Moments {
    let rows = weights.len();
    let mut sums = Sums::new(features.len() / rows, targets.len() / rows);
    sums.add(features, targets, weights).unwrap();
    sums.finish().unwrap()
}

fn moments((features, targets): &(Vec<f32>, Vec<f32>), rows: usize) -> Moments {
    weighted(features, targets, &vec![1.0; rows])
}

#[track_caller]
fn assert_same(one: &LinearModel, other: &LinearModel) {
    let values = |model: &LinearModel| {
        let values = model.weights.iter().chain(&model.intercept);
        values.copied().map(f64::from).collect::<Vec<_>>()
    };
    assert_all_close(&values(one), &values(other), 3e-5);
}

#[test]
fn a_model_predicts_whole_finite_rows() {
    let model = LinearModel {
        weights: vec![1.0, 2.0, 3.0, 4.0],
        mean: vec![1.0, -1.0],
        intercept: vec![0.5, 0.0],
    };
    assert_eq!(model.predict(&[2.0, 0.0]).unwrap(), [4.5, 6.0]);
    assert_eq!(model.uncentred_intercept(), [2.5, 2.0]);
    assert!(model.predict(&[]).unwrap().is_empty());
    let company = [2.0, 0.0, 0.1, 0.3].repeat(50);
    let alone = model.predict(&company[..4]).unwrap();
    assert_eq!(model.predict(&company).unwrap(), alone.repeat(50));
    assert_eq!(
        model.predict(&[1.0; 3]).unwrap_err().to_string(),
        "the sizes do not match, expected rows of 2 features and 2 targets"
    );
    assert!(model.predict(&[1.0, f32::NAN]).is_err());
    let broken = LinearModel {
        weights: vec![1.0; 3],
        ..model
    };
    let error = broken.predict(&[1.0; 2]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
}
