//! A convolution and its activation, and back to its input.

use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::planes::{INVOCATIONS, OfOutput, Planes, of_output};
use crate::gpu::launch::{empty, groups};
use crate::layers::{Activation, Convolution};

/// Places of a plane that an invocation works out for one channel: a weight that is read serves all.
const PLACES: usize = 8;

pub fn forward<R: CubeRuntime>(
    input: &Planes<R>,
    out: &Planes<R>,
    batch: usize,
    (layer, [kernel, bias]): (&Convolution, [CubeTensor<R>; 2]),
    sizes: [[usize; 3]; 2],
) {
    convolve(input, out, batch, (layer, kernel, Some(bias)), sizes);
}

/// `output` is the layer's own, which says what its activation passes on.
pub fn backward<R: CubeRuntime>(
    gradient: &OfOutput<R>,
    output: CubeTensor<R>,
    of_input: &CubeTensor<R>,
    batch: usize,
    (layer, kernel): (&Convolution, CubeTensor<R>),
    [before, after]: [[usize; 3]; 2],
) {
    let length = after.iter().product();
    let of_sum = Planes::whole(empty(of_input, [batch, length]), length);
    let (leaky, slope, floor) = numbers(layer.activation);
    // SAFETY: `output` and `of_sum` have `length` numbers for each clip, and so has what is later;
    // the taps lie where the plan says.
    unsafe {
        passed_kernel::launch_unchecked::<R>(
            &of_input.client.clone(),
            CubeCount::Static(groups(length, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            gradient.later().into_array_arg(),
            gradient.taps.clone().into_array_arg(),
            output.into_array_arg(),
            of_sum.values.clone().into_array_arg(),
            length as u32,
            gradient.row as u32,
            gradient.start.unwrap_or(0) as u32,
            slope,
            floor,
            gradient.later.is_some(),
            gradient.start.is_some(),
            leaky,
        );
    }
    let of_input = Planes::whole(of_input.clone(), before.iter().product());
    convolve(
        &of_sum,
        &of_input,
        batch,
        (layer, kernel, None),
        [after, before],
    );
}

/// Whether there is an activation, its slope and floor.
fn numbers(activation: Activation) -> (bool, f32, f32) {
    match activation {
        Activation::Linear => (false, 1.0, f32::MIN),
        // WGSL knows no infinity.
        Activation::Leaky { slope, floor } => (true, slope, floor.max(f32::MIN)),
    }
}

/// From planes of the first size to those of the second: with a bias forward, without one a gradient's
/// way back, which is a convolution with the kernel turned round.
fn convolve<R: CubeRuntime>(
    input: &Planes<R>,
    out: &Planes<R>,
    batch: usize,
    (layer, kernel, bias): (&Convolution, CubeTensor<R>, Option<CubeTensor<R>>),
    [[time_in, columns_in, inputs], [time, columns, outputs]]: [[usize; 3]; 2],
) {
    let (geometry, back) = (layer.geometry, bias.is_none());
    let [kernel_rows, kernel_columns] = geometry.kernel;
    let padding = if back {
        [kernel_rows - 1, kernel_columns - 1 - geometry.padding]
    } else {
        [0, geometry.padding]
    };
    let activation = if back {
        Activation::Linear
    } else {
        layer.activation
    };
    let (leaky, slope, floor) = numbers(activation);
    let shared = (time * columns).div_ceil(PLACES) * outputs;
    // Numbers that are read at once.
    let whole = |count: &usize| count.is_multiple_of(4);
    let vector = if [inputs, input.row, input.start].iter().all(whole) {
        4
    } else {
        1
    };
    // SAFETY: the sizes are those of the plan, which the buffers were made by; the weights are as many
    // as the geometry says (`ConvolutionStack::new`).
    unsafe {
        convolution_kernel::launch_unchecked::<R>(
            &out.values.client.clone(),
            CubeCount::Static(groups(shared, INVOCATIONS), batch as u32, 1),
            CubeDim::new_1d(INVOCATIONS as u32),
            vector,
            input.values.clone().into_array_arg(),
            kernel.clone().into_array_arg(),
            bias.unwrap_or(kernel).into_array_arg(),
            out.values.clone().into_array_arg(),
            input.row as u32,
            input.start as u32,
            out.row as u32,
            out.start as u32,
            time_in as u32,
            columns_in as u32,
            time as u32,
            columns as u32,
            slope,
            floor,
            vector,
            inputs,
            outputs,
            kernel_rows,
            kernel_columns,
            padding[0],
            padding[1],
            leaky,
            back,
        );
    }
}

#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)]
fn convolution_kernel<N: Size>(
    input: &Array<Vector<f32, N>>,
    kernel: &Array<f32>,
    bias: &Array<f32>,
    out: &mut Array<f32>,
    in_row: u32,
    in_start: u32,
    out_row: u32,
    out_start: u32,
    time_in: u32,
    columns_in: u32,
    time: u32,
    columns: u32,
    slope: f32,
    floor: f32,
    #[comptime] vector: usize,
    #[comptime] inputs: usize,
    #[comptime] outputs: usize,
    #[comptime] kernel_rows: usize,
    #[comptime] kernel_columns: usize,
    #[comptime] rows_padding: usize,
    #[comptime] columns_padding: usize,
    #[comptime] leaky: bool,
    #[comptime] back: bool,
) {
    let index = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    let (time_in, columns_in, columns) = (time_in as usize, columns_in as usize, columns as usize);
    let places = time as usize * columns;
    let channel = index % outputs;
    let first = index / outputs * PLACES;
    if first < places {
        let plane = CUBE_POS_Y as usize * in_row as usize + in_start as usize;
        let mut sums = Array::<f32>::new(PLACES);
        #[unroll]
        for place in 0..PLACES {
            if comptime!(back) {
                sums[place] = f32::new(0.0);
            } else {
                sums[place] = bias[channel];
            }
        }
        for row in 0..kernel_rows {
            for tap in 0..kernel_columns {
                let mut from = Array::<u32>::new(PLACES);
                let mut is_there = Array::<f32>::new(PLACES);
                #[unroll]
                for place in 0..PLACES {
                    // What is beyond the last place is worked out and not kept.
                    let at = min(first + place, places - 1);
                    let step = at / columns + row;
                    let column = at % columns + tap;
                    let inside = step >= rows_padding
                        && step < time_in + rows_padding
                        && column >= columns_padding
                        && column < columns_in + columns_padding;
                    let step = select(inside, step, rows_padding.runtime()) - rows_padding;
                    let column =
                        select(inside, column, columns_padding.runtime()) - columns_padding;
                    let at = plane + (step * columns_in + column) * inputs;
                    from[place] = (at / vector) as u32;
                    is_there[place] = select(inside, f32::new(1.0), f32::new(0.0));
                }
                // The kernel is `[time, frequency, inputs, outputs]` of the way forward.
                let turned = (kernel_rows - 1 - row) * kernel_columns + (kernel_columns - 1 - tap);
                let weights = if comptime!(back) {
                    (turned * outputs + channel) * inputs
                } else {
                    (row * kernel_columns + tap) * inputs * outputs + channel
                };
                for group in 0..comptime!(inputs / vector) {
                    let mut values = Array::<f32>::new(comptime!(PLACES * vector));
                    #[unroll]
                    for place in 0..PLACES {
                        let value = input[from[place] as usize + group];
                        #[unroll]
                        for lane in 0..vector {
                            values[comptime!(place * vector + lane)] =
                                value[lane] * is_there[place];
                        }
                    }
                    #[unroll]
                    for lane in 0..vector {
                        let apart = comptime!(if back { 1 } else { outputs });
                        let weight = kernel[weights + (group * vector + lane) * apart];
                        #[unroll]
                        for place in 0..PLACES {
                            sums[place] += weight * values[comptime!(place * vector + lane)];
                        }
                    }
                }
            }
        }
        let to = CUBE_POS_Y as usize * out_row as usize + out_start as usize;
        #[unroll]
        for place in 0..PLACES {
            if first + place < places {
                let mut sum = sums[place];
                if comptime!(leaky) {
                    sum = max(select(sum > 0.0, sum, slope * sum), floor);
                }
                out[to + (first + place) * outputs + channel] = sum;
            }
        }
    }
}

/// What of the gradient of an activation's output reaches its sum.
#[cube(launch_unchecked)]
#[allow(clippy::too_many_arguments)]
fn passed_kernel(
    later: &Array<f32>,
    taps: &Array<f32>,
    output: &Array<f32>,
    of_sum: &mut Array<f32>,
    length: u32,
    row: u32,
    start: u32,
    slope: f32,
    floor: f32,
    #[comptime] is_later: bool,
    #[comptime] is_tapped: bool,
    #[comptime] leaky: bool,
) {
    let at = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    let (sample, length) = (CUBE_POS_Y as usize, length as usize);
    if at < length {
        let gradient = of_output(
            later, taps, sample, at, length, row, start, is_later, is_tapped,
        );
        let mut passed = f32::new(1.0);
        if comptime!(leaky) {
            let value = output[sample * length + at];
            let below = select(value > floor, slope, f32::new(0.0));
            passed = select(value > 0.0, f32::new(1.0), below);
        }
        of_sum[sample * length + at] = passed * gradient;
    }
}
