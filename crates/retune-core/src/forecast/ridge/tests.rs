use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn block(features: std::ops::Range<usize>, penalty: f64) -> Block {
    Block { features, penalty }
}

fn moments(features: &[f32], targets: &[f32], width: usize, count: usize) -> Moments {
    let mut sums = GramSums::new(width, count);
    sums.add(features, targets, &vec![1.0; features.len() / width])
        .unwrap();
    sums.finish().unwrap()
}

/// Rows whose targets follow from their features, and noise; the means are far from 0.
fn rows(seed: u64, rows: usize, width: usize, count: usize) -> (Vec<f32>, Vec<f32>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut features, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..rows {
        let mut sums = vec![100.0f32; count];
        for feature in 0..width {
            let value = random.random_range(-1.0f32..1.0) * (1.0 + feature as f32);
            for (target, sum) in sums.iter_mut().enumerate() {
                *sum += value * ((feature + target) % 5) as f32 / (1.0 + feature as f32);
            }
            features.push(value + 30.0);
        }
        targets.extend(
            sums.iter()
                .map(|sum| sum + random.random_range(-0.5f32..0.5)),
        );
    }
    (features, targets)
}

/// The standardised normal equations by Gaussian elimination, all in 64 bits.
fn direct(
    features: &[f32],
    targets: &[f32],
    width: usize,
    count: usize,
    penalties: &[f64],
) -> Vec<f64> {
    let rows = features.len() / width;
    let column = |values: &[f32], width: usize, at: usize| -> Vec<f64> {
        let values = values
            .iter()
            .skip(at)
            .step_by(width)
            .map(|&value| f64::from(value));
        let values: Vec<f64> = values.collect();
        let mean = values.iter().sum::<f64>() / rows as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
    let columns: Vec<Vec<f64>> = (0..width).map(|at| column(features, width, at)).collect();
    let deviations: Vec<f64> = columns
        .iter()
        .map(|column| (dot(column, column) / rows as f64).sqrt())
        .collect();
    let mut system: Vec<Vec<f64>> = (0..width)
        .map(|row| {
            let mut line: Vec<f64> = (0..width)
                .map(|other| {
                    dot(&columns[row], &columns[other]) / deviations[row] / deviations[other]
                })
                .collect();
            line[row] += penalties[row];
            line.extend((0..count).map(|target| {
                dot(&columns[row], &column(targets, count, target)) / deviations[row]
            }));
            line
        })
        .collect();
    for pivot in 0..width {
        let line = system[pivot].clone();
        for (row, other) in system.iter_mut().enumerate() {
            let factor = other[pivot] / line[pivot];
            if row != pivot {
                for (value, pivot) in other.iter_mut().zip(&line) {
                    *value -= factor * pivot;
                }
            }
        }
    }
    (0..width)
        .flat_map(|row| {
            let line = &system[row];
            (0..count)
                .map(move |target| line[width + target] / line[row])
                .collect::<Vec<_>>()
        })
        .zip((0..width).flat_map(|row| vec![deviations[row]; count]))
        .map(|(weight, deviation)| weight / deviation)
        .collect()
}

#[test]
fn a_small_fit_matches_numpy() {
    // import numpy as np
    // X = np.array([[1,2,0],[2,1,0],[3,5,1],[4,3,1],[5,9,0],[6,4,2.]])
    // Y = np.array([[1,0],[2,1],[4,1],[3,5],[6,2],[7,8.]])
    // m, d = X.mean(0), X.std(0); Z = (X - m) / d
    // W = np.linalg.solve(Z.T @ Z + np.diag([0.5, 2, 2]), Z.T @ (Y - Y.mean(0))) / d[:, None]
    // P = Y.mean(0) + (X - m) @ W; print(W, P[0], ((Y - P)**2).mean())
    let features = [
        1., 2., 0., 2., 1., 0., 3., 5., 1., 4., 3., 1., 5., 9., 0., 6., 4., 2.,
    ];
    let targets = [1., 0., 2., 1., 4., 1., 3., 5., 6., 2., 7., 8.];
    let moments = moments(&features, &targets, 3, 2);
    let readout = moments
        .solve(&[block(0..1, 0.5), block(1..3, 2.0)])
        .unwrap();
    let weights = [
        0.846679688,
        1.242187500,
        0.177246094,
        -0.316406250,
        0.322485352,
        1.002539062,
    ];
    for (found, expected) in readout.weights.iter().zip(weights) {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-6,
            "{found} {expected}"
        );
    }
    let predicted = readout.predict(&features).unwrap();
    for (found, expected) in predicted.iter().zip([1.147151693, -0.307682292]) {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-5,
            "{found} {expected}"
        );
    }
    let error = moments.squared_error(&readout).unwrap();
    assert!((error - 0.432333540).abs() < 1e-6, "{error}");
}

