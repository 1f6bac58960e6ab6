//! Attention to frames.

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::backend::Backend;

use crate::{AttendGradients, Attended};

/// See [`Kernels::attend`](crate::Kernels::attend).
pub fn attend<B: Backend>(frames: Tensor<B, 3>, query: Tensor<B, 2>) -> Attended<B> {
    let [batch, time, width] = frames.dims();
    let query = query.reshape([batch, 1, width]);
    let scores = (frames.clone() * query).sum_dim(2).reshape([batch, time]);
    let attention = softmax(scores, 1);
    let context = (frames * attention.clone().reshape([batch, time, 1]))
        .sum_dim(1)
        .reshape([batch, width]);
    Attended { attention, context }
}

/// See [`Kernels::attend_backward`](crate::Kernels::attend_backward).
pub fn attend_backward<B: Backend>(
    frames: Tensor<B, 3>,
    query: Tensor<B, 2>,
    attention: Tensor<B, 2>,
    gradient: Attended<B>,
) -> AttendGradients<B> {
    let [batch, time, width] = frames.dims();
    let row = |values: Tensor<B, 2>| values.reshape([batch, 1, width]);
    let column = |values: Tensor<B, 2>| values.reshape([batch, time, 1]);
    let of_context = row(gradient.context);
    let of_attention = gradient.attention
        + (frames.clone() * of_context.clone())
            .sum_dim(2)
            .reshape([batch, time]);
    let mean = (attention.clone() * of_attention.clone()).sum_dim(1);
    let of_scores = column(attention.clone() * (of_attention - mean));
    AttendGradients {
        frames: column(attention) * of_context + of_scores.clone() * row(query),
        query: (frames * of_scores).sum_dim(1).reshape([batch, width]),
    }
}
