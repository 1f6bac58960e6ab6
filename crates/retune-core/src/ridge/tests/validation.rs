//! Penalties chosen by validation rows, against normal equations.

use super::super::moments::Spread;
use super::*;

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
