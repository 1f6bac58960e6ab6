//! The activations of a source as one row of numbers for each clip.

use burn::tensor::Tensor;

use crate::kernel::Kernels;
use crate::kernel::composed::POOLED;
use crate::source::Activations;

/// Outputs of each bidirectional LSTM.
const WIDTH: usize = 128;

/// How many features [`pool`] gives: the attended mean, the first dense layer, and of each LSTM
/// the mean, maximum, minimum, deviation, share of positive values and the segments' means.
pub const FEATURES: usize = WIDTH + 64 + 2 * WIDTH * POOLED;

/// The features of a batch, `[batch, FEATURES]`.
pub fn pool<B: Kernels>(heard: &Activations<B>) -> Tensor<B, 2> {
    let mut features = vec![heard.context.clone(), heard.dense.clone()];
    for layer in [&heard.lstm1, &heard.lstm2] {
        features.push(B::pool(layer.clone()));
    }
    Tensor::cat(features, 1)
}
