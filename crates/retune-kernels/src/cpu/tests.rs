//! Each kernel, in every version that this machine has, against the composed operation, alone and in
//! company; its gradient also through the graph and against differences.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;

use super::vectors::in_every_version;
use super::*;
use crate::DenseWeights;
use crate::made::{bilstm_weights, convolution_weights, dense_weights, noise, noisy, stack};
use crate::mel::{mel_centres, mel_filters};

type Recorded = Autodiff<Cpu>;

/// Odd numbers of samples: one, a few, and one more than are worked on together.
const BATCHES: [usize; 3] = [1, 3, 33];

/// Compares to within a share of the largest value above 1.
#[track_caller]
fn near<const D: usize>(ours: &Tensor<Cpu, D>, expected: &Tensor<Cpu, D>, tolerance: f32) {
    assert_eq!(ours.dims(), expected.dims());
    let off = (ours.clone() - expected.clone()).abs().max().into_scalar();
    let largest = expected.clone().abs().max().into_scalar().max(1.0);
    assert!(off < tolerance * largest, "{:?}: off by {off}", ours.dims());
}

#[track_caller]
fn same<const D: usize>(ours: Tensor<Cpu, D>, expected: Tensor<Cpu, D>) {
    assert!(*values(ours) == *values(expected), "not the same bits");
}

fn last<const D: usize>(tensor: &Tensor<Cpu, D>) -> Tensor<Cpu, D> {
    tensor.clone().narrow(0, tensor.dims()[0] - 1, 1)
}

/// What the kernel gives, which is what the composed operation gives; the last clip's alone too.
fn check_forward<const D: usize, const E: usize>(
    input: &Tensor<Cpu, D>,
    tolerance: f32,
    ours: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E> + Sync,
    composed: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E>,
) -> Tensor<Cpu, E> {
    let expected = composed(input.clone());
    let mut outs = in_every_version(|| {
        let out = ours(input.clone());
        near(&out, &expected, tolerance);
        same(ours(last(input)), last(&out));
        out
    });
    outs.pop().unwrap()
}

