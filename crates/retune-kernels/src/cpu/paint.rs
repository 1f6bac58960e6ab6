//! Peaks on the mel plane, a clip at a time.

use super::activation::{exponential, logarithm};
use super::clips::OnClip;
use super::vectors::{LANES, Lanes, Vector, multiply_add};

/// The plane `[frames, filters]` of the places `[peaks, frames]`.
pub struct Paint<'a> {
    /// One over the width, `[peaks]`.
    pub narrowness: Vec<f32>,
    /// `[peaks]`.
    pub height: Vec<f32>,
    pub floor: f32,
    pub centres: &'a [f32],
}

impl OnClip<1, 1> for Paint<'_> {
    #[inline(always)]
    fn run<V: Vector>(&self, [places]: [&[f32]; 1], [out]: [&mut [f32]; 1]) {
        let filters = self.centres.len();
        let frames = out.len() / filters;
        let (centres, _) = self.centres.as_chunks::<LANES>();
        for (frame, out) in out.chunks_exact_mut(filters).enumerate() {
            let (out, _) = out.as_chunks_mut::<LANES>();
            for (out, centres) in out.iter_mut().zip(centres) {
                let mut sum: Lanes = [0.0; LANES];
                let peaks = self.narrowness.iter().zip(&self.height);
                for ((narrowness, height), place) in peaks.zip(places.chunks_exact(frames)) {
                    let place = place[frame];
                    for lane in 0..LANES {
                        let away = (centres[lane] - place) * narrowness;
                        let shape = exponential::<V>(away * away * -0.5);
                        sum[lane] = multiply_add::<V>(shape, *height, sum[lane]);
                    }
                }
                for sum in &mut sum {
                    *sum += self.floor;
                }
                *out = logarithm::<V>(sum);
            }
        }
    }
}
