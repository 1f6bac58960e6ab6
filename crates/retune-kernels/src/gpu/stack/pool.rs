//! A max-pool whose windows lie side by side, and back to its input.

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::planes::{INVOCATIONS, OfOutput, Planes, of_output};
use crate::gpu::launch::groups;
use crate::layers::Pool;

pub fn forward<R: CubeRuntime>(
    input: &Planes<R>,
    out: &Planes<R>,
    batch: usize,
    layer: Pool,
    [[_, columns_in, _], [time, columns, channels]]: [[usize; 3]; 2],
) {
    // SAFETY: the sizes are those of the plan, which the buffers were made by.
    unsafe {
        pool_kernel::launch_unchecked::<R>(
            &out.values.client.clone(),
            CubeCount::Static(
                groups(time * columns * channels, INVOCATIONS),
                batch as u32,
                1,
            ),
            CubeDim::new_1d(INVOCATIONS as u32),
            input.values.clone().into_array_arg(),
            out.values.clone().into_array_arg(),
            input.row as u32,
            input.start as u32,
            out.row as u32,
            out.start as u32,
            columns_in as u32,
            time as u32,
            columns as u32,
            channels as u32,
            layer.window[0],
            layer.window[1],
        );
    }
}

#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)]
fn pool_kernel(
    input: &Array<f32>,
    out: &mut Array<f32>,
    in_row: u32,
    in_start: u32,
    out_row: u32,
    out_start: u32,
    columns_in: u32,
    time: u32,
    columns: u32,
    channels: u32,
    #[comptime] window_rows: usize,
    #[comptime] window_columns: usize,
) {
    let (columns_in, columns, channels) =
        (columns_in as usize, columns as usize, channels as usize);
    let index = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if index < time as usize * columns * channels {
        let channel = index % channels;
        let place = index / channels;
        let step = place / columns * window_rows;
        let column = place % columns * window_columns;
        let plane = CUBE_POS_Y as usize * in_row as usize + in_start as usize;
        let corner = plane + (step * columns_in + column) * channels + channel;
        let mut most = input[corner];
        for row in 0..window_rows {
            for other in 0..window_columns {
                most = max(most, input[corner + (row * columns_in + other) * channels]);
            }
        }
        out[CUBE_POS_Y as usize * out_row as usize + out_start as usize + index] = most;
    }
}

pub fn backward<R: CubeRuntime>(
    gradient: &OfOutput<R>,
    input: CubeTensor<R>,
    of_input: &CubeTensor<R>,
    batch: usize,
    layer: Pool,
    [[time_in, columns_in, _], [time, columns, channels]]: [[usize; 3]; 2],
) {
    // SAFETY: the sizes are those of the plan, which the buffers were made by; the taps lie where the
    // plan says.
    unsafe {
        back_kernel::launch_unchecked::<R>(
            &of_input.client.clone(),
            CubeCount::Static(
                groups(time_in * columns_in * channels, INVOCATIONS),
                batch as u32,
                1,
            ),
            CubeDim::new_1d(INVOCATIONS as u32),
            gradient.later().into_array_arg(),
            gradient.taps.clone().into_array_arg(),
            input.into_array_arg(),
            of_input.clone().into_array_arg(),
            gradient.row as u32,
            gradient.start.unwrap_or(0) as u32,
            time_in as u32,
            columns_in as u32,
            time as u32,
            columns as u32,
            channels as u32,
            layer.window[0],
            layer.window[1],
            gradient.later.is_some(),
            gradient.start.is_some(),
        );
    }
}

/// A number of the input has its window's gradient where it is the first of the window's largest.
#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)]
fn back_kernel(
    later: &Array<f32>,
    taps: &Array<f32>,
    input: &Array<f32>,
    of_input: &mut Array<f32>,
    tap_row: u32,
    tap_start: u32,
    time_in: u32,
    columns_in: u32,
    time: u32,
    columns: u32,
    channels: u32,
    #[comptime] window_rows: usize,
    #[comptime] window_columns: usize,
    #[comptime] is_later: bool,
    #[comptime] is_tapped: bool,
) {
    let (time, columns_in, columns, channels) = (
        time as usize,
        columns_in as usize,
        columns as usize,
        channels as usize,
    );
    let index = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    let length_in = time_in as usize * columns_in * channels;
    if index < length_in {
        let sample = CUBE_POS_Y as usize;
        let plane = sample * length_in;
        let channel = index % channels;
        let step = index / channels / columns_in;
        let column = index / channels % columns_in;
        let (window_step, window_column) = (step / window_rows, column / window_columns);
        let mut gradient = f32::new(0.0);
        // What fills no window at the end was heard by none.
        if window_step < time && window_column < columns {
            let value = input[plane + index];
            let place = step % window_rows * window_columns + column % window_columns;
            let first = (window_step * window_rows * columns_in + window_column * window_columns)
                * channels
                + channel;
            let mut beaten = f32::new(0.0);
            for row in 0..window_rows {
                for other in 0..window_columns {
                    let rival = input[plane + first + (row * columns_in + other) * channels];
                    let earlier = row * window_columns + other < place;
                    let beats = rival > value || (earlier && rival == value);
                    beaten = select(beats, f32::new(1.0), beaten);
                }
            }
            if beaten == 0.0 {
                let at = (window_step * columns + window_column) * channels + channel;
                let length = time * columns * channels;
                gradient = of_output(
                    later, taps, sample, at, length, tap_row, tap_start, is_later, is_tapped,
                );
            }
        }
        of_input[plane + index] = gradient;
    }
}
