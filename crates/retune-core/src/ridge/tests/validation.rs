use super::*;

fn block(features: std::ops::Range<usize>, penalty: f64) -> Block {
    Block { features, penalty }
}

fn weighted(features: &[f32], targets: &[f32], weights: &[f32]) -> Moments {
    let (width, count) = (
        features.len() / weights.len(),
        targets.len() / weights.len(),
    );
    let mut sums = Sums::new(width, count);
    sums.add(features, targets, weights).unwrap();
    sums.finish().unwrap()
}

fn moments((features, targets): &(Vec<f32>, Vec<f32>), rows: usize) -> Moments {
    weighted(features, targets, &vec![1.0; rows])
}

fn assert_same(one: &LinearModel, other: &LinearModel) {
    let values = |model: &LinearModel| [&model.weights[..], &model.intercept].concat();
    for (one, other) in values(one).into_iter().zip(values(other)) {
        assert_close(f64::from(one), f64::from(other), 3e-5);
    }
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
    for (found, expected) in model.weights.iter().zip(weights) {
        assert_close(f64::from(*found), expected, 1e-6);
    }
    let predicted = model.predict(&features).unwrap();
    for (found, expected) in predicted.iter().zip([1.147151693, -0.307682292]) {
        assert_close(*found, expected, 1e-6);
    }
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
fn batches_and_threads_do_not_change_a_bit() {
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
    for (found, mean) in predicted.into_iter().zip(means) {
        assert_close(found, mean, 1e-6);
    }
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
    let least = chosen.tried.iter().copied().reduce(f64::min);
    assert_eq!(least, Some(chosen.squared_error));
    // The place in the grid, whose last block's penalties change fastest.
    assert_eq!(chosen.tried[2], chosen.squared_error);
    // 1/12 is the variance of the noise.
    assert!((chosen.squared_error - 1.0 / 12.0).abs() < 0.02);
    assert_eq!(chosen.model, training.solve(&chosen.blocks).unwrap());
    let nothing = choose(&training, &validation, &[]);
    assert_eq!(nothing.unwrap_err().kind(), ErrorKind::Setting);
}

#[test]
fn wrong_input_is_an_error() {
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
    assert_eq!(
        (chosen.tried[0], chosen.blocks),
        (f64::INFINITY, vec![whole])
    );
    let unstable = choose(&same, &same, &grid[..1]).unwrap_err();
    assert_eq!(unstable.kind(), ErrorKind::Numeric);
}
