//! The log-mel plane of clips that share most of their sound: short series placed in silence, each
//! added to the same shared clip.
//!
//! Only the groups of frames that a series touches are worked out for each clip; the others are
//! the shared clip's own, worked out once for the batch or known from before. A group gives the same
//! bits either way, so the result equals the plane of the sums exactly.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::group::{Backward, Forward, GROUP, REACH, Workspace, reached};
use super::{PART, PLANE, run};
use crate::cpu::vectors::Machine;
use crate::cpu::{HostBackend, tensor};
use crate::mel::{FRAMES, HOP_SAMPLES, MELS};

/// Clips whose gradients are summed together. Fixed, so that the sums are the same on any number
/// of threads.
const CLIPS: usize = 8;
/// Groups of one clip.
const GROUPS: usize = FRAMES.div_ceil(GROUP);

/// The sum of the samples that a group reaches, in `sum`; `None` where nothing is placed there.
fn touched<'a>(
    placed: &[f32],
    shared: &[f32],
    group: usize,
    sum: &'a mut Vec<f32>,
) -> Option<&'a [f32]> {
    let placed = reached(placed, group * GROUP);
    if placed.iter().all(|sample| *sample == 0.0) {
        return None;
    }
    let shared = reached(shared, group * GROUP);
    sum.clear();
    sum.extend(
        placed
            .iter()
            .zip(shared)
            .map(|(placed, shared)| placed + shared),
    );
    Some(sum)
}

/// See [`Kernels::log_mel_of_sum`](crate::Kernels::log_mel_of_sum).
pub fn log_mel_of_sum<B: HostBackend>(
    placed: Tensor<B, 2>,
    shared: Tensor<B, 1>,
    of_shared: Option<Tensor<B, 3>>,
) -> Tensor<B, 3> {
    let device = placed.device();
    let [batch, samples] = placed.dims();
    let (placed, shared) = (B::values(placed), B::values(shared));
    let (placed, shared): (&[f32], &[f32]) = (&placed, &shared);
    let machine = Machine::this();
    let known = of_shared.map(B::values);
    let found;
    let of_shared: &[f32] = match &known {
        Some(known) => known,
        None => {
            found = run(shared, samples.max(1), machine);
            &found
        }
    };
    let mut planes = vec![0.0; batch * PLANE];
    planes
        .par_chunks_mut(PLANE)
        .zip(placed.par_chunks(samples.max(1)))
        .for_each_init(
            || (Workspace::default(), Vec::new()),
            |(work, sum), (plane, placed)| {
                let parts = plane.chunks_mut(PART).zip(of_shared.chunks(PART));
                for (group, (plane, of_shared)) in parts.enumerate() {
                    match touched(placed, shared, group, sum) {
                        Some(samples) => machine.run(Forward {
                            samples,
                            plane,
                            work,
                        }),
                        None => plane.copy_from_slice(of_shared),
                    }
                }
            },
        );
    tensor(planes, [batch, FRAMES, MELS], &device)
}

/// What some clips have at one group of frames.
struct Part {
    /// The gradient with respect to the samples of the clips that are touched here.
    of_samples: Vec<f32>,
    /// The sum of the others' gradients of the plane.
    of_plane: Vec<f32>,
}

/// See [`Kernels::log_mel_of_sum_backward`](crate::Kernels::log_mel_of_sum_backward).
pub fn log_mel_of_sum_backward<B: HostBackend>(
    placed: Tensor<B, 2>,
    shared: Tensor<B, 1>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 1> {
    let device = placed.device();
    let [batch, samples] = placed.dims();
    let (placed, shared, of_planes) = (B::values(placed), B::values(shared), B::values(gradient));
    let (placed, shared, of_planes): (&[f32], &[f32], &[f32]) = (&placed, &shared, &of_planes);
    let machine = Machine::this();
    let parts = batch.div_ceil(CLIPS);
    let found: Vec<Part> = (0..GROUPS * parts)
        .into_par_iter()
        .map_init(
            || (Workspace::default(), Vec::new()),
            |(work, sum), index| {
                let (group, first) = (index / parts, index % parts * CLIPS);
                let mut part = Part {
                    of_samples: vec![0.0; REACH],
                    of_plane: vec![0.0; PART],
                };
                for clip in first..batch.min(first + CLIPS) {
                    let plane = &of_planes[clip * PLANE..(clip + 1) * PLANE];
                    let of_plane = &plane[group * PART..PLANE.min((group + 1) * PART)];
                    let placed = &placed[clip * samples..(clip + 1) * samples];
                    match touched(placed, shared, group, sum) {
                        Some(samples) => machine.run(Backward {
                            samples,
                            of_plane,
                            of_samples: &mut part.of_samples[..samples.len()],
                            work,
                        }),
                        None => add(&mut part.of_plane, of_plane),
                    }
                }
                part
            },
        )
        .collect();
    let groups: Vec<Vec<f32>> = found
        .par_chunks(parts.max(1))
        .enumerate()
        .map_init(Workspace::default, |work, (group, parts)| {
            let mut of_plane = vec![0.0; PART];
            let mut of_samples = vec![0.0; REACH];
            for part in parts {
                add(&mut of_plane, &part.of_plane);
                add(&mut of_samples, &part.of_samples);
            }
            let samples = reached(shared, group * GROUP);
            machine.run(Backward {
                samples,
                of_plane: &of_plane[..PART.min(PLANE - group * PART)],
                of_samples: &mut of_samples[..samples.len()],
                work,
            });
            of_samples
        })
        .collect();
    let mut out = vec![0.0; samples];
    for (group, of_samples) in groups.iter().enumerate() {
        let start = (group * GROUP * HOP_SAMPLES).min(samples);
        add(&mut out[start..], of_samples);
    }
    tensor(out, [samples], &device)
}

/// `sums += values`, as far as both go.
fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
