//! Normalisation of each clip's plane.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::vectors::{LANES, Machine, Vector, Work};
use super::{HostBackend, tensor};
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

struct Forward<'a> {
    plane: &'a [f32],
    out: &'a mut [f32],
}

impl Work for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let (middle, scale) = moments(self.plane);
        let scale = scale as f32;
        for (out, value) in self.out.iter_mut().zip(self.plane) {
            *out = (value - middle) * scale;
        }
    }
}

struct Backward<'a> {
    plane: &'a [f32],
    gradient: &'a [f32],
    out: &'a mut [f32],
}

impl Work for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let count = self.plane.len();
        let gradient = &self.gradient[..count];
        let (middle, scale) = moments(self.plane);
        let shift = mean(count, |index| f64::from(gradient[index])) as f32;
        let along = mean(count, |index| {
            f64::from(gradient[index]) * f64::from(self.plane[index] - middle)
        });
        // Both of the plane's scales, that of the normalised plane and that of its gradient.
        let along = (along * scale * scale) as f32;
        let scale = scale as f32;
        for ((out, value), gradient) in self.out.iter_mut().zip(self.plane).zip(gradient) {
            *out = (gradient - shift - (value - middle) * along) * scale;
        }
    }
}

/// See [`Kernels::normalise`](crate::Kernels::normalise).
pub fn normalise<B: HostBackend>(plane: Tensor<B, 3>) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return plane;
    }
    let machine = Machine::this();
    let planes = B::values(plane);
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(frames * mels)
        .zip(planes.par_chunks(frames * mels))
        .for_each(|(out, plane)| machine.run(Forward { plane, out }));
    tensor(out, shape, &device)
}

/// See [`Kernels::normalise_backward`](crate::Kernels::normalise_backward).
pub fn normalise_backward<B: HostBackend>(
    plane: Tensor<B, 3>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return gradient;
    }
    let machine = Machine::this();
    let planes = B::values(plane);
    let gradients = B::values(gradient);
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(frames * mels)
        .zip(planes.par_chunks(frames * mels))
        .zip(gradients.par_chunks(frames * mels))
        .for_each(|((out, plane), gradient)| {
            machine.run(Backward {
                plane,
                gradient,
                out,
            });
        });
    tensor(out, shape, &device)
}
