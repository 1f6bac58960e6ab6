use proptest::prelude::*;

use super::*;

fn names(count: usize) -> Vec<String> {
    (0..count).map(|joint| format!("joint{joint}")).collect()
}

/// Reference, with numpy 2:
///
/// ```python
/// t = np.array([[1, 10], [2, 10], [4, 10.]]); p = np.array([[1.5, 11], [2, 9], [3, 10.]])
/// 1 - ((t-p)**2).sum(0) / ((t-t.mean(0))**2).sum(0)     # 0.73214286, undefined
/// r = np.sqrt(((t-p)**2).mean(0))                       # 0.64549722, 0.81649658
/// r / (t.max(0) - t.min(0))                             # 0.21516574, undefined
/// ```
#[test]
fn scores_are_those_of_the_reference() {
    let truth = [1.0, 10.0, 2.0, 10.0, 4.0, 10.0];
    let predicted = [1.5, 11.0, 2.0, 9.0, 3.0, 10.0];
    let score = score(&names(2), &truth, &predicted).unwrap();
    let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-8, "{found}");
    let [moving, still] = &score.joints[..] else {
        panic!("two joints");
    };
    close(moving.r_squared.unwrap(), 0.732_142_857);
    close(moving.rmse_degrees, 0.645_497_224);
    close(moving.normalised_rmse.unwrap(), 0.215_165_741);
    assert_eq!((still.r_squared, still.normalised_rmse), (None, None));
    close(still.rmse_degrees, 0.816_496_581);
    close(score.r_squared.unwrap(), 0.732_142_857);
    close(score.normalised_rmse.unwrap(), 0.215_165_741);
    close(score.rmse_degrees, (0.645_497_224 + 0.816_496_581) / 2.0);
    assert_eq!(score.unmoved, ["joint1"]);
}

#[test]
fn nothing_that_moves_gives_no_score() {
    // A third is not exact in binary, so that the mean of equal values may differ from them.
    let truth = [1.0 / 3.0; 7];
    let score = score(&names(1), &truth, &[0.0; 7]).unwrap();
    assert_eq!((score.r_squared, score.normalised_rmse), (None, None));
    assert!((score.rmse_degrees - 1.0 / 3.0).abs() < 1e-7);
}

#[test]
fn what_does_not_fit_is_refused() {
    for (joints, truth, predicted, expected) in [
        (0, &[1.0][..], &[1.0][..], "no joints"),
        (1, &[], &[], "there are no true angles"),
        (2, &[1.0; 3], &[1.0; 3], "there are 3 true angles"),
        (1, &[1.0; 3], &[1.0; 2], "there are 2 predicted angles"),
        (1, &[1.0], &[f32::NAN], "value 1 of the predicted angles"),
    ] {
        let error = score(&names(joints), truth, predicted).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}

proptest! {
    #[test]
    fn the_truth_scores_one_and_its_mean_zero(truth in prop::collection::vec(-90.0_f32..90.0, 2..50)) {
        let perfect = score(&names(1), &truth, &truth).unwrap();
        prop_assert_eq!(perfect.rmse_degrees, 0.0);
        prop_assert!(perfect.r_squared.is_none_or(|value| value == 1.0));
        let mean = truth.iter().map(|&value| f64::from(value)).sum::<f64>() / truth.len() as f64;
        let flat = score(&names(1), &truth, &vec![mean as f32; truth.len()]).unwrap();
        let largest = truth.iter().copied().fold(f32::MIN, f32::max);
        let smallest = truth.iter().copied().fold(f32::MAX, f32::min);
        if largest - smallest > 1.0 {
            prop_assert!(flat.r_squared.unwrap().abs() < 1e-6);
        }
    }
}
