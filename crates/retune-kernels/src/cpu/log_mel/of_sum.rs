//! The log-mel plane of clips that share most of their sound: short series placed in silence, each
//! added to the same shared clip.
//!
//! Only the groups of frames that a series touches are worked out for each clip; the others are
//! the shared clip's own, worked out once for the batch or known from before. A group gives the same
//! bits either way, so the result equals the plane of the sums exactly.

use rayon::prelude::*;

use super::group::{Backward, Forward, GROUP, REACH, Workspace, reached};
use super::{PART, PLANE};
use crate::cpu::vectors::run;
use crate::mel::{FRAMES, HOP_SAMPLES};

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
    sum.extend(placed.iter().zip(shared).map(|(a, b)| a + b));
    Some(sum)
}

/// The planes of clips `[batch, samples]`, each added to the `shared` one, whose plane is
/// `of_shared`.
pub fn of_sum(
    placed: &[f32],
    shared: &[f32],
    of_shared: &[f32],
    [batch, samples]: [usize; 2],
) -> Vec<f32> {
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
                        Some(samples) => run(Forward(samples, plane, work)),
                        None => plane.copy_from_slice(of_shared),
                    }
                }
            },
        );
    planes
}

/// The gradient of [`of_sum`] with respect to `shared`.
pub fn of_sum_backward(
    placed: &[f32],
    shared: &[f32],
    of_planes: &[f32],
    [batch, samples]: [usize; 2],
) -> Vec<f32> {
    let parts = batch.div_ceil(CLIPS);
    // Of some clips at one group of frames: the gradient of the samples of those that are touched
    // there, and the sum of the others' gradients of the plane.
    let found: Vec<[Vec<f32>; 2]> = (0..GROUPS * parts)
        .into_par_iter()
        .map_init(
            || (Workspace::default(), Vec::new()),
            |(work, sum), index| {
                let (group, first) = (index / parts, index % parts * CLIPS);
                let [mut of_samples, mut of_others] = [vec![0.0; REACH], vec![0.0; PART]];
                for clip in first..batch.min(first + CLIPS) {
                    let plane = &of_planes[clip * PLANE..(clip + 1) * PLANE];
                    let of_plane = &plane[group * PART..PLANE.min((group + 1) * PART)];
                    let placed = &placed[clip * samples..(clip + 1) * samples];
                    match touched(placed, shared, group, sum) {
                        Some(samples) => {
                            let of_samples = &mut of_samples[..samples.len()];
                            run(Backward(samples, of_plane, of_samples, work));
                        }
                        None => add(&mut of_others, of_plane),
                    }
                }
                [of_samples, of_others]
            },
        )
        .collect();
    let groups: Vec<Vec<f32>> = found
        .par_chunks(parts.max(1))
        .enumerate()
        .map_init(Workspace::default, |work, (group, parts)| {
            let [mut of_samples, mut of_plane] = [vec![0.0; REACH], vec![0.0; PART]];
            for [of_touched, of_others] in parts {
                add(&mut of_samples, of_touched);
                add(&mut of_plane, of_others);
            }
            let samples = reached(shared, group * GROUP);
            let of_plane = &of_plane[..PART.min(PLANE - group * PART)];
            let reached = &mut of_samples[..samples.len()];
            run(Backward(samples, of_plane, reached, work));
            of_samples
        })
        .collect();
    let mut out = vec![0.0; samples];
    for (group, of_samples) in groups.iter().enumerate() {
        let start = (group * GROUP * HOP_SAMPLES).min(samples);
        add(&mut out[start..], of_samples);
    }
    out
}

/// `sums += values`, as far as both go.
fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
