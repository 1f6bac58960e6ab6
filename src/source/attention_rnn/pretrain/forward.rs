//! The forward pass in training.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use crate::kernel::Kernels;
use crate::kernel::composed::{first_convolution, second_convolution};
use crate::kernel::mel::{FRAMES, MELS};
use crate::parameters::Parameters;
use crate::source::attention_rnn::{Activations, Head, OfChannels, fold_conv2, fold_lstm1, shaped};

/// One step of training: the forward pass with the norms of this batch.
///
/// Returns the activations and the batch's own statistics by name, for the running ones.
pub fn forward_in_training<B: Kernels>(
    numbers: &Parameters<B>,
    log_mel: Tensor<B, 3>,
) -> (Activations<B>, [(&'static str, Tensor<B, 1>); 4]) {
    let shape @ [batch, _, _] = log_mel.dims();
    let normalised = B::normalise(log_mel.clone());
    let kernel = shaped(numbers, "conv1.kernel");
    let first = first_convolution(normalised.clone(), kernel, numbers.get("conv1.bias"));
    let (mean1, variance1) = moments(first.clone());
    let (kernel, bias) = fold_conv2(numbers, (mean1.clone(), variance1.clone()));
    let convolved = second_convolution(first, shape, kernel, bias);
    let (mean2, variance2) = moments(convolved.clone().reshape([1, batch * FRAMES * MELS]));
    let lstm1 = fold_lstm1(numbers, (mean2.clone(), variance2.clone()));
    let lstm1 = B::bilstm_output(convolved.clone(), &lstm1);
    let activations = Head::new(numbers.clone()).finish(log_mel, normalised, convolved, lstm1);
    let statistics = [
        ("norm1.mean", mean1),
        ("norm1.variance", variance1),
        ("norm2.mean", mean2),
        ("norm2.variance", variance2),
    ];
    (activations, statistics)
}

/// Mean and variance of each row of `[channels, values]`, each `[channels]`.
fn moments<B: Backend>(values: Tensor<B, 2>) -> OfChannels<B> {
    let mean = values.clone().mean_dim(1);
    let variance = (values - mean.clone()).powi_scalar(2).mean_dim(1);
    (mean.squeeze_dim(1), variance.squeeze_dim(1))
}
