//! Both convolutions and their gradient, a strip of mels of one clip at a time.
//!
//! A frame's channels are worked out in registers, and at once added to the five frames that hear
//! it: the channels themselves are never stored, and the backward pass works them out anew.

#![allow(
    clippy::needless_range_loop,
    reason = "several arrays go by one index, and the compiler keeps them in registers"
)]

use super::clips::OnClip;
use super::tensors::{Cpu, values};
use super::vectors::{LANES, Lanes, Vector};
use crate::ConvolutionWeights;
use crate::composed::{MARGIN, TAPS};

/// Filters of the first convolution.
const CHANNELS: usize = 10;
/// Vectors of one strip: five frames of sums stay in registers.
const VECTORS: usize = 2;
/// Mels of one strip.
const STRIP: usize = VECTORS * LANES;

/// A frame of a strip, in memory.
type Row = [Lanes; VECTORS];
/// A frame of a strip, in registers.
type Sum<V> = [V; VECTORS];

/// One channel's weights.
#[derive(Clone, Copy, Default)]
struct Channel {
    bias: f32,
    /// The first convolution's taps.
    first: [f32; TAPS],
    /// The second's.
    second: [f32; TAPS],
}

/// The weights on the host, for planes `[frames, mels]`.
pub struct Weights {
    channels: [Channel; CHANNELS],
    /// The second convolution's, `[frames]`.
    bias: Vec<f32>,
    mels: usize,
}

impl Weights {
    pub fn new(weights: &ConvolutionWeights<Cpu>, mels: usize) -> Self {
        let kernels = [&weights.kernel1, &weights.kernel2].map(|kernel| values(kernel.clone()));
        let [first, second] = kernels;
        let bias = values(weights.bias1.clone());
        let channels = std::array::from_fn(|channel| Channel {
            bias: bias[channel],
            first: std::array::from_fn(|tap| first[channel * TAPS + tap]),
            second: std::array::from_fn(|tap| second[tap * CHANNELS + channel]),
        });
        Self {
            channels,
            bias: values(weights.bias2.clone()).to_vec(),
            mels,
        }
    }
}

/// Copies a strip of `[frames, mels]` starting at `first`, with [`MARGIN`] rows of zeros at either
/// end and zeros for mels that there are not.
#[inline(always)]
fn take(plane: &[f32], mels: usize, first: usize) -> Vec<Row> {
    let frames = plane.len() / mels;
    let mut rows = vec![[[0.0; LANES]; VECTORS]; frames + 2 * MARGIN];
    let count = STRIP.min(mels - first);
    for (out, row) in rows[MARGIN..].iter_mut().zip(plane.chunks_exact(mels)) {
        out.as_flattened_mut()[..count].copy_from_slice(&row[first..first + count]);
    }
    rows
}

/// Writes one frame of a strip.
#[inline(always)]
fn put<V: Vector>(sum: Sum<V>, plane: &mut [f32], mels: usize, first: usize, frame: usize) {
    let mut row = [[0.0; LANES]; VECTORS];
    for (sum, row) in sum.into_iter().zip(&mut row) {
        sum.store(row);
    }
    let count = STRIP.min(mels - first);
    plane[frame * mels + first..][..count].copy_from_slice(&row.as_flattened()[..count]);
}

#[inline(always)]
fn splat<V: Vector>(value: f32) -> Sum<V> {
    [V::splat(value); VECTORS]
}

#[inline(always)]
fn load<V: Vector>(row: &Row) -> Sum<V> {
    [V::load(&row[0]), V::load(&row[1])]
}

/// `sum + values · factor`.
#[inline(always)]
fn add_scaled<V: Vector>(sum: Sum<V>, values: Sum<V>, factor: f32) -> Sum<V> {
    let factor = V::splat(factor);
    [
        values[0].multiply_add(factor, sum[0]),
        values[1].multiply_add(factor, sum[1]),
    ]
}

#[inline(always)]
fn where_positive<V: Vector>(values: Sum<V>, condition: Sum<V>) -> Sum<V> {
    [
        values[0].where_positive(condition[0]),
        values[1].where_positive(condition[1]),
    ]
}

