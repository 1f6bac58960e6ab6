//! Each kernel on the device that answers (a software one will do) against the composed operation on
//! the CPU; its gradient also through the graph and against differences.

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use retune::kernel::mel::mel_centres;
use retune::kernel::{Attended, Cpu, Kernels, Wgpu, composed};

use super::made::{bilstm_weights, convolution_weights, dense_weights, noise, stack};

type Recorded = Autodiff<Wgpu>;

/// A sample alone, and more than one.
const BATCHES: [usize; 2] = [1, 3];

fn host<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Vec<f32> {
    let (device, data) = (tensor.device(), tensor.into_data());
    B::sync(&device).expect("the device took all kernels");
    data.iter().collect()
}

/// Compares to within a share of the largest value above 1.
#[track_caller]
fn near<A: Backend, B: Backend, const D: usize>(
    ours: Tensor<A, D>,
    expected: Tensor<B, D>,
    tolerance: f32,
) {
    assert_eq!(ours.dims(), expected.dims());
    let (ours, expected) = (host(ours), host(expected));
    let largest = expected
        .iter()
        .fold(1.0f32, |most, one| most.max(one.abs()));
    for (place, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
        let off = (ours - expected).abs();
        let within = off <= tolerance * largest;
        assert!(within, "at {place}: {ours} and not {expected}");
    }
}

/// A kernel and its gradient on a device and composed on the host; the step of the differences and the
/// tolerances of output, gradient and differences.
struct Check<const D: usize> {
    shape: [usize; D],
    scale: f32,
    step: f32,
    of_output: f32,
    of_gradient: f32,
    of_slopes: f32,
}

impl<const D: usize> Check<D> {
    #[track_caller]
    fn run<const E: usize>(
        &self,
        ours: impl Fn(Tensor<Wgpu, D>) -> Tensor<Wgpu, E>,
        recorded: impl Fn(Tensor<Recorded, D>) -> Tensor<Recorded, E>,
        composed: impl Fn(Tensor<Cpu, D>) -> Tensor<Cpu, E>,
        composed_back: impl Fn(Tensor<Cpu, D>, Tensor<Cpu, E>) -> Tensor<Cpu, D>,
    ) {
        let values = noise(self.shape.iter().product(), 11);
        let values: Vec<f32> = values.iter().map(|value| value * self.scale).collect();
        let input = on::<Wgpu, D>(&values, self.shape);
        let expected = composed(on(&values, self.shape));
        let out = ours(input.clone());
        let along = noise(out.shape().num_elements(), 99);
        let shape = out.dims();
        near(out, expected, self.of_output);

        let expected = composed_back(on(&values, self.shape), on(&along, shape));
        let leaf = Tensor::from_inner(input).require_grad();
        let out = recorded(leaf.clone());
        let sum = (out * on(&along, shape)).sum();
        let gradient = leaf.grad(&sum.backward()).unwrap();
        near(gradient.clone(), expected, self.of_gradient);

        let gradient = host(gradient);
        let most = gradient
            .iter()
            .fold(0.0f32, |most, one| most.max(one.abs()));
        for place in (0..values.len()).step_by((values.len() / 7).max(1)) {
            let moved = |by: f32| -> f64 {
                let mut moved = values.clone();
                moved[place] += by;
                let out = host(ours(on(&moved, self.shape)));
                let products = out.iter().zip(&along);
                products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
            };
            let slope = (moved(self.step) - moved(-self.step)) / f64::from(2.0 * self.step);
            let off = (slope - f64::from(gradient[place])).abs();
            let within = off <= f64::from(most * self.of_slopes);
            assert!(within, "at {place}: {slope} and not {}", gradient[place]);
        }
    }
}

fn on<B: Backend, const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<B, D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Default::default())
}

#[test]
fn the_log_mel_plane() {
    for batch in BATCHES {
        let check = Check {
            shape: [batch, 16_000],
            scale: 0.3,
            step: 2e-2,
            of_output: 2e-5,
            of_gradient: 1e-3,
            of_slopes: 2e-2,
        };
        check.run(
            Wgpu::log_mel,
            Recorded::log_mel,
            composed::log_mel,
            composed::log_mel_backward,
        );
    }
}

#[test]
fn silence_is_the_offset_and_passes_a_zero_gradient() {
    let mut audio = vec![0.0f32; 2 * 16_000];
    audio[16_000 + 8_000..16_000 + 8_100].copy_from_slice(&noise(100, 1));
    let audio: Tensor<Wgpu, 2> = on(&audio, [2, 16_000]);
    let ones = Tensor::ones([2, 125, 80], &Default::default());
    let gradient = host(Wgpu::log_mel_backward(audio.clone(), ones));
    let plane = host(Wgpu::log_mel(audio));
    let silent = &plane[..125 * 80];
    assert!(silent.iter().all(|v| (v - 1e-6f32.ln()).abs() < 1e-5));
    assert!(gradient.iter().all(|v| v.is_finite()));
    assert!(gradient[..16_000].iter().all(|v| *v == 0.0));
    assert!(gradient[16_000..].iter().any(|v| *v != 0.0));
}

