//! Peaks on the mel plane, a clip at a time.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::activation::{exponential, logarithm};
use super::vectors::{LANES, Lanes, Machine, Vector, Work, multiply_add};
use super::{HostBackend, tensor};

struct Peak {
    /// One over the width.
    narrowness: f32,
    height: f32,
}

/// One clip's plane.
struct Paint<'a> {
    /// `[peaks, frames]`.
    place: &'a [f32],
    peaks: &'a [Peak],
    floor: f32,
    centres: &'a [f32],
    /// `[frames, filters]`.
    out: &'a mut [f32],
}

impl Work for Paint<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let filters = self.centres.len();
        let frames = self.out.len() / filters;
        let (centres, _) = self.centres.as_chunks::<LANES>();
        for (frame, out) in self.out.chunks_exact_mut(filters).enumerate() {
            let (out, _) = out.as_chunks_mut::<LANES>();
            for (out, centres) in out.iter_mut().zip(centres) {
                let mut sum: Lanes = [0.0; LANES];
                for (peak, place) in self.peaks.iter().zip(self.place.chunks_exact(frames)) {
                    let place = place[frame];
                    for lane in 0..LANES {
                        let away = (centres[lane] - place) * peak.narrowness;
                        let shape = exponential::<V>(away * away * -0.5);
                        sum[lane] = multiply_add::<V>(shape, peak.height, sum[lane]);
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

/// See [`Kernels::paint`](crate::Kernels::paint).
pub fn paint<B: HostBackend>(
    place: Tensor<B, 3>,
    width: Tensor<B, 1>,
    height: Tensor<B, 1>,
    floor: f32,
    centres: &[f32],
) -> Tensor<B, 3> {
    let device = place.device();
    let [batch, count, frames] = place.dims();
    let filters = centres.len();
    // Filters that do not fill whole vectors are rare enough to be left to any backend's way.
    if [batch, count, frames, filters].contains(&0) || !filters.is_multiple_of(LANES) {
        return crate::composed::paint(place, width, height, floor, centres);
    }
    let machine = Machine::this();
    let peaks: Vec<Peak> = B::values(width)
        .iter()
        .zip(B::values(height).iter())
        .map(|(width, height)| Peak {
            narrowness: 1.0 / width,
            height: *height,
        })
        .collect();
    let places = B::values(place);
    let mut out = vec![0.0; batch * frames * filters];
    out.par_chunks_mut(frames * filters)
        .zip(places.par_chunks(count * frames))
        .for_each(|(out, place)| {
            machine.run(Paint {
                place,
                peaks: &peaks,
                floor,
                centres,
                out,
            });
        });
    tensor(out, [batch, frames, filters], &device)
}