/// Compares a gradient with central differences of `function`'s product with `along` at some places.
#[track_caller]
fn check_slopes<const D: usize, const E: usize>(
    at: &Tensor<Cpu, D>,
    found: &Tensor<Cpu, D>,
    along: &Tensor<Cpu, E>,
    [step, tolerance]: [f32; 2],
    function: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E>,
) {
    let most = found.clone().abs().max().into_scalar();
    let (shape, at, along) = (at.dims(), values(at.clone()), values(along.clone()));
    let found = values(found.clone());
    for place in (0..at.len()).step_by((at.len() / 17).max(1)) {
        let moved = |by: f32| -> f64 {
            let mut moved = at.to_vec();
            moved[place] += by;
            let out = values(function(tensor(moved, shape)));
            let products = out.iter().zip(along.iter());
            products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
        let (found, most) = (f64::from(found[place]), f64::from(most * tolerance));
        assert!((slope - found).abs() <= most, "at {place}: {slope} {found}");
    }
}

/// Checks a kernel, its gradient and the gradient through the graph. The tolerances are those of
/// output and gradient, then the step of the differences and their tolerance.
fn check<const D: usize, const E: usize>(
    input: Tensor<Cpu, D>,
    [of_output, of_gradient, step, of_slopes]: [f32; 4],
    ours: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E> + Sync,
    composed: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E>,
    back: impl Fn(Tensor<Cpu, D>, Tensor<Cpu, E>) -> Tensor<Cpu, D> + Sync,
    composed_back: impl Fn(Tensor<Cpu, D>, Tensor<Cpu, E>) -> Tensor<Cpu, D>,
    recorded: impl Fn(Tensor<Recorded, D>) -> Tensor<Recorded, E>,
) {
    let out = check_forward(&input, of_output, &ours, composed);
    let along = noisy(out.dims(), 1.0, 99);
    let expected = composed_back(input.clone(), along.clone());
    let mut gradients = in_every_version(|| {
        let gradient = back(input.clone(), along.clone());
        near(&gradient, &expected, of_gradient);
        gradient
    });
    let gradient = gradients.pop().unwrap();
    let leaf = Tensor::from_inner(input.clone()).require_grad();
    let sum = (recorded(leaf.clone()) * Tensor::from_inner(along.clone())).sum();
    near(&leaf.grad(&sum.backward()).unwrap(), &gradient, of_gradient);
    let (gradient, along) = (last(&gradient), last(&along));
    check_slopes(&last(&input), &gradient, &along, [step, of_slopes], ours);
}

#[test]
fn the_log_mel_plane() {
    for batch in [1, 3] {
        check(
            noisy([batch, 16_000], 0.3, 11),
            [2e-5, 1e-3, 2e-2, 2e-2],
            Cpu::log_mel,
            composed::log_mel,
            Cpu::log_mel_backward,
            composed::log_mel_backward,
            Recorded::log_mel,
        );
    }
}

#[test]
fn silence_is_exactly_the_offset_and_passes_a_zero_gradient() {
    // The second clip sounds for a moment; its first and last frames do not.
    let mut audio = vec![0.0f32; 2 * 16_000];
    audio[16_000 + 8_000..16_000 + 8_100].copy_from_slice(&noise(100, 1));
    let audio = tensor(audio, [2, 16_000]);
    let ones = Tensor::ones([2, 125, 80], &Default::default());
    let ours = Cpu::log_mel_backward(audio.clone(), ones.clone());
    let composed = composed::log_mel_backward(audio.clone(), ones);
    let planes = [Cpu::log_mel(audio.clone()), composed::log_mel(audio)];
    for (plane, gradient) in planes.into_iter().zip([ours, composed]) {
        let (plane, gradient) = (&values(plane)[..125 * 80], values(gradient));
        assert!(plane.iter().all(|v| (v - 1e-6f32.ln()).abs() < 1e-6));
        assert!(gradient.iter().all(|v| v.is_finite()));
        assert!(gradient[..16_000].iter().all(|v| *v == 0.0));
        assert!(gradient[16_000..].iter().any(|v| *v != 0.0));
    }
}

/// A frame of a pure tone at the centre of a bin: the Hann window's transform is N/4 at the bin
/// and half of that at its neighbours (Harris 1978), which the filters then weigh.
#[test]
fn a_tone_has_the_magnitude_of_the_windows_transform() {
    let bin: usize = 128;
    let wave = |n| (std::f64::consts::TAU * bin as f64 * n as f64 / 1024.0).cos() as f32;
    let tone = tensor((0..16_000).map(wave).collect(), [1, 16_000]);
    let plane = values(Cpu::log_mel(tone));
    for (mel, filter) in mel_filters().iter().enumerate() {
        let parts = [(bin - 1, 128.0), (bin, 256.0), (bin + 1, 128.0)];
        let weighed = parts.iter().filter_map(|(bin, magnitude)| {
            let offset = bin.checked_sub(filter.first_bin)?;
            Some(filter.weights.get(offset)? * magnitude)
        });
        let expected: f32 = weighed.sum();
        let found = plane[20 * 80 + mel].exp();
        let right = expected == 0.0 || (found - expected).abs() < 0.05;
        assert!(right, "{mel}: {found} {expected}");
    }
}

#[test]
fn the_log_mel_of_a_sum_equals_that_of_the_added_clips() {
    for batch in BATCHES {
        let mut placed = vec![0.0f32; batch * 16_000];
        for (index, clip) in placed.chunks_exact_mut(16_000).enumerate() {
            // The last lies at the clip's end, every fourth is silent.
            let start = (index * 5_003).min(15_500);
            if index % 4 != 1 {
                clip[start..start + 500].copy_from_slice(&noise(500, index as u32));
            }
        }
        let (placed, shared) = (tensor(placed, [batch, 16_000]), noisy([16_000], 0.1, 71));
        let sum = placed.clone() + shared.clone().unsqueeze::<2>();
        let known = Cpu::log_mel(shared.clone().unsqueeze::<2>());
        for known in [None, Some(known)] {
            let ours = Cpu::log_mel_of_sum(placed.clone(), shared.clone(), known);
            same(ours, Cpu::log_mel(sum.clone()));
        }

        let gradient = noisy([batch, 125, 80], 1.0, 72);
        let of_clips = Cpu::log_mel_backward(sum, gradient.clone());
        let expected: Tensor<Cpu, 1> = of_clips.clone().sum_dim(0).squeeze_dim(0);
        let (a, b) = (placed.clone(), shared.clone());
        let ours = Cpu::log_mel_of_sum_backward(a, b, gradient.clone());
        near(&ours, &expected, 1e-3);
        // Through the graph, with and without a gradient of what is placed.
        for both in [false, true] {
            let placed = Tensor::<Recorded, 2>::from_inner(placed.clone());
            let placed = if both { placed.require_grad() } else { placed };
            let shared = Tensor::<Recorded, 1>::from_inner(shared.clone()).require_grad();
            let planes = Recorded::log_mel_of_sum(placed.clone(), shared.clone(), None);
            let along = planes * Tensor::from_inner(gradient.clone());
            let gradients = along.sum().backward();
            near(&shared.grad(&gradients).unwrap(), &expected, 1e-3);
            let of_placed = placed.grad(&gradients);
            assert_eq!(of_placed.is_some(), both);
            if let Some(of_placed) = of_placed {
                near(&of_placed, &of_clips, 1e-6);
            }
        }
    }
}

#[test]
fn the_convolutions() {
    // Some widths fill no vector, and some clips are shorter than a convolution is long.
    let odd = [[2, 1, 3], [2, 2, 17], [2, 7, 21]];
    let shapes = BATCHES.map(|batch| [batch, 125, 80]).into_iter().chain(odd);
    for shape @ [_, frames, _] in shapes {
        let (weights, recorded) = (convolution_weights(frames), convolution_weights(frames));
        check(
            noisy(shape, 1.0, 21),
            [1e-5, 1e-5, 1e-3, 2e-2],
            |x| Cpu::convolutions(x, &weights),
            |x| composed::convolutions(x, &weights),
            |x, g| Cpu::convolutions_backward(x, &weights, g),
            |x, g| composed::convolutions_backward(x, &weights, g),
            |x| Recorded::convolutions(x, &recorded),
        );
    }
}

/// A rectifier that made a 0 of it would have a source answer to nonsense.
#[test]
fn what_is_no_number_stays_so_through_the_convolutions() {
    let weights = convolution_weights(5);
    for value in [f32::NAN, f32::INFINITY] {
        let plane = Tensor::<Cpu, 3>::full([1, 5, 17], value, &Default::default());
        let heard = Cpu::convolutions(plane, &weights).into_data();
        let heard = heard.to_vec::<f32>().unwrap();
        assert!(heard.iter().any(|value| !value.is_finite()), "{value}");
    }
}

#[test]
fn the_lstm() {
    // Seven units are no multiple of the vectors' width.
    for [batch, time, features, units] in
        [[1, 4, 3, 7], [3, 9, 5, 8], [33, 6, 80, 64], [1, 70, 80, 64]]
    {
        let weights = bilstm_weights(features, units);
        let recorded = bilstm_weights(features, units);
        let ours = |x: Tensor<Cpu, 3>, g, with_weights| {
            let trace = Cpu::bilstm(x.clone(), &weights);
            Cpu::bilstm_backward(x, &weights, &trace, g, with_weights)
        };
        let composed = |x: Tensor<Cpu, 3>, g, with_weights| {
            let trace = composed::bilstm(x.clone(), &weights);
            composed::bilstm_backward(x, &weights, &trace, g, with_weights)
        };
        let input = noisy([batch, time, features], 1.0, 31);
        check(
            input.clone(),
            [1e-5, 1e-4, 1e-2, 5e-3],
            |x| Cpu::bilstm_output(x, &weights),
            |x| composed::bilstm(x, &weights).output,
            |x, g| ours(x, g, false).input,
            |x, g| composed(x, g, false).input,
            |x| Recorded::bilstm(x, &recorded).output,
        );
        let traced = Cpu::bilstm(input.clone(), &weights).output;
        same(traced, Cpu::bilstm_output(input.clone(), &weights));
        let along = noisy([batch, time, 2 * units], 1.0, 32);
        let found = ours(input.clone(), along.clone(), true).weights.unwrap();
        let expected = composed(input.clone(), along.clone(), true)
            .weights
            .unwrap();
        near(&found.input, &expected.input, 1e-3);
        near(&found.recurrent, &expected.recurrent, 1e-3);
        near(&found.bias, &expected.bias, 1e-3);
        let function = |recurrent| {
            let mut weights = weights.clone();
            weights.recurrent = recurrent;
            Cpu::bilstm(input.clone(), &weights).output
        };
        let (at, found) = (&weights.recurrent, &found.recurrent);
        check_slopes(at, found, &along, [1e-2, 5e-3], function);
    }
}

#[test]
fn the_normalised_plane() {
    for (frames, mels) in [(125, 80), (3, 7)] {
        for batch in BATCHES {
            check(
                noisy([batch, frames, mels], 3.0, 53) - 8.0,
                [1e-5, 1e-5, 1e-2, 1e-2],
                Cpu::normalise,
                composed::normalise,
                Cpu::normalise_backward,
                composed::normalise_backward,
                Recorded::normalise,
            );
        }
    }
    let silence = Tensor::<Cpu, 3>::full([2, 125, 80], 1e-6f32.ln(), &Default::default());
    assert!(values(Cpu::normalise(silence)).iter().all(|v| *v == 0.0));
}

/// The frames and the query, which is one more frame.
fn parted<B: Backend>(both: Tensor<B, 3>) -> (Tensor<B, 3>, Tensor<B, 2>) {
    let time = both.dims()[1] - 1;
    let frames = both.clone().narrow(1, 0, time);
    (frames, both.narrow(1, time, 1).squeeze_dim(1))
}

/// The attention with the context beside it.
fn attended<B: Backend>(
    both: Tensor<B, 3>,
    attend: fn(Tensor<B, 3>, Tensor<B, 2>) -> Attended<B>,
) -> Tensor<B, 2> {
    let (frames, query) = parted(both);
    let found = attend(frames, query);
    Tensor::cat(vec![found.attention, found.context], 1)
}

#[test]
fn the_attention() {
    type Frames = Tensor<Cpu, 3>;
    type Rows = Tensor<Cpu, 2>;
    type Back = fn(Frames, Rows, Rows, Attended<Cpu>) -> AttendGradients<Cpu>;
    let attend_back = |both: Frames, gradient: Rows, back: Back| {
        let (frames, query) = parted(both);
        let [_, time, width] = frames.dims();
        let attention = Cpu::attend(frames.clone(), query.clone()).attention;
        let gradient = Attended {
            attention: gradient.clone().narrow(1, 0, time),
            context: gradient.narrow(1, time, width),
        };
        let found = back(frames, query, attention, gradient);
        Tensor::cat(vec![found.frames, found.query.unsqueeze_dim(1)], 1)
    };
    for (time, width) in [(125, 128), (6, 7)] {
        for batch in BATCHES {
            check(
                noisy([batch, time + 1, width], 1.0, 55),
                [1e-6, 1e-5, 1e-2, 5e-3],
                |x| attended(x, Cpu::attend),
                |x| attended(x, composed::attend),
                |x, g| attend_back(x, g, Cpu::attend_backward),
                |x, g| attend_back(x, g, composed::attend_backward),
                |x| attended(x, Recorded::attend),
            );
        }
    }
}

#[test]
fn dense_layers() {
    for relu in [false, true] {
        let (weights, recorded) = (dense_weights(30, 7), dense_weights(30, 7));
        check(
            noisy([5, 30], 1.0, 43),
            [1e-6, 1e-6, 1e-3, 1e-2],
            |x| Cpu::dense(x, &weights, relu),
            |x| composed::dense(x, &weights, relu),
            |x, gradient| {
                let output = relu.then(|| Cpu::dense(x.clone(), &weights, relu));
                Cpu::dense_backward(x, &weights, output, gradient, false).input
            },
            |x, gradient| {
                let output = relu.then(|| composed::dense(x.clone(), &weights, relu));
                composed::dense_backward(x, &weights, output, gradient, false).input
            },
            |x| Recorded::dense(x, &recorded, relu),
        );
        // Of the weights: against differences, by the graph.
        let input = noisy([5, 30], 1.0, 44);
        let leaf = recorded.kernel.clone().require_grad();
        let of_leaf = DenseWeights {
            kernel: leaf.clone(),
            bias: recorded.bias.clone(),
        };
        let out = Recorded::dense(Tensor::from_inner(input.clone()), &of_leaf, relu);
        let along = noisy([5, 7], 1.0, 45);
        let sum = (out * Tensor::from_inner(along.clone())).sum();
        let found = leaf.grad(&sum.backward()).unwrap();
        let function = |kernel| {
            let bias = weights.bias.clone();
            Cpu::dense(input.clone(), &DenseWeights { kernel, bias }, relu)
        };
        check_slopes(&weights.kernel, &found, &along, [1e-3, 1e-2], function);
    }
}

#[test]
fn the_stack_of_convolutions() {
    let stack = &stack();
    for (batch, taps) in [(1, &[4][..]), (3, &[4, 1]), (5, &[0, 2, 3])] {
        check(
            noisy([batch, 15, 9, 2], 1.0, 73),
            [1e-5, 1e-4, 1e-4, 2e-2],
            |x| Cpu::convolution_stack(x, stack, taps),
            |x| composed::convolution_stack(x, stack, taps),
            |x, g| Cpu::convolution_stack_backward(x, stack, taps, g),
            |x, g| composed::convolution_stack_backward(x, stack, taps, g),
            |x| Recorded::convolution_stack(x, stack, taps),
        );
    }
}

#[test]
fn a_flat_result_is_cut_into_its_taps() {
    let (stack, taps, size) = (stack(), [3, 0], [15, 9, 2]);
    let planes = || noisy([2, 15, 9, 2], 1.0, 73);
    let flat = Cpu::convolution_stack(planes(), &stack, &taps);
    let cut = stack.cut(flat, size, &taps);
    let sizes = stack.sizes(size, 4).unwrap();
    for (cut, tap) in cut.into_iter().zip(taps) {
        let [time, frequency, channels] = sizes[tap + 1];
        assert_eq!(cut.dims(), [2, time, frequency, channels]);
        let flat = cut.reshape([2, time * frequency * channels]);
        same(flat, Cpu::convolution_stack(planes(), &stack, &[tap]));
    }
    let none = Cpu::convolution_stack(planes(), &stack, &[]);
    assert_eq!(none.dims(), [2, 0]);
}

#[test]
fn pooled_layers_and_painted_planes() {
    type Paint = fn(Tensor<Cpu, 3>, Tensor<Cpu, 1>, Tensor<Cpu, 1>, f32, &[f32]) -> Tensor<Cpu, 3>;
    let paint = |place, paint: Paint| {
        let width = tensor(vec![60.0, 200.0, 1.0, 900.0], [4]);
        let height = tensor(vec![1.0, 0.3, 50.0, 1e-4], [4]);
        paint(place, width, height, 1e-4, mel_centres())
    };
    for batch in BATCHES {
        // Seven outputs are no multiple of the vectors' width, and 11 frames none of the segments.
        for (time, width) in [(125, 128), (11, 7)] {
            let layer = noisy([batch, time, width], 1.0, 51);
            check_forward(&layer, 1e-6, Cpu::pool, composed::pool);
        }
        let place = noisy([batch, 4, 125], 1400.0, 52) + 1450.0;
        let ours = |place| paint(place, Cpu::paint);
        let painted = check_forward(&place, 1e-5, ours, |place| paint(place, composed::paint));
        assert_eq!(painted.dims(), [batch, 125, 80]);
    }
}

/// What has no backward pass of its own is differentiated by the graph of the default.
#[test]
fn painting_and_pooling_record_the_graph() {
    let width = Tensor::<Recorded, 1>::from_floats([200.0, 90.0], &Default::default());
    let height = Tensor::<Recorded, 1>::from_floats([1.0, 2.0], &Default::default());
    let (width, height) = (width.require_grad(), height.require_grad());
    let place = noisy([2, 2, 125], 1000.0, 59) + 1450.0;
    let place = Tensor::<Recorded, 3>::from_inner(place).require_grad();
    let (at, wide, high) = (place.clone(), width.clone(), height.clone());
    let painted = Recorded::paint(at, wide, high, 1e-4, mel_centres());
    let gradients = Recorded::pool(painted).sum().backward();
    let of_place = values(place.grad(&gradients).unwrap());
    assert!(of_place.iter().all(|v| v.is_finite()));
    for of_peaks in [width, height] {
        let of_peaks = values(of_peaks.grad(&gradients).unwrap());
        assert!(of_peaks.iter().all(|v| *v != 0.0));
    }
}
