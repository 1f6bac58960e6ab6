//! A layer over time as one row of numbers for each clip.

use super::clips::OnClip;
use super::vectors::{LANES, Lanes, Vector};
use crate::composed::{POOLED, SEGMENTS};

/// The numbers `[POOLED, width]` of a layer `[time, width]`.
pub struct Pool {
    pub width: usize,
}

impl OnClip<1, 1> for Pool {
    #[inline(always)]
    fn run<V: Vector>(&self, [layer]: [&[f32]; 1], [out]: [&mut [f32]; 1]) {
        for first in (0..self.width).step_by(LANES) {
            let count = LANES.min(self.width - first);
            for (row, pooled) in columns(layer, self.width, first).iter().enumerate() {
                let start = row * self.width + first;
                out[start..start + count].copy_from_slice(&pooled[..count]);
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
                let (high, low) = (most[lane], least[lane]);
                most[lane] = if value > high { value } else { high };
                least[lane] = if value < low { value } else { low };
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
