//! A stack of convolutions and max-pools.

use burn::tensor::backend::Backend;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::{ConvOptions, FloatTensor};
use burn::tensor::{Tensor, TensorPrimitive};

use crate::layers::{Activation, Convolution, Pool, StackLayer};
use crate::stack::ConvolutionStack;

/// See [`Kernels::convolution_stack`](crate::Kernels::convolution_stack).
pub fn convolution_stack<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<B, 2> {
    let [batch, size @ ..] = planes.dims();
    let plan = stack.plan(size, taps);
    let outputs = outputs(planes, stack, plan.count());
    let tapped = taps.iter().map(|tap| {
        let channels_last = outputs[tap + 1].clone().permute([0, 2, 3, 1]);
        channels_last.reshape([batch, plan.output(*tap)])
    });
    Tensor::cat(tapped.collect(), 1)
}

/// The planes, then what each layer makes of them, `[batch, channels, time, frequency]` as Burn's
/// convolutions take them.
fn outputs<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    count: usize,
) -> Vec<Tensor<B, 4>> {
    let weights = stack.on_device::<B>(&planes.device());
    let mut outputs = vec![planes.permute([0, 3, 1, 2])];
    for (index, layer) in stack.layers()[..count].iter().enumerate() {
        let here = outputs[index].clone();
        outputs.push(match layer {
            StackLayer::Pool(Pool { window }) => {
                max_pool2d(here, *window, *window, [0, 0], [1, 1], false)
            }
            StackLayer::Convolution(layer) => {
                let (kernel, bias) = &weights[stack.convolutions_before(index)];
                let kernel = kernel.clone().permute(AS_BURN);
                let sum = conv2d(here, kernel, Some(bias.clone()), options(layer));
                activate(sum, layer.activation)
            }
        });
    }
    outputs
}

/// See [`Kernels::convolution_stack_backward`](crate::Kernels::convolution_stack_backward).
///
/// It is not left to a graph: it is called while one is run, and Burn runs one at a time.
pub fn convolution_stack_backward<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
    gradient: Tensor<B, 2>,
) -> Tensor<B, 4> {
    let [_, size @ ..] = planes.dims();
    let count = stack.plan(size, taps).count();
    let weights = stack.on_device::<B>(&planes.device());
    let of_taps = stack.cut(gradient, size, taps);
    let outputs = outputs(planes, stack, count);
    let mut gradient = outputs[count].zeros_like();
    for (index, layer) in stack.layers()[..count].iter().enumerate().rev() {
        for (_, of_tap) in taps.iter().zip(&of_taps).filter(|(tap, _)| **tap == index) {
            gradient = gradient + of_tap.clone().permute([0, 3, 1, 2]);
        }
        let input = primitive(outputs[index].clone());
        let found = match layer {
            StackLayer::Pool(Pool { window }) => {
                let (window, none, one) = (*window, [0, 0], [1, 1]);
                let pooled =
                    B::max_pool2d_with_indices(input.clone(), window, window, none, one, false);
                let (gradient, indices) = (primitive(gradient), pooled.indices);
                B::max_pool2d_with_indices_backward(
                    input, window, window, none, one, false, gradient, indices,
                )
                .x_grad
            }
            StackLayer::Convolution(layer) => {
                let (kernel, _) = &weights[stack.convolutions_before(index)];
                let kernel = primitive(kernel.clone().permute(AS_BURN));
                let of_sum = passed(gradient, outputs[index + 1].clone(), layer.activation);
                B::conv2d_x_backward(input, kernel, primitive(of_sum), options(layer))
            }
        };
        gradient = Tensor::from_primitive(TensorPrimitive::Float(found));
    }
    gradient.permute([0, 2, 3, 1])
}

/// `[time, frequency, inputs, outputs]` as `[outputs, inputs, time, frequency]`.
const AS_BURN: [isize; 4] = [3, 2, 0, 1];

fn primitive<B: Backend>(tensor: Tensor<B, 4>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

fn options(layer: &Convolution) -> ConvOptions<2> {
    ConvOptions::new([1, 1], [0, layer.geometry.padding], [1, 1], 1)
}

fn activate<B: Backend>(sum: Tensor<B, 4>, activation: Activation) -> Tensor<B, 4> {
    match activation {
        Activation::Linear => sum,
        Activation::Leaky { slope, floor } => {
            let mut below = sum.clone() * slope;
            if floor.is_finite() {
                below = below.clamp_min(floor);
            }
            below.mask_where(sum.clone().greater_elem(0.0), sum)
        }
    }
}

/// What of the gradient of an activation's output reaches its sum.
fn passed<B: Backend>(
    gradient: Tensor<B, 4>,
    output: Tensor<B, 4>,
    activation: Activation,
) -> Tensor<B, 4> {
    match activation {
        Activation::Linear => gradient,
        Activation::Leaky { slope, floor } => {
            let below = gradient.clone() * slope;
            let below = below.mask_fill(output.clone().lower_equal_elem(floor), 0.0);
            below.mask_where(output.greater_elem(0.0), gradient)
        }
    }
}
