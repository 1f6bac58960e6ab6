use burn::tensor::{ElementConversion, Tensor, TensorData};

use super::*;
use crate::fit::motion::{Batch, loss};
use crate::parameters::{Numbers, Parameters};
use crate::source::motion::{generator, kernel};
use crate::source::{Input, host};
use crate::transform::InputTransform;

fn moved_module(module: Refurbish, source: &MotionSourceWeights) -> Numbers {
    let mut tensors = module.initial(&source.spec(), 5);
    for tensor in tensors.values_mut() {
        let count = tensor.values.len();
        let more = kernel(count, 1, &mut generator(9, count as u64));
        for (value, more) in tensor.values.iter_mut().zip(more.values) {
            *value += 3.0 * more;
        }
    }
    tensors
}

fn waves(count: usize, pace: f32) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * pace + pace).sin()).collect()
}

const WINDOWS: usize = 5;

/// `[5, 8, 3]` inputs, `[5, 12]` targets and `[5, 8, 3]` corrected inputs.
fn numbers() -> [Vec<f32>; 3] {
    [waves(120, 0.31), waves(60, 0.47), waves(120, 0.53)]
}

/// The hybrid loss by loops in double precision.
fn loss_by_loops(weights: &MotionSourceWeights, tensors: &Numbers) -> f64 {
    let at = |name: &str, index: usize| f64::from(tensors[name].values[index]);
    let hidden = tensors["refurbish.hidden.bias"].values.len();
    let [inputs, targets, corrected] =
        numbers().map(|all| all.into_iter().map(f64::from).collect::<Vec<f64>>());
    let mean = |one: &[f64], other: &[f64]| {
        let pairs = one.iter().zip(other);
        pairs.map(|(one, other)| (one - other).powi(2)).sum::<f64>() / one.len() as f64
    };
    let mut total = 0.0;
    let outputs = corrected.chunks(24).zip(targets.chunks(12));
    for (input, (corrected, targets)) in inputs.chunks(24).zip(outputs) {
        let mut moved = input.to_vec();
        for (place, moved) in moved.iter_mut().enumerate() {
            *moved += at("refurbish.output.bias", place);
        }
        for unit in 0..hidden {
            let mut sum = at("refurbish.hidden.bias", unit);
            for (place, value) in input.iter().enumerate() {
                sum += value * at("refurbish.hidden.kernel", place * hidden + unit);
            }
            for (place, moved) in moved.iter_mut().enumerate() {
                *moved += sum.max(0.0) * at("refurbish.output.kernel", unit * 24 + place);
            }
        }
        let forecast = super::network::by_loops(weights, &moved);
        total += mean(&moved, corrected) + 20.0 * mean(&forecast, targets);
    }
    total / WINDOWS as f64
}

#[test]
fn gradients_are_those_of_finite_differences() {
    let weights = lively(signals(&JOINTS, &JOINTS, 8, 4), 6);
    let device = Default::default();
    let module = Refurbish { hidden: 3 };
    let tensors = moved_module(module, &weights);
    let network = MotionNetwork::<Training>::new(&weights, &device);
    let mut tracked = Parameters::<Training>::new(&tensors, &device);
    for name in tensors.keys() {
        tracked.insert(name, tracked.get(name).require_grad());
    }
    let [inputs, targets, corrected] = numbers();
    let batch = Batch {
        inputs: Tensor::from_data(TensorData::new(inputs, [WINDOWS, 24]), &device),
        targets: Tensor::from_data(TensorData::new(targets, [WINDOWS, 12]), &device),
        corrected: Some(Tensor::from_data(
            TensorData::new(corrected, [WINDOWS, 8, 3]),
            &device,
        )),
    };
    let found = loss((module, &tracked), &network, batch, (1.0, 20.0));
    let value: f64 = found.clone().into_scalar().elem();
    let expected = loss_by_loops(&weights, &tensors);
    let close = (value - expected).abs() < 1e-5 * expected;
    assert!(close, "{value} {expected}");
    let gradients = found.backward();
    for (name, tensor) in &tensors {
        let gradient = host(tracked.get(name).grad(&gradients).unwrap()).values;
        for place in (0..tensor.values.len()).step_by(7) {
            let moved = |by: f32| {
                let mut tensors = tensors.clone();
                let value = &mut tensors.get_mut(name).unwrap().values[place];
                *value += by;
                (f64::from(*value), loss_by_loops(&weights, &tensors))
            };
            let (low, high) = (moved(-2e-6), moved(2e-6));
            let slope = (high.1 - low.1) / (high.0 - low.0);
            let found = f64::from(gradient[place]);
            let close = (found - slope).abs() < 1e-4 * slope.abs().max(1.0);
            assert!(close, "{name} {place}: {found} {slope}");
        }
    }
}

#[test]
fn before_training_the_source_hears_the_person_as_without_a_module() {
    let device = Default::default();
    let (module, source) = (Refurbish { hidden: 4 }, source().spec());
    let numbers = Parameters::<Cpu>::new(&module.initial(&source, 1), &device);
    let windows = waves(120, 0.31);
    let prepared = Tensor::from_data(TensorData::new(windows.clone(), [WINDOWS, 24]), &device);
    let Input::Window(heard) = module.forward(&source, prepared, &numbers) else {
        panic!("a module makes windows")
    };
    assert_eq!(heard.dims(), [WINDOWS, 8, 3]);
    assert_eq!(host(heard).values, windows);
}

