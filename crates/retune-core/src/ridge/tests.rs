use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

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
            let sum: f32 = (0..width)
                .map(|index| row[index] * weights[index * count + target])
                .sum();
            targets.push(3.0 + sum + 0.3 * draw());
        }
        features.extend(
            row.iter()
                .zip(&shifts)
                .map(|(value, (mean, scale))| mean + scale * value),
        );
    }
    (features, targets)
}

/// Solves a small system by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let largest = (pivot..size)
            .max_by(|a, b| matrix[*a][pivot].abs().total_cmp(&matrix[*b][pivot].abs()))
            .unwrap();
        matrix.swap(pivot, largest);
        right.swap(pivot, largest);
        for row in pivot + 1..size {
            let factor = matrix[row][pivot] / matrix[pivot][pivot];
            let above = matrix[pivot].clone();
            for (value, above) in matrix[row].iter_mut().zip(above).skip(pivot) {
                *value -= factor * above;
            }
            right[row] -= factor * right[pivot];
        }
    }
    for pivot in (0..size).rev() {
        let known: f64 = (pivot + 1..size)
            .map(|column| matrix[pivot][column] * right[column])
            .sum();
        right[pivot] = (right[pivot] - known) / matrix[pivot][pivot];
    }
    right
}

/// The intercept, then the weights, of ridge regression on rows of standardised features.
fn plain_ridge(rows: &[Vec<f64>], targets: &[f64], penalty: f64) -> Vec<f64> {
    let width = rows[0].len() + 1;
    let at = |row: &[f64], index: usize| if index == 0 { 1.0 } else { row[index - 1] };
    let mut matrix = vec![vec![0.0; width]; width];
    let mut right = vec![0.0; width];
    for (row, target) in rows.iter().zip(targets) {
        for (one, line) in matrix.iter_mut().enumerate() {
            for (other, value) in line.iter_mut().enumerate() {
                *value += at(row, one) * at(row, other);
            }
            right[one] += at(row, one) * target;
        }
    }
    for (index, row) in matrix.iter_mut().enumerate().skip(1) {
        row[index] += penalty;
    }
    solve(matrix, right)
}

fn apply(weights: &[f64], row: &[f64]) -> f64 {
    weights[0]
        + row
            .iter()
            .zip(&weights[1..])
            .map(|(value, weight)| value * weight)
            .sum::<f64>()
}

fn standardised(features: &[f32], width: usize) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = features
        .chunks_exact(width)
        .map(|row| row.iter().map(|&value| f64::from(value)).collect())
        .collect();
    let count = rows.len() as f64;
    let column = |index: usize| rows.iter().map(move |row| row[index]);
    let of = |index: usize| {
        let mean = column(index).sum::<f64>() / count;
        let variance = column(index)
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
            / count;
        (mean, variance.sqrt())
    };
    let scales: Vec<(f64, f64)> = (0..width).map(of).collect();
    let scale = |row: &Vec<f64>| {
        let row = row.iter().zip(&scales);
        row.map(|(value, (mean, scale))| {
            if *scale > 0.0 {
                (value - mean) / scale
            } else {
                0.0
            }
        })
        .collect()
    };
    rows.iter().map(scale).collect()
}

fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * (1.0 + expected.abs())
}

/// Checks scores and left-out scores against explicit fits, and explicit fits without each row.
fn check(rows: usize, width: usize, count: usize, penalty: f64, seed: u64) {
    let (features, targets) = problem(rows, width, count, seed);
    let ridge = Ridge {
        penalties: vec![penalty],
        ..Ridge::default()
    };
    let fit = ridge.fit(&features, &targets, rows).unwrap();
    let scores = fit.model.predict(&features).unwrap();
    let inputs = standardised(&features, width);
    for target in 0..count {
        let wanted: Vec<f64> = (0..rows)
            .map(|row| f64::from(targets[row * count + target]))
            .collect();
        let whole = plain_ridge(&inputs, &wanted, penalty);
        for left in 0..rows {
            let expected = apply(&whole, &inputs[left]);
            let found = scores[left * count + target];
            assert!(
                close(found, expected, 1e-4),
                "score {found}, expected {expected}"
            );
            let (mut inputs, mut wanted) = (inputs.clone(), wanted.clone());
            let row = inputs.remove(left);
            wanted.remove(left);
            let expected = apply(&plain_ridge(&inputs, &wanted, penalty), &row);
            let found = fit.leave_one_out[left * count + target];
            assert!(
                close(found, expected, 1e-5),
                "left out {found}, expected {expected}"
            );
        }
    }
}

