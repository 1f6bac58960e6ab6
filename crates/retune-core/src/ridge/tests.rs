//! Both ways to choose penalties, against explicit fits.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::eigen::Decomposition;
use super::factors::Factors;
use super::leave_one_out::Judged;
use super::moments::Spread;
use super::rows::{Rows, Standard, means_of};
use super::solve::{Solve, Solved};
use super::*;
use crate::ErrorKind;

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

/// Checks scores and left-out scores against explicit fits, and explicit fits without each row.
fn check(rows: usize, width: usize, count: usize, penalty: f64, seed: u64) {
    let (features, targets) = problem(rows, width, count, seed);
    let fit = with(&[penalty]).fit(&features, &targets, rows).unwrap();
    let scores = fit.model.predict(&features).unwrap();
    let inputs = standardised(&features, width);
    let penalties = vec![penalty; width];
    // Of many rows, those at the ends of parts.
    let some = (0..rows).filter(|row| rows < 100 || [0, 255, 256, rows - 1].contains(row));
    for (left, target) in some.flat_map(|row| (0..count).map(move |target| (row, target))) {
        let (mut inputs, mut wanted) = (inputs.clone(), column(&targets, count, target));
        let place = left * count + target;
        let expected = apply(&explicit(&inputs, &wanted, &penalties), &inputs[left]);
        assert_close(scores[place], expected, 1e-4);
        let row = inputs.remove(left);
        wanted.remove(left);
        let expected = apply(&explicit(&inputs, &wanted, &penalties), &row);
        assert_close(fit.leave_one_out[place], expected, 1e-5);
    }
}

#[test]
fn scores_and_left_out_scores_are_those_of_explicit_fits() {
    for (rows, width) in [(12, 10), (12, 11), (2, 1), (2, 3), (3, 2)] {
        check(rows, width, 2, 1.0, 7);
    }
    // More rows and features than one part holds, in both forms.
    check(600, 290, 1, 20.0, 11);
    check(290, 600, 1, 20.0, 11);
}

/// Rows of which a target depends on a few features, so that neither the smallest nor the largest penalty
/// is the best.
fn learnable(rows: usize, width: usize, seed: u64) -> (Vec<f32>, Vec<f32>) {
    let (features, noise) = problem(rows, width, 2, seed);
    let rows = features.chunks_exact(width).zip(noise.chunks_exact(2));
    let targets = rows.flat_map(|(row, noise)| {
        let sum: f32 = row[..20].iter().sum();
        [sum + noise[0], row[3] - 2.0 * noise[1]]
    });
    let targets = targets.collect();
    (features, targets)
}

/// The eigendecomposition and the Cholesky factors know nothing of each other.
#[test]
fn cholesky_factors_leave_out_what_the_eigendecomposition_leaves_out() {
    for (rows, width) in [(640, 510), (510, 700), (512, 512)] {
        let (features, targets) = learnable(rows, width, 5);
        let data = Rows::new((&features, width), (&targets, 2), rows).unwrap();
        let standard = Standard::of(&data);
        let means = means_of(&targets, 2, 0..2, |_, value| value);
        let centred = faer::Mat::from_fn(rows, 2, |row, target| {
            f64::from(targets[row * 2 + target]) - means[target]
        });
        let factors = Factors::of(&data, &standard, &centred);
        let eigen = Decomposition::of(&data, &standard, &centred).unwrap();
        for penalty in log_spaced(1e-4 * width as f64, 1e2 * width as f64, 13) {
            let [one, other] = [&factors as &dyn Solve, &eigen].map(|answers| {
                let solved = answers.solve(penalty).unwrap();
                (solved.left_out.clone(), answers.weights(solved))
            });
            let off = (&one.0 - &other.0).norm_max() / other.0.norm_max();
            assert!(off < 1e-6, "{rows} × {width}, {penalty}: {off}");
            let off = (&one.1 - &other.1).norm_max() / other.1.norm_max();
            assert!(off < 1e-6, "{rows} × {width}, {penalty}: {off}");
        }
    }
}

