//! Small convolutions and their gradient with respect to the input.
//!
//! A convolution is a product of matrices: a position's inputs (a few pieces of memory, one for
//! each row of the kernel) by the packed weights. The gradient with respect to the input is the
//! same with the kernel turned round and its channels exchanged, on the padded gradient. Where
//! there is padding, a band of a few frames is copied into a buffer with zeros round it. Kernels of
//! three taps in a line need fewer products than that (see [`line`]).

mod line;
mod tile;

use std::cell::Cell;

use rayon::prelude::*;

use self::tile::{Band, Panels};
use crate::cpu::vectors::{Vector, Work, run};
use crate::layers::{Activation, Convolution, Geometry};

/// Values of a band's padded source: small enough to stay in the caches with the weights, and with
/// three times as many at the points of [`line`].
const BAND: usize = 1 << 13;

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
    /// Packs weights that [`ConvolutionStack::new`](crate::ConvolutionStack::new) has checked.
    pub fn new(layer: &Convolution) -> Self {
        let geometry = layer.geometry;
        let ([rows, taps], inputs, outputs) = (geometry.kernel, geometry.inputs, geometry.outputs);
        let at = |output, input, row, tap| {
            layer.kernel[((output * inputs + input) * rows + row) * taps + tap]
        };
        let forward = line::packed([rows, taps], inputs, &layer.bias, &|output, from| {
            let (row, tap) = (from / (taps * inputs), from / inputs % taps);
            at(output, from % inputs, row, tap)
        });
        let none = vec![0.0; inputs];
        let backward = line::packed([rows, taps], outputs, &none, &|input, from| {
            let (row, tap) = (from / (taps * outputs), from / outputs % taps);
            at(from % outputs, input, rows - 1 - row, taps - 1 - tap)
        });
        Self {
            geometry,
            activation: layer.activation,
            forward,
            backward,
        }
    }

    /// Convolves one sample, `[time, frequency, inputs]`, and writes `[time', frequency', outputs]`
    /// after the activation (see [`Geometry::output`]).
    pub fn forward(&self, plane: &[f32], [time, frequency, inputs]: [usize; 3], out: &mut [f32]) {
        let (padding, [rows, _]) = (self.geometry.padding, self.geometry.kernel);
        let Some([_, frequencies]) = self.geometry.output([time, frequency]) else {
            return;
        };
        let width = frequency + 2 * padding;
        let frames = (BAND / (width * inputs) + 1).next_multiple_of(line::OUTPUTS);
        let out_line = frequencies * self.geometry.outputs;
        let bands = out.par_chunks_mut(frames * out_line);
        bands.enumerate().for_each(|(index, out)| {
            let line = frequency * inputs;
            let count = out.len() / out_line + rows - 1;
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
            line::convolve(Band {
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

    /// Writes the gradient with respect to one sample, `[time, frequency, inputs]`, given its
    /// `output` and the gradient with respect to that, both `[time', frequency', outputs]`. The
    /// slope of the activation is read off the output: 1 above zero, nothing at or under the floor.
    pub fn backward(
        &self,
        output: &[f32],
        gradient: &[f32],
        [time, frequency, inputs]: [usize; 3],
        out: &mut [f32],
    ) {
        let (outputs, [rows, taps]) = (self.geometry.outputs, self.geometry.kernel);
        let Some([times, frequencies]) = self.geometry.output([time, frequency]) else {
            return out.fill(0.0);
        };
        let line = frequencies * outputs;
        let side = taps - 1 - self.geometry.padding;
        let width = frequencies + 2 * side;
        let frames = (BAND / (width * outputs) + 1).next_multiple_of(line::OUTPUTS);
        let bands = out.par_chunks_mut(frames * frequency * inputs);
        bands.enumerate().for_each(|(index, out)| {
            let count = out.len() / (frequency * inputs) + rows - 1;
            let mut padded = PADDED.take();
            padded.resize(count * width * outputs, 0.0);
            for (at, padded) in padded.chunks_exact_mut(width * outputs).enumerate() {
                // The padded band starts `rows − 1` frames before its first frame.
                let time = (index * frames + at).checked_sub(rows - 1);
                match time.filter(|time| *time < times) {
                    None => padded.fill(0.0),
                    Some(time) => run(Slope {
                        activation: self.activation,
                        output: &output[time * line..(time + 1) * line],
                        gradient: &gradient[time * line..(time + 1) * line],
                        out: within(padded, side * outputs),
                    }),
                }
            }
            line::convolve(Band {
                source: &padded,
                width,
                channels: outputs,
                panels: &self.backward,
                activation: Activation::Linear,
                out,
                frequencies: frequency,
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

/// The gradient before the activation, from that after it.
struct Slope<'a> {
    activation: Activation,
    output: &'a [f32],
    gradient: &'a [f32],
    out: &'a mut [f32],
}

impl Work for Slope<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Activation::Leaky { slope, floor } = self.activation else {
            return self.out.copy_from_slice(self.gradient);
        };
        for ((out, output), gradient) in self.out.iter_mut().zip(self.output).zip(self.gradient) {
            let below = if *output > floor { slope } else { 0.0 };
            *out = gradient * if *output > 0.0 { 1.0 } else { below };
        }
    }
}
