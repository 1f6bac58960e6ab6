//! The activations of a source as one row of numbers for each clip.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::audio::mel::FRAMES;
use crate::source::Activations;

/// Equal parts of the clip whose means are features of their own.
const SEGMENTS: usize = 5;
/// Outputs of each bidirectional LSTM.
const WIDTH: usize = 128;

/// How many features [`pool`] gives: the attended mean, the first dense layer, and of each LSTM
/// the mean, maximum, minimum, deviation, share of positive values and the segments' means.
pub const FEATURES: usize = WIDTH + 64 + 2 * WIDTH * (5 + SEGMENTS);

/// The features of a batch, `[batch, FEATURES]`.
pub fn pool<B: Backend>(heard: &Activations<B>) -> Tensor<B, 2> {
    let mut features = vec![heard.context.clone(), heard.dense.clone()];
    for layer in [&heard.lstm1, &heard.lstm2] {
        features.extend(over_time(layer.clone()));
    }
    Tensor::cat(features, 1)
}

/// What is taken of `[batch, 125, 128]`, each `[batch, 128]`.
fn over_time<B: Backend>(layer: Tensor<B, 3>) -> Vec<Tensor<B, 2>> {
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
        let start = segment * FRAMES / SEGMENTS;
        let end = (segment + 1) * FRAMES / SEGMENTS;
        pooled.push(flat(
            layer.clone().narrow(1, start, end - start).mean_dim(1),
        ));
    }
    pooled
}
