//! The hand-written CPU kernels against the composed operations, and both against differences.

use crate::common::{bilstm_weights, convolution_weights, difference, noise, noise_tensor, values};
use burn::tensor::Tensor;
use retune::backend::Cpu;
use retune::kernel::{Kernels, composed};

/// Odd numbers of samples: one, a few, and one more than are worked on together.
const BATCHES: [usize; 3] = [1, 3, 33];

#[test]
fn the_log_mel_plane_equals_the_composed_one() {
    for batch in BATCHES {
        let audio = noise_tensor::<Cpu, 2>([batch, 16_000], 0.3, 11);
        let ours = values(Cpu::log_mel(audio.clone()));
        let composed = values(composed::log_mel(audio.clone()));
        assert!(difference(&ours, &composed) < 2e-4, "batch {batch}");

        let gradient = noise_tensor::<Cpu, 3>([batch, 125, 80], 1.0, 12);
        let ours = values(Cpu::log_mel_backward(audio.clone(), gradient.clone()));
        let composed = values(composed::log_mel_backward(audio, gradient));
        let scale = composed
            .iter()
            .fold(0.0f32, |most, value| most.max(value.abs()));
        let off = difference(&ours, &composed) / scale;
        assert!(off < 1e-3, "batch {batch}: {off} of the largest");
    }
}

#[test]
fn silence_is_exactly_the_offset_and_passes_a_zero_gradient() {
    let mut audio = vec![0.0f32; 2 * 16_000];
    // The second clip sounds for a moment; its first and last frames do not.
    audio[16_000 + 8_000..16_000 + 8_100].copy_from_slice(&noise(100, 1));
    let audio = Tensor::<Cpu, 1>::from_floats(audio.as_slice(), &Default::default());
    let audio = audio.reshape([2, 16_000]);
    for (planes, gradient) in [
        (
            values(Cpu::log_mel(audio.clone())),
            values(Cpu::log_mel_backward(
                audio.clone(),
                Tensor::ones([2, 125, 80], &Default::default()),
            )),
        ),
        (
            values(composed::log_mel(audio.clone())),
            values(composed::log_mel_backward(
                audio.clone(),
                Tensor::ones([2, 125, 80], &Default::default()),
            )),
        ),
    ] {
        let silence = 1e-6f32.ln();
        assert!(
            planes[..125 * 80]
                .iter()
                .all(|value| (*value - silence).abs() < 1e-6)
        );
        assert!(gradient.iter().all(|value| value.is_finite()));
        assert!(gradient[..16_000].iter().all(|value| *value == 0.0));
        assert!(gradient[16_000..].iter().any(|value| *value != 0.0));
    }
}

/// A frame of a pure tone at the centre of a bin: the Hann window's transform is N/4 at the bin
/// and half of that at its neighbours (Harris 1978), which the filters then weigh.
#[test]
fn a_tone_has_the_magnitude_of_the_windows_transform() {
    let bin: usize = 128;
    let tone: Vec<f32> = (0..16_000)
        .map(|n| (std::f64::consts::TAU * bin as f64 * n as f64 / 1024.0).cos() as f32)
        .collect();
    let tone = Tensor::<Cpu, 1>::from_floats(tone.as_slice(), &Default::default());
    let plane = values(Cpu::log_mel(tone.reshape([1, 16_000])));
    for (mel, filter) in retune::audio::mel::mel_filters().iter().enumerate() {
        let expected: f32 = [(bin - 1, 128.0), (bin, 256.0), (bin + 1, 128.0)]
            .iter()
            .filter_map(|(bin, magnitude)| {
                let offset = bin.checked_sub(filter.first_bin)?;
                Some(filter.weights.get(offset)? * magnitude)
            })
            .sum();
        if expected > 0.0 {
            let found = plane[20 * 80 + mel].exp();
            assert!((found - expected).abs() < 0.05, "{mel}: {found} {expected}");
        }
    }
}

