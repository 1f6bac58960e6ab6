//! Penalties chosen by leaving one row out, against explicit fits.

use proptest::prelude::*;

use super::super::eigen::Decomposition;
use super::super::factors::Factors;
use super::super::leave_one_out::Tried;
use super::super::rows::{Rows, Standard, means_of};
use super::super::solve::{Solve, Solved};
use super::*;

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
            let try_one = |place: &usize| {
                let none = || faer::Mat::zeros(0, 0);
                Ok(Tried {
                    place: *place,
                    found: [ridge.penalties[*place], 0.0, error(*place)],
                    scores: Vec::new(),
                    solved: Solved {
                        left_out: none(),
                        solution: none(),
                    },
                })
            };
            let (best, tried) = ridge.search(true, try_one).unwrap();
            assert_eq!(best.place, lowest, "of {count}");
            let asked = tried.iter().flatten().count();
            assert!(asked <= count.div_ceil(3) + 3, "{asked} of {count}");
            let (best, tried) = ridge.search(false, try_one).unwrap();
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
        (1, 1, 0, "there are no rows to fit on, expected at least 2"),
        (1, 1, 1, "there is one row to fit on, expected at least 2"),
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
