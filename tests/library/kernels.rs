//! The hand-written CPU kernels against the composed operations, and both against differences.

use retune::kernel::mel::mel_centres;

use crate::common::{bilstm_weights, convolution_weights, difference, noise, noise_tensor, values};
use burn::tensor::Tensor;
use retune::kernel::Cpu;
use retune::kernel::{Attended, Kernels, composed};

type Recorded = burn::backend::Autodiff<Cpu>;

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
    for (mel, filter) in retune::kernel::mel::mel_filters().iter().enumerate() {
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
        let ours = values(Cpu::log_mel_of_sum(placed.clone(), shared.clone(), None));
        assert_eq!(ours, values(Cpu::log_mel(sum.clone())), "batch {batch}");
        let known = Cpu::log_mel(shared.clone().unsqueeze::<2>());
        let by_known = Cpu::log_mel_of_sum(placed.clone(), shared.clone(), Some(known));
        assert_eq!(ours, values(by_known), "batch {batch}");

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
            let placed = Tensor::<Recorded, 2>::from_inner(placed.clone());
            let placed = if both { placed.require_grad() } else { placed };
            let shared = Tensor::<Recorded, 1>::from_inner(shared.clone()).require_grad();
            let planes = Recorded::log_mel_of_sum(placed.clone(), shared.clone(), None);
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

#[test]
fn the_pooled_layer_equals_the_composed_one() {
    // Seven outputs are no multiple of the vectors' width, and 11 frames none of the segments.
    for (time, width) in [(125, 128), (11, 7)] {
        for batch in BATCHES {
            let layer = noise_tensor::<Cpu, 3>([batch, time, width], 1.0, 51);
            let ours = values(Cpu::pool(layer.clone()));
            let composed = values(composed::pool(layer.clone()));
            let off = difference(&ours, &composed);
            assert!(off < 1e-6, "batch {batch}, width {width}: {off}");
            let last = values(Cpu::pool(layer.narrow(0, batch - 1, 1)));
            assert_eq!(last, ours[ours.len() - last.len()..], "alone");
        }
    }
}

#[test]
fn the_painted_plane_equals_the_composed_one() {
    let (width, height) = (
        shaped(&[60.0, 200.0, 1.0, 900.0], [4]),
        [1.0, 0.3, 50.0, 1e-4],
    );
    let height = shaped(&height, [4]);
    for batch in BATCHES {
        let place = noise_tensor::<Cpu, 3>([batch, 4, 125], 1400.0, 52) + 1450.0;
        let ours = values(Cpu::paint(
            place.clone(),
            width.clone(),
            height.clone(),
            1e-4,
            mel_centres(),
        ));
        let composed = composed::paint(
            place.clone(),
            width.clone(),
            height.clone(),
            1e-4,
            mel_centres(),
        );
        assert_eq!(composed.dims(), [batch, 125, 80]);
        let off = difference(&ours, &values(composed));
        assert!(off < 1e-4, "batch {batch}: {off}");
        let last = place.narrow(0, batch - 1, 1);
        let last = values(Cpu::paint(
            last,
            width.clone(),
            height.clone(),
            1e-4,
            mel_centres(),
        ));
        assert_eq!(last, ours[ours.len() - last.len()..], "alone");
    }
}

#[test]
fn the_normalised_plane_equals_the_composed_one() {
    for (frames, mels) in [(125, 80), (3, 7)] {
        for batch in BATCHES {
            let shape = [batch, frames, mels];
            let plane = noise_tensor::<Cpu, 3>(shape, 3.0, 53) - 8.0;
            let ours = values(Cpu::normalise(plane.clone()));
            let composed = values(composed::normalise(plane.clone()));
            let off = difference(&ours, &composed);
            assert!(off < 1e-5, "batch {batch}: {off}");
            let last = values(Cpu::normalise(plane.clone().narrow(0, batch - 1, 1)));
            assert_eq!(last, ours[ours.len() - last.len()..], "alone");

            let gradient = noise_tensor::<Cpu, 3>(shape, 1.0, 54);
            let ours = values(Cpu::normalise_backward(plane.clone(), gradient.clone()));
            let composed = composed::normalise_backward(plane.clone(), gradient.clone());
            let off = difference(&ours, &values(composed));
            assert!(off < 1e-5, "batch {batch}: backward {off}");

            // Through the graph, and through the graph of the composed operations.
            let plane = Tensor::<Recorded, 3>::from_inner(plane).require_grad();
            let gradient = Tensor::<Recorded, 3>::from_inner(gradient);
            for out in [
                Recorded::normalise(plane.clone()),
                composed::normalise(plane.clone()),
            ] {
                let gradients = (out * gradient.clone()).sum().backward();
                let found = values(plane.grad(&gradients).expect("it was asked for"));
                assert!(difference(&found, &ours) < 1e-5, "batch {batch}");
            }
        }
    }
}

#[test]
fn a_plane_of_one_value_is_normalised_to_zeros() {
    let plane = Tensor::<Cpu, 3>::full([2, 125, 80], 1e-6f32.ln(), &Default::default());
    assert!(values(Cpu::normalise(plane)).iter().all(|v| *v == 0.0));
}

#[test]
fn the_attention_equals_the_composed_one() {
    for (time, width) in [(125, 128), (6, 7)] {
        for batch in BATCHES {
            let frames = noise_tensor::<Cpu, 3>([batch, time, width], 1.0, 55);
            let query = noise_tensor::<Cpu, 2>([batch, width], 1.0, 56);
            let ours = Cpu::attend(frames.clone(), query.clone());
            let composed = composed::attend(frames.clone(), query.clone());
            let (shares, context) = (values(ours.attention.clone()), values(ours.context));
            assert!(difference(&shares, &values(composed.attention)) < 1e-6);
            assert!(difference(&context, &values(composed.context)) < 1e-6);
            let last = |tensor: &Tensor<Cpu, 2>| tensor.clone().narrow(0, batch - 1, 1);
            let alone = Cpu::attend(frames.clone().narrow(0, batch - 1, 1), last(&query));
            assert_eq!(values(alone.attention), values(last(&ours.attention)));
            assert_eq!(values(alone.context), context[context.len() - width..]);

            let gradient = Attended {
                attention: noise_tensor::<Cpu, 2>([batch, time], 1.0, 57),
                context: noise_tensor::<Cpu, 2>([batch, width], 1.0, 58),
            };
            let attention = ours.attention;
            let (f, q, a) = (frames.clone(), query.clone(), attention.clone());
            let composed = composed::attend_backward(f, q, a, gradient.clone());
            let (f, q) = (frames.clone(), query.clone());
            let ours = Cpu::attend_backward(f, q, attention, gradient.clone());
            let (of_frames, of_query) = (values(ours.frames), values(ours.query));
            assert!(difference(&of_frames, &values(composed.frames)) < 1e-5);
            assert!(difference(&of_query, &values(composed.query)) < 1e-5);

            // Through the graph, and through the graph of the composed operations.
            let frames = Tensor::<Recorded, 3>::from_inner(frames).require_grad();
            let query = Tensor::<Recorded, 2>::from_inner(query).require_grad();
            for out in [
                Recorded::attend(frames.clone(), query.clone()),
                composed::attend(frames.clone(), query.clone()),
            ] {
                let of_attention = Tensor::from_inner(gradient.attention.clone());
                let of_context = Tensor::from_inner(gradient.context.clone());
                let sum = (out.attention * of_attention).sum() + (out.context * of_context).sum();
                let gradients = sum.backward();
                let found = values(frames.grad(&gradients).expect("it was asked for"));
                assert!(difference(&found, &of_frames) < 1e-5, "batch {batch}");
                let found = values(query.grad(&gradients).expect("it was asked for"));
                assert!(difference(&found, &of_query) < 1e-5, "batch {batch}");
            }
        }
    }
}

/// What has no backward pass of its own is differentiated by the graph of the default.
#[test]
fn painting_and_pooling_record_the_graph() {
    let width = Tensor::<Recorded, 1>::from_inner(shaped(&[200.0, 90.0], [2])).require_grad();
    let height = Tensor::<Recorded, 1>::from_inner(shaped(&[1.0, 2.0], [2])).require_grad();
    let place = noise_tensor::<Cpu, 3>([2, 2, 125], 1000.0, 59) + 1450.0;
    let place = Tensor::<Recorded, 3>::from_inner(place).require_grad();
    let painted = Recorded::paint(
        place.clone(),
        width.clone(),
        height.clone(),
        1e-4,
        mel_centres(),
    );
    let gradients = Recorded::pool(painted).sum().backward();
    assert!(
        values(place.grad(&gradients).unwrap())
            .iter()
            .all(|v| v.is_finite())
    );
    assert!(
        values(width.grad(&gradients).unwrap())
            .iter()
            .all(|v| *v != 0.0)
    );
    assert!(
        values(height.grad(&gradients).unwrap())
            .iter()
            .all(|v| *v != 0.0)
    );
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

    let shape = [2, 9, 11];
    let plane: Vec<f32> = noise(198, 44).iter().map(|v| v * 2.0 - 8.0).collect();
    let gradient = Cpu::normalise_backward(shaped(&plane, shape), weighing(shape));
    check_gradient(
        "normalise",
        &plane,
        &values(gradient),
        1e-2,
        1e-3,
        |plane| weighted(Cpu::normalise(shaped(plane, shape))),
    );

    let (frames, query) = (noise(198, 45), noise(22, 46));
    let attend = |frames: &[f32], query: &[f32]| {
        let found = Cpu::attend(shaped(frames, shape), shaped(query, [2, 11]));
        weighted(found.attention) + weighted(found.context)
    };
    let found = Cpu::attend(shaped(&frames, shape), shaped(&query, [2, 11]));
    let gradient = Attended {
        attention: shaped(&noise(18, 99), [2, 9]),
        context: shaped(&noise(22, 99), [2, 11]),
    };
    let (at, with) = (shaped(&frames, shape), shaped(&query, [2, 11]));
    let gradient = Cpu::attend_backward(at, with, found.attention, gradient);
    let of_frames = values(gradient.frames);
    check_gradient("attended", &frames, &of_frames, 1e-2, 1e-3, |frames| {
        attend(frames, &query)
    });
    let of_query = values(gradient.query);
    check_gradient("query", &query, &of_query, 1e-2, 1e-3, |query| {
        attend(&frames, query)
    });
}
