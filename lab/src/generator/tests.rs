use proptest::prelude::*;

use super::*;

fn largest(trial: &Trial, joint: &str) -> f32 {
    trial
        .joint(joint)
        .unwrap()
        .into_iter()
        .fold(f32::MIN, f32::max)
}

fn smallest(trial: &Trial, joint: &str) -> f32 {
    trial
        .joint(joint)
        .unwrap()
        .into_iter()
        .fold(f32::MAX, f32::min)
}

fn mean_over_persons(kind: GaitKind, of: impl Fn(&Trial) -> f32) -> f32 {
    let generator = GaitGenerator::new(100.0, 7);
    let persons = (0..60).map(|number| generator.person(kind, number));
    persons
        .map(|person| of(&person.cycle(200).unwrap()))
        .sum::<f32>()
        / 60.0
}

#[test]
fn able_bodied_persons_walk_like_the_published_means() {
    let mean = |of: fn(&Trial) -> f32| mean_over_persons(GaitKind::AbleBodied, of);
    for joint in ["knee_right", "knee_left"] {
        let peak = mean_over_persons(GaitKind::AbleBodied, |trial| largest(trial, joint));
        assert!((60.0..65.0).contains(&peak), "{joint} {peak}");
    }
    let plantarflexion = mean(|trial| smallest(trial, "ankle_right"));
    assert!((-16.0..-8.0).contains(&plantarflexion), "{plantarflexion}");
    let hip = mean(|trial| largest(trial, "hip_right") - smallest(trial, "hip_right"));
    assert!((36.0..44.0).contains(&hip), "{hip}");
}

/// The deviation of the hip's offset is 5 degrees, 4.8 when kept within two deviations, and each leg
/// adds a fifth of it.
#[test]
fn persons_differ_as_much_as_said() {
    let generator = GaitGenerator::new(100.0, 11);
    let means: Vec<f64> = (0..400)
        .map(|number| generator.person(GaitKind::AbleBodied, number).means()[0])
        .collect();
    let mean = means.iter().sum::<f64>() / 400.0;
    let squares: f64 = means.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (squares / 400.0).sqrt();
    // Speeds from 0.9 to 1.2 m/s add another degree.
    assert!((4.3..5.6).contains(&deviation), "{deviation}");
}

#[test]
fn altered_gait_differs_at_the_affected_side_alone() {
    use GaitKind::{StiffKnee, TransfemoralProsthesis};
    let knee = mean_over_persons(StiffKnee, |trial| largest(trial, "knee_right"));
    assert!((33.0..39.0).contains(&knee), "{knee}");
    let other = mean_over_persons(StiffKnee, |trial| largest(trial, "knee_left"));
    assert!((60.0..65.0).contains(&other), "{other}");
    let knee = mean_over_persons(TransfemoralProsthesis, |trial| largest(trial, "knee_right"));
    assert!((52.0..59.0).contains(&knee), "{knee}");
    let ankle = mean_over_persons(TransfemoralProsthesis, |trial| {
        smallest(trial, "ankle_right")
    });
    assert!((-3.0..0.5).contains(&ankle), "{ankle}");
    // Of 200 points, 10 to 60 are the stance's first part with its flexion.
    let stance = |joint: &'static str| {
        mean_over_persons(TransfemoralProsthesis, |trial| {
            let knee = trial.joint(joint).unwrap();
            knee[10..60].iter().copied().fold(f32::MIN, f32::max)
        })
    };
    assert!(stance("knee_right") < 2.5, "{}", stance("knee_right"));
}

#[test]
fn the_same_seed_gives_the_same_in_any_order() {
    let generator = GaitGenerator::new(100.0, 3);
    let person = generator.person(GaitKind::StiffKnee, 5);
    let trial = generator.trial(&person, 2, 3.0).unwrap();
    let again = GaitGenerator::new(100.0, 3);
    again.person(GaitKind::AbleBodied, 1);
    let same = again.person(GaitKind::StiffKnee, 5);
    again.trial(&same, 1, 1.0).unwrap();
    assert_eq!(again.trial(&same, 2, 3.0).unwrap(), trial);
    let longer = generator.trial(&person, 2, 5.0).unwrap();
    assert_eq!(longer.samples[..trial.samples.len()], trial.samples[..]);
    assert_ne!(
        generator.trial(&person, 3, 3.0).unwrap().samples,
        trial.samples
    );
    let other = GaitGenerator::new(100.0, 4).person(GaitKind::StiffKnee, 5);
    assert_ne!(other.stride_seconds(), person.stride_seconds());
}

