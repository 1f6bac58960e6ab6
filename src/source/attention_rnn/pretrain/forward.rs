//! The forward pass in training, and the weights on their way back to the host.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::kernel::Kernels;
use crate::kernel::composed::{first_convolution, second_convolution};
use crate::kernel::mel::{FRAMES, MELS};
use crate::source::attention_rnn::layers::{BiLstm, Dense, Layers, Norm, NormStatistics};
use crate::source::attention_rnn::{ARCHITECTURE, Activations, Head, fold_conv2, fold_lstm1};
use crate::source::host;
use crate::storage::HostTensor;

/// One step of training: the forward pass with the norms of this batch.
///
/// Returns the activations and the batch's own statistics, for the running ones.
pub fn hear_in_training<B: Kernels>(
    layers: &Layers<B>,
    log_mel: Tensor<B, 3>,
) -> (Activations<B>, NormStatistics<B>) {
    let shape @ [batch, _, _] = log_mel.dims();
    let normalised = B::normalise(log_mel.clone());
    let first = first_convolution(
        normalised.clone(),
        layers.conv1.kernel.val(),
        layers.conv1.bias.val(),
    );
    let (mean1, variance1) = moments(first.clone());
    let (kernel, bias) = fold_conv2(layers, mean1.clone(), variance1.clone());
    let convolved = second_convolution(first, shape, kernel, bias);
    let (mean2, variance2) = moments(convolved.clone().reshape([1, batch * FRAMES * MELS]));
    let lstm1 = fold_lstm1(layers, mean2.clone(), variance2.clone());
    let lstm1 = B::bilstm_output(convolved.clone(), &lstm1);
    let activations = Head::new(layers).finish(log_mel, normalised, convolved, lstm1);
    let statistics = NormStatistics {
        mean1,
        variance1,
        mean2,
        variance2,
    };
    (activations, statistics)
}

/// Mean and variance of each row of `[channels, values]`, each `[channels]`.
fn moments<B: Backend>(values: Tensor<B, 2>) -> (Tensor<B, 1>, Tensor<B, 1>) {
    let mean = values.clone().mean_dim(1);
    let variance = (values - mean.clone()).powi_scalar(2).mean_dim(1);
    (mean.squeeze_dim(1), variance.squeeze_dim(1))
}

/// Reads the weights back from the device, by the names of the architecture.
pub fn to_host<B: Backend>(
    layers: &Layers<B>,
    statistics: &NormStatistics<B>,
) -> BTreeMap<String, HostTensor> {
    let mut found = Vec::new();
    let dense = |layer: &Dense<B>| [host(layer.bias.val()), host(layer.kernel.val())];
    let norm = |layer: &Norm<B>| [host(layer.beta.val()), host(layer.gamma.val())];
    let bilstm = |layer: &BiLstm<B>| {
        [
            host(layer.bias.val()),
            host(layer.input.val()),
            host(layer.recurrent.val()),
        ]
    };
    // In the alphabetical order of `ARCHITECTURE`.
    found.extend(dense(&layers.attend));
    found.extend(dense(&layers.conv1));
    found.extend(dense(&layers.conv2));
    found.extend(dense(&layers.dense1));
    found.extend(dense(&layers.dense2));
    found.extend(bilstm(&layers.lstm1));
    found.extend(bilstm(&layers.lstm2));
    found.extend(norm(&layers.norm1));
    found.push(host(statistics.mean1.clone()));
    found.push(host(statistics.variance1.clone()));
    found.extend(norm(&layers.norm2));
    found.push(host(statistics.mean2.clone()));
    found.push(host(statistics.variance2.clone()));
    found.extend(dense(&layers.output));
    ARCHITECTURE
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .zip(found)
        .collect()
}