#[test]
fn odd_sizes_match_the_normal_equations() {
    for (count_of_rows, width, targets) in [(7, 3, 1), (513, 17, 3), (1100, 259, 5), (40, 61, 2)] {
        let (x, y) = rows(3, count_of_rows, width, targets);
        let cut = width / 2;
        let blocks = [block(0..cut, 3.0), block(cut..width, 40.0)];
        let penalties: Vec<f64> = (0..width)
            .map(|feature| if feature < cut { 3.0 } else { 40.0 })
            .collect();
        let expected = direct(&x, &y, width, targets, &penalties);
        let readout = moments(&x, &y, width, targets).solve(&blocks).unwrap();
        let size = expected
            .iter()
            .fold(0.0f64, |size, weight| size.max(weight.abs()));
        for (found, expected) in readout.weights.iter().zip(expected) {
            assert!(
                (f64::from(*found) - expected).abs() < 2e-5 * size,
                "{found} {expected}"
            );
        }
    }
}

#[test]
fn squared_errors_need_no_rows() {
    let (x, y) = rows(5, 700, 19, 3);
    let (other_x, other_y) = rows(6, 301, 19, 3);
    let readout = moments(&x, &y, 19, 3).solve(&[block(0..19, 5.0)]).unwrap();
    for (x, y) in [(&x, &y), (&other_x, &other_y)] {
        let predicted = readout.predict(x).unwrap();
        let errors = predicted.iter().zip(y);
        let sum: f64 = errors
            .map(|(p, y)| (f64::from(*p) - f64::from(*y)).powi(2))
            .sum();
        let direct = sum / y.len() as f64;
        let closed = moments(x, y, 19, 3).squared_error(&readout).unwrap();
        assert!((closed / direct - 1.0).abs() < 1e-4, "{closed} {direct}");
    }
}

#[test]
fn batches_and_threads_do_not_change_a_bit() {
    let (x, y) = rows(9, 1300, 300, 2);
    let whole = moments(&x, &y, 300, 2);
    let on = |threads: usize, together: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let mut sums = GramSums::new(300, 2);
            for (x, y) in x.chunks(300 * together).zip(y.chunks(2 * together)) {
                sums.add(x, y, &vec![1.0; y.len() / 2]).unwrap();
            }
            assert_eq!(sums.rows(), 1300);
            sums.finish().unwrap()
        })
    };
    for (threads, together) in [(1, 1300), (1, 7), (3, 1), (2, 512), (4, 600)] {
        assert_eq!(on(threads, together), whole);
    }
}

#[test]
fn constant_and_switched_off_features_have_weight_0() {
    let (mut x, y) = rows(1, 90, 4, 2);
    x.iter_mut()
        .skip(1)
        .step_by(4)
        .for_each(|value| *value = 0.1);
    let moments = moments(&x, &y, 4, 2);
    let readout = moments
        .solve(&[block(0..3, 1.0), block(3..4, f64::INFINITY)])
        .unwrap();
    assert_eq!(&readout.weights[2..4], [0.0, 0.0]);
    assert_eq!(&readout.weights[6..8], [0.0, 0.0]);
    assert!(readout.weights[0] != 0.0 || readout.weights[1] != 0.0);
    // Without any features the mean is left, and the error is the variance.
    let none = moments.solve(&[block(0..4, f64::INFINITY)]).unwrap();
    assert!(none.weights.iter().all(|weight| *weight == 0.0));
    let predicted = none.predict(&x[..4]).unwrap();
    assert_eq!(predicted, none.intercept);
}

