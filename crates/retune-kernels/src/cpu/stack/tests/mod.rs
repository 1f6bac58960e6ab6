//! Everything against plain definitions in f64.

#[cfg(feature = "cpu")]
mod composed;
mod networks;

use super::convolution::PackedConvolution;
use crate::cpu::vectors::Machine;
use crate::stack::{Activation, ConvolutionStack, Geometry, Pool, StackLayer};

const LEAKY: Activation = Activation::Leaky {
    slope: 0.2,
    floor: -0.4,
};

fn noise(count: usize, seed: f64) -> Vec<f32> {
    let value = |at| ((at as f64 + 1.0) * seed).sin() * 3e3 % 1.0 * 2.0;
    (0..count).map(|at| value(at) as f32).collect()
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

/// A layer and the weights that it was made from.
struct Plain {
    layer: StackLayer,
    kernel: Vec<f64>,
    bias: Vec<f64>,
}

fn convolution(geometry: Geometry, activation: Activation, seed: f64) -> Plain {
    let Geometry {
        outputs,
        inputs,
        kernel: [rows, taps],
        ..
    } = geometry;
    let kernel = noise(outputs * inputs * rows * taps, seed);
    let bias = noise(outputs, seed + 0.1);
    Plain {
        kernel: wide(&kernel),
        bias: wide(&bias),
        layer: StackLayer::Convolution {
            geometry,
            activation,
            kernel,
            bias,
        },
    }
}

fn pool(window: [usize; 2]) -> Plain {
    Plain {
        layer: StackLayer::Pool(Pool { window }),
        kernel: vec![],
        bias: vec![],
    }
}

impl Plain {
    /// The definition, on one sample.
    fn forward(&self, plane: &[f64], [time, frequency, channels]: [usize; 3]) -> Vec<f64> {
        let at = |t: usize, f: usize, c: usize| plane[(t * frequency + f) * channels + c];
        let mut out = Vec::new();
        match &self.layer {
            StackLayer::Pool(Pool {
                window: [rows, taps],
            }) => {
                for (t, f, c) in each(time / rows, frequency / taps, channels) {
                    let cells =
                        each(*rows, *taps, 1).map(|(r, k, _)| at(t * rows + r, f * taps + k, c));
                    out.push(cells.fold(f64::NEG_INFINITY, f64::max));
                }
            }
            StackLayer::Convolution {
                geometry,
                activation,
                ..
            } => {
                let Geometry {
                    outputs,
                    kernel: [rows, taps],
                    padding,
                    ..
                } = *geometry;
                for (t, f, o) in each(time + 1 - rows, frequency + 2 * padding + 1 - taps, outputs)
                {
                    let mut sum = self.bias[o];
                    for (r, k, c) in each(rows, taps, channels) {
                        if (padding..frequency + padding).contains(&(f + k)) {
                            let weight = self.kernel[((o * channels + c) * rows + r) * taps + k];
                            sum += weight * at(t + r, f + k - padding, c);
                        }
                    }
                    out.push(match *activation {
                        Activation::Linear => sum,
                        Activation::Leaky { slope, floor } => {
                            let leaky = if sum > 0.0 {
                                sum
                            } else {
                                f64::from(slope) * sum
                            };
                            leaky.max(f64::from(floor))
                        }
                    });
                }
            }
        }
        out
    }
}

/// All triples, in row-major order.
fn each(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a * b * c).map(move |at| (at / (b * c), at / c % b, at % c))
}

/// Compares with the difference quotients of `loss`, an f64 function of the plane.
fn check_gradient(plane: &[f32], gradient: &[f32], loss: impl Fn(&[f64]) -> f64) {
    let mut plane = wide(plane);
    for at in (0..plane.len()).step_by(1 + plane.len() / 150) {
        let value = plane[at];
        let mut side = |by| {
            plane[at] = value + by;
            loss(&plane)
        };
        let expected = (side(1e-6) - side(-1e-6)) / 2e-6;
        plane[at] = value;
        let error = (f64::from(gradient[at]) - expected).abs();
        assert!(
            error < 1e-4 * (1.0 + expected.abs()),
            "{at}: {} {expected}",
            gradient[at]
        );
    }
}

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

