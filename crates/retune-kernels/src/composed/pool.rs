//! A layer over time as one row of numbers for each clip.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Equal parts of the time whose means are taken on their own.
pub const SEGMENTS: usize = 5;
/// Numbers that are taken of each of a layer's outputs.
pub const POOLED: usize = 5 + SEGMENTS;

/// See [`Kernels::pool`](crate::Kernels::pool).
pub fn pool<B: Backend>(layer: Tensor<B, 3>) -> Tensor<B, 2> {
    let [_, time, _] = layer.dims();
    let flat = |pooled: Tensor<B, 3>| pooled.squeeze_dim::<2>(1);
    let mean = layer.clone().mean_dim(1);
    let variance = (layer.clone() - mean.clone()).powi_scalar(2).mean_dim(1);
    let positive = layer.clone().greater_elem(0.0).float().mean_dim(1);
    let mut pooled = vec![
        flat(mean),
        flat(layer.clone().max_dim(1)),
        flat(layer.clone().min_dim(1)),
        flat(variance.sqrt()),
        flat(positive),
    ];
    for segment in 0..SEGMENTS {
        let start = segment * time / SEGMENTS;
        let end = (segment + 1) * time / SEGMENTS;
        let part = layer.clone().narrow(1, start, end - start);
        pooled.push(flat(part.mean_dim(1)));
    }
    Tensor::cat(pooled, 1)
}
