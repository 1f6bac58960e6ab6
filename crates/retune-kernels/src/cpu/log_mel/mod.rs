//! The log-mel plane by real Fourier transforms and sparse filters, eight frames at a time.

mod fourier;
mod group;
mod of_sum;

pub use of_sum::{of_sum, of_sum_backward};

use rayon::prelude::*;

use self::group::{Backward, Forward, GROUP, Workspace, reached};
use super::vectors::run;
use crate::mel::{FRAMES, HOP_SAMPLES, MELS};

/// Values of one clip's plane.
const PLANE: usize = FRAMES * MELS;
/// Values of one group's part of a plane; a plane's last group may be shorter.
const PART: usize = GROUP * MELS;

/// The planes of clips of so many samples.
pub fn forward(audio: &[f32], samples: usize) -> Vec<f32> {
    let samples = samples.max(1);
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
            run(Forward(samples, plane, work));
        });
    planes
}

/// The gradients with respect to clips of so many samples.
pub fn backward(audio: &[f32], of_planes: &[f32], samples: usize) -> Vec<f32> {
    let samples = samples.max(1);
    let mut out = vec![0.0; audio.len()];
    out.par_chunks_mut(samples)
        .zip(audio.par_chunks(samples))
        .zip(of_planes.par_chunks(PLANE))
        .for_each_init(Workspace::default, |work, ((out, clip), of_plane)| {
            for (group, of_plane) in of_plane.chunks(PART).enumerate() {
                let samples = reached(clip, group * GROUP);
                let start = group * GROUP * HOP_SAMPLES;
                if let Some(of_samples) = out.get_mut(start..start + samples.len()) {
                    run(Backward(samples, of_plane, of_samples, work));
                }
            }
        });
    out
}
