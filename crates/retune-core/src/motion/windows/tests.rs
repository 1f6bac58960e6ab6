use proptest::prelude::*;

use super::*;
use crate::cases::cases;
use crate::motion::Trial;

/// Joint `j` of sample `i` is `10 i + j`.
fn trial(samples: usize, joints: usize) -> Trial {
    let values =
        (0..samples).flat_map(|sample| (0..joints).map(move |joint| (10 * sample + joint) as f32));
    let names = (0..joints).map(|joint| format!("j{joint}")).collect();
    Trial::new("walk", "ann", 100.0, names, values.collect()).unwrap()
}

fn layout(window: usize, horizon: usize, stride: usize, cyclic: bool) -> WindowLayout {
    WindowLayout {
        stride,
        cyclic,
        ..WindowLayout::new(window, horizon)
    }
}

#[test]
fn a_window_goes_in_and_the_samples_after_it_come_out() {
    let windows = layout(2, 1, 2, false).cut(&trial(6, 2)).unwrap();
    assert_eq!(windows.len(), 2);
    assert_eq!(windows.input(1).unwrap(), [20.0, 21.0, 30.0, 31.0]);
    assert_eq!(windows.target(1).unwrap(), [40.0, 41.0]);
    assert_eq!((windows.input(2), windows.target(2)), (None, None));
    assert_eq!(windows.origins[1], WindowOrigin { trial: 0, start: 2 });
}

#[test]
fn one_joint_is_predicted_from_the_past_of_the_others() {
    let layout = WindowLayout {
        target: Target::Joint("j1".to_owned()),
        ..WindowLayout::new(2, 2)
    };
    let windows = layout.cut(&trial(4, 3)).unwrap();
    assert_eq!(windows.input_joints, ["j0", "j2"]);
    assert_eq!(windows.target_joints, ["j1"]);
    assert_eq!(windows.inputs, [0.0, 2.0, 10.0, 12.0]);
    assert_eq!(windows.targets, [21.0, 31.0]);
}

#[test]
fn a_cycle_wraps_around() {
    let windows = layout(3, 2, 1, true).cut(&trial(100, 1)).unwrap();
    assert_eq!(windows.len(), 100);
    assert_eq!(windows.input(98).unwrap(), [980.0, 990.0, 0.0]);
    assert_eq!(windows.target(98).unwrap(), [10.0, 20.0]);
    assert_eq!(windows.target(96).unwrap(), [990.0, 0.0]);
}

#[test]
fn windows_of_several_trials_stay_apart() {
    let trials = [trial(5, 1), trial(4, 1)];
    let windows = layout(2, 1, 1, false).cut_all(&trials).unwrap();
    let origins = windows.origins.iter().map(|at| (at.trial, at.start));
    assert!(origins.eq([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]));
    assert_eq!(windows.input(3).unwrap(), [0.0, 10.0]);
    assert_eq!(windows.trial_lengths, [5, 4]);
}

#[test]
fn what_cannot_be_cut_is_refused() {
    for [window, horizon, stride, target, joints, expected] in cases(
        "0 | 1 | 1 |     | 2 | the window is 0; expected at least 1 sample
         1 | 0 | 1 |     | 2 | the horizon is 0; expected at least 1 sample
         1 | 1 | 0 |     | 2 | the stride is 0; expected at least 1 sample
         3 | 2 | 1 |     | 2 | the trial `ann/walk` has 4 samples; expected at least 5
         18446744073709551615 | 2 | 1 | | 2 | the trial `ann/walk` has 4 samples
         1 | 1 | 1 | hip | 2 | there is no joint `hip`; the joints are `j0`, `j1`
         1 | 1 | 1 | j0  | 1 | `j0` is the only joint",
    ) {
        let [window, horizon, stride, joints] =
            [window, horizon, stride, joints].map(|size| size.parse().unwrap());
        for cyclic in [false, true] {
            let mut layout = layout(window, horizon, stride, cyclic);
            if !target.is_empty() {
                layout.target = Target::Joint(target.clone());
            }
            let error = layout.cut(&trial(4, joints)).unwrap_err();
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }
    let both = [trial(4, 1), trial(4, 2)];
    let error = layout(1, 1, 1, false).cut_all(&both).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the joints are `j0`, `j1`; expected `j0`"
    );
    assert!(layout(1, 1, 1, false).cut_all([]).is_err());
    let mut torn = trial(4, 2);
    torn.samples.pop();
    assert!(layout(1, 1, 1, false).cut(&torn).is_err());
}

/// Reference, with numpy 2, of samples `[[1, 5], [2, 5], [6, 5]]`: `mean(0)` is 3 and 5, `std(0)`
/// is 2.1602469 and 0.
#[test]
fn scaling_is_that_of_the_training_trials() {
    let joints = vec!["hip".to_owned(), "knee".to_owned()];
    let new = |samples: &[f32]| Trial::new("walk", "ann", 1.0, joints.clone(), samples.to_vec());
    let parts = [&[1.0, 5.0][..], &[2.0, 5.0, 6.0, 5.0]].map(|samples| new(samples).unwrap());
    let scaling = Scaling::fit(&parts).unwrap();
    assert_eq!(scaling.means, [3.0, 5.0]);
    assert!((scaling.deviations[0] - 2.160_246_9).abs() < 1e-6);
    assert_eq!(scaling.deviations[1], 1.0);
    let scaled = scaling.apply(&parts[1].samples);
    assert!((scaled[2] - 1.388_730_2).abs() < 1e-6);
    assert_eq!(scaled[3], 0.0);
    let knee = scaling.of(&["knee".to_owned()]).unwrap();
    assert_eq!(knee.undo(&[1.0, -1.0]), [6.0, 4.0]);
    assert!(scaling.of(&["toe".to_owned()]).is_err());
    assert!(Scaling::fit([&trial(3, 2), &trial(3, 1)]).is_err());
    assert!(Scaling::fit([&trial(0, 1)]).is_err());
    assert!(Scaling::fit([]).is_err());
}

proptest! {
    #[test]
    fn the_count_is_that_of_all_starts_that_fit(
        samples in 0_usize..60, window in 1_usize..20, horizon in 1_usize..20,
        stride in 1_usize..9, cyclic: bool,
    ) {
        let layout = layout(window, horizon, stride, cyclic);
        let fits = window + horizon <= samples;
        let starts = (0..samples).step_by(stride);
        let starts = starts.filter(|start| fits && (cyclic || start + window + horizon <= samples));
        let count = starts.count();
        prop_assert_eq!(layout.count(samples), count);
        match layout.cut(&trial(samples, 2)) {
            Ok(windows) => {
                prop_assert_eq!(windows.len(), count);
                prop_assert_eq!(windows.inputs.len(), count * window * 2);
                prop_assert_eq!(windows.targets.len(), count * horizon * 2);
            }
            Err(_) => prop_assert_eq!(count, 0),
        }
    }

    #[test]
    fn scaling_back_gives_the_angles(values in prop::collection::vec(-90.0_f32..90.0, 1..30)) {
        let samples = values.iter().flat_map(|&value| [value, 2.0 * value]).collect();
        let joints = vec!["hip".to_owned(), "knee".to_owned()];
        let trial = Trial::new("t", "p", 1.0, joints, samples).unwrap();
        let scaling = Scaling::fit([&trial]).unwrap();
        let back = scaling.undo(&scaling.apply(&trial.samples));
        for (found, wanted) in back.iter().zip(&trial.samples) {
            prop_assert!((found - wanted).abs() < 1e-3);
        }
    }
}
