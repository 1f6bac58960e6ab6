use proptest::prelude::*;

use super::*;

fn with(penalties: &[f64]) -> Ridge {
    Ridge {
        penalties: penalties.to_vec(),
        ..Ridge::default()
    }
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
        let wanted = column(&targets, count, target);
        let place = left * count + target;
        let expected = apply(&explicit(&inputs, &wanted, &penalties), &inputs[left]);
        assert_close(scores[place], expected, 1e-4);
        let (mut inputs, mut wanted) = (inputs.clone(), wanted);
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
fn a_tiny_penalty_leaves_exact_left_out_scores() {
    // The residuals are far below the rounding of the targets.
    check(8, 20, 1, 1e-7, 3);
    let (features, targets) = problem(8, 20, 1, 3);
    let left_out = |penalty| with(&[penalty]).fit(&features, &targets, 8);
    let (tiny, small) = (left_out(1e-300).unwrap(), left_out(1e-9).unwrap());
    for (tiny, small) in tiny.leave_one_out.iter().zip(small.leave_one_out) {
        assert_close(*tiny, small, 1e-6);
    }
}

#[test]
fn constant_features_get_no_weight_and_change_nothing() {
    let (features, targets) = problem(20, 3, 1, 5);
    let rows = features.chunks_exact(3);
    let more = rows.flat_map(|row| [7.0, row[0], row[1], 0.1, row[2], -1e30]);
    let more: Vec<f32> = more.collect();
    let one = Ridge::default().fit(&features, &targets, 20).unwrap();
    let other = Ridge::default().fit(&more, &targets, 20).unwrap();
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
    for (found, expected) in fit.leave_one_out.iter().zip([4.0, 3.5, 1.5]) {
        assert_close(*found, expected, 1e-12);
    }
    // Of equally good penalties the largest.
    assert_eq!(
        with(&[1.0, 2.0, 1.0])
            .fit(&[4.0; 6], &[1.0; 3], 3)
            .unwrap()
            .penalty,
        2.0
    );
}

#[test]
fn the_penalty_is_chosen_by_the_criterion_and_the_judges() {
    let (features, targets) = problem(40, 30, 3, 9);
    let some = vec![2, 3, 11, 39];
    for criterion in [Criterion::SquaredError, Criterion::Accuracy] {
        for scored_rows in [None, Some(some.clone())] {
            let rows = scored_rows.clone().unwrap_or_else(|| (0..40).collect());
            let ridge = Ridge {
                criterion,
                scored_rows,
                ..Ridge::default()
            };
            let fit = ridge.fit(&features, &targets, 40).unwrap();
            let mut tried = Vec::new();
            for (penalty, error) in ridge.penalties.iter().zip(&fit.tried) {
                let alone = with(&[*penalty]).fit(&features, &targets, 40).unwrap();
                let scores = rows_of(&alone.leave_one_out, &rows, 3);
                let wanted = rows_of(&targets, &rows, 3);
                assert_close(squared_error(&scores, &wanted), *error, 1e-12);
                let pairs = scores.chunks(3).zip(wanted.chunks(3));
                let wrong = pairs
                    .filter(|(scores, wanted)| crate::argmax(*scores) != crate::argmax(*wanted));
                let wrong = match criterion {
                    Criterion::SquaredError => 0,
                    Criterion::Accuracy => wrong.count(),
                };
                tried.push((wrong, *error, *penalty));
            }
            let best = tried.into_iter().min_by(|one, other| {
                let (one, other) = ((one.0, one.1), (other.0, other.1));
                one.partial_cmp(&other).unwrap()
            });
            assert_eq!(best.unwrap().2, fit.penalty);
        }
    }
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    for (rows, width) in [(310, 520), (620, 300)] {
        let (features, targets) = problem(rows, width, 2, 4);
        let fit = || Ridge::default().fit(&features, &targets, rows).unwrap();
        let one = on(1, fit);
        assert_eq!(one, on(2, fit));
        assert_eq!(one, on(3, fit));
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
        let all = scores.iter().chain(&fit.leave_one_out).chain(&fit.tried);
        assert!(all.copied().all(f64::is_finite), "{factor}");
    }
}

#[test]
fn wrong_input_is_an_error() {
    let message = |features: &[f32], targets: &[f32], rows| {
        let fit = Ridge::default().fit(features, targets, rows);
        fit.unwrap_err().to_string()
    };
    for rows in [0, 1] {
        assert_eq!(
            message(&[1.0], &[1.0], rows),
            format!("there are {rows} rows to fit on, expected at least 2")
        );
    }
    assert_eq!(
        message(&[1.0; 3], &[1.0; 2], 2),
        "3 features and 2 targets do not make 2 rows of equal length"
    );
    assert_eq!(
        message(&[1.0; 4], &[], 2),
        "4 features and 0 targets do not make 2 rows of equal length"
    );
    assert_eq!(
        message(&[1.0; 4], &[1.0, f32::INFINITY], 2),
        "row 2 of the targets holds a value that is not finite, at place 1"
    );
    let fit = |ridge: Ridge| ridge.fit(&[1.0; 4], &[1.0; 2], 2).unwrap_err();
    for penalty in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = fit(with(&[1.0, penalty]));
        let expected = format!("the penalty is {penalty}, expected a number above 0");
        assert_eq!(error.to_string(), expected);
    }
    let nothing = fit(with(&[])).to_string();
    assert_eq!(nothing, "there is no penalty to choose from");
    for scored_rows in [vec![], vec![2]] {
        let scored_rows = Some(scored_rows);
        let ridge = Ridge {
            scored_rows,
            ..Ridge::default()
        };
        let message = fit(ridge).to_string();
        assert_eq!(message, "the scored_rows are not some of the 2 rows");
    }
}

#[test]
fn targets_are_one_for_the_class_and_minus_one_for_all_others() {
    let targets = Ridge::targets(&[1, 0], 3);
    assert_eq!(targets, [-1.0, 1.0, -1.0, 1.0, -1.0, -1.0]);
}
