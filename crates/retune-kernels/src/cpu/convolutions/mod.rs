//! Both convolutions, a clip at a time.

mod strip;

use burn::tensor::Tensor;
use rayon::prelude::*;

use self::strip::{Backward, Forward, Weights};
use super::vectors::Machine;
use super::{HostBackend, tensor};
use crate::ConvolutionWeights;

impl Weights {
    fn new<B: HostBackend>(weights: &ConvolutionWeights<B>) -> Self {
        Self {
            kernel1: B::values(weights.kernel1.clone()).to_vec(),
            bias1: B::values(weights.bias1.clone()).to_vec(),
            kernel2: B::values(weights.kernel2.clone()).to_vec(),
            bias2: B::values(weights.bias2.clone()).to_vec(),
        }
    }
}

/// The outputs of all clips, `[batch, frames, mels]`; `plane` is the length of one clip's.
fn run(planes: &[f32], plane: usize, mels: usize, weights: &Weights, machine: Machine) -> Vec<f32> {
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(plane)
        .zip(planes.par_chunks(plane))
        .for_each(|(out, plane)| {
            machine.run(Forward {
                plane,
                out,
                mels,
                weights,
            });
        });
    out
}

/// The gradients with respect to all clips' planes.
fn run_backward(
    planes: &[f32],
    gradients: &[f32],
    plane: usize,
    mels: usize,
    weights: &Weights,
    machine: Machine,
) -> Vec<f32> {
    let mut out = vec![0.0; planes.len()];
    out.par_chunks_mut(plane)
        .zip(planes.par_chunks(plane))
        .zip(gradients.par_chunks(plane))
        .for_each(|((out, plane), gradient)| {
            machine.run(Backward {
                plane,
                gradient,
                out,
                mels,
                weights,
            });
        });
    out
}

/// See [`Kernels::convolutions`](crate::Kernels::convolutions).
pub fn convolutions<B: HostBackend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return plane;
    }
    let weights = Weights::new(weights);
    let planes = B::values(plane);
    let out = run(&planes, frames * mels, mels, &weights, Machine::this());
    tensor(out, shape, &device)
}

/// See [`Kernels::convolutions_backward`](crate::Kernels::convolutions_backward).
pub fn convolutions_backward<B: HostBackend>(
    plane: Tensor<B, 3>,
    weights: &ConvolutionWeights<B>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 3> {
    let device = plane.device();
    let shape @ [_, frames, mels] = plane.dims();
    if shape.contains(&0) {
        return gradient;
    }
    let weights = Weights::new(weights);
    let planes = B::values(plane);
    let gradients = B::values(gradient);
    let length = frames * mels;
    let machine = Machine::this();
    let out = run_backward(&planes, &gradients, length, mels, &weights, machine);
    tensor(out, shape, &device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_agree_for_widths_that_fill_no_vector() {
        let noise = |count: usize, seed: f32| -> Vec<f32> {
            (0..count).map(|i| (i as f32 * seed).sin()).collect()
        };
        let weights = Weights {
            kernel1: noise(50, 1.3),
            bias1: noise(10, 2.1),
            kernel2: noise(50, 0.7),
            bias2: noise(125, 0.9),
        };
        for (frames, mels) in [(125, 80), (1, 3), (2, 17), (7, 21)] {
            let length = frames * mels;
            let (planes, gradients) = (noise(2 * length, 5.1), noise(2 * length, 3.7));
            let mut versions = Machine::all().into_iter().map(|machine| {
                let mut both = run(&planes, length, mels, &weights, machine);
                both.extend(run_backward(
                    &planes, &gradients, length, mels, &weights, machine,
                ));
                both
            });
            let any = versions.next().expect("one runs everywhere");
            for this in versions {
                for (any, this) in any.iter().zip(&this) {
                    assert!((any - this).abs() < 1e-4, "{any} {this}");
                }
            }
        }
    }
}