fn dot(a: &[f64], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * f64::from(*b)).sum()
}

#[test]
fn every_version_convolves_as_defined_and_back() {
    let relu = Activation::Leaky {
        slope: 0.0,
        floor: f32::NEG_INFINITY,
    };
    let mut seed = 1.7;
    for (outputs, inputs) in [
        (1, 1),
        (3, 9),
        (9, 3),
        (10, 1),
        (24, 5),
        (1, 24),
        (31, 17),
        (48, 8),
    ] {
        for (kernel, padding) in [
            ([1, 1], 0),
            ([3, 1], 0),
            ([1, 3], 1),
            ([3, 3], 1),
            ([2, 3], 2),
            ([2, 2], 0),
        ] {
            for (time, frequency) in [(3, 3), (7, 1), (4, 10), (200, 2)] {
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
                seed += 0.37;
                let activation = [LEAKY, relu, Activation::Linear][seed as usize % 3];
                let plain = convolution(geometry, activation, seed);
                let StackLayer::Convolution { kernel, bias, .. } = &plain.layer else {
                    panic!()
                };
                let packed = PackedConvolution::new(geometry, activation, kernel, bias);
                let size = [time, frequency, inputs];
                let plane = noise(time * frequency * inputs, seed + 0.2);
                let gradient = noise(times * frequencies * outputs, seed + 0.3);
                let expected = plain.forward(&wide(&plane), size);
                let mut back = vec![];
                for on in Machine::all() {
                    let mut out = vec![f32::NAN; gradient.len()];
                    packed.forward(&plane, [time, frequency], &mut out, on);
                    near(&out, &expected, 1e-5);
                    let mut of_plane = vec![f32::NAN; plane.len()];
                    packed.backward(&out, &gradient, [time, frequency], &mut of_plane, on);
                    let first: &Vec<f32> = if back.is_empty() { &of_plane } else { &back };
                    near(&of_plane, &wide(first), 1e-4);
                    back = of_plane;
                }
                check_gradient(&plane, &back, |p| dot(&plain.forward(p, size), &gradient));
            }
        }
    }
}

#[test]
fn pools_as_defined_and_back_for_odd_sizes() {
    for window in [[2, 2], [1, 2], [2, 1], [3, 2]] {
        for size @ [time, frequency, channels] in [[3, 2, 1], [40, 5, 9], [7, 4, 24], [33, 3, 11]] {
            let plain = pool(window);
            let plane = noise(time * frequency * channels, 0.71);
            let [times, frequencies] = Pool { window }.output([time, frequency]).unwrap();
            let gradient = noise(times * frequencies * channels, 0.31);
            for on in Machine::all() {
                let mut out = vec![f32::NAN; gradient.len()];
                Pool { window }.forward(&plane, size, &mut out, on);
                near(&out, &plain.forward(&wide(&plane), size), 1e-9);
                let mut back = vec![f32::NAN; plane.len()];
                Pool { window }.backward(&plane, size, &gradient, &mut back, on);
                check_gradient(&plane, &back, |p| dot(&plain.forward(p, size), &gradient));
            }
        }
    }
}

#[test]
fn the_first_of_equal_values_takes_the_gradient() {
    let pool = Pool { window: [2, 2] };
    // Time 2, frequency 4: the windows hold (1, 5 | 5, 5) and (0, 0 | 0, 0).
    let plane = [1.0, 5.0, 0.0, 0.0, 5.0, 5.0, 0.0, 0.0];
    let mut out = [f32::NAN; 8];
    pool.backward(&plane, [2, 4, 1], &[3.0, 7.0], &mut out, Machine::this());
    assert_eq!(out, [0.0, 3.0, 7.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}