#[test]
fn a_row_with_weight_2_counts_as_two_rows() {
    let (x, y) = rows(5, 40, 6, 2);
    let weights: Vec<f32> = (0..40).map(|row| 1.0 + (row % 3) as f32).collect();
    let mut sums = GramSums::new(6, 2);
    sums.add(&x, &y, &weights).unwrap();
    let weighted = sums.finish().unwrap();
    let (mut repeated_x, mut repeated_y) = (Vec::new(), Vec::new());
    for (row, weight) in weights.iter().enumerate() {
        for _ in 0..*weight as usize {
            repeated_x.extend_from_slice(&x[row * 6..(row + 1) * 6]);
            repeated_y.extend_from_slice(&y[row * 2..(row + 1) * 2]);
        }
    }
    let repeated = moments(&repeated_x, &repeated_y, 6, 2);
    assert!((weighted.weight() / repeated.weight() - 1.0).abs() < 1e-12);
    let blocks = [block(0..6, 3.0)];
    let (one, other) = (
        weighted.solve(&blocks).unwrap(),
        repeated.solve(&blocks).unwrap(),
    );
    for (one, other) in one.weights.iter().zip(&other.weights) {
        assert!((one - other).abs() < 1e-4, "{one} {other}");
    }
    let errors = [&weighted, &repeated].map(|rows| rows.squared_error(&one).unwrap());
    assert!((errors[0] / errors[1] - 1.0).abs() < 1e-4);
}

#[test]
fn rows_in_two_parts_are_rows_together() {
    let (x, y) = rows(2, 600, 5, 2);
    let (near, far) = (
        moments(&x[..1000], &y[..400], 5, 2),
        moments(&x[1000..], &y[400..], 5, 2),
    );
    let both = near.together(&far).unwrap();
    assert_eq!(both.weight(), 600.0);
    let blocks = [block(0..5, 2.0)];
    let whole = moments(&x, &y, 5, 2).solve(&blocks).unwrap();
    let found = both.solve(&blocks).unwrap();
    for (one, other) in found.weights.iter().zip(&whole.weights) {
        assert!((one - other).abs() < 1e-5);
    }
    for (one, other) in found.intercept.iter().zip(&whole.intercept) {
        assert!((one - other).abs() < 1e-4);
    }
    let (x, y) = rows(2, 600, 4, 2);
    assert!(near.together(&moments(&x, &y, 4, 2)).is_err());
}

#[test]
fn penalties_are_chosen_by_other_rows() {
    // Only the first three features tell the target, the other forty are noise.
    let make = |seed, count: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let x: Vec<f32> = (0..count * 43)
            .map(|_| random.random_range(-1.0f32..1.0))
            .collect();
        let target = |row: &[f32]| row[0] + 2.0 * row[1] - row[2];
        let noise = |value: f32, random: &mut ChaCha8Rng| value + random.random_range(-0.5f32..0.5);
        let y: Vec<f32> = x
            .chunks(43)
            .map(|row| noise(target(row), &mut random))
            .collect();
        moments(&x, &y, 43, 1)
    };
    let (training, validation) = (make(1, 60), make(2, 400));
    let grid = penalty_grid(&[(0..3, &[0.1, 1e4]), (3..43, &[0.1, 10.0, f64::INFINITY])]);
    assert_eq!(grid.len(), 6);
    let chosen = choose(&training, &validation, &grid).unwrap();
    assert_eq!(
        chosen.blocks,
        [block(0..3, 0.1), block(3..43, f64::INFINITY)]
    );
    assert_eq!(chosen.tried.len(), 6);
    let least = chosen.tried.iter().filter_map(|tried| tried.squared_error);
    assert_eq!(least.fold(f64::INFINITY, f64::min), chosen.squared_error);
    // 1/12 is the variance of the noise.
    assert!((chosen.squared_error - 1.0 / 12.0).abs() < 0.02);
    assert_eq!(chosen.readout, training.solve(&chosen.blocks).unwrap());
}

