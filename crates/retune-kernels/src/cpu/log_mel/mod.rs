//! The log-mel plane by real Fourier transforms and sparse filters, eight frames at a time.

mod fourier;
mod group;
mod of_sum;

pub use of_sum::{log_mel_of_sum, log_mel_of_sum_backward};

use burn::tensor::Tensor;
use rayon::prelude::*;

use self::group::{Backward, Forward, GROUP, Workspace, reached};
use super::vectors::Machine;
use super::{HostBackend, tensor};
use crate::mel::{FRAMES, HOP_SAMPLES, MELS};

/// Values of one clip's plane.
const PLANE: usize = FRAMES * MELS;
/// Values of one group's part of a plane; a plane's last group may be shorter.
const PART: usize = GROUP * MELS;

/// The planes of clips of so many samples.
fn run(audio: &[f32], samples: usize, machine: Machine) -> Vec<f32> {
    let mut planes = vec![0.0; audio.len() / samples * PLANE];
    let groups: Vec<_> = planes
        .chunks_mut(PLANE)
        .zip(audio.chunks(samples))
        .flat_map(|(plane, clip)| {
            plane
                .chunks_mut(PART)
                .enumerate()
                .map(move |(group, plane)| (reached(clip, group * GROUP), plane))
        })
        .collect();
    groups
        .into_par_iter()
        .for_each_init(Workspace::default, |work, (samples, plane)| {
            machine.run(Forward {
                samples,
                plane,
                work,
            });
        });
    planes
}

/// The gradients with respect to clips of so many samples.
fn run_backward(audio: &[f32], of_planes: &[f32], samples: usize, machine: Machine) -> Vec<f32> {
    let mut out = vec![0.0; audio.len()];
    out.par_chunks_mut(samples)
        .zip(audio.par_chunks(samples))
        .zip(of_planes.par_chunks(PLANE))
        .for_each_init(Workspace::default, |work, ((out, clip), of_plane)| {
            for (group, of_plane) in of_plane.chunks(PART).enumerate() {
                let samples = reached(clip, group * GROUP);
                let start = group * GROUP * HOP_SAMPLES;
                if let Some(of_samples) = out.get_mut(start..start + samples.len()) {
                    machine.run(Backward {
                        samples,
                        of_plane,
                        of_samples,
                        work,
                    });
                }
            }
        });
    out
}

/// See [`Kernels::log_mel`](crate::Kernels::log_mel).
pub fn log_mel<B: HostBackend>(audio: Tensor<B, 2>) -> Tensor<B, 3> {
    let device = audio.device();
    let [batch, samples] = audio.dims();
    let planes = run(&B::values(audio), samples.max(1), Machine::this());
    tensor(planes, [batch, FRAMES, MELS], &device)
}

/// See [`Kernels::log_mel_backward`](crate::Kernels::log_mel_backward).
pub fn log_mel_backward<B: HostBackend>(
    audio: Tensor<B, 2>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 2> {
    let device = audio.device();
    let [batch, samples] = audio.dims();
    let (audio, of_planes) = (B::values(audio), B::values(gradient));
    let out = run_backward(&audio, &of_planes, samples.max(1), Machine::this());
    tensor(out, [batch, samples], &device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mel::CLIP_SAMPLES;

    #[test]
    fn both_versions_agree() {
        // Noise: in a pure sound, whatever is between its partials is rounding error alone.
        let mut state = 1u32;
        let audio: Vec<f32> = (0..2 * CLIP_SAMPLES)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / (1 << 25) as f32 - 0.25
            })
            .collect();
        let of_planes: Vec<f32> = (0..2 * PLANE).map(|i| (i as f32 * 1.7).sin()).collect();
        let mut versions = Machine::all().into_iter().map(|machine| {
            let planes = run(&audio, CLIP_SAMPLES, machine);
            (
                planes,
                run_backward(&audio, &of_planes, CLIP_SAMPLES, machine),
            )
        });
        let any = versions.next().expect("one runs everywhere");
        let off = |any: &[f32], this: &[f32]| {
            let off = any.iter().zip(this).map(|(any, this)| (any - this).abs());
            off.fold(0.0, f32::max)
        };
        let largest = any
            .1
            .iter()
            .fold(0.0f32, |most, value| most.max(value.abs()));
        for this in versions {
            assert!(off(&any.0, &this.0) < 2e-4);
            assert!(off(&any.1, &this.1) < 1e-3 * largest);
        }
    }
}
