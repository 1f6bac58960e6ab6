//! A stack of convolutions and max-pools.

use std::sync::Arc;

use burn::backend::Autodiff;
use burn::tensor::backend::Backend;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, TensorData};

use crate::stack::{Activation, ConvolutionStack, DeviceWeights, Geometry, StackLayer};

/// See [`Kernels::convolution_stack`](crate::Kernels::convolution_stack).
pub fn convolution_stack<B: Backend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<B, 2> {
    let [batch, time, frequency, channels] = planes.dims();
    let plan = stack.plan([time, frequency, channels], taps);
    let weights = on_device::<B>(stack, &planes.device());
    // Burn's convolutions take `[batch, channels, time, frequency]`.
    let mut here = planes.permute([0, 3, 1, 2]);
    let mut outputs: Vec<Option<Tensor<B, 2>>> = vec![None; taps.len()];
    for index in 0..plan.count() {
        here = match (&stack.layers()[index], &weights[index]) {
            (
                StackLayer::Convolution {
                    geometry,
                    activation,
                    ..
                },
                Some((kernel, bias)),
            ) => {
                let options = ConvOptions::new([1, 1], [0, geometry.padding], [1, 1], 1);
                let sum = conv2d(here, kernel.clone(), Some(bias.clone()), options);
                activate(sum, *activation)
            }
            (StackLayer::Pool(pool), _) => {
                max_pool2d(here, pool.window, pool.window, [0, 0], [1, 1], false)
            }
            (StackLayer::Convolution { .. }, None) => here,
        };
        for (output, _) in outputs
            .iter_mut()
            .zip(taps)
            .filter(|(_, tap)| **tap == index)
        {
            let channels_last = here.clone().permute([0, 2, 3, 1]);
            *output = Some(channels_last.reshape([batch, plan.output(index)]));
        }
    }
    Tensor::cat(outputs.into_iter().flatten().collect(), 1)
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
            let below = sum.clone() * slope;
            let below = if floor.is_finite() {
                below.clamp_min(floor)
            } else {
                below
            };
            let positive = sum.clone().greater_elem(0.0);
            below.mask_where(positive, sum)
        }
    }
}

/// The weights on a device, put there once.
fn on_device<B: Backend>(stack: &ConvolutionStack, device: &B::Device) -> DeviceWeights<B> {
    stack.on_device::<B>(device, || {
        let weights = stack.layers().iter().map(|layer| match layer {
            StackLayer::Pool(_) => None,
            StackLayer::Convolution {
                geometry,
                kernel,
                bias,
                ..
            } => {
                let Geometry {
                    outputs,
                    inputs,
                    kernel: [rows, columns],
                    ..
                } = *geometry;
                let shape = [outputs, inputs, rows, columns];
                let kernel = TensorData::new(kernel.clone(), shape);
                let bias = TensorData::new(bias.clone(), [outputs]);
                Some((
                    Tensor::from_data(kernel, device),
                    Tensor::from_data(bias, device),
                ))
            }
        });
        Arc::new(weights.collect())
    })
}