#[test]
fn each_error_says_what_is_wrong() {
    let mut sums = GramSums::new(2, 1);
    let message = |error: ReadoutError| error.to_string();
    assert_eq!(
        message(sums.add(&[1.0; 4], &[1.0], &[1.0]).unwrap_err()),
        "4 features and 1 targets do not make rows of 2 and 1"
    );
    assert!(sums.add(&[1.0; 3], &[1.0], &[1.0]).is_err());
    assert_eq!(
        message(
            sums.add(&[1.0, 1.0, 1.0, f32::NAN], &[1.0; 2], &[1.0; 2])
                .unwrap_err()
        ),
        "row 2 of the features holds a value that is not finite, at place 2"
    );
    assert!(
        sums.add(&[1.0; 4], &[1.0, f32::INFINITY], &[1.0; 2])
            .is_err()
    );
    assert_eq!(
        message(sums.add(&[1.0; 4], &[1.0; 2], &[1.0, 0.0]).unwrap_err()),
        "row 2 has weight 0; expected a number above 0"
    );
    assert!(sums.add(&[1.0; 4], &[1.0; 2], &[1.0]).is_err());
    assert_eq!(sums.rows(), 0);
    assert_eq!(
        message(sums.clone().finish().unwrap_err()),
        "there are 0 rows to fit on; expected at least 2"
    );
    sums.add(&[1e30, 1.0, -1e30, 2.0], &[1.0; 2], &[1.0; 2])
        .unwrap();
    assert_eq!(sums.finish().unwrap_err(), ReadoutError::TooLarge);
    assert!(GramSums::new(0, 1).add(&[], &[], &[]).is_err());
    assert!(GramSums::new(1, 0).add(&[], &[], &[]).is_err());

    let (x, y) = rows(1, 9, 2, 1);
    let moments = moments(&x, &y, 2, 1);
    for blocks in [
        vec![],
        vec![block(0..1, 1.0)],
        vec![block(0..2, 1.0), block(1..2, 1.0)],
    ] {
        assert!(matches!(
            moments.solve(&blocks),
            Err(ReadoutError::Blocks { .. })
        ));
    }
    assert!(moments.solve(&[block(0..3, 1.0)]).is_err());
    for penalty in [0.0, -1.0, f64::NAN] {
        assert!(matches!(
            moments.solve(&[block(0..2, penalty)]),
            Err(ReadoutError::Penalty { .. })
        ));
    }
    assert_eq!(
        choose(&moments, &moments, &[]).unwrap_err(),
        ReadoutError::EmptyGrid
    );
    let readout = moments.solve(&[block(0..2, 1.0)]).unwrap();
    assert!(readout.predict(&[1.0; 3]).is_err());
    assert!(readout.predict(&[1.0, f32::NAN]).is_err());
    assert_eq!(readout.predict(&[]).unwrap(), Vec::<f32>::new());
}

proptest! {
    #[test]
    fn a_larger_penalty_never_fits_better(
        seed in 0u64..1000, count in 2usize..40, width in 1usize..12, penalty in 0.01f64..100.0,
    ) {
        let (x, y) = rows(seed, count, width, 2);
        let moments = moments(&x, &y, width, 2);
        let error = |penalty| {
            let readout = moments.solve(&[block(0..width, penalty)]).unwrap();
            moments.squared_error(&readout).unwrap()
        };
        prop_assert!(error(penalty) <= error(penalty * 2.0) * (1.0 + 1e-4) + 1e-6);
    }
}
