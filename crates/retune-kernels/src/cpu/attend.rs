//! Attention to frames, a clip at a time.

use super::activation::exponential;
use super::clips::OnClip;
use super::vectors::{LANES, Vector, multiply_add};

/// The sum of the products of two rows.
#[inline(always)]
fn product<V: Vector>(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sum = V::splat(0.0);
    for (a, b) in a.iter().zip(b) {
        sum = V::load(a).multiply_add(V::load(b), sum);
    }
    let mut lanes = [0.0; LANES];
    sum.store(&mut lanes);
    let sum = (lanes[0] + lanes[4])
        + (lanes[1] + lanes[5])
        + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
    let rest = a_rest.iter().zip(b_rest);
    rest.fold(sum, |sum, (a, b)| multiply_add::<V>(*a, *b, sum))
}

/// Adds `factor · row` to `out`.
#[inline(always)]
fn add_scaled<V: Vector>(out: &mut [f32], row: &[f32], factor: f32) {
    for (out, value) in out.iter_mut().zip(row) {
        *out = multiply_add::<V>(factor, *value, *out);
    }
}

/// The shares `[time]` and the mean `[width]` of frames `[time, width]` for a query `[width]`.
pub struct Forward;

impl OnClip<2, 2> for Forward {
    #[inline(always)]
    fn run<V: Vector>(&self, [all, query]: [&[f32]; 2], [attention, context]: [&mut [f32]; 2]) {
        let frames = || all.chunks_exact(query.len());
        let mut most = f32::NEG_INFINITY;
        for (score, frame) in attention.iter_mut().zip(frames()) {
            *score = product::<V>(frame, query);
            most = most.max(*score);
        }
        for share in attention.iter_mut() {
            *share = exponential::<V>(*share - most);
        }
        let sum: f32 = attention.iter().sum();
        for (share, frame) in attention.iter_mut().zip(frames()) {
            *share /= sum;
            add_scaled::<V>(context, frame, *share);
        }
    }
}

/// The gradients of frames and query; the inputs are those, the shares, and the gradients of the
/// shares and of the mean.
pub struct Backward;

impl OnClip<5, 2> for Backward {
    #[inline(always)]
    fn run<V: Vector>(&self, inputs: [&[f32]; 5], [of_frames, of_query]: [&mut [f32]; 2]) {
        let [frames, query, attention, of_attention, of_context] = inputs;
        let width = query.len();
        let mut of_shares = of_attention.to_vec();
        for (of_share, frame) in of_shares.iter_mut().zip(frames.chunks_exact(width)) {
            *of_share += product::<V>(frame, of_context);
        }
        let mean = product::<V>(attention, &of_shares);
        let frames = frames.chunks_exact(width);
        let frames = frames.zip(of_frames.chunks_exact_mut(width));
        let shares = attention.iter().zip(&of_shares);
        for ((share, of_share), (frame, of_frame)) in shares.zip(frames) {
            let of_score = share * (of_share - mean);
            add_scaled::<V>(of_query, frame, of_score);
            let rows = of_context.iter().zip(query);
            for (out, (of_context, query)) in of_frame.iter_mut().zip(rows) {
                *out = multiply_add::<V>(of_score, *query, share * of_context);
            }
        }
    }
}
