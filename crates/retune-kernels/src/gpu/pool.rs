//! A layer over time as one row of numbers for each clip: an invocation takes one of its columns.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, groups, into_tensor, rows};
use crate::composed::{self, POOLED, SEGMENTS};

/// Few, so that a layer of 128 columns has more than one workgroup for each clip.
const INVOCATIONS: usize = 32;

pub fn pool<R: CubeRuntime>(layer: Tensor<Gpu<R>, 3>) -> Tensor<Gpu<R>, 2> {
    let shape @ [batch, time, width] = layer.dims();
    if shape.contains(&0) || time < SEGMENTS {
        return composed::pool(layer);
    }
    let layer = rows(layer);
    let out = empty(&layer, [batch, POOLED * width]);
    // SAFETY: `layer` has `time` and `out` has `POOLED` rows of `width` numbers for each clip.
    unsafe {
        pool_kernel::launch_unchecked::<R>(
            &layer.client.clone(),
            CubeCount::Static(groups(width, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            layer.into_array_arg(),
            out.clone().into_array_arg(),
            time as u32,
            width as u32,
        );
    }
    into_tensor(out)
}

#[cube(launch_unchecked)]
fn pool_kernel(layer: &Array<f32>, out: &mut Array<f32>, time: u32, width: u32) {
    let (time, width) = (time as usize, width as usize);
    let column = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if column < width {
        let clip = CUBE_POS_Y as usize;
        let first = clip * time * width + column;
        let to = clip * comptime!(POOLED) * width + column;
        let mut sum = f32::new(0.0);
        let mut most = layer[first];
        let mut least = layer[first];
        let mut positive = f32::new(0.0);
        for segment in 0..SEGMENTS {
            let start = segment * time / SEGMENTS;
            let end = (segment + 1) * time / SEGMENTS;
            let mut part = f32::new(0.0);
            for step in start..end {
                let value = layer[first + step * width];
                part += value;
                most = max(most, value);
                least = min(least, value);
                positive += select(value > 0.0, f32::new(1.0), f32::new(0.0));
            }
            sum += part;
            out[to + (5 + segment) * width] = part / f32::cast_from((end - start) as u32);
        }
        let count = f32::cast_from(time as u32);
        let mean = sum / count;
        let mut squares = f32::new(0.0);
        for step in 0..time {
            let centred = layer[first + step * width] - mean;
            squares += centred * centred;
        }
        out[to] = mean;
        out[to + width] = most;
        out[to + 2 * width] = least;
        out[to + 3 * width] = (squares / count).sqrt();
        out[to + 4 * width] = positive / count;
    }
}
