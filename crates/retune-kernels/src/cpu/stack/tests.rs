//! Everything against plain definitions in f64.

use super::convolution::PackedConvolution;
use crate::cpu::vectors::in_every_version;
use crate::layers::{Activation, Convolution, Geometry, Pool, StackLayer};
use crate::made::noise;
use crate::stack::ConvolutionStack;

const LEAKY: Activation = Activation::Leaky {
    slope: 0.2,
    floor: -0.4,
};
const RELU: Activation = Activation::Leaky {
    slope: 0.0,
    floor: f32::NEG_INFINITY,
};

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

fn convolution(geometry: Geometry, activation: Activation, seed: u32) -> Convolution {
    let [rows, taps] = geometry.kernel;
    let weights = geometry.outputs * geometry.inputs * rows * taps;
    Convolution {
        geometry,
        activation,
        kernel: noise(weights, seed),
        bias: noise(geometry.outputs, seed + 1),
    }
}

/// The definition of a layer, on one sample.
fn plain(layer: &StackLayer, plane: &[f64], [time, frequency, channels]: [usize; 3]) -> Vec<f64> {
    let at = |t: usize, f: usize, c: usize| plane[(t * frequency + f) * channels + c];
    match layer {
        StackLayer::Pool(pool) => {
            let [rows, taps] = pool.window;
            let windows = each(time / rows, frequency / taps, channels).map(|(t, f, c)| {
                let cells = each(rows, taps, 1).map(|(r, k, _)| at(t * rows + r, f * taps + k, c));
                cells.fold(f64::NEG_INFINITY, f64::max)
            });
            windows.collect()
        }
        StackLayer::Convolution(layer) => {
            let geometry = layer.geometry;
            let ([rows, taps], padding) = (geometry.kernel, geometry.padding);
            let [times, frequencies] = geometry.output([time, frequency]).unwrap();
            let outputs = each(times, frequencies, geometry.outputs).map(|(t, f, o)| {
                let mut sum = f64::from(layer.bias[o]);
                for (r, k, c) in each(rows, taps, channels) {
                    if (padding..frequency + padding).contains(&(f + k)) {
                        let weight = layer.kernel[((o * channels + c) * rows + r) * taps + k];
                        sum += f64::from(weight) * at(t + r, f + k - padding, c);
                    }
                }
                match layer.activation {
                    Activation::Linear => sum,
                    Activation::Leaky { slope, floor } => {
                        let slope = if sum > 0.0 { 1.0 } else { f64::from(slope) };
                        (slope * sum).max(f64::from(floor))
                    }
                }
            });
            outputs.collect()
        }
    }
}

/// All triples, in row-major order.
fn each(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a * b * c).map(move |at| (at / (b * c), at / c % b, at % c))
}

/// Compares with the difference quotients of the product of `along` with `function`, in f64.
fn check_gradient(
    plane: &[f32],
    gradient: &[f32],
    along: &[f32],
    function: impl Fn(&[f64]) -> Vec<f64>,
) {
    let mut plane = wide(plane);
    for at in (0..plane.len()).step_by(1 + plane.len() / 40) {
        let value = plane[at];
        let mut side = |by| -> f64 {
            plane[at] = value + by;
            let products = function(&plane).into_iter().zip(along);
            products.map(|(a, b)| a * f64::from(*b)).sum()
        };
        let expected = (side(1e-6) - side(-1e-6)) / 2e-6;
        plane[at] = value;
        near(&gradient[at..=at], &[expected], 1e-4);
    }
}

#[track_caller]
fn near(values: &[f32], expected: &[f64], tolerance: f64) {
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        let error = (f64::from(*value) - expected).abs();
        assert!(
            error < tolerance * (1.0 + expected.abs()),
            "{value} {expected}"
        );
    }
}

#[test]
fn every_version_convolves_as_defined_and_back() {
    let channels = [
        (1, 1),
        (3, 9),
        (9, 3),
        (10, 1),
        (24, 5),
        (1, 24),
        (31, 17),
        (8, 8),
        (48, 8),
    ];
    let kernels = [
        ([1, 1], 0),
        ([3, 1], 0),
        ([1, 3], 1),
        ([3, 3], 1),
        ([2, 3], 2),
        ([2, 2], 0),
    ];
    let mut seed = 17;
    for (outputs, inputs) in channels {
        for (kernel, padding) in kernels {
            for (time, frequency) in [(3, 3), (7, 1), (4, 10), (600, 2)] {
                let geometry = Geometry {
                    outputs,
                    inputs,
                    kernel,
                    padding,
                };
                let Some([times, frequencies]) = geometry.output([time, frequency]) else {
                    continue;
                };
                if time > 100 && outputs * inputs > 100 {
                    continue;
                }
                seed += 4;
                let activation = [LEAKY, RELU, Activation::Linear][seed as usize % 3];
                let layer = convolution(geometry, activation, seed);
                let packed = PackedConvolution::new(&layer);
                let layer = StackLayer::Convolution(layer);
                let plane = noise(time * frequency * inputs, seed + 2);
                let along = noise(times * frequencies * outputs, seed + 3);
                let size = [time, frequency, inputs];
                let function = |plane: &[f64]| plain(&layer, plane, size);
                let expected = function(&wide(&plane));
                let backs = in_every_version(|| {
                    let mut out = vec![f32::NAN; along.len()];
                    packed.forward(&plane, size, &mut out);
                    near(&out, &expected, 1e-5);
                    let mut back = vec![f32::NAN; plane.len()];
                    packed.backward(&out, &along, size, &mut back);
                    back
                });
                for back in &backs {
                    near(back, &wide(&backs[0]), 1e-4);
                }
                check_gradient(&plane, &backs[0], &along, function);
            }
        }
    }
}

