use super::*;
use crate::source::{SourceModel, fingerprint};
use burn::tensor::{Tensor, TensorData};

/// The textbook form: every block at every step, its earlier tap dilated, steps before the window
/// being absent, which only those the last step does not see depend on.
pub(super) fn by_loops(weights: &MotionSourceWeights, input: &[f64]) -> Vec<f64> {
    let signals = weights.signals();
    let at = |name: &str, index: usize| f64::from(weights.tensors()[name].values[index]);
    let joints = signals.input_joints.len();
    let channels = weights.channels();
    let mut steps: Vec<Vec<f64>> = input.chunks(joints).map(<[f64]>::to_vec).collect();
    for block in 0..signals.blocks() {
        let kernel = format!("block{}.kernel", block + 1);
        let bias = format!("block{}.bias", block + 1);
        let dilation = 1 << block;
        let width = steps[0].len();
        let out = |time: usize, channel: usize| {
            let (now, mut sum) = (&steps[time], at(&bias, channel));
            for input in 0..width {
                if time >= dilation {
                    let weight = at(&kernel, input * channels + channel);
                    sum += steps[time - dilation][input] * weight;
                }
                sum += now[input] * at(&kernel, (width + input) * channels + channel);
            }
            let skip = |input| now[input] * at("skip", input * channels + channel);
            match block {
                0 => sum.max(0.0) + (0..width).map(skip).sum::<f64>(),
                _ => sum.max(0.0) + now[channel],
            }
        };
        let row = |time| (0..channels).map(|channel| out(time, channel)).collect();
        steps = (0..steps.len()).map(row).collect();
    }
    let targets = &signals.target_joints;
    let width = signals.horizon * targets.len();
    let last_input = &input[input.len() - joints..];
    let forecast = |output: usize| {
        let terms = steps[steps.len() - 1].iter().enumerate();
        let terms = terms.map(|(row, value)| value * at("output.kernel", row * width + output));
        let target = &targets[output % targets.len()];
        let mut joints = signals.input_joints.iter();
        let start = joints.position(|joint| joint == target);
        at("output.bias", output) + terms.sum::<f64>() + start.map_or(0.0, |at| last_input[at])
    };
    (0..width).map(forecast).collect()
}

#[test]
fn halving_the_steps_is_a_dilated_convolution_at_the_last_step() {
    for (inputs, targets) in [
        (&JOINTS[..], &JOINTS[..]),
        (&["hip", "knee"], &["ankle"]),
        (&["hip", "knee"], &["knee", "ankle"]),
    ] {
        for window in [2, 8, 32] {
            let weights = lively(signals(inputs, targets, window, 3), 5);
            let device = Default::default();
            let network = MotionNetwork::<Cpu>::new(&weights, &device);
            let width = window * inputs.len();
            let wave = |index| (index as f32 * 0.37).sin() * 1.5;
            let input: Vec<f32> = (0..4 * width).map(wave).collect();
            let data = TensorData::new(input.clone(), [4, window, inputs.len()]);
            let found = network.forecast(Tensor::from_data(data, &device));
            let found: Vec<f32> = found.into_data().into_vec().unwrap();
            let doubles: Vec<f64> = input.iter().copied().map(f64::from).collect();
            let windows = doubles.chunks(width);
            let expected: Vec<f64> = windows.flat_map(|w| by_loops(&weights, w)).collect();
            assert_eq!(found.len(), expected.len());
            let pairs = found.iter().map(|found| f64::from(*found)).zip(&expected);
            let off = pairs.map(|(found, expected)| (found - expected).abs());
            assert!(off.fold(0.0, f64::max) < 1e-4, "{inputs:?} {window}");
        }
    }
}

#[test]
fn an_untrained_source_says_that_the_joints_stay() {
    let weights = MotionSourceWeights::random("new", signals(&JOINTS, &JOINTS, 8, 4), 6, 0);
    let found = forecast(&weights.unwrap(), None);
    let expected = person().hold_last().unwrap();
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}

#[test]
fn the_hash_on_the_device_is_that_of_the_weights() {
    let weights = lively(signals(&JOINTS, &JOINTS, 8, 4), 6);
    let loaded = |weights: &MotionSourceWeights| {
        let tensors = weights.tensors().values();
        fingerprint(tensors.map(|one| one.values.clone()))
    };
    let network = MotionNetwork::<Cpu>::new(&weights, &Default::default());
    let found = SourceModel::<Cpu>::fingerprint(&network);
    assert_eq!(found, loaded(&weights));
    let mut tensors = weights.tensors().clone();
    let value = &mut tensors.get_mut("block2.kernel").unwrap().values[7];
    *value = f32::from_bits(value.to_bits() + 1);
    let signals = weights.signals().clone();
    let other = MotionSourceWeights::new("other", signals, 6, tensors).unwrap();
    assert_ne!(found, loaded(&other));
}
