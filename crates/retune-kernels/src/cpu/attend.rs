//! Attention to frames, a clip at a time.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::activation::exponential;
use super::vectors::{LANES, Machine, Vector, Work, multiply_add};
use super::{HostBackend, tensor};
use crate::{AttendGradients, Attended};

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

/// One clip's shares and mean.
struct Forward<'a> {
    /// `[time, width]`.
    frames: &'a [f32],
    query: &'a [f32],
    attention: &'a mut [f32],
    /// Holds zeros.
    context: &'a mut [f32],
}

impl Work for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let frames = || self.frames.chunks_exact(self.query.len());
        let mut most = f32::NEG_INFINITY;
        for (score, frame) in self.attention.iter_mut().zip(frames()) {
            *score = product::<V>(frame, self.query);
            most = most.max(*score);
        }
        for share in self.attention.iter_mut() {
            *share = exponential::<V>(*share - most);
        }
        let sum: f32 = self.attention.iter().sum();
        for (share, frame) in self.attention.iter_mut().zip(frames()) {
            *share /= sum;
            add_scaled::<V>(self.context, frame, *share);
        }
    }
}

/// One clip's gradients.
struct Backward<'a> {
    /// `[time, width]`.
    frames: &'a [f32],
    query: &'a [f32],
    attention: &'a [f32],
    of_attention: &'a [f32],
    of_context: &'a [f32],
    of_frames: &'a mut [f32],
    /// Holds zeros.
    of_query: &'a mut [f32],
}

impl Work for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let width = self.query.len();
        let mut of_shares = self.of_attention.to_vec();
        for (of_share, frame) in of_shares.iter_mut().zip(self.frames.chunks_exact(width)) {
            *of_share += product::<V>(frame, self.of_context);
        }
        let mean = product::<V>(self.attention, &of_shares);
        let frames = self.frames.chunks_exact(width);
        let frames = frames.zip(self.of_frames.chunks_exact_mut(width));
        let shares = self.attention.iter().zip(&of_shares);
        for ((share, of_share), (frame, of_frame)) in shares.zip(frames) {
            let of_score = share * (of_share - mean);
            add_scaled::<V>(self.of_query, frame, of_score);
            let rows = self.of_context.iter().zip(self.query);
            for (out, (of_context, query)) in of_frame.iter_mut().zip(rows) {
                *out = multiply_add::<V>(of_score, *query, share * of_context);
            }
        }
    }
}

/// See [`Kernels::attend`](crate::Kernels::attend).
pub fn attend<B: HostBackend>(frames: Tensor<B, 3>, query: Tensor<B, 2>) -> Attended<B> {
    let device = frames.device();
    let [batch, time, width] = frames.dims();
    if [batch, time, width].contains(&0) {
        return crate::composed::attend(frames, query);
    }
    let machine = Machine::this();
    let frames = B::values(frames);
    let query = B::values(query);
    let mut attention = vec![0.0; batch * time];
    let mut context = vec![0.0; batch * width];
    attention
        .par_chunks_mut(time)
        .zip(context.par_chunks_mut(width))
        .zip(frames.par_chunks(time * width))
        .zip(query.par_chunks(width))
        .for_each(|(((attention, context), frames), query)| {
            machine.run(Forward {
                frames,
                query,
                attention,
                context,
            });
        });
    Attended {
        attention: tensor(attention, [batch, time], &device),
        context: tensor(context, [batch, width], &device),
    }
}

/// See [`Kernels::attend_backward`](crate::Kernels::attend_backward).
pub fn attend_backward<B: HostBackend>(
    frames: Tensor<B, 3>,
    query: Tensor<B, 2>,
    attention: Tensor<B, 2>,
    gradient: Attended<B>,
) -> AttendGradients<B> {
    let device = frames.device();
    let shape @ [batch, time, width] = frames.dims();
    if shape.contains(&0) {
        return crate::composed::attend_backward(frames, query, attention, gradient);
    }
    let machine = Machine::this();
    let frames = B::values(frames);
    let query = B::values(query);
    let attention = B::values(attention);
    let of_attention = B::values(gradient.attention);
    let of_context = B::values(gradient.context);
    let (frames, query, attention): (&[f32], &[f32], &[f32]) = (&frames, &query, &attention);
    let (of_attention, of_context): (&[f32], &[f32]) = (&of_attention, &of_context);
    let mut of_frames = vec![0.0; batch * time * width];
    let mut of_query = vec![0.0; batch * width];
    of_frames
        .par_chunks_mut(time * width)
        .zip(of_query.par_chunks_mut(width))
        .enumerate()
        .for_each(|(clip, (of_frames, of_query))| {
            let of_time = clip * time..(clip + 1) * time;
            let of_width = clip * width..(clip + 1) * width;
            machine.run(Backward {
                frames: &frames[clip * time * width..(clip + 1) * time * width],
                query: &query[of_width.clone()],
                attention: &attention[of_time.clone()],
                of_attention: &of_attention[of_time],
                of_context: &of_context[of_width],
                of_frames,
                of_query,
            });
        });
    AttendGradients {
        frames: tensor(of_frames, shape, &device),
        query: tensor(of_query, [batch, width], &device),
    }
}