#[test]
fn pools_as_defined_and_back_for_odd_sizes() {
    for window in [[2, 2], [1, 2], [2, 1], [3, 2]] {
        for size @ [time, frequency, channels] in [[3, 2, 1], [40, 5, 9], [7, 4, 24], [33, 3, 11]] {
            let pool = Pool { window };
            let function = |plane: &[f64]| plain(&StackLayer::Pool(pool), plane, size);
            let plane = noise(time * frequency * channels, 71);
            let expected = function(&wide(&plane));
            let along = noise(expected.len(), 31);
            in_every_version(|| {
                let mut out = vec![f32::NAN; along.len()];
                pool.forward(&plane, size, &mut out);
                near(&out, &expected, 1e-9);
                let mut back = vec![f32::NAN; plane.len()];
                pool.backward(&plane, size, &along, &mut back);
                check_gradient(&plane, &back, &along, function);
            });
        }
    }
}

#[test]
fn the_first_of_equal_values_takes_the_gradient() {
    let pool = Pool { window: [2, 2] };
    // Time 2, frequency 4: the windows hold (1, 5 | 5, 5) and (0, 0 | 0, 0).
    let plane = [1.0, 5.0, 0.0, 0.0, 5.0, 5.0, 0.0, 0.0];
    let mut out = [f32::NAN; 8];
    pool.backward(&plane, [2, 4, 1], &[3.0, 7.0], &mut out);
    assert_eq!(out, [0.0, 3.0, 7.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn a_stack_differentiates_and_a_row_is_the_same_in_any_company() {
    let layer = |outputs, inputs, kernel: [usize; 2], activation| {
        let geometry = Geometry {
            outputs,
            inputs,
            kernel,
            padding: kernel[1] / 2,
        };
        StackLayer::Convolution(convolution(geometry, activation, kernel[0] as u32))
    };
    let layers = vec![
        layer(10, 1, [3, 3], LEAKY),
        StackLayer::Pool(Pool { window: [2, 2] }),
        layer(24, 10, [1, 3], LEAKY),
        layer(7, 24, [3, 1], Activation::Linear),
        // After the last tap.
        layer(7, 7, [99, 1], Activation::Linear),
    ];
    let stack = ConvolutionStack::new(layers.clone());
    for (size, count) in [
        ([3, 9, 1], 2),
        ([21, 9, 2], 1),
        ([21, 9, 1], 5),
        ([21, 9, 1], 6),
    ] {
        assert_eq!(stack.sizes(size, count), None);
    }
    let (size, batch, taps, length) = ([21, 9, 1], 7, [3, 1], 21 * 9);
    let function = |planes: &[f64]| {
        let (mut outs, mut size) = (vec![planes.to_vec()], size);
        for (index, layer) in layers[..4].iter().enumerate() {
            outs.push(plain(layer, &outs[index], size));
            size = layer.output(size).unwrap();
        }
        [outs[4].as_slice(), &outs[2]].concat()
    };
    let planes = noise(batch * length, 77);
    let expected = function(&wide(&planes[..length]));
    let width = expected.len();
    let along = noise(batch * width, 41);
    let plan = stack.plan(size, &taps);
    let both = |samples: std::ops::Range<usize>| {
        let planes = &planes[samples.start * length..samples.end * length];
        let along = &along[samples.start * width..samples.end * width];
        let out = stack.packed().forward(planes, &plan, &taps);
        (out, stack.packed().backward(planes, &plan, &taps, along))
    };
    let (out, back) = both(0..batch);
    near(&out[..width], &expected, 1e-4);
    check_gradient(
        &planes[..length],
        &back[..length],
        &along[..width],
        function,
    );
    for threads in [1, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        for sample in 0..batch {
            let (alone, alone_back) = pool.install(|| both(sample..sample + 1));
            assert_eq!(alone, out[sample * width..(sample + 1) * width]);
            assert_eq!(alone_back, back[sample * length..(sample + 1) * length]);
        }
    }
}
