//! A layer over time as one row of numbers for each clip.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::vectors::{LANES, Lanes, Machine, Vector, Work};
use super::{HostBackend, tensor};
use crate::composed::{self, POOLED, SEGMENTS};

/// One clip's numbers.
struct Pool<'a> {
    /// `[time, width]`.
    layer: &'a [f32],
    width: usize,
    /// `[POOLED, width]`.
    out: &'a mut [f32],
}

impl Work for Pool<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        for first in (0..self.width).step_by(LANES) {
            let count = LANES.min(self.width - first);
            for (row, pooled) in columns(self.layer, self.width, first).iter().enumerate() {
                let start = row * self.width + first;
                self.out[start..start + count].copy_from_slice(&pooled[..count]);
            }
        }
    }
}

/// The numbers of the columns from `first` on, which may be fewer than there are lanes.
#[inline(always)]
fn columns(layer: &[f32], width: usize, first: usize) -> [Lanes; POOLED] {
    let count = LANES.min(width - first);
    let time = layer.len() / width;
    let frame = |frame: usize| -> Lanes {
        let values = &layer[frame * width + first..][..count];
        values.try_into().unwrap_or_else(|_| {
            let mut lanes = [0.0; LANES];
            lanes[..count].copy_from_slice(values);
            lanes
        })
    };
    let mut sum = [0.0; LANES];
    let mut most = [f32::NEG_INFINITY; LANES];
    let mut least = [f32::INFINITY; LANES];
    let mut positive = [0.0; LANES];
    let mut segments = [[0.0; LANES]; SEGMENTS];
    for (segment, mean) in segments.iter_mut().enumerate() {
        let (start, end) = (segment * time / SEGMENTS, (segment + 1) * time / SEGMENTS);
        let mut part = [0.0; LANES];
        for index in start..end {
            let values = frame(index);
            for lane in 0..LANES {
                let value = values[lane];
                part[lane] += value;
                most[lane] = if value > most[lane] {
                    value
                } else {
                    most[lane]
                };
                least[lane] = if value < least[lane] {
                    value
                } else {
                    least[lane]
                };
                positive[lane] += if value > 0.0 { 1.0 } else { 0.0 };
            }
        }
        for lane in 0..LANES {
            sum[lane] += part[lane];
            mean[lane] = part[lane] / (end - start) as f32;
        }
    }
    let over_time = |sum: Lanes| sum.map(|sum| sum / time as f32);
    let mean = over_time(sum);
    let mut squares = [0.0; LANES];
    for index in 0..time {
        let values = frame(index);
        for lane in 0..LANES {
            let away = values[lane] - mean[lane];
            squares[lane] += away * away;
        }
    }
    let mut pooled = [[0.0; LANES]; POOLED];
    let (whole, parts) = pooled.split_at_mut(POOLED - SEGMENTS);
    let deviation = over_time(squares).map(f32::sqrt);
    whole.copy_from_slice(&[mean, most, least, deviation, over_time(positive)]);
    parts.copy_from_slice(&segments);
    pooled
}

/// See [`Kernels::pool`](crate::Kernels::pool).
pub fn pool<B: HostBackend>(layer: Tensor<B, 3>) -> Tensor<B, 2> {
    let device = layer.device();
    let shape @ [batch, time, width] = layer.dims();
    if shape.contains(&0) {
        return composed::pool(layer);
    }
    let machine = Machine::this();
    let layers = B::values(layer);
    let mut out = vec![0.0; batch * POOLED * width];
    out.par_chunks_mut(POOLED * width)
        .zip(layers.par_chunks(time * width))
        .for_each(|(out, layer)| machine.run(Pool { layer, width, out }));
    tensor(out, [batch, POOLED * width], &device)
}
