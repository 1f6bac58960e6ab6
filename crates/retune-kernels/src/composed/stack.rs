//! A stack of convolutions and max-pools.

use std::collections::BTreeMap;

use burn::backend::Autodiff;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::ConvOptions;

use crate::stack::{Activation, ConvolutionStack, Pool, StackLayer};

/// See [`Kernels::convolution_stack`](crate::Kernels::convolution_stack).
pub fn convolution_stack<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<B, 2> {
    let [batch, size @ ..] = planes.dims();
    let plan = stack.plan(size, taps);
    let weights = stack.on_device::<B>(&planes.device());
    let mut weights = weights.iter();
    // Burn's convolutions take `[batch, channels, time, frequency]`.
    let mut here = planes.permute([0, 3, 1, 2]);
    let mut outputs = BTreeMap::new();
    for (index, layer) in stack.layers()[..plan.count()].iter().enumerate() {
        here = match layer {
            StackLayer::Pool(Pool { window }) => {
                max_pool2d(here, *window, *window, [0, 0], [1, 1], false)
            }
            StackLayer::Convolution(layer) => {
                let (kernel, bias) = weights.next().expect("each convolution has weights");
                let options = ConvOptions::new([1, 1], [0, layer.geometry.padding], [1, 1], 1);
                activate(
                    conv2d(here, kernel.clone(), Some(bias.clone()), options),
                    layer.activation,
                )
            }
        };
        if taps.contains(&index) {
            let channels_last = here.clone().permute([0, 2, 3, 1]);
            outputs.insert(index, channels_last.reshape([batch, plan.output(index)]));
        }
    }
    Tensor::cat(taps.iter().map(|tap| outputs[tap].clone()).collect(), 1)
}

/// See [`Kernels::convolution_stack_backward`](crate::Kernels::convolution_stack_backward).
pub fn convolution_stack_backward<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
    gradient: Tensor<B, 2>,
) -> Tensor<B, 4> {
    let zeros = planes.zeros_like();
    let planes = Tensor::<Autodiff<B>, 4>::from_inner(planes).require_grad();
    let output = convolution_stack(planes.clone(), stack, taps);
    let along = (output * Tensor::from_inner(gradient)).sum();
    planes.grad(&along.backward()).unwrap_or(zeros)
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
