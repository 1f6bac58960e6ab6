//! Peaks on the mel plane: an invocation works out one number of it.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Constants, Gpu, empty, groups, into_tensor, rows};
use crate::composed;

const INVOCATIONS: usize = 256;

pub fn paint<R: CubeRuntime>(
    place: Tensor<Gpu<R>, 3>,
    [width, height]: [Tensor<Gpu<R>, 1>; 2],
    floor: f32,
    centres: &[f32],
) -> Tensor<Gpu<R>, 3> {
    static ON_DEVICES: Constants = Constants::new();
    let shape @ [batch, peaks, frames] = place.dims();
    let filters = centres.len();
    if shape.contains(&0) || filters == 0 {
        return composed::paint(place, width, height, floor, centres);
    }
    let place = rows(place);
    let out = empty(&place, [batch, frames, filters]);
    // SAFETY: for each clip `place` has `peaks` rows of `frames` numbers, `out` has `frames` rows of
    // `filters`, as many as there are centres; widths and heights are as many as the peaks.
    unsafe {
        paint_kernel::launch_unchecked::<R>(
            &place.client.clone(),
            CubeCount::Static(groups(frames * filters, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            place.clone().into_array_arg(),
            rows(width).into_array_arg(),
            rows(height).into_array_arg(),
            ON_DEVICES.of::<R>(centres, &place.device).into_array_arg(),
            out.clone().into_array_arg(),
            floor,
            peaks as u32,
            frames as u32,
            filters as u32,
        );
    }
    into_tensor(out)
}

#[cube(launch_unchecked)]
fn paint_kernel(
    place: &Array<f32>,
    width: &Array<f32>,
    height: &Array<f32>,
    centres: &Array<f32>,
    out: &mut Array<f32>,
    floor: f32,
    peaks: u32,
    frames: u32,
    filters: u32,
) {
    let (peaks, frames, filters) = (peaks as usize, frames as usize, filters as usize);
    let at = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if at < frames * filters {
        let (frame, filter) = (at / filters, at % filters);
        let clip = CUBE_POS_Y as usize;
        let mut sum = floor;
        for peak in 0..peaks {
            let away =
                (centres[filter] - place[(clip * peaks + peak) * frames + frame]) / width[peak];
            sum += height[peak] * (-0.5 * away * away).exp();
        }
        out[clip * frames * filters + at] = sum.ln();
    }
}
