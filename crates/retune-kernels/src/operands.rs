//! What the operations take and give that is more than a tensor.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Weights of a bidirectional LSTM, in Keras gate order (input, forget, cell, output).
///
/// `H` units in each direction; the columns of `input` and `bias` hold the forward direction's
/// four gates and then the backward direction's.
#[derive(Debug, Clone)]
pub struct BiLstmWeights<B: Backend> {
    /// From the input to the gates, `[features, 8H]`.
    pub input: Tensor<B, 2>,
    /// From the last output to the gates, `[2, H, 4H]`, forward direction first.
    pub recurrent: Tensor<B, 3>,
    /// `[8H]`.
    pub bias: Tensor<B, 1>,
}

/// What a bidirectional LSTM computed: its output, and what its backward pass needs.
#[derive(Debug, Clone)]
pub struct BiLstmTrace<B: Backend> {
    /// `[batch, time, 2H]`: the forward direction's output beside the backward direction's.
    pub output: Tensor<B, 3>,
    /// Gate activations, in the layout of the implementation that made them.
    pub gates: Tensor<B, 1>,
    /// Cell states, in the layout of the implementation that made them.
    pub cells: Tensor<B, 1>,
}

/// Gradients of a bidirectional LSTM.
#[derive(Debug, Clone)]
pub struct BiLstmGradients<B: Backend> {
    /// With respect to the input, `[batch, time, features]`.
    pub input: Tensor<B, 3>,
    /// With respect to the weights; absent unless asked for.
    pub weights: Option<BiLstmWeights<B>>,
}

/// Weights of the frozen convolutions along time, the norm between them folded in.
#[derive(Debug, Clone)]
pub struct ConvolutionWeights<B: Backend> {
    /// The filters of the first, `[10, 5]`.
    pub kernel1: Tensor<B, 2>,
    /// `[10]`.
    pub bias1: Tensor<B, 1>,
    /// The taps of the second over the first's channels, `[5, 10]`.
    pub kernel2: Tensor<B, 2>,
    /// The second's bias for each frame, `[125]`.
    pub bias2: Tensor<B, 1>,
}

/// What an attention found.
#[derive(Debug, Clone)]
pub struct Attended<B: Backend> {
    /// The share of each frame, `[batch, time]`.
    pub attention: Tensor<B, 2>,
    /// The mean of the frames with these shares, `[batch, width]`.
    pub context: Tensor<B, 2>,
}

/// Gradients of an attention.
#[derive(Debug, Clone)]
pub struct AttendGradients<B: Backend> {
    /// With respect to the frames, `[batch, time, width]`.
    pub frames: Tensor<B, 3>,
    /// With respect to the query, `[batch, width]`.
    pub query: Tensor<B, 2>,
}

/// Weights of a dense layer.
#[derive(Debug, Clone)]
pub struct DenseWeights<B: Backend> {
    /// `[inputs, outputs]`.
    pub kernel: Tensor<B, 2>,
    /// `[outputs]`.
    pub bias: Tensor<B, 1>,
}

/// Gradients of a dense layer.
#[derive(Debug, Clone)]
pub struct DenseGradients<B: Backend> {
    /// With respect to the input, `[batch, inputs]`.
    pub input: Tensor<B, 2>,
    /// With respect to the weights; absent unless asked for.
    pub weights: Option<DenseWeights<B>>,
}