#[test]
fn every_loss_and_correction_brings_the_forecast_nearer() {
    let source = source();
    let before = squared_error(&forecast(&source, None));
    let inversion = Correction::Inversion {
        steps: 60,
        learning_rate: 0.02,
    };
    for (loss, correction, factor) in [
        (AdaptLoss::Target, Correction::default(), 0.3),
        (AdaptLoss::default(), Correction::default(), 0.3),
        (AdaptLoss::default(), inversion.clone(), 0.3),
        (AdaptLoss::Correction, inversion, 0.7),
    ] {
        let settings = AdaptSettings {
            correction,
            ..settings(loss)
        };
        let program = adapted(&source, &settings);
        assert!(program.frozen());
        let after = squared_error(&forecast(&source, Some(&program)));
        assert!(after < factor * before, "{settings:?}: {before} {after}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let source = source();
            let settings = AdaptSettings {
                seed,
                ..settings(AdaptLoss::default())
            };
            let program = adapted(&source, &settings);
            (source, program)
        })
    };
    let first = run(1, 4);
    assert_eq!(first, run(2, 4));
    assert_ne!(first.1.tensors(), run(1, 5).1.tensors());
}

#[test]
fn fine_tuning_and_scratch_leave_the_source_alone() {
    let source = source();
    let before = source.to_bytes();
    let device = Default::default();
    let error = |weights: &MotionSourceWeights| squared_error(&forecast(weights, None));
    let (settings, windows) = (TrainSettings::fine_tuning(), person());
    let tuned =
        fine_tune::<Training>(&source, &windows, &settings, 0, &device, &mut |_| ()).unwrap();
    assert!(error(&tuned) < 0.5 * error(&source));
    let settings = TrainSettings::scratch();
    let fresh =
        from_scratch::<Training>(&source, &windows, &settings, 0, &device, &mut |_| ()).unwrap();
    assert!(squared_error(&windows.hold_last().unwrap()) > error(&fresh));
    assert_eq!(source.to_bytes(), before);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let source = source();
    let known = able_bodied_windows();
    let device = Default::default();
    let run = |settings: AdaptSettings, windows: &Windows, known: Option<&Windows>| {
        adapt::<Training>(&source, windows, known, &settings, &device, &mut |_| ())
            .unwrap_err()
            .to_string()
    };
    let usual = || settings(AdaptLoss::default());
    let windows = person();
    assert!(run(usual(), &windows, None).contains("no able-bodied windows"));
    type Change = fn(&mut AdaptSettings);
    let nothing = AdaptLoss::Hybrid {
        correction: 0.0,
        target: 0.0,
    };
    let changes: [(Change, &str); 5] = [
        (|s| s.hidden = 4_000, "refurbish module would have"),
        (|s| s.hidden = usize::MAX, "refurbish module would have"),
        (|s| s.hidden = 0, "hidden units is 0"),
        (|s| s.training.epochs = 0, "number of epochs is 0"),
        (|s| s.training.learning_rate = 1e30, "not finite in epoch"),
    ];
    let message = run(settings(nothing), &windows, Some(&known));
    assert!(message.contains("pair of loss weights"), "{message}");
    for (change, expected) in changes {
        let mut settings = usual();
        change(&mut settings);
        let message = run(settings, &windows, Some(&known));
        assert!(message.contains(expected), "{message}");
    }
    let other = WindowLayout::new(16, 4).cut(&cycle("p", 12.0, 0.0));
    let other = other.unwrap();
    assert!(run(usual(), &other, Some(&known)).contains("window of 16, the source takes 8"));
}

#[test]
fn a_program_of_other_signals_is_refused() {
    use crate::program::{Motion, MotionRecord, Program};

    let source = lively(signals(&JOINTS, &["knee"], 8, 4), 6);
    let of = source.signals().clone();
    let content = Motion {
        input_joints: of.input_joints,
        target_joints: of.target_joints,
        window: of.window,
        horizon: of.horizon,
        rate_hz: of.rate_hz,
        settings: MotionRecord { hidden: 3, seed: 0 },
        adapting_windows: 1,
    };
    let window = waves(24, 0.3);
    let predict = |content: &Motion, tensors: &Numbers| {
        let (content, tensors) = (content.clone(), tensors.clone());
        let references = vec![source.reference()];
        let program = Program::fitted(references, content, tensors, Default::default());
        MotionForecaster::<Cpu>::new(&source, Some(&program), &Default::default())?.predict(&window)
    };
    let identity = content.transform().initial(&source.spec(), 0);
    assert_eq!(predict(&content, &identity).unwrap().len(), 4);
    type Change = fn(&mut Motion);
    let changes: [(&str, Change); 5] = [
        ("input joints", |content| content.input_joints.reverse()),
        ("target joints", |content| {
            content.target_joints.push("hip".to_owned())
        }),
        ("window", |content| content.window = 16),
        ("horizon", |content| content.horizon = 1),
        ("sampling rate", |content| content.rate_hz = 100.0),
    ];
    for (what, change) in changes {
        let mut changed = content.clone();
        change(&mut changed);
        let error = predict(&changed, &identity).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("the program's {what} is not that of its source")
        );
    }
}
