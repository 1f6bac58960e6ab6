//! Normalisation of each clip's plane, a workgroup for each.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, into_tensor, rows};
use super::math::sum_of_all;
use crate::composed::VARIANCE_FLOOR;

const INVOCATIONS: usize = 256;

pub fn forward<R: CubeRuntime>(plane: Tensor<Gpu<R>, 3>) -> Tensor<Gpu<R>, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return plane;
    }
    let plane = rows(plane);
    let out = empty(&plane, shape);
    // SAFETY: both have `frames · mels` numbers for each workgroup.
    unsafe {
        forward_kernel::launch_unchecked::<R>(
            &plane.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            plane.into_array_arg(),
            out.clone().into_array_arg(),
            (frames * mels) as u32,
        );
    }
    into_tensor(out)
}

pub fn backward<R: CubeRuntime>(
    plane: Tensor<Gpu<R>, 3>,
    gradient: Tensor<Gpu<R>, 3>,
) -> Tensor<Gpu<R>, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return gradient;
    }
    let plane = rows(plane);
    let out = empty(&plane, shape);
    // SAFETY: all three have `frames · mels` numbers for each workgroup.
    unsafe {
        backward_kernel::launch_unchecked::<R>(
            &plane.client.clone(),
            CubeCount::Static(batch as u32, 1, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            plane.into_array_arg(),
            rows(gradient).into_array_arg(),
            out.clone().into_array_arg(),
            (frames * mels) as u32,
        );
    }
    into_tensor(out)
}

/// A clip's mean and deviation.
#[cube]
fn moments(
    plane: &Array<f32>,
    first: usize,
    count: usize,
    scratch: &mut SharedMemory<f32>,
) -> (f32, f32) {
    let here = UNIT_POS as usize;
    let divisor = f32::cast_from(count as u32);
    let mut sum = f32::new(0.0);
    for at in range_stepped(here, count, INVOCATIONS) {
        sum += plane[first + at];
    }
    let mean = sum_of_all(sum, scratch, INVOCATIONS) / divisor;
    let mut squares = f32::new(0.0);
    for at in range_stepped(here, count, INVOCATIONS) {
        let centred = plane[first + at] - mean;
        squares += centred * centred;
    }
    let variance = sum_of_all(squares, scratch, INVOCATIONS) / divisor;
    (mean, (variance + VARIANCE_FLOOR).sqrt())
}

#[cube(launch_unchecked)]
fn forward_kernel(plane: &Array<f32>, out: &mut Array<f32>, count: u32) {
    let mut scratch = SharedMemory::<f32>::new(INVOCATIONS);
    let count = count as usize;
    let first = CUBE_POS_X as usize * count;
    let (mean, deviation) = moments(plane, first, count, &mut scratch);
    for at in range_stepped(UNIT_POS as usize, count, INVOCATIONS) {
        out[first + at] = (plane[first + at] - mean) / deviation;
    }
}

#[cube(launch_unchecked)]
fn backward_kernel(plane: &Array<f32>, gradient: &Array<f32>, out: &mut Array<f32>, count: u32) {
    let mut scratch = SharedMemory::<f32>::new(INVOCATIONS);
    let here = UNIT_POS as usize;
    let count = count as usize;
    let first = CUBE_POS_X as usize * count;
    let (mean, deviation) = moments(plane, first, count, &mut scratch);
    let mut sum = f32::new(0.0);
    let mut products = f32::new(0.0);
    for at in range_stepped(here, count, INVOCATIONS) {
        let of_value = gradient[first + at];
        sum += of_value;
        products += of_value * (plane[first + at] - mean) / deviation;
    }
    let divisor = f32::cast_from(count as u32);
    let level = sum_of_all(sum, &mut scratch, INVOCATIONS) / divisor;
    let along = sum_of_all(products, &mut scratch, INVOCATIONS) / divisor;
    for at in range_stepped(here, count, INVOCATIONS) {
        let normalised = (plane[first + at] - mean) / deviation;
        out[first + at] = (gradient[first + at] - level - normalised * along) / deviation;
    }
}