#[test]
fn scores_and_left_out_scores_are_those_of_explicit_fits() {
    for (rows, width) in [
        (30, 5),
        (12, 11),
        (12, 12),
        (10, 25),
        (2, 1),
        (2, 3),
        (3, 2),
    ] {
        for penalty in [1e-2, 1.0, 50.0] {
            check(rows, width, 2, penalty, 7);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_shape_matches_explicit_fits(
        rows in 2..20usize, width in 1..24usize, exponent in -2.0..3.0f64, seed in any::<u64>(),
    ) {
        check(rows, width, 1, 10f64.powf(exponent), seed);
    }
}

#[test]
fn parts_of_large_problems_fit_together() {
    // More rows and features than one part holds, in both forms.
    for (rows, width) in [(600, 290), (290, 600)] {
        let (features, targets) = problem(rows, width, 3, 11);
        let ridge = Ridge {
            penalties: vec![20.0],
            ..Ridge::default()
        };
        let fit = ridge.fit(&features, &targets, rows).unwrap();
        let inputs = standardised(&features, width);
        let wanted: Vec<f64> = targets
            .iter()
            .step_by(3)
            .map(|&value| f64::from(value))
            .collect();
        let whole = plain_ridge(&inputs, &wanted, 20.0);
        let scores = fit.model.predict(&features).unwrap();
        for row in 0..rows {
            let expected = apply(&whole, &inputs[row]);
            assert!(close(scores[row * 3], expected, 1e-4));
        }
        for left in [0, 255, 256, rows - 1] {
            let (mut inputs, mut wanted) = (inputs.clone(), wanted.clone());
            let row = inputs.remove(left);
            wanted.remove(left);
            let expected = apply(&plain_ridge(&inputs, &wanted, 20.0), &row);
            assert!(close(fit.leave_one_out[left * 3], expected, 1e-6));
        }
    }
}

#[test]
fn a_tiny_penalty_leaves_exact_left_out_scores() {
    // The residuals are far below the rounding of the targets.
    check(8, 20, 1, 1e-7, 3);
    let (features, targets) = problem(8, 20, 1, 3);
    let left_out = |penalty: f64| {
        let ridge = Ridge {
            penalties: vec![penalty],
            ..Ridge::default()
        };
        ridge.fit(&features, &targets, 8).unwrap().leave_one_out
    };
    for (tiny, small) in left_out(1e-300).into_iter().zip(left_out(1e-9)) {
        assert!(close(tiny, small, 1e-6), "{tiny} {small}");
    }
}

#[test]
fn constant_features_get_no_weight_and_change_nothing() {
    let (features, targets) = problem(20, 3, 1, 5);
    let with: Vec<f32> = features
        .chunks_exact(3)
        .flat_map(|row| [7.0, row[0], row[1], 0.1, row[2], -1e30])
        .collect();
    let ridge = Ridge::default();
    let one = ridge.fit(&features, &targets, 20).unwrap();
    let other = ridge.fit(&with, &targets, 20).unwrap();
    let weights = [0, 3, 5].map(|index| other.model.weights[index]);
    assert_eq!(weights, [0.0; 3]);
    assert_eq!(one.leave_one_out, other.leave_one_out);
    // A feature that was constant may be anything later.
    let scores = other
        .model
        .predict(&[1e9, 1.0, 2.0, -5.0, 3.0, 0.0])
        .unwrap();
    assert_eq!(scores, one.model.predict(&[1.0, 2.0, 3.0]).unwrap());
}

#[test]
fn features_that_tell_nothing_give_the_mean_of_the_other_rows() {
    let ridge = Ridge::default();
    let fit = ridge.fit(&[4.0; 6], &[1.0, 2.0, 6.0], 3).unwrap();
    assert_eq!(fit.model.intercept, [3.0]);
    for (found, expected) in fit.leave_one_out.iter().zip([4.0, 3.5, 1.5]) {
        assert!(close(*found, expected, 1e-12));
    }
    // Of equally good penalties the largest.
    assert!(close(fit.model.penalty, 1e6, 1e-9));
}

#[test]
fn the_penalty_is_chosen_by_the_criterion() {
    let (features, targets) = problem(40, 30, 3, 9);
    for criterion in [Criterion::SquaredError, Criterion::Accuracy] {
        let ridge = Ridge {
            criterion,
            ..Ridge::default()
        };
        let fit = ridge.fit(&features, &targets, 40).unwrap();
        let chosen = fit
            .tried
            .iter()
            .find(|tried| tried.penalty == fit.model.penalty)
            .unwrap();
        for tried in &fit.tried {
            match criterion {
                Criterion::SquaredError => assert!(chosen.squared_error <= tried.squared_error),
                Criterion::Accuracy => assert!(chosen.accuracy >= tried.accuracy),
            }
        }
        assert!(close(
            squared_error(&fit.leave_one_out, &targets),
            chosen.squared_error,
            1e-12
        ));
        assert!(close(
            accuracy(&fit.leave_one_out, &targets, 3),
            chosen.accuracy,
            1e-12
        ));
    }
}

#[test]
fn repeated_rows_and_features_are_fitted() {
    let (features, targets) = problem(6, 4, 1, 2);
    let rows: Vec<f32> = features
        .chunks_exact(4)
        .flat_map(|row| [row, row].concat())
        .collect();
    let twice = [rows.clone(), rows].concat();
    let targets = [targets.clone(), targets].concat();
    let fit = Ridge::default().fit(&twice, &targets, 12).unwrap();
    assert!(fit.leave_one_out.iter().all(|score| score.is_finite()));
    assert!(
        fit.tried
            .iter()
            .all(|tried| tried.squared_error.is_finite())
    );
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    for (rows, width) in [(310, 520), (620, 300)] {
        let (features, targets) = problem(rows, width, 2, 4);
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| Ridge::default().fit(&features, &targets, rows).unwrap())
        };
        let one = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(3));
    }
}

