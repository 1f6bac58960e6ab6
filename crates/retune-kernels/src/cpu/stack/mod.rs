//! Convolutions and max-pools, for frozen convolutional networks.
//!
//! Planes are `[batch, time, frequency, channels]` with the channels side by side: vectors run
//! over channels and so are full however short the time is, the inputs that a row of a kernel
//! touches lie in one piece, and a sample's values depend on no other sample. Every output is one
//! sum in a fixed order, and work is split into fixed parts: the bits are the same on any number
//! of threads and in any company.

mod convolution;
mod network;
mod pool;
#[cfg(test)]
mod tests;

pub(crate) use network::Network;

use burn::tensor::Tensor;

use super::vectors::Machine;
use super::{HostBackend, tensor};
use crate::ConvolutionStack;

/// See [`Kernels::convolution_stack`](crate::Kernels::convolution_stack).
pub fn convolution_stack<B: HostBackend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<B, 2> {
    let device = planes.device();
    let [batch, time, frequency, channels] = planes.dims();
    let plan = stack.plan([time, frequency, channels], taps);
    let width = plan.width(taps.iter().copied());
    let planes = B::values(planes);
    let out = stack
        .packed()
        .forward(&planes, &plan, taps, Machine::this());
    tensor(out, [batch, width], &device)
}

/// See [`Kernels::convolution_stack_backward`](crate::Kernels::convolution_stack_backward).
pub fn convolution_stack_backward<B: HostBackend>(
    planes: Tensor<B, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
    gradient: Tensor<B, 2>,
) -> Tensor<B, 4> {
    let device = planes.device();
    let shape @ [_, time, frequency, channels] = planes.dims();
    let plan = stack.plan([time, frequency, channels], taps);
    let (planes, gradients) = (B::values(planes), B::values(gradient));
    let packed = stack.packed();
    let out = packed.backward(&planes, &plan, taps, &gradients, Machine::this());
    tensor(out, shape, &device)
}
