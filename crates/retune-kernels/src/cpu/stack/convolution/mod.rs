//! Small convolutions and their gradient with respect to the input.
//!
//! A convolution is a product of matrices: a position's inputs (a few pieces of memory, one for
//! each row of the kernel) by the packed weights. The gradient with respect to the input is the
//! same with the kernel turned round and its channels exchanged, on the padded gradient. Where
//! there is padding, a band of a few frames is copied into a buffer with zeros round it.

mod activation;
mod tile;

use std::cell::Cell;

use rayon::prelude::*;

use self::activation::Slope;
use self::tile::{Band, Panels};
use crate::cpu::vectors::Machine;
use crate::stack::{Activation, Geometry};

/// Values of a band's padded source: small enough to stay in the caches with the weights.
const BAND: usize = 1 << 14;

thread_local! {
    /// The padded band that a thread works on, kept because fresh memory is slow.
    static PADDED: Cell<Vec<f32>> = const { Cell::new(Vec::new()) };
}

/// A convolution's weights, packed once for both directions.
pub struct PackedConvolution {
    geometry: Geometry,
    activation: Activation,
    forward: Panels,
    backward: Panels,
}

impl PackedConvolution {
    /// Packs a kernel `[outputs, inputs, time, frequency]` and a bias `[outputs]`, which
    /// [`ConvolutionStack::new`](crate::ConvolutionStack::new) has checked.
    pub fn new(geometry: Geometry, activation: Activation, kernel: &[f32], bias: &[f32]) -> Self {
        let Geometry {
            outputs,
            inputs,
            kernel: [rows, taps],
            ..
        } = geometry;
        let at =
            |output, input, row, tap| kernel[((output * inputs + input) * rows + row) * taps + tap];
        let forward = Panels::new(rows, taps * inputs, bias, |output, from| {
            let (row, tap) = (from / (taps * inputs), from / inputs % taps);
            at(output, from % inputs, row, tap)
        });
        let none = vec![0.0; inputs];
        let backward = Panels::new(rows, taps * outputs, &none, |input, from| {
            let (row, tap) = (from / (taps * outputs), from / outputs % taps);
            at(from % outputs, input, rows - 1 - row, taps - 1 - tap)
        });
        Self {
            geometry,
            activation,
            forward,
            backward,
        }
    }

    /// Convolves one sample, `[time, frequency, inputs]` of `size` (time, frequency), and writes
    /// `[time', frequency', outputs]` after the activation (see [`Geometry::output`]).
    pub fn forward(&self, plane: &[f32], size: [usize; 2], out: &mut [f32], on: Machine) {
        let Geometry {
            outputs,
            inputs,
            kernel: [rows, _],
            padding,
        } = self.geometry;
        let Some([_, frequencies]) = self.geometry.output(size) else {
            return;
        };
        let width = size[1] + 2 * padding;
        let frames = (BAND / (width * inputs)).max(1);
        let bands = out.par_chunks_mut(frames * frequencies * outputs);
        bands.enumerate().for_each(|(index, out)| {
            let line = size[1] * inputs;
            let count = out.len() / (frequencies * outputs) + rows - 1;
            let source = &plane[index * frames * line..][..count * line];
            let mut padded = PADDED.take();
            let source = if padding == 0 {
                source
            } else {
                padded.resize(count * width * inputs, 0.0);
                let lines = padded.chunks_exact_mut(width * inputs);
                for (padded, line) in lines.zip(source.chunks_exact(line)) {
                    within(padded, padding * inputs).copy_from_slice(line);
                }
                &padded
            };
            on.run(Band {
                source,
                width,
                channels: inputs,
                panels: &self.forward,
                activation: self.activation,
                out,
                frequencies,
            });
            PADDED.set(padded);
        });
    }

    /// Writes the gradient with respect to one sample, `[time, frequency, inputs]` of `size`,
    /// given its `output` and the gradient with respect to that, both
    /// `[time', frequency', outputs]`. The slope of the activation is read off the output: 1 above
    /// zero, nothing at or under the floor.
    pub fn backward(
        &self,
        output: &[f32],
        gradient: &[f32],
        size: [usize; 2],
        out: &mut [f32],
        on: Machine,
    ) {
        let Geometry {
            outputs,
            inputs,
            kernel: [rows, taps],
            padding,
        } = self.geometry;
        let Some([times, frequencies]) = self.geometry.output(size) else {
            return out.fill(0.0);
        };
        let line = frequencies * outputs;
        let side = (taps - 1 - padding) * outputs;
        let width = frequencies + 2 * (taps - 1 - padding);
        let frames = (BAND / (width * outputs)).max(1);
        let bands = out.par_chunks_mut(frames * size[1] * inputs);
        bands.enumerate().for_each(|(index, out)| {
            let count = out.len() / (size[1] * inputs) + rows - 1;
            let mut padded = PADDED.take();
            padded.resize(count * width * outputs, 0.0);
            for (at, padded) in padded.chunks_exact_mut(width * outputs).enumerate() {
                // The padded band starts `rows − 1` frames before its first frame.
                let time = (index * frames + at).checked_sub(rows - 1);
                let Some(time) = time.filter(|time| *time < times) else {
                    padded.fill(0.0);
                    continue;
                };
                on.run(Slope {
                    activation: self.activation,
                    output: &output[time * line..(time + 1) * line],
                    gradient: &gradient[time * line..(time + 1) * line],
                    out: within(padded, side),
                });
            }
            on.run(Band {
                source: &padded,
                width,
                channels: outputs,
                panels: &self.backward,
                activation: Activation::Linear,
                out,
                frequencies: size[1],
            });
            PADDED.set(padded);
        });
    }
}

/// What lies between `side` values at either end, which become zeros.
fn within(line: &mut [f32], side: usize) -> &mut [f32] {
    let end = line.len() - side;
    line[..side].fill(0.0);
    line[end..].fill(0.0);
    &mut line[side..end]
}
