//! Both convolutions, a clip at a time, as scaled sums of rows of mels.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::{HostBackend, tensor};
use crate::kernel::ConvolutionWeights;
use crate::kernel::composed::{MARGIN, TAPS};

/// Filters of the first convolution.
const CHANNELS: usize = 10;

/// The weights on the host.
struct Weights {
    kernel1: Vec<f32>,
    bias1: Vec<f32>,
    kernel2: Vec<f32>,
    bias2: Vec<f32>,
}

impl Weights {
    fn new<B: HostBackend>(weights: &ConvolutionWeights<B>) -> Self {
        Self {
            kernel1: B::values(weights.kernel1.clone()),
            bias1: B::values(weights.bias1.clone()),
            kernel2: B::values(weights.kernel2.clone()),
            bias2: B::values(weights.bias2.clone()),
        }
    }
}

/// The frames that the taps at `frame` reach, with their tap.
fn reach(frame: usize, frames: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..TAPS).filter_map(move |tap| {
        let reached = (frame + tap).checked_sub(MARGIN)?;
        (reached < frames).then_some((tap, reached))
    })
}

/// `sums += values · factor`.
fn add_scaled(sums: &mut [f32], values: &[f32], factor: f32) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value * factor;
    }
}

/// The first convolution of one clip: `[frames, mels]` gives `[frames, 10, mels]`.
fn channels(plane: &[f32], mels: usize, weights: &Weights) -> Vec<f32> {
    let frames = plane.len() / mels;
    let mut out = vec![0.0; frames * CHANNELS * mels];
    for (frame, block) in out.chunks_exact_mut(CHANNELS * mels).enumerate() {
        for (channel, row) in block.chunks_exact_mut(mels).enumerate() {
            row.fill(weights.bias1[channel]);
            for (tap, reached) in reach(frame, frames) {
                let values = &plane[reached * mels..(reached + 1) * mels];
                add_scaled(row, values, weights.kernel1[channel * TAPS + tap]);
            }
            for value in row {
                *value = value.max(0.0);
            }
        }
    }
    out
}

/// The second convolution of one clip, into `[frames, mels]`.
fn combine(channels: &[f32], out: &mut [f32], mels: usize, weights: &Weights) {
    let frames = out.len() / mels;
    for (frame, row) in out.chunks_exact_mut(mels).enumerate() {
        row.fill(weights.bias2[frame]);
        for (tap, reached) in reach(frame, frames) {
            let block = &channels[reached * CHANNELS * mels..(reached + 1) * CHANNELS * mels];
            for (channel, values) in block.chunks_exact(mels).enumerate() {
                add_scaled(row, values, weights.kernel2[tap * CHANNELS + channel]);
            }
        }
        for value in row {
            *value = value.max(0.0);
        }
    }
}

/// The gradient with respect to one clip's plane, added to `out`.
fn clip_gradient(plane: &[f32], gradient: &[f32], out: &mut [f32], mels: usize, weights: &Weights) {
    let frames = plane.len() / mels;
    let channels = channels(plane, mels, weights);
    let mut output = vec![0.0; plane.len()];
    combine(&channels, &mut output, mels, weights);
    for (output, gradient) in output.iter_mut().zip(gradient) {
        *output = if *output > 0.0 { *gradient } else { 0.0 };
    }
    let at_output = output;
    let mut of_channels = vec![0.0; channels.len()];
    for frame in 0..frames {
        let values = &at_output[frame * mels..(frame + 1) * mels];
        for (tap, reached) in reach(frame, frames) {
            let block = reached * CHANNELS * mels..(reached + 1) * CHANNELS * mels;
            let rows = of_channels[block].chunks_exact_mut(mels).enumerate();
            for (channel, row) in rows {
                add_scaled(row, values, weights.kernel2[tap * CHANNELS + channel]);
            }
        }
    }
    for (gradient, channel) in of_channels.iter_mut().zip(&channels) {
        if *channel <= 0.0 {
            *gradient = 0.0;
        }
    }
    for (frame, block) in of_channels.chunks_exact(CHANNELS * mels).enumerate() {
        for (tap, reached) in reach(frame, frames) {
            let row = &mut out[reached * mels..(reached + 1) * mels];
            for (channel, values) in block.chunks_exact(mels).enumerate() {
                add_scaled(row, values, weights.kernel1[channel * TAPS + tap]);
            }
        }
    }
}

/// See [`Kernels::convolutions`](crate::kernel::Kernels::convolutions).
pub fn convolutions<B: HostBackend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    let weights = Weights::new(weights);
    let planes = B::values(plane);
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(frames * mels)
        .zip(planes.par_chunks(frames * mels))
        .for_each(|(out, plane)| {
            combine(&channels(plane, mels, &weights), out, mels, &weights);
        });
    tensor(out, shape, &device)
}

/// See [`Kernels::convolutions_backward`](crate::kernel::Kernels::convolutions_backward).
pub fn convolutions_backward<B: HostBackend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    let weights = Weights::new(weights);
    let planes = B::values(plane);
    let gradients = B::values(gradient);
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(frames * mels)
        .zip(planes.par_chunks(frames * mels))
        .zip(gradients.par_chunks(frames * mels))
        .for_each(|((out, plane), gradient)| {
            clip_gradient(plane, gradient, out, mels, &weights);
        });
    tensor(out, shape, &device)
}