/// What is above 0, and 0 elsewhere. In this order what is no number stays so.
#[inline(always)]
fn rectified<V: Vector>(sum: Sum<V>) -> Sum<V> {
    let none = V::splat(0.0);
    [none.maximum(sum[0]), none.maximum(sum[1])]
}

/// One channel at the frame whose five inputs are `rows`.
#[inline(always)]
fn first_sum<V: Vector>(rows: &[Row; TAPS], channel: &Channel) -> Sum<V> {
    let mut sum = splat(channel.bias);
    for tap in 0..TAPS {
        sum = add_scaled(sum, load(&rows[tap]), channel.first[tap]);
    }
    rectified(sum)
}

/// The outputs of a strip, each given to `give` with its frame.
#[inline(always)]
fn outputs<V: Vector>(rows: &[Row], weights: &Weights, mut give: impl FnMut(usize, Sum<V>)) {
    let frames = rows.len() - 2 * MARGIN;
    let bias = |frame: usize| splat(weights.bias.get(frame).copied().unwrap_or(0.0));
    // The sums of the frames from `frame − MARGIN` to `frame + MARGIN`.
    let mut sums = [splat(0.0), splat(0.0), bias(0), bias(1), bias(2)];
    // Beyond the last frame there are no five rows, and sums become done. `give` is called at one place, or
    // the compiler makes a function of it, for any machine.
    for frame in 0..frames + MARGIN {
        if let Some(rows) = rows[frame..].first_chunk() {
            for channel in &weights.channels {
                let first = first_sum(rows, channel);
                for tap in 0..TAPS {
                    // The frame `tap` hears this one with the opposite tap.
                    sums[tap] = add_scaled(sums[tap], first, channel.second[TAPS - 1 - tap]);
                }
            }
        }
        if let Some(done) = frame.checked_sub(MARGIN) {
            give(done, rectified(sums[0]));
        }
        sums = [sums[1], sums[2], sums[3], sums[4], bias(frame + MARGIN + 1)];
    }
}

/// The output of one clip's plane.
pub struct Forward(pub Weights);

impl OnClip<1, 1> for Forward {
    #[inline(always)]
    fn run<V: Vector>(&self, [plane]: [&[f32]; 1], [out]: [&mut [f32]; 1]) {
        let mels = self.0.mels;
        for first in (0..mels).step_by(STRIP) {
            let rows = take(plane, mels, first);
            outputs::<V>(&rows, &self.0, |frame, sum| {
                put(sum, out, mels, first, frame)
            });
        }
    }
}

/// The gradient of one clip's plane, from the plane and the gradient of the output.
pub struct Backward(pub Weights);

impl OnClip<2, 1> for Backward {
    #[inline(always)]
    fn run<V: Vector>(&self, [plane, gradient]: [&[f32]; 2], [out]: [&mut [f32]; 1]) {
        let mels = self.0.mels;
        for first in (0..mels).step_by(STRIP) {
            let rows = take(plane, mels, first);
            let mut gradient = take(gradient, mels, first);
            outputs::<V>(&rows, &self.0, |frame, sum| {
                let row = &mut gradient[frame + MARGIN];
                for (value, sum) in row.iter_mut().zip(sum) {
                    V::load(value).where_positive(sum).store(value);
                }
            });
            let frames = rows.len() - 2 * MARGIN;
            let mut sums = [splat::<V>(0.0); TAPS];
            for frame in 0..frames + MARGIN {
                let here = (
                    rows[frame..].first_chunk(),
                    gradient[frame..].first_chunk::<TAPS>(),
                );
                if let (Some(rows), Some(gradient)) = here {
                    for channel in &self.0.channels {
                        let mut of_channel = splat(0.0);
                        for tap in 0..TAPS {
                            let first = load(&gradient[TAPS - 1 - tap]);
                            of_channel = add_scaled(of_channel, first, channel.second[tap]);
                        }
                        let of_channel = where_positive(of_channel, first_sum(rows, channel));
                        for tap in 0..TAPS {
                            sums[tap] = add_scaled(sums[tap], of_channel, channel.first[tap]);
                        }
                    }
                }
                if let Some(done) = frame.checked_sub(MARGIN) {
                    put(sums[0], out, mels, first, done);
                }
                sums = [sums[1], sums[2], sums[3], sums[4], splat(0.0)];
            }
        }
    }
}