#[test]
fn huge_and_tiny_values_stay_finite() {
    for factor in [1e38f32, 1e-37, 1e-44] {
        let (features, targets) = problem(9, 3, 1, 1);
        let features: Vec<f32> = features.iter().map(|value| value / 20.0 * factor).collect();
        let fit = Ridge::default().fit(&features, &targets, 9).unwrap();
        let scores = fit.model.predict(&features).unwrap();
        assert!(
            scores
                .iter()
                .chain(&fit.leave_one_out)
                .all(|score| score.is_finite()),
            "{factor}"
        );
    }
}

#[test]
fn wrong_input_is_an_error() {
    let ridge = Ridge::default();
    let fit =
        |features: &[f32], targets: &[f32], rows| ridge.fit(features, targets, rows).unwrap_err();
    assert_eq!(fit(&[], &[], 0), RidgeError::TooFewRows { rows: 0 });
    assert_eq!(fit(&[1.0], &[1.0], 1), RidgeError::TooFewRows { rows: 1 });
    assert_eq!(
        fit(&[1.0; 3], &[1.0; 2], 2).to_string(),
        "3 features do not make 2 rows of equal length"
    );
    assert_eq!(
        fit(&[1.0; 4], &[], 2).to_string(),
        "0 targets do not make 2 rows of equal length"
    );
    assert_eq!(
        fit(&[1.0, 1.0, f32::NAN, 1.0], &[1.0; 2], 2).to_string(),
        "row 2 of the features holds a value that is not finite, at place 1"
    );
    assert_eq!(
        fit(&[1.0; 4], &[1.0, f32::INFINITY], 2).to_string(),
        "row 2 of the targets holds a value that is not finite, at place 1"
    );
    for penalty in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let ridge = Ridge {
            penalties: vec![1.0, penalty],
            ..Ridge::default()
        };
        let error = ridge.fit(&[1.0; 4], &[1.0; 2], 2).unwrap_err();
        assert!(matches!(error, RidgeError::Penalty { .. }), "{penalty}");
    }
    let ridge = Ridge {
        penalties: Vec::new(),
        ..Ridge::default()
    };
    assert_eq!(
        ridge.fit(&[1.0; 4], &[1.0; 2], 2).unwrap_err(),
        RidgeError::NoPenalty
    );

    let model = Ridge::default()
        .fit(&[1.0, 2.0, 3.0, 5.0], &[1.0, 2.0], 2)
        .unwrap()
        .model;
    assert!(matches!(
        model.predict(&[1.0; 3]),
        Err(RidgeError::RowLength { .. })
    ));
    assert!(matches!(
        model.predict(&[1.0, f32::NAN]),
        Err(RidgeError::NotFinite { .. })
    ));
    assert_eq!(model.predict(&[]), Ok(Vec::new()));
    let broken = RidgeModel {
        scale: Vec::new(),
        ..model
    };
    assert_eq!(broken.predict(&[1.0, 2.0]), Err(RidgeError::Model));
}

#[test]
fn targets_are_one_for_the_class_and_minus_one_for_all_others() {
    assert_eq!(
        Ridge::targets(&[1, 0], 3),
        [-1.0, 1.0, -1.0, 1.0, -1.0, -1.0]
    );
    assert!(Ridge::targets(&[], 3).is_empty());
}

/// Errors of the judges alone, from what each row scored when it was left out.
#[test]
fn penalties_are_judged_by_the_judges_alone() {
    let (features, targets) = problem(30, 40, 3, 5);
    let judges = vec![2, 3, 11, 29];
    let judged = Ridge {
        judges: Some(judges.clone()),
        ..Ridge::default()
    };
    let found = judged.fit(&features, &targets, 30).unwrap();
    for tried in &found.tried {
        let one = Ridge {
            penalties: vec![tried.penalty],
            ..Ridge::default()
        };
        let scores = one.fit(&features, &targets, 30).unwrap().leave_one_out;
        let places = judges.iter().flat_map(|row| row * 3..(row + 1) * 3);
        let errors = places.map(|place| (scores[place] - f64::from(targets[place])).powi(2));
        assert!((tried.squared_error - errors.sum::<f64>() / 12.0).abs() < 1e-9);
    }
    let least = found.tried.iter().map(|tried| tried.squared_error);
    let least = least.fold(f64::INFINITY, f64::min);
    let chosen = found.tried.iter();
    let chosen = chosen.filter(|tried| tried.penalty == found.model.penalty);
    assert_eq!(chosen.map(|tried| tried.squared_error).next(), Some(least));
    for judges in [vec![], vec![30]] {
        let ridge = Ridge {
            judges: Some(judges),
            ..Ridge::default()
        };
        let error = ridge.fit(&features, &targets, 30).unwrap_err();
        assert_eq!(error, RidgeError::Judges { rows: 30 });
    }
}
