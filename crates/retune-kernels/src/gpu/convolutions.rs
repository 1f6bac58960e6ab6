//! The two convolutions along time, both in one launch: an invocation works out one number of the
//! plane, and what it needs of the first convolution again, which is quicker than to keep it.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, groups, into_tensor, rows, rows_or};
use crate::ConvolutionWeights;
use crate::composed::{MARGIN, TAPS};

const INVOCATIONS: usize = 256;
/// How far both convolutions reach.
const REACH: usize = 2 * MARGIN;
/// Frames that a number depends on.
const SEEN: usize = 2 * REACH + 1;

pub fn forward<R: CubeRuntime>(
    plane: Tensor<Gpu<R>, 3>,
    weights: &ConvolutionWeights<Gpu<R>>,
) -> Tensor<Gpu<R>, 3> {
    launch(plane, weights, None)
}

pub fn backward<R: CubeRuntime>(
    plane: Tensor<Gpu<R>, 3>,
    weights: &ConvolutionWeights<Gpu<R>>,
    gradient: Tensor<Gpu<R>, 3>,
) -> Tensor<Gpu<R>, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    let [channels] = weights.bias1.dims();
    if shape.contains(&0) {
        return plane;
    }
    let passed = rows(launch(plane.clone(), weights, Some(gradient)));
    let plane = rows(plane);
    let out = empty(&plane, shape);
    // SAFETY: all planes have `batch · frames · mels` numbers; each weight its shape.
    unsafe {
        backward_kernel::launch_unchecked::<R>(
            &plane.client.clone(),
            CubeCount::Static(groups(frames * mels, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            plane.into_array_arg(),
            passed.into_array_arg(),
            rows(weights.kernel1.clone()).into_array_arg(),
            rows(weights.bias1.clone()).into_array_arg(),
            rows(weights.kernel2.clone()).into_array_arg(),
            out.clone().into_array_arg(),
            frames as u32,
            mels as u32,
            channels,
        );
    }
    into_tensor(out)
}

/// The plane, or where there is a gradient, what of it passes the last ReLU.
fn launch<R: CubeRuntime>(
    plane: Tensor<Gpu<R>, 3>,
    weights: &ConvolutionWeights<Gpu<R>>,
    gradient: Option<Tensor<Gpu<R>, 3>>,
) -> Tensor<Gpu<R>, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    let [channels] = weights.bias1.dims();
    if shape.contains(&0) {
        return plane;
    }
    let plane = rows(plane);
    let out = empty(&plane, shape);
    let (gradient, passes) = rows_or(gradient, &plane);
    // SAFETY: all planes have `batch · frames · mels` numbers; each weight its shape.
    unsafe {
        forward_kernel::launch_unchecked::<R>(
            &plane.client.clone(),
            CubeCount::Static(groups(frames * mels, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            plane.into_array_arg(),
            gradient.into_array_arg(),
            rows(weights.kernel1.clone()).into_array_arg(),
            rows(weights.bias1.clone()).into_array_arg(),
            rows(weights.kernel2.clone()).into_array_arg(),
            rows(weights.bias2.clone()).into_array_arg(),
            out.clone().into_array_arg(),
            frames as u32,
            mels as u32,
            channels,
            passes,
        );
    }
    into_tensor(out)
}

/// The numbers of a band around a frame, zeros beyond the ends.
#[cube]
fn around(
    plane: &Array<f32>,
    clip: usize,
    frame: usize,
    mel: usize,
    frames: usize,
    mels: usize,
) -> Array<f32> {
    let mut seen = Array::<f32>::new(SEEN);
    #[unroll]
    for place in 0..SEEN {
        let mut value = f32::new(0.0);
        let shifted = frame + place;
        if shifted >= REACH && shifted < frames + REACH {
            value = plane[(clip * frames + shifted - REACH) * mels + mel];
        }
        seen[place] = value;
    }
    seen
}

/// A channel of the first convolution before its ReLU, `tap` frames after the first that the second
/// convolution reads.
#[cube]
fn first(
    seen: &Array<f32>,
    kernel1: &Array<f32>,
    bias1: &Array<f32>,
    channel: usize,
    #[comptime] tap: usize,
) -> f32 {
    let mut sum = bias1[channel];
    #[unroll]
    for inner in 0..TAPS {
        sum += kernel1[channel * TAPS + inner] * seen[comptime!(tap + inner)];
    }
    sum
}

#[cube(launch_unchecked)]
fn forward_kernel(
    plane: &Array<f32>,
    gradient: &Array<f32>,
    kernel1: &Array<f32>,
    bias1: &Array<f32>,
    kernel2: &Array<f32>,
    bias2: &Array<f32>,
    out: &mut Array<f32>,
    frames: u32,
    mels: u32,
    #[comptime] channels: usize,
    #[comptime] passes: bool,
) {
    let (frames, mels) = (frames as usize, mels as usize);
    let place = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if place < frames * mels {
        let (frame, mel) = (place / mels, place % mels);
        let clip = CUBE_POS_Y as usize;
        let seen = around(plane, clip, frame, mel, frames, mels);
        let mut sum = bias2[frame];
        #[unroll]
        for tap in 0..TAPS {
            let shifted = frame + tap;
            // Beyond the ends the second convolution meets zeros.
            if shifted >= MARGIN && shifted < frames + MARGIN {
                for channel in 0..channels {
                    let activation = first(&seen, kernel1, bias1, channel, tap);
                    sum += kernel2[tap * channels + channel] * max(activation, f32::new(0.0));
                }
            }
        }
        let at = clip * frames * mels + place;
        if comptime!(passes) {
            out[at] = select(sum > 0.0, gradient[at], f32::new(0.0));
        } else {
            out[at] = max(sum, f32::new(0.0));
        }
    }
}

#[cube(launch_unchecked)]
fn backward_kernel(
    plane: &Array<f32>,
    passed: &Array<f32>,
    kernel1: &Array<f32>,
    bias1: &Array<f32>,
    kernel2: &Array<f32>,
    out: &mut Array<f32>,
    frames: u32,
    mels: u32,
    #[comptime] channels: usize,
) {
    let (frames, mels) = (frames as usize, mels as usize);
    let place = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if place < frames * mels {
        let (frame, mel) = (place / mels, place % mels);
        let clip = CUBE_POS_Y as usize;
        let seen = around(plane, clip, frame, mel, frames, mels);
        let of_out = around(passed, clip, frame, mel, frames, mels);
        let mut sum = f32::new(0.0);
        #[unroll]
        for tap in 0..TAPS {
            let shifted = frame + tap;
            if shifted >= MARGIN && shifted < frames + MARGIN {
                for channel in 0..channels {
                    let activation = first(&seen, kernel1, bias1, channel, tap);
                    let mut of_activation = f32::new(0.0);
                    #[unroll]
                    for outer in 0..TAPS {
                        // The adjoint of a shift is the opposite shift.
                        let back = comptime!(TAPS - 1 - outer);
                        of_activation +=
                            kernel2[back * channels + channel] * of_out[comptime!(tap + outer)];
                    }
                    let of_activation = select(activation > 0.0, of_activation, f32::new(0.0));
                    sum += kernel1[channel * TAPS + comptime!(TAPS - 1 - tap)] * of_activation;
                }
            }
        }
        out[clip * frames * mels + place] = sum;
    }
}
