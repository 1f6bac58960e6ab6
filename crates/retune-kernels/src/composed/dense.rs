//! A dense layer.

use burn::tensor::Tensor;
use burn::tensor::activation;
use burn::tensor::backend::Backend;

use crate::{DenseGradients, DenseWeights};

/// See [`Kernels::dense`](crate::Kernels::dense).
pub fn dense<B: Backend>(
    input: Tensor<B, 2>,
    weights: &DenseWeights<B>,
    relu: bool,
) -> Tensor<B, 2> {
    let sum = input.matmul(weights.kernel.clone()) + weights.bias.clone().unsqueeze::<2>();
    if relu { activation::relu(sum) } else { sum }
}

/// See [`Kernels::dense_backward`](crate::Kernels::dense_backward).
pub fn dense_backward<B: Backend>(
    input: Tensor<B, 2>,
    weights: &DenseWeights<B>,
    output: Option<Tensor<B, 2>>,
    gradient: Tensor<B, 2>,
    with_weights: bool,
) -> DenseGradients<B> {
    let gradient = match output {
        Some(output) => gradient.mask_fill(output.lower_equal_elem(0.0), 0.0),
        None => gradient,
    };
    DenseGradients {
        input: gradient.clone().matmul(weights.kernel.clone().transpose()),
        weights: with_weights.then(|| DenseWeights {
            kernel: input.transpose().matmul(gradient.clone()),
            bias: gradient.sum_dim(0).squeeze_dim(0),
        }),
    }
}