#[test]
fn the_log_mel_of_a_sum() {
    let placed = noise(3 * 16_000, 5);
    let check = Check {
        shape: [16_000],
        scale: 0.1,
        step: 2e-2,
        of_output: 2e-5,
        of_gradient: 1e-3,
        of_slopes: 2e-2,
    };
    let on_host = || on::<Cpu, 2>(&placed, [3, 16_000]);
    check.run(
        |shared| Wgpu::log_mel_of_sum(on(&placed, [3, 16_000]), shared, None),
        |shared| Recorded::log_mel_of_sum(on(&placed, [3, 16_000]), shared, None),
        |shared| composed::log_mel(on_host() + shared.unsqueeze::<2>()),
        |shared, gradient| {
            composed::log_mel_backward(on_host() + shared.unsqueeze::<2>(), gradient)
                .sum_dim(0)
                .squeeze_dim(0)
        },
    );
}

#[test]
fn the_normalised_plane() {
    for shape in [[1, 125, 80], [3, 7, 11]] {
        let check = Check {
            shape,
            scale: 2.0,
            step: 1e-1,
            of_output: 1e-5,
            of_gradient: 1e-5,
            of_slopes: 2e-2,
        };
        check.run(
            Wgpu::normalise,
            Recorded::normalise,
            composed::normalise,
            composed::normalise_backward,
        );
    }
    let silence = Tensor::<Wgpu, 3>::ones([1, 125, 80], &Default::default());
    assert!(host(Wgpu::normalise(silence)).iter().all(|v| *v == 0.0));
}

#[test]
fn the_convolutions() {
    for shape @ [_, frames, _] in [[2, 125, 80], [2, 1, 3], [2, 2, 17], [2, 7, 21]] {
        let check = Check {
            shape,
            scale: 1.0,
            step: 1e-3,
            of_output: 1e-5,
            of_gradient: 1e-5,
            of_slopes: 2e-2,
        };
        let (on_device, recorded) = (convolution_weights(frames), convolution_weights(frames));
        let on_host = convolution_weights(frames);
        check.run(
            |x| Wgpu::convolutions(x, &on_device),
            |x| Recorded::convolutions(x, &recorded),
            |x| composed::convolutions(x, &on_host),
            |x, gradient| composed::convolutions_backward(x, &on_host, gradient),
        );
    }
}

#[test]
fn the_lstm() {
    // Seven units are no multiple of four, which the kernel wants.
    for [batch, time, features, units] in [[1, 4, 3, 7], [3, 9, 5, 8], [2, 30, 80, 64]] {
        let check = Check {
            shape: [batch, time, features],
            scale: 1.0,
            step: 1e-2,
            of_output: 1e-5,
            of_gradient: 1e-4,
            of_slopes: 5e-3,
        };
        let (on_device, recorded) = (
            bilstm_weights::<Wgpu>(features, units),
            bilstm_weights(features, units),
        );
        let on_host = bilstm_weights::<Cpu>(features, units);
        let composed_back = |x: Tensor<Cpu, 3>, gradient, with_weights| {
            let trace = composed::bilstm(x.clone(), &on_host);
            composed::bilstm_backward(x, &on_host, &trace, gradient, with_weights)
        };
        check.run(
            |x| Wgpu::bilstm_output(x, &on_device),
            |x| Recorded::bilstm(x, &recorded).output,
            |x| composed::bilstm(x, &on_host).output,
            |x, gradient| composed_back(x, gradient, false).input,
        );

        let input = noise(batch * time * features, 31);
        let along = noise(batch * time * 2 * units, 32);
        let x: Tensor<Wgpu, 3> = on(&input, check.shape);
        let trace = Wgpu::bilstm(x.clone(), &on_device);
        let gradient = on(&along, [batch, time, 2 * units]);
        let found = Wgpu::bilstm_backward(x, &on_device, &trace, gradient, true);
        let gradient = on(&along, [batch, time, 2 * units]);
        let expected = composed_back(on(&input, check.shape), gradient, true);
        let (found, expected) = (found.weights.unwrap(), expected.weights.unwrap());
        near(found.input, expected.input, 1e-3);
        near(found.recurrent, expected.recurrent, 1e-3);
        near(found.bias, expected.bias, 1e-3);
    }
}

