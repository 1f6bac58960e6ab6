//! The two convolutions along time as matrix products over taps and channels.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

use crate::ConvolutionWeights;

/// Frames that a convolution sees.
pub const TAPS: usize = 5;
/// Frames of zeros at either end, so that a convolution gives as many frames as it takes.
pub const MARGIN: usize = TAPS / 2;

/// See [`Kernels::convolutions`](crate::Kernels::convolutions).
pub fn convolutions<B: Backend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
) -> Tensor<B, 3> {
    both(plane, weights).1
}

/// What either convolution gives, the channels as [`first_convolution`] has them.
fn both<B: Backend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
) -> (Tensor<B, 2>, Tensor<B, 3>) {
    let (shape, weights) = (plane.dims(), weights.clone());
    let channels = first_convolution(plane, weights.kernel1, weights.bias1);
    let output = second_convolution(channels.clone(), shape, weights.kernel2, weights.bias2);
    (channels, output)
}

/// 10 filters and a ReLU: `[batch, frames, mels]` gives `[10, batch · frames · mels]`.
pub fn first_convolution<B: Backend>(
    plane: Tensor<B, 3>,
    kernel: Tensor<B, 2>,
    bias: Tensor<B, 1>,
) -> Tensor<B, 2> {
    relu(kernel.matmul(taps(plane)) + bias.unsqueeze_dim::<2>(1))
}

/// One filter over the 10 channels and a ReLU: gives `shape`, `[batch, frames, mels]`.
pub fn second_convolution<B: Backend>(
    channels: Tensor<B, 2>,
    shape: [usize; 3],
    kernel: Tensor<B, 2>,
    bias: Tensor<B, 1>,
) -> Tensor<B, 3> {
    let [_, frames, _] = shape;
    let sum = untap(kernel.matmul(channels), shape, |tap| tap);
    relu(sum + bias.reshape([1, frames, 1]))
}

/// See [`Kernels::convolutions_backward`](crate::Kernels::convolutions_backward).
pub fn convolutions_backward<B: Backend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 3> {
    let shape = plane.dims();
    let (channels, output) = both(plane, weights);
    let gradient = gradient.mask_fill(output.lower_equal_elem(0.0), 0.0);
    // The adjoint of a shift is the opposite shift: taps are read in reverse.
    let of_taps = taps(gradient).flip([0]);
    let of_channels = weights.kernel2.clone().transpose().matmul(of_taps);
    let of_channels = of_channels.mask_fill(channels.lower_equal_elem(0.0), 0.0);
    let of_taps = weights.kernel1.clone().transpose().matmul(of_channels);
    untap(of_taps, shape, |tap| TAPS - 1 - tap)
}

/// The plane at each tap's shift: `[batch, frames, mels]` gives `[5, batch · frames · mels]`.
fn taps<B: Backend>(plane: Tensor<B, 3>) -> Tensor<B, 2> {
    let device = plane.device();
    let [batch, frames, mels] = plane.dims();
    let margin = Tensor::<B, 3>::zeros([batch, MARGIN, mels], &device);
    let padded = Tensor::cat(vec![margin.clone(), plane, margin], 1);
    let shifted = (0..TAPS).map(|tap| padded.clone().narrow(1, tap, frames));
    let rows = shifted.map(|plane| plane.reshape([1, batch * frames * mels]));
    Tensor::cat(rows.collect(), 0)
}

/// The sum of `[5, batch · frames · mels]` over the taps, the row `tap` shifted by `shift(tap)`.
fn untap<B: Backend>(
    rows: Tensor<B, 2>,
    [batch, frames, mels]: [usize; 3],
    shift: impl Fn(usize) -> usize,
) -> Tensor<B, 3> {
    let device = rows.device();
    let margin = Tensor::<B, 4>::zeros([TAPS, batch, MARGIN, mels], &device);
    let rows = rows.reshape([TAPS, batch, frames, mels]);
    let padded = Tensor::cat(vec![margin.clone(), rows, margin], 2);
    let mut sum = Tensor::<B, 3>::zeros([batch, frames, mels], &device);
    for tap in 0..TAPS {
        let row = padded.clone().narrow(0, tap, 1);
        let row = row.narrow(2, shift(tap), frames);
        sum = sum + row.reshape([batch, frames, mels]);
    }
    sum
}
