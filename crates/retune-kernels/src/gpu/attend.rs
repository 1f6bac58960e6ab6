//! Attention to frames, a workgroup for each clip.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, into_tensor, rows};
use super::math::sum_of_all;
use crate::{AttendGradients, Attended, composed};

const INVOCATIONS: usize = 256;
/// Frames and widths up to which all that a workgroup shares fits into 16 KiB.
const MOST: usize = 1024;

fn fits(shape: [usize; 3]) -> bool {
    let [_, time, width] = shape;
    !shape.contains(&0) && time <= MOST && width <= MOST
}

pub fn forward<R: CubeRuntime>(
    frames: Tensor<Gpu<R>, 3>,
    query: Tensor<Gpu<R>, 2>,
) -> Attended<Gpu<R>> {
    let shape @ [batch, time, width] = frames.dims();
    if !fits(shape) {
        return composed::attend(frames, query);
    }
    let frames = rows(frames);
    let attention = empty(&frames, [batch, time]);
    let context = empty(&frames, [batch, width]);
    // SAFETY: for each workgroup `frames` has `time` rows of `width` numbers, `query` and `context`
    // have one such row and `attention` has `time` numbers.
    unsafe {
        forward_kernel::launch_unchecked::<R>(
            &frames.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            frames.into_array_arg(),
            rows(query).into_array_arg(),
            attention.clone().into_array_arg(),
            context.clone().into_array_arg(),
            time,
            width,
        );
    }
    Attended {
        attention: into_tensor(attention),
        context: into_tensor(context),
    }
}

pub fn backward<R: CubeRuntime>(
    frames: Tensor<Gpu<R>, 3>,
    query: Tensor<Gpu<R>, 2>,
    attention: Tensor<Gpu<R>, 2>,
    gradient: Attended<Gpu<R>>,
) -> AttendGradients<Gpu<R>> {
    let shape @ [batch, time, width] = frames.dims();
    if !fits(shape) {
        return composed::attend_backward(frames, query, attention, gradient);
    }
    let frames = rows(frames);
    let of_frames = empty(&frames, shape);
    let of_query = empty(&frames, [batch, width]);
    // SAFETY: as in `forward`; gradients have the shapes of what they are of.
    unsafe {
        backward_kernel::launch_unchecked::<R>(
            &frames.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            frames.into_array_arg(),
            rows(query).into_array_arg(),
            rows(attention).into_array_arg(),
            rows(gradient.attention).into_array_arg(),
            rows(gradient.context).into_array_arg(),
            of_frames.clone().into_array_arg(),
            of_query.clone().into_array_arg(),
            time,
            width,
        );
    }
    AttendGradients {
        frames: into_tensor(of_frames),
        query: into_tensor(of_query),
    }
}

/// The products of a clip's frames with a vector, in `scores`, where the workgroup has met after it.
#[cube]
fn products(
    frames: &Array<f32>,
    vector: &Array<f32>,
    scores: &mut SharedMemory<f32>,
    #[comptime] time: usize,
    #[comptime] width: usize,
) {
    let clip = CUBE_POS_X as usize;
    for frame in range_stepped(UNIT_POS as usize, time, INVOCATIONS) {
        let row = (clip * time + frame) * width;
        let mut sum = f32::new(0.0);
        for at in 0..width {
            sum += frames[row + at] * vector[clip * width + at];
        }
        scores[frame] = sum;
    }
    sync_cube();
}

/// Sums over time of the clip's frames with weights, for each of the columns of this invocation.
#[cube]
fn weighted(
    frames: &Array<f32>,
    weights: &SharedMemory<f32>,
    out: &mut Array<f32>,
    #[comptime] time: usize,
    #[comptime] width: usize,
) {
    let clip = CUBE_POS_X as usize;
    for column in range_stepped(UNIT_POS as usize, width, INVOCATIONS) {
        let mut sum = f32::new(0.0);
        for frame in 0..time {
            sum += weights[frame] * frames[(clip * time + frame) * width + column];
        }
        out[clip * width + column] = sum;
    }
}

#[cube(launch_unchecked)]
fn forward_kernel(
    frames: &Array<f32>,
    query: &Array<f32>,
    attention: &mut Array<f32>,
    context: &mut Array<f32>,
    #[comptime] time: usize,
    #[comptime] width: usize,
) {
    let mut shares = SharedMemory::<f32>::new(time);
    let mut scratch = SharedMemory::<f32>::new(INVOCATIONS);
    products(frames, query, &mut shares, time, width);
    let mut most = shares[0];
    for frame in 1..time {
        most = max(most, shares[frame]);
    }
    sync_cube();
    let mut sum = f32::new(0.0);
    for frame in range_stepped(UNIT_POS as usize, time, INVOCATIONS) {
        let share = (shares[frame] - most).exp();
        shares[frame] = share;
        sum += share;
    }
    let sum = sum_of_all(sum, &mut scratch, INVOCATIONS);
    for frame in range_stepped(UNIT_POS as usize, time, INVOCATIONS) {
        let share = shares[frame] / sum;
        shares[frame] = share;
        attention[CUBE_POS_X as usize * time + frame] = share;
    }
    sync_cube();
    weighted(frames, &shares, context, time, width);
}

#[cube(launch_unchecked)]
fn backward_kernel(
    frames: &Array<f32>,
    query: &Array<f32>,
    attention: &Array<f32>,
    of_attention: &Array<f32>,
    of_context: &Array<f32>,
    of_frames: &mut Array<f32>,
    of_query: &mut Array<f32>,
    #[comptime] time: usize,
    #[comptime] width: usize,
) {
    let mut of_scores = SharedMemory::<f32>::new(time);
    let mut scratch = SharedMemory::<f32>::new(INVOCATIONS);
    let clip = CUBE_POS_X as usize;
    products(frames, of_context, &mut of_scores, time, width);
    let mut sum = f32::new(0.0);
    for frame in range_stepped(UNIT_POS as usize, time, INVOCATIONS) {
        let of_share = of_scores[frame] + of_attention[clip * time + frame];
        of_scores[frame] = of_share;
        sum += attention[clip * time + frame] * of_share;
    }
    let mean = sum_of_all(sum, &mut scratch, INVOCATIONS);
    for frame in range_stepped(UNIT_POS as usize, time, INVOCATIONS) {
        let share = attention[clip * time + frame];
        of_scores[frame] = share * (of_scores[frame] - mean);
    }
    sync_cube();
    weighted(frames, &of_scores, of_query, time, width);
    for at in range_stepped(UNIT_POS as usize, comptime!(time * width), INVOCATIONS) {
        let (frame, column) = (at / width, at % width);
        let share = attention[clip * time + frame];
        of_frames[clip * comptime!(time * width) + at] = share * of_context[clip * width + column]
            + of_scores[frame] * query[clip * width + column];
    }
}
