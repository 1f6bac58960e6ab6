//! Normalisation of each clip's plane.

use super::clips::OnClip;
use super::vectors::{LANES, Vector};
use crate::composed::VARIANCE_FLOOR;

/// The mean of `count` numbers, `number(index)` being one of them: a sum for each lane, in f64, so
/// that thousands of numbers lose nothing.
#[inline(always)]
fn mean(count: usize, number: impl Fn(usize) -> f64) -> f64 {
    let mut sums = [0.0f64; LANES];
    let whole = count / LANES * LANES;
    for first in (0..whole).step_by(LANES) {
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum += number(first + lane);
        }
    }
    let rest: f64 = (whole..count).map(&number).sum();
    (sums.iter().sum::<f64>() + rest) / count as f64
}

/// A plane's mean, and one over its deviation.
#[inline(always)]
fn moments(plane: &[f32]) -> (f32, f64) {
    let middle = mean(plane.len(), |index| f64::from(plane[index])) as f32;
    let variance = mean(plane.len(), |index| {
        let away = f64::from(plane[index] - middle);
        away * away
    });
    (middle, 1.0 / (variance + f64::from(VARIANCE_FLOOR)).sqrt())
}

/// The normalised plane.
pub struct Forward;

impl OnClip<1, 1> for Forward {
    #[inline(always)]
    fn run<V: Vector>(&self, [plane]: [&[f32]; 1], [out]: [&mut [f32]; 1]) {
        let (middle, scale) = moments(plane);
        let scale = scale as f32;
        for (out, value) in out.iter_mut().zip(plane) {
            *out = (value - middle) * scale;
        }
    }
}

/// The gradient of the plane, from the plane and the gradient of the normalised one.
pub struct Backward;

impl OnClip<2, 1> for Backward {
    #[inline(always)]
    fn run<V: Vector>(&self, [plane, gradient]: [&[f32]; 2], [out]: [&mut [f32]; 1]) {
        let count = plane.len();
        let gradient = &gradient[..count];
        let (middle, scale) = moments(plane);
        let shift = mean(count, |index| f64::from(gradient[index])) as f32;
        let along = mean(count, |index| {
            f64::from(gradient[index]) * f64::from(plane[index] - middle)
        });
        // Both of the plane's scales, that of the normalised plane and that of its gradient.
        let along = (along * scale * scale) as f32;
        let scale = scale as f32;
        for ((out, value), gradient) in out.iter_mut().zip(plane).zip(gradient) {
            *out = (gradient - shift - (value - middle) * along) * scale;
        }
    }
}