/// Errors with one lowest place, wherever that is and however many penalties there are.
#[test]
fn of_penalties_that_cost_much_a_few_are_tried_and_the_best_of_all_is_found() {
    for count in 1..30 {
        for lowest in 0..count {
            let ridge = with(&log_spaced(1e-3, 1e3, count));
            let error = |place: usize| place.abs_diff(lowest) as f64;
            let judge = |place: &usize| {
                let none = || faer::Mat::zeros(0, 0);
                Ok(Judged {
                    place: *place,
                    found: [ridge.penalties[*place], 0.0, error(*place)],
                    scores: Vec::new(),
                    solved: Solved {
                        left_out: none(),
                        solution: none(),
                    },
                })
            };
            let (best, tried) = ridge.search(true, judge).unwrap();
            assert_eq!(best.place, lowest, "of {count}");
            let asked = tried.iter().flatten().count();
            assert!(asked <= count.div_ceil(3) + 3, "{asked} of {count}");
            let (best, tried) = ridge.search(false, judge).unwrap();
            assert_eq!(best.place, lowest, "of {count}");
            assert_eq!(
                tried,
                (0..count)
                    .map(|place| Some(error(place)))
                    .collect::<Vec<_>>()
            );
        }
    }
}

/// The largest that a test can wait for: as many rows and features as have factors.
#[test]
fn many_rows_and_features_are_fitted_as_few_are() {
    let (rows, width) = (1_010, 1_005);
    let (features, targets) = learnable(rows, width, 5);
    let penalties = log_spaced(1e-4 * width as f64, 1e2 * width as f64, 13);
    let fit = with(&penalties).fit(&features, &targets, rows).unwrap();
    let tried = fit.tried.iter().flatten().count();
    assert!(tried < 13, "{tried} were tried");
    let again = on(3, || {
        with(&penalties).fit(&features, &targets, rows).unwrap()
    });
    assert_eq!(fit, again);
    check(rows, width, 2, fit.penalty, 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_shape_matches_explicit_fits(
        rows in 2..20usize, width in 1..24usize, exponent in -2.0..3.0f64, seed in any::<u64>(),
    ) {
        let (features, _) = problem(rows, width, 1, seed);
        // What differs by its rounding alone is taken for a constant.
        prop_assume!((0..width).all(|index| {
            let values = column(&features, width, index);
            let largest = values.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            let spread = values.iter().fold(0.0f64, |most, value| most.max((value - values[0]).abs()));
            spread > 1e-3 * largest
        }));
        check(rows, width, 1, 10f64.powf(exponent), seed);
    }
}

#[test]
fn a_tiny_penalty_leaves_exact_left_out_scores() {
    // The residuals are far below the rounding of the targets.
    check(8, 20, 1, 1e-7, 3);
    let (features, targets) = problem(8, 20, 1, 3);
    let left_out = |penalty| {
        with(&[penalty])
            .fit(&features, &targets, 8)
            .unwrap()
            .leave_one_out
    };
    assert_all_close(&left_out(1e-300), &left_out(1e-9), 1e-6);
}

#[test]
fn constant_features_get_no_weight_and_change_nothing() {
    let (features, targets) = problem(20, 3, 1, 5);
    let rows = features.chunks_exact(3);
    let more = rows.flat_map(|row| [7.0, row[0], row[1], 0.1, row[2], -1e30]);
    let more: Vec<f32> = more.collect();
    let fit = |features: &[f32]| Ridge::default().fit(features, &targets, 20).unwrap();
    let (one, other) = (fit(&features), fit(&more));
    assert_eq!([0, 3, 5].map(|index| other.model.weights[index]), [0.0; 3]);
    assert_eq!(one.leave_one_out, other.leave_one_out);
    // A feature that was constant may be anything later.
    let scores = other.model.predict(&[1e9, 1.0, 2.0, -5.0, 3.0, 0.0]);
    let expected = one.model.predict(&[1.0, 2.0, 3.0]);
    assert_eq!(scores.unwrap(), expected.unwrap());
}

#[test]
fn features_that_tell_nothing_give_the_mean_of_the_other_rows() {
    let fit = Ridge::default().fit(&[4.0; 6], &[1.0, 2.0, 6.0], 3);
    let fit = fit.unwrap();
    assert_eq!(fit.model.intercept, [3.0]);
    assert_all_close(&fit.leave_one_out, &[4.0, 3.5, 1.5], 1e-12);
    // Of equally good penalties the largest.
    let fit = with(&[1.0, 2.0, 1.0]).fit(&[4.0; 6], &[1.0; 3], 3);
    assert_eq!(fit.unwrap().penalty, 2.0);
}

#[test]
fn the_penalty_is_chosen_by_the_criterion_and_the_scored_rows() {
    let (features, targets) = problem(40, 30, 3, 9);
    let some = Some(vec![2, 3, 11, 39]);
    let by = [Criterion::SquaredError, Criterion::Accuracy];
    let by = by.map(|criterion| [(criterion, None), (criterion, some.clone())]);
    for (criterion, scored_rows) in by.concat() {
        let rows = scored_rows.clone().unwrap_or_else(|| (0..40).collect());
        let ridge = Ridge {
            criterion,
            scored_rows,
            ..Ridge::default()
        };
        let fit = ridge.fit(&features, &targets, 40).unwrap();
        let tried = ridge
            .penalties
            .iter()
            .zip(&fit.tried)
            .map(|(penalty, error)| {
                let alone = with(&[*penalty]).fit(&features, &targets, 40).unwrap();
                let scores = rows_of(&alone.leave_one_out, &rows, 3);
                let wanted = rows_of(&targets, &rows, 3);
                let error = &error.expect("all are tried where there are few rows");
                assert_close(squared_error(&scores, &wanted), *error, 1e-12);
                let pairs = scores.chunks(3).zip(wanted.chunks(3));
                let wrong =
                    pairs.filter(|(one, other)| crate::argmax(*one) != crate::argmax(*other));
                match criterion {
                    Criterion::SquaredError => (0, *error, *penalty),
                    Criterion::Accuracy => (wrong.count(), *error, *penalty),
                }
            });
        let best = tried.min_by(|one, other| {
            let (one, other) = ((one.0, one.1), (other.0, other.1));
            one.partial_cmp(&other).unwrap()
        });
        assert_eq!(best.unwrap().2, fit.penalty);
    }
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads_or_on_batches() {
    for (rows, width) in [(310, 520), (620, 300)] {
        let (features, targets) = problem(rows, width, 2, 4);
        let fit = || Ridge::default().fit(&features, &targets, rows).unwrap();
        let one = on(1, fit);
        assert_eq!(one, on(2, fit));
        assert_eq!(one, on(3, fit));
    }
    let problem = problem(1300, 300, 2, 9);
    let whole = moments(&problem, 1300);
    for (threads, together) in [(1, 1300), (1, 7), (3, 1), (2, 512), (4, 600)] {
        let found = on(threads, || {
            let mut sums = Sums::new(300, 2);
            let batches = problem.0.chunks(300 * together);
            for (x, y) in batches.zip(problem.1.chunks(2 * together)) {
                sums.add(x, y, &vec![1.0; y.len() / 2]).unwrap();
            }
            assert_eq!(sums.rows(), 1300);
            sums.finish().unwrap()
        });
        assert_eq!(found, whole);
    }
}

#[test]
fn repeated_rows_and_huge_and_tiny_values_stay_finite() {
    for (factor, times) in [(1e38f32, 1), (1e-37, 1), (1e-44, 1), (1.0, 2)] {
        let (features, targets) = problem(9, 3, 1, 1);
        let features: Vec<f32> = features.iter().map(|value| value / 20.0 * factor).collect();
        let (features, targets) = (features.repeat(times), targets.repeat(times));
        let fit = Ridge::default().fit(&features, &targets, 9 * times);
        let fit = fit.unwrap();
        let scores = fit.model.predict(&features).unwrap();
        let tried = fit.tried.iter().flatten();
        let all = scores.iter().chain(&fit.leave_one_out).chain(tried);
        assert!(all.copied().all(f64::is_finite), "{factor}");
    }
}

#[test]
fn a_ridge_refuses_wrong_input() {
    for (features, targets, rows, expected) in [
        (1, 1, 0, "there are 0 rows to fit on, expected at least 2"),
        (1, 1, 1, "there are 1 rows to fit on, expected at least 2"),
        (3, 2, 2, "3 features and 2 targets do not make 2 rows"),
        (4, 0, 2, "4 features and 0 targets do not make 2 rows"),
    ] {
        let (features, targets) = (vec![1.0; features], vec![1.0; targets]);
        let error = Ridge::default().fit(&features, &targets, rows).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let infinite = Ridge::default().fit(&[1.0; 4], &[1.0, f32::INFINITY], 2);
    assert_eq!(
        infinite.unwrap_err().to_string(),
        "row 2 of the targets holds a value that is not finite, at place 1"
    );
    let fit = |ridge: Ridge| ridge.fit(&[1.0; 4], &[1.0; 2], 2).unwrap_err().to_string();
    for penalty in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("the penalty is {penalty}, expected a number above 0");
        assert_eq!(fit(with(&[1.0, penalty])), expected);
    }
    assert_eq!(fit(with(&[])), "there is no penalty to choose from");
    for rows in [vec![], vec![2]] {
        let ridge = Ridge {
            scored_rows: Some(rows),
            ..Ridge::default()
        };
        assert_eq!(fit(ridge), "the scored_rows are not some of the 2 rows");
    }
}

#[test]
fn targets_are_one_for_the_class_and_minus_one_for_all_others() {
    let targets = Ridge::targets(&[1, 0], 3);
    assert_eq!(targets, [-1.0, 1.0, -1.0, 1.0, -1.0, -1.0]);
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
    let moments = weighted(&features, &targets, &[1.0; 6]);
    let blocks = [block(0..1, 0.5), block(1..3, 2.0)];
    let model = moments.solve(&blocks).unwrap();
    let weights = [
        0.84667969, 1.2421875, 0.17724609, -0.3164063, 0.32248535, 1.00253906,
    ];
    let found: Vec<f64> = model.weights.iter().copied().map(f64::from).collect();
    assert_all_close(&found, &weights, 1e-6);
    let predicted = model.predict(&features).unwrap();
    assert_all_close(&predicted[..2], &[1.147151693, -0.307682292], 1e-6);
    assert_close(moments.squared_error(&model).unwrap(), 0.432333540, 1e-6);
}

#[test]
fn odd_sizes_match_the_normal_equations_and_direct_errors() {
    for (rows, width, count) in [(7, 3, 1), (513, 17, 3), (700, 259, 2), (40, 61, 19)] {
        let problem = problem(rows, width, count, 3);
        let cut = width / 2;
        let blocks = [block(0..cut, 3.0), block(cut..width, 40.0)];
        let penalties = [vec![3.0; cut], vec![40.0; width - cut]].concat();
        let model = moments(&problem, rows).solve(&blocks).unwrap();
        let predicted = model.predict(&problem.0).unwrap();
        let inputs = standardised(&problem.0, width);
        for target in 0..count {
            let wanted = column(&problem.1, count, target);
            let expected = explicit(&inputs, &wanted, &penalties);
            for (row, found) in inputs.iter().zip(predicted.chunks(count)) {
                assert_close(found[target], apply(&expected, row), 2e-5);
            }
        }
        // Squared errors need no rows, neither those that were fitted on nor others.
        let others = self::problem(rows, width, count, 4);
        for problem in [problem, others] {
            let direct = squared_error(&model.predict(&problem.0).unwrap(), &problem.1);
            let found = moments(&problem, rows).squared_error(&model).unwrap();
            assert_close(found / direct, 1.0, 1e-4);
        }
    }
}

#[test]
fn constant_and_switched_off_features_have_weight_0() {
    let mut problem = problem(90, 4, 2, 1);
    let second = problem.0.iter_mut().skip(1).step_by(4);
    second.for_each(|value| *value = 0.1);
    let moments = moments(&problem, 90);
    let blocks = [block(0..3, 1.0), block(3..4, f64::INFINITY)];
    let model = moments.solve(&blocks).unwrap();
    assert_eq!(&model.weights[2..4], [0.0, 0.0]);
    assert_eq!(&model.weights[6..8], [0.0, 0.0]);
    assert!(model.weights[0] != 0.0 || model.weights[1] != 0.0);
    // Without any features the mean is left.
    let none = moments.solve(&[block(0..4, f64::INFINITY)]).unwrap();
    assert!(none.weights.iter().all(|weight| *weight == 0.0));
    let predicted = none.predict(&problem.0[..4]).unwrap();
    let means = [0, 1].map(|target| column(&problem.1, 2, target).iter().sum::<f64>() / 90.0);
    assert_all_close(&predicted, &means, 1e-6);
}

#[test]
fn a_row_with_weight_2_counts_as_two_rows() {
    let (x, y) = problem(40, 6, 2, 5);
    let weights: Vec<f32> = (0..40).map(|row| 1.0 + (row % 3) as f32).collect();
    let rows = (0..40).flat_map(|row| vec![row; weights[row] as usize]);
    let rows: Vec<usize> = rows.collect();
    let once = weighted(&x, &y, &weights);
    let repeated = moments(&(rows_of(&x, &rows, 6), rows_of(&y, &rows, 2)), rows.len());
    assert_close(once.weight(), repeated.weight(), 1e-12);
    let blocks = [block(0..6, 3.0)];
    let model = once.solve(&blocks).unwrap();
    assert_same(&model, &repeated.solve(&blocks).unwrap());
    let errors = [&once, &repeated].map(|rows| rows.squared_error(&model).unwrap());
    assert_close(errors[0] / errors[1], 1.0, 1e-4);
}

#[test]
fn few_rows_are_solved_by_rows_as_they_are_by_features() {
    let (width, count) = (90, 3);
    let (features, targets) = problem(50, width, count, 9);
    let weights: Vec<f32> = (0..50u8).map(|row| 0.2 + f32::from(row % 7)).collect();
    let cut = 20;
    let part = |rows: std::ops::Range<usize>| {
        let mut sums = Sums::new(width, count);
        let features = &features[rows.start * width..rows.end * width];
        let targets = &targets[rows.start * count..rows.end * count];
        sums.add(features, targets, &weights[rows]).unwrap();
        sums.finish().unwrap()
    };
    let together = part(0..cut).together(&part(cut..50)).unwrap();
    for by_rows in [part(0..50), together] {
        assert!(matches!(by_rows.spread, Spread::Rows(_)));
        let products = by_rows.spread.products().into_owned();
        let by_features = Moments {
            spread: Spread::Products(products),
            ..by_rows.clone()
        };
        for (one, other) in [(0.1, 30.0), (5.0, f64::INFINITY), (900.0, 0.5)] {
            let blocks = [block(0..60, one), block(60..width, other)];
            let [rows, all] = [&by_rows, &by_features].map(|one| one.solve(&blocks).unwrap());
            let errors = [&by_rows, &by_features].map(|one| one.squared_error(&rows).unwrap());
            assert_close(errors[0] / errors[1], 1.0, 1e-9);
            let [found, expected] = [rows, all].map(|one| one.predict(&features).unwrap());
            assert_all_close(&found, &expected, 1e-4);
        }
    }
}

#[test]
fn rows_in_two_parts_are_rows_together() {
    let whole = problem(600, 5, 2, 2);
    let near = weighted(&whole.0[..1000], &whole.1[..400], &[1.0; 200]);
    let far = weighted(&whole.0[1000..], &whole.1[400..], &[1.0; 400]);
    let both = near.together(&far).unwrap();
    assert_eq!(both.weight(), 600.0);
    let blocks = [block(0..5, 2.0)];
    let expected = moments(&whole, 600).solve(&blocks).unwrap();
    assert_same(&both.solve(&blocks).unwrap(), &expected);
    let narrow = near.together(&moments(&problem(9, 4, 2, 1), 9));
    assert_eq!(
        narrow.unwrap_err().to_string(),
        "the sizes do not match, expected rows of 5 features and 2 targets"
    );
}

#[test]
fn penalties_are_chosen_by_other_rows() {
    // Only the first three features tell the target, the other forty are noise.
    let make = |seed, rows: usize| {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = || random.random_range(-1.0f32..1.0);
        let x: Vec<f32> = (0..rows * 43).map(|_| draw()).collect();
        let target = |row: &[f32]| row[0] + 2.0 * row[1] - row[2] + 0.5 * draw();
        let y: Vec<f32> = x.chunks(43).map(target).collect();
        moments(&(x, y), rows)
    };
    let (training, validation) = (make(1, 60), make(2, 400));
    let grid = penalty_grid(&[(0..3, &[0.1, 1e4]), (3..43, &[0.1, 10.0, f64::INFINITY])]);
    assert_eq!(grid.len(), 6);
    let chosen = choose(&training, &validation, &grid).unwrap();
    let expected = [block(0..3, 0.1), block(3..43, f64::INFINITY)];
    assert_eq!(chosen.blocks, expected);
    // The place in the grid, whose last block's penalties change fastest.
    assert_eq!(chosen.blocks, grid[2]);
    for blocks in &grid {
        let error = validation.squared_error(&training.solve(blocks).unwrap());
        assert!(error.unwrap() >= chosen.squared_error);
    }
    // 1/12 is the variance of the noise.
    assert!((chosen.squared_error - 1.0 / 12.0).abs() < 0.02);
    assert_eq!(chosen.model, training.solve(&chosen.blocks).unwrap());
    let nothing = choose(&training, &validation, &[]);
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::Setting);
}

#[test]
fn sums_and_moments_refuse_wrong_input() {
    let mut sums = Sums::new(2, 1);
    let mut message = |features: &[f32], targets: &[f32], weights: &[f32]| {
        let error = sums.add(features, targets, weights).unwrap_err();
        assert_eq!(sums.rows(), 0);
        error.to_string()
    };
    for (features, targets) in [(4, 1), (3, 2)] {
        assert_eq!(
            message(&vec![1.0; features], &vec![1.0; targets], &[1.0; 2]),
            format!("{features} features and {targets} targets do not make 2 rows of equal length")
        );
    }
    assert_eq!(
        message(&[1.0, 1.0, 1.0, f32::NAN], &[1.0; 2], &[1.0; 2]),
        "row 2 of the features holds a value that is not finite, at place 2"
    );
    assert_eq!(
        message(&[1.0; 4], &[1.0; 2], &[1.0, 0.0]),
        "row 2 has weight 0, expected a number above 0"
    );
    let none = sums.clone().finish();
    assert_eq!(none.unwrap_err().kind(), ErrorKind::TooShort);
    let huge = [1e30, 1.0, -1e30, 2.0];
    sums.add(&huge, &[1.0; 2], &[1.0; 2]).unwrap();
    assert_eq!(sums.finish().unwrap_err().kind(), ErrorKind::Numeric);
    for (features, targets) in [(0, 1), (1, 0)] {
        assert!(Sums::new(features, targets).add(&[], &[], &[]).is_err());
    }

    let moments = moments(&problem(9, 2, 1, 1), 9);
    let whole = block(0..2, 1.0);
    for blocks in [
        vec![],
        vec![block(0..1, 1.0)],
        vec![block(0..3, 1.0)],
        vec![whole.clone(), block(1..2, 1.0)],
    ] {
        let error = moments.solve(&blocks).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch, "{blocks:?}");
    }
    for penalty in [0.0, -1.0, f64::NAN] {
        let error = moments.solve(&[block(0..2, penalty)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Setting);
    }
    // Both features are one: without a penalty to speak of, no weights are better than others.
    let same = weighted(&[1.0, 1.0, 2.0, 2.0, 4.0, 4.0], &[1.0, 2.0, 3.0], &[1.0; 3]);
    let grid = penalty_grid(&[(0..2, &[1e-300, 1.0])]);
    let chosen = choose(&same, &same, &grid).unwrap();
    assert_eq!(chosen.blocks, [whole]);
    let unstable = choose(&same, &same, &grid[..1]).unwrap_err();
    assert_eq!(unstable.kind(), ErrorKind::Numeric);
}