/// The frames and the query, which is one more frame.
fn attended<B: Backend>(
    both: Tensor<B, 3>,
    attend: fn(Tensor<B, 3>, Tensor<B, 2>) -> Attended<B>,
) -> Tensor<B, 2> {
    let time = both.dims()[1] - 1;
    let frames = both.clone().narrow(1, 0, time);
    let found = attend(frames, both.narrow(1, time, 1).squeeze_dim(1));
    Tensor::cat(vec![found.attention, found.context], 1)
}

#[test]
fn the_attention() {
    for (batch, time, width) in [(2, 125, 128), (3, 6, 7)] {
        let check = Check {
            shape: [batch, time + 1, width],
            scale: 1.0,
            step: 1e-2,
            of_output: 2e-6,
            of_gradient: 1e-5,
            of_slopes: 5e-3,
        };
        check.run(
            |x| attended(x, Wgpu::attend),
            |x| attended(x, Recorded::attend),
            |x| attended(x, composed::attend),
            |x, gradient| {
                let leaf = Tensor::<Autodiff<Cpu>, 3>::from_inner(x).require_grad();
                let out = attended(leaf.clone(), composed::attend);
                let sum = (out * Tensor::from_inner(gradient)).sum();
                leaf.grad(&sum.backward()).unwrap()
            },
        );
    }
}

#[test]
fn dense_layers() {
    for (batch, inputs, outputs, relu) in
        [(3, 128, 128, false), (5, 130, 36, true), (1, 3, 1, true)]
    {
        let check = Check {
            shape: [batch, inputs],
            scale: 1.0,
            step: 1e-3,
            of_output: 1e-5,
            of_gradient: 1e-5,
            of_slopes: 1e-2,
        };
        let (on_device, recorded) = (
            dense_weights(inputs, outputs),
            dense_weights(inputs, outputs),
        );
        let on_host = dense_weights::<Cpu>(inputs, outputs);
        check.run(
            |x| Wgpu::dense(x, &on_device, relu),
            |x| Recorded::dense(x, &recorded, relu),
            |x| composed::dense(x, &on_host, relu),
            |x, gradient| {
                let output = relu.then(|| composed::dense(x.clone(), &on_host, relu));
                composed::dense_backward(x, &on_host, output, gradient, false).input
            },
        );
    }
}

#[test]
fn the_stack_of_convolutions() {
    let stack = &stack();
    for (batch, taps) in [
        (1, &[4][..]),
        (3, &[4, 1]),
        (2, &[0, 2, 3]),
        (1, &[1, 1]),
        (2, &[5, 6]),
    ] {
        let check = Check {
            shape: [batch, 15, 9, 2],
            scale: 1.0,
            step: 1e-4,
            of_output: 1e-5,
            of_gradient: 1e-4,
            of_slopes: 3e-2,
        };
        check.run(
            |x| Wgpu::convolution_stack(x, stack, taps),
            |x| Recorded::convolution_stack(x, stack, taps),
            |x| composed::convolution_stack(x, stack, taps),
            |x, gradient| composed::convolution_stack_backward(x, stack, taps, gradient),
        );
    }
}

#[test]
fn pooled_layers_and_painted_planes() {
    for batch in BATCHES {
        for (time, width) in [(125, 128), (11, 7)] {
            let layer = noise(batch * time * width, 51);
            let shape = [batch, time, width];
            let expected = composed::pool(on::<Cpu, 3>(&layer, shape));
            near(Wgpu::pool(on(&layer, shape)), expected, 2e-6);
        }
        let place: Vec<f32> = noise(batch * 4 * 125, 52)
            .iter()
            .map(|value| value * 1400.0 + 1450.0)
            .collect();
        let (width, height) = ([60.0, 200.0, 1.0, 900.0], [1.0, 0.3, 50.0, 1e-4]);
        let shape = [batch, 4, 125];
        let ours = Wgpu::paint(
            on(&place, shape),
            on(&width, [4]),
            on(&height, [4]),
            1e-4,
            mel_centres(),
        );
        let expected = composed::paint::<Cpu>(
            on(&place, shape),
            on(&width, [4]),
            on(&height, [4]),
            1e-4,
            mel_centres(),
        );
        near(ours, expected, 1e-5);
    }
}

#[test]
fn no_clips_are_no_error() {
    let none = Tensor::<Wgpu, 2>::zeros([0, 16_000], &Default::default());
    let plane = Wgpu::log_mel(none.clone());
    assert_eq!(plane.dims(), [0, 125, 80]);
    assert_eq!(Wgpu::log_mel_backward(none, plane).dims(), [0, 16_000]);
}