/// Clips with something placed at other places, or nowhere, and a clip to add to all of them.
fn placed_and_shared(batch: usize) -> (Vec<f32>, Vec<f32>) {
    let mut placed = vec![0.0f32; batch * 16_000];
    for (index, clip) in placed.chunks_exact_mut(16_000).enumerate() {
        // The last lies at the clip's end, every fourth is silent.
        let start = (index * 5_003).min(15_500);
        if index % 4 != 1 {
            clip[start..start + 500].copy_from_slice(&noise(500, index as u32));
        }
    }
    let shared = noise(16_000, 71).iter().map(|value| value * 0.1).collect();
    (placed, shared)
}

#[test]
fn the_log_mel_of_a_sum_equals_that_of_the_added_clips() {
    for batch in BATCHES {
        let (placed, shared) = placed_and_shared(batch);
        let placed = shaped(&placed, [batch, 16_000]);
        let shared = shaped(&shared, [16_000]);
        let sum = placed.clone() + shared.clone().unsqueeze::<2>();
        let ours = values(Cpu::log_mel_of_sum(placed.clone(), shared.clone()));
        assert_eq!(ours, values(Cpu::log_mel(sum.clone())), "batch {batch}");

        let gradient = noise_tensor::<Cpu, 3>([batch, 125, 80], 1.0, 72);
        let ours = Cpu::log_mel_of_sum_backward(placed.clone(), shared.clone(), gradient.clone());
        let composed = composed::log_mel_backward(sum.clone(), gradient.clone()).sum_dim(0);
        let (ours, composed) = (values(ours), values(composed));
        let scale = composed
            .iter()
            .fold(0.0f32, |most, value| most.max(value.abs()));
        let off = difference(&ours, &composed) / scale;
        assert!(off < 1e-3, "batch {batch}: {off} of the largest");

        // Through the graph, with and without a gradient of what is placed.
        for both in [false, true] {
            type Recorded = burn::backend::Autodiff<Cpu>;
            let placed = Tensor::<Recorded, 2>::from_inner(placed.clone());
            let placed = if both { placed.require_grad() } else { placed };
            let shared = Tensor::<Recorded, 1>::from_inner(shared.clone()).require_grad();
            let planes = Recorded::log_mel_of_sum(placed.clone(), shared.clone());
            let gradients = (planes * Tensor::from_inner(gradient.clone()))
                .sum()
                .backward();
            let found = values(shared.grad(&gradients).expect("it was asked for"));
            assert!(difference(&found, &ours) / scale < 1e-3, "batch {batch}");
            assert_eq!(placed.grad(&gradients).is_some(), both);
        }
    }
}

#[test]
fn the_convolutions_equal_the_composed_ones() {
    let weights = convolution_weights::<Cpu>(125);
    for batch in BATCHES {
        let plane = noise_tensor::<Cpu, 3>([batch, 125, 80], 1.0, 21);
        let ours = values(Cpu::convolutions(plane.clone(), &weights));
        let composed = values(composed::convolutions(plane.clone(), &weights));
        assert!(difference(&ours, &composed) < 1e-5, "batch {batch}");

        let gradient = noise_tensor::<Cpu, 3>([batch, 125, 80], 1.0, 22);
        let ours = Cpu::convolutions_backward(plane.clone(), &weights, gradient.clone());
        let composed = composed::convolutions_backward(plane, &weights, gradient);
        assert!(
            difference(&values(ours), &values(composed)) < 1e-5,
            "batch {batch}"
        );
    }
}

#[test]
fn the_lstm_equals_the_composed_one() {
    // Seven units are no multiple of the vectors' width.
    for (batch, time, features, units) in
        [(1, 4, 3, 7), (3, 9, 5, 8), (33, 6, 18, 64), (1, 70, 80, 64)]
    {
        let name = format!("batch {batch}, time {time}, features {features}, units {units}");
        let weights = bilstm_weights::<Cpu>(features, units);
        let input = noise_tensor::<Cpu, 3>([batch, time, features], 1.0, 31);
        let ours = Cpu::bilstm(input.clone(), &weights);
        let composed = composed::bilstm(input.clone(), &weights);
        let off = difference(
            &values(ours.output.clone()),
            &values(composed.output.clone()),
        );
        assert!(off < 1e-5, "{name}: {off}");
        let alone = Cpu::bilstm_output(input.clone(), &weights);
        assert_eq!(values(alone), values(ours.output.clone()), "{name}");

        let gradient = noise_tensor::<Cpu, 3>([batch, time, 2 * units], 1.0, 32);
        let ours = Cpu::bilstm_backward(input.clone(), &weights, &ours, gradient.clone(), true);
        let composed = composed::bilstm_backward(input, &weights, &composed, gradient, true);
        let off = difference(&values(ours.input), &values(composed.input));
        assert!(off < 1e-4, "{name}: input {off}");
        let (ours, composed) = (ours.weights.unwrap(), composed.weights.unwrap());
        for (part, ours, composed) in [
            ("input", values(ours.input), values(composed.input)),
            (
                "recurrent",
                values(ours.recurrent),
                values(composed.recurrent),
            ),
            ("bias", values(ours.bias), values(composed.bias)),
        ] {
            let off = difference(&ours, &composed);
            assert!(off < 1e-3, "{name}: {part} {off}");
        }
    }
}