#[test]
fn without_variation_and_noise_strides_are_the_persons_mean() {
    let generator = GaitGenerator {
        variation: 0.0,
        noise_degrees: 0.0,
        ..GaitGenerator::new(1000.0, 1)
    };
    let person = generator.person(GaitKind::TransfemoralProsthesis, 0);
    let trial = generator.trial(&person, 0, 3.0).unwrap();
    let cycle = person.cycle(1000).unwrap();
    for joint in JOINTS {
        assert!((largest(&trial, joint) - largest(&cycle, joint)).abs() < 0.1);
        assert!((smallest(&trial, joint) - smallest(&cycle, joint)).abs() < 0.1);
    }
}

/// With strides that differ by some ten degrees, a jump between two of them would be of that size; a
/// knee that flexes 600 degrees a second moves 0.6 degrees between two samples.
#[test]
fn one_stride_goes_over_into_the_next() {
    let generator = GaitGenerator {
        variation: 10.0,
        noise_degrees: 0.0,
        ..GaitGenerator::new(1000.0, 5)
    };
    let person = generator.person(GaitKind::AbleBodied, 0);
    let trial = generator.trial(&person, 0, 20.0).unwrap();
    for joint in JOINTS {
        let angles = trial.joint(joint).unwrap();
        let steps = angles.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let largest = steps.fold(0.0, f32::max);
        assert!(largest < 2.0, "{joint} {largest}");
    }
}

#[test]
fn the_numbers_of_a_trial_are_as_asked() {
    let generator = GaitGenerator::new(50.0, 1);
    let person = generator.person(GaitKind::AbleBodied, 12);
    let trial = generator.trial(&person, 4, 2.0).unwrap();
    assert_eq!((trial.len(), trial.rate_hz), (100, 50.0));
    assert_eq!(
        (trial.person.as_str(), trial.name.as_str()),
        ("able-bodied-12", "trial-4")
    );
    assert_eq!(trial.joints, JOINTS);
    assert_eq!((person.kind(), person.number()), (GaitKind::AbleBodied, 12));
}

#[test]
fn settings_without_sense_are_refused() {
    let usual = GaitGenerator::new(100.0, 1);
    let person = usual.person(GaitKind::AbleBodied, 1);
    for rate_hz in [0.0, -1.0, f32::NAN, f32::INFINITY, 0.5] {
        let generator = GaitGenerator {
            rate_hz,
            ..usual.clone()
        };
        assert!(generator.trial(&person, 1, 1.0).is_err(), "{rate_hz}");
    }
    for value in [-0.1, f32::NAN, f32::INFINITY] {
        let generator = GaitGenerator {
            variation: value,
            ..usual.clone()
        };
        assert!(generator.trial(&person, 1, 1.0).is_err());
        let generator = GaitGenerator {
            noise_degrees: value,
            ..usual.clone()
        };
        assert!(generator.trial(&person, 1, 1.0).is_err());
    }
    for seconds in [0.0, -1.0, f32::NAN, f32::MAX] {
        assert!(usual.trial(&person, 1, seconds).is_err(), "{seconds}");
    }
    for points in [0, 1, 1_000_001] {
        assert!(person.cycle(points).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn everybody_walks_possibly_and_without_jumps(seed: u64, number: u32, kind in 0_usize..3) {
        let generator = GaitGenerator::new(100.0, seed);
        let kind = GaitKind::ALL[kind];
        let person = generator.person(kind, number);
        prop_assert!((0.9..1.5).contains(&person.stride_seconds()));
        let trial = generator.trial(&person, number, 4.0).unwrap();
        for joint in JOINTS {
            prop_assert!(smallest(&trial, joint) > -50.0 && largest(&trial, joint) < 95.0);
            let angles = trial.joint(joint).unwrap();
            let step = angles.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            // 100 samples a second: 10 degrees a sample would be 1000 degrees a second.
            prop_assert!(step.fold(0.0, f32::max) < 10.0, "{joint}");
        }
        if kind == GaitKind::StiffKnee {
            prop_assert!(largest(&person.cycle(200).unwrap(), "knee_right") < 46.0);
        }
    }
}
