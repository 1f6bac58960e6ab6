//! The kernels against the composed operations, through the trait and the graph.

use burn::backend::Autodiff;
use burn::tensor::{Tensor, TensorData};

use super::*;
use crate::{Cpu, Kernels, composed};

type Recorded = Autodiff<Cpu>;

fn stack() -> ConvolutionStack {
    let relu = Activation::Leaky {
        slope: 0.0,
        floor: f32::NEG_INFINITY,
    };
    let layer = |outputs, inputs, kernel: [usize; 2], activation| {
        let geometry = Geometry {
            outputs,
            inputs,
            kernel,
            padding: kernel[1] / 2,
        };
        convolution(geometry, activation, 1.0 + outputs as f64).layer
    };
    ConvolutionStack::new(vec![
        layer(24, 2, [3, 3], LEAKY),
        pool([2, 2]).layer,
        layer(12, 24, [1, 3], relu),
        pool([1, 2]).layer,
        layer(9, 12, [3, 1], Activation::Linear),
    ])
}

fn planes(batch: usize) -> Tensor<Cpu, 4> {
    let values = noise(batch * 15 * 9 * 2, 0.73);
    Tensor::from_data(
        TensorData::new(values, [batch, 15, 9, 2]),
        &Default::default(),
    )
}

/// The largest difference, and the largest value.
fn apart<const D: usize>(a: Tensor<Cpu, D>, b: Tensor<Cpu, D>) -> [f32; 2] {
    assert_eq!(a.dims(), b.dims());
    let most = b.clone().abs().max().into_scalar();
    [(a - b).abs().max().into_scalar(), most]
}

#[test]
fn the_kernels_equal_the_composed_operations_forward_and_back() {
    let stack = stack();
    for (batch, taps) in [(1, vec![4]), (3, vec![4, 1]), (5, vec![0, 2, 3])] {
        let planes = planes(batch);
        let out = Cpu::convolution_stack(planes.clone(), &stack, &taps);
        let expected = composed::convolution_stack(planes.clone(), &stack, &taps);
        let [error, most] = apart(out.clone(), expected);
        assert!(error < 1e-5 * most, "{taps:?}: {error} of {most}");

        let gradient = noise(out.dims()[1] * batch, 0.37);
        let gradient = TensorData::new(gradient, out.dims());
        let gradient = Tensor::<Cpu, 2>::from_data(gradient, &Default::default());
        // As one node of the graph, and as the composed operations' own nodes.
        let [node, nodes] = [true, false].map(|one| {
            let planes = Tensor::<Recorded, 4>::from_inner(planes.clone()).require_grad();
            let out = match one {
                true => Recorded::convolution_stack(planes.clone(), &stack, &taps),
                false => composed::convolution_stack(planes.clone(), &stack, &taps),
            };
            let loss = (out * Tensor::from_inner(gradient.clone())).sum();
            planes.grad(&loss.backward()).unwrap()
        });
        let [error, most] = apart(node, nodes.clone());
        assert!(error < 1e-4 * most, "{taps:?}: {error} of {most}");
        let back = composed::convolution_stack_backward(planes, &stack, &taps, gradient);
        assert_eq!(apart(back, nodes)[0], 0.0);
    }
}

#[test]
fn a_flat_result_is_cut_into_its_taps() {
    let (stack, taps, size) = (stack(), [3, 0], [15, 9, 2]);
    let flat = Cpu::convolution_stack(planes(2), &stack, &taps);
    let cut = stack.cut(flat, size, &taps);
    let sizes = stack.sizes(size, 4).unwrap();
    for (cut, tap) in cut.into_iter().zip(taps) {
        let [time, frequency, channels] = sizes[tap + 1];
        assert_eq!(cut.dims(), [2, time, frequency, channels]);
        let alone = Cpu::convolution_stack(planes(2), &stack, &[tap]);
        let flat = cut.reshape([2, time * frequency * channels]);
        assert_eq!(apart(flat, alone)[0], 0.0);
    }
    let none = Cpu::convolution_stack(planes(2).narrow(0, 0, 1), &stack, &[]);
    assert_eq!(none.dims(), [1, 0]);
}