/// Central differences of `function` at some places of `at`, against `gradient`.
fn check_gradient(
    name: &str,
    at: &[f32],
    gradient: &[f32],
    step: f32,
    tolerance: f64,
    function: impl Fn(&[f32]) -> f64,
) {
    let scale = gradient
        .iter()
        .fold(0.0f32, |most, value| most.max(value.abs()));
    for place in (0..at.len()).step_by((at.len() / 17).max(1)) {
        let moved = |by: f32| {
            let mut moved = at.to_vec();
            moved[place] += by;
            function(&moved)
        };
        let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
        let off = (slope - f64::from(gradient[place])).abs() / f64::from(scale);
        assert!(
            off < tolerance,
            "{name} at {place}: {slope} {}",
            gradient[place]
        );
    }
}

/// The sum of the tensor's values, each times its own weight, in f64.
fn weighted<const D: usize>(tensor: Tensor<Cpu, D>) -> f64 {
    let values = values(tensor);
    let weights = noise(values.len(), 99);
    values
        .iter()
        .zip(weights)
        .map(|(a, b)| f64::from(*a) * f64::from(b))
        .sum()
}

fn shaped<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<Cpu, D> {
    Tensor::<Cpu, 1>::from_floats(values, &Default::default()).reshape(shape)
}

#[test]
fn every_gradient_is_the_slope_of_its_function() {
    let weighing = |shape: [usize; 3]| shaped(&noise(shape.iter().product(), 99), shape);

    let audio: Vec<f32> = noise(16_000, 41).iter().map(|v| v * 0.3).collect();
    let gradient = Cpu::log_mel_backward(shaped(&audio, [1, 16_000]), weighing([1, 125, 80]));
    check_gradient("log-mel", &audio, &values(gradient), 2e-2, 2e-2, |audio| {
        weighted(Cpu::log_mel(shaped(audio, [1, 16_000])))
    });

    let weights = convolution_weights::<Cpu>(125);
    let shape = [1, 125, 80];
    let plane = noise(125 * 80, 42);
    let gradient = Cpu::convolutions_backward(shaped(&plane, shape), &weights, weighing(shape));
    check_gradient(
        "convolutions",
        &plane,
        &values(gradient),
        1e-3,
        2e-2,
        |plane| weighted(Cpu::convolutions(shaped(plane, shape), &weights)),
    );

    let (shape, units) = ([2, 9, 5], 7);
    let weights = bilstm_weights::<Cpu>(5, units);
    let input = noise(90, 43);
    let trace = Cpu::bilstm(shaped(&input, shape), &weights);
    let gradient = weighing([2, 9, 2 * units]);
    let found = Cpu::bilstm_backward(shaped(&input, shape), &weights, &trace, gradient, true);
    check_gradient("lstm", &input, &values(found.input), 1e-2, 1e-3, |input| {
        weighted(Cpu::bilstm(shaped(input, shape), &weights).output)
    });
    let of_weights = found.weights.unwrap();
    let recurrent = values(weights.recurrent.clone());
    let recurrent_shape = weights.recurrent.dims();
    check_gradient(
        "recurrent weights",
        &recurrent,
        &values(of_weights.recurrent),
        1e-2,
        1e-3,
        |recurrent| {
            let mut weights = weights.clone();
            weights.recurrent = shaped(recurrent, recurrent_shape);
            weighted(Cpu::bilstm(shaped(&input, shape), &weights).output)
        },
    );
}
