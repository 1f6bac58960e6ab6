//! A stack of convolutions and max-pools, a launch for each layer, channels innermost.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, groups, into_tensor, rows};
use crate::composed;
use crate::stack::{Activation, Convolution, ConvolutionStack, Pool, StackLayer};

const INVOCATIONS: usize = 256;
/// Places of a plane that an invocation works out for one channel: a weight that is read serves all.
const PLACES: usize = 8;

/// Planes of clips, one in each row of a matrix.
#[derive(Clone)]
struct Planes<R: CubeRuntime> {
    values: CubeTensor<R>,
    /// The numbers of a row.
    row: usize,
    /// Where in a row the plane begins.
    start: usize,
}

pub fn forward<R: CubeRuntime>(
    planes: Tensor<Gpu<R>, 4>,
    stack: &ConvolutionStack,
    taps: &[usize],
) -> Tensor<Gpu<R>, 2> {
    let [batch, size @ ..] = planes.dims();
    let plan = stack.plan(size, taps);
    let places: BTreeMap<_, _> = plan.places(taps).collect();
    if batch == 0 || places.len() != taps.len() {
        return composed::convolution_stack(planes, stack, taps);
    }
    let weights = stack.on_device::<Gpu<R>>(&planes.device());
    let planes = rows(planes);
    let width = taps.iter().map(|tap| plan.output(*tap)).sum();
    let tapped = empty(&planes, [batch, width]);
    let mut here = Planes {
        values: planes,
        row: plan.length(0),
        start: 0,
    };
    for (index, layer) in stack.layers()[..plan.count()].iter().enumerate() {
        let length = plan.output(index);
        let out = match places.get(&index) {
            Some(place) => Planes {
                values: tapped.clone(),
                row: width,
                start: place.start,
            },
            None => Planes {
                values: empty(&tapped, [batch, length]),
                row: length,
                start: 0,
            },
        };
        let sizes = [plan.sizes[index], plan.sizes[index + 1]];
        match layer {
            StackLayer::Pool(layer) => pool(&here, &out, batch, *layer, sizes),
            StackLayer::Convolution(layer) => {
                let (kernel, bias) = &weights[stack.convolutions_before(index)];
                let weights = [rows(kernel.clone()), rows(bias.clone())];
                convolve(&here, &out, batch, (layer, weights), sizes);
            }
        }
        here = out;
    }
    into_tensor(tapped)
}

fn convolve<R: CubeRuntime>(
    input: &Planes<R>,
    out: &Planes<R>,
    batch: usize,
    (layer, [kernel, bias]): (&Convolution, [CubeTensor<R>; 2]),
    [[_, columns_in, _], [time, columns, _]]: [[usize; 3]; 2],
) {
    let geometry = layer.geometry;
    let (leaky, slope, floor) = match layer.activation {
        Activation::Linear => (false, 1.0, f32::NEG_INFINITY),
        Activation::Leaky { slope, floor } => (true, slope, floor),
    };
    // WGSL knows no infinity.
    let floor = floor.max(f32::MIN);
    let shared = (time * columns).div_ceil(PLACES) * geometry.outputs;
    // Numbers that are read at once.
    let whole = |count: &usize| count.is_multiple_of(4);
    let vector = if [geometry.inputs, input.row, input.start].iter().all(whole) {
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
            kernel.into_array_arg(),
            bias.into_array_arg(),
            out.values.clone().into_array_arg(),
            input.row as u32,
            input.start as u32,
            out.row as u32,
            out.start as u32,
            columns_in as u32,
            time as u32,
            columns as u32,
            slope,
            floor,
            vector,
            geometry.inputs,
            geometry.outputs,
            geometry.kernel[0],
            geometry.kernel[1],
            geometry.padding,
            leaky,
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
    #[comptime] padding: usize,
    #[comptime] leaky: bool,
) {
    let index = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    let (columns_in, columns) = (columns_in as usize, columns as usize);
    let places = time as usize * columns;
    let channel = index % outputs;
    let first = index / outputs * PLACES;
    if first < places {
        let plane = CUBE_POS_Y as usize * in_row as usize + in_start as usize;
        let mut sums = Array::<f32>::new(PLACES);
        #[unroll]
        for place in 0..PLACES {
            sums[place] = bias[channel];
        }
        for row in 0..kernel_rows {
            for tap in 0..kernel_columns {
                let mut from = Array::<u32>::new(PLACES);
                let mut is_there = Array::<f32>::new(PLACES);
                #[unroll]
                for place in 0..PLACES {
                    // What is beyond the last place is worked out and not kept.
                    let at = min(first + place, places - 1);
                    let column = at % columns + tap;
                    let inside = column >= padding && column < columns_in + padding;
                    let column = select(inside, column, padding.runtime()) - padding;
                    let step = at / columns + row;
                    let at = plane + (step * columns_in + column) * inputs;
                    from[place] = (at / vector) as u32;
                    is_there[place] = select(inside, f32::new(1.0), f32::new(0.0));
                }
                let weights = (row * kernel_columns + tap) * inputs * outputs + channel;
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
                        let weight = kernel[weights + (group * vector + lane) * outputs];
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

fn pool<R: CubeRuntime>(
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
