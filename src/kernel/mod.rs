//! The expensive operations of the frozen source, behind one trait.
//!
//! [`Kernels`] adds these operations to a Burn backend: the log-mel plane of audio (also of clips
//! that share most of their sound), the two convolutions and the bidirectional LSTM, each with its
//! backward pass. Every operation has a default made of Burn tensor operations ([`composed`]), so
//! any backend works; the CPU backend overrides them with hand-written code ([`cpu`]). `Autodiff<B>` gets them from `B`
//! and registers the backward pass as one node of the graph, so that a step of training does not
//! pay for the slices of 125 time steps.

mod autodiff;
pub mod composed;
pub mod cpu;

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

/// The operations that the frozen source adds to a Burn backend.
pub trait Kernels: Backend {
    /// `ln(mel + 1e-6)` of audio: `[batch, 16000]` at 16 kHz gives `[batch, 125, 80]`.
    ///
    /// The magnitude spectrum of 1,024-sample frames (periodic Hann window, one every 128 samples,
    /// the end padded with zeros) through the filters of [`crate::audio::mel::mel_filters`].
    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        composed::log_mel(audio)
    }

    /// The gradient of [`Kernels::log_mel`] with respect to the audio, `[batch, 16000]`.
    ///
    /// A magnitude of zero passes no gradient on, so silence gives zeros and not NaN.
    fn log_mel_backward(audio: Tensor<Self, 2>, gradient: Tensor<Self, 3>) -> Tensor<Self, 2> {
        composed::log_mel_backward(audio, gradient)
    }

    /// The log-mel planes of `placed + shared`: `[batch, 16000]` and `[16000]` give
    /// `[batch, 125, 80]`.
    ///
    /// The same as [`Kernels::log_mel`] of the sums, but a backend may work out the frames where
    /// nothing is placed (where `placed` is zero) once for all clips.
    fn log_mel_of_sum(placed: Tensor<Self, 2>, shared: Tensor<Self, 1>) -> Tensor<Self, 3> {
        Self::log_mel(placed + shared.unsqueeze::<2>())
    }

    /// The gradient of [`Kernels::log_mel_of_sum`] with respect to `shared`, `[16000]`.
    fn log_mel_of_sum_backward(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 1> {
        Self::log_mel_backward(placed + shared.unsqueeze::<2>(), gradient)
            .sum_dim(0)
            .squeeze_dim(0)
    }

    /// Two convolutions along time, each with a ReLU: `[batch, 125, 80]` gives the same shape.
    ///
    /// The weights are frozen: only the input has a gradient.
    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        composed::convolutions(plane, weights)
    }

    /// The gradient of [`Kernels::convolutions`] with respect to its input.
    fn convolutions_backward(
        plane: Tensor<Self, 3>,
        weights: &ConvolutionWeights<Self>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 3> {
        composed::convolutions_backward(plane, weights, gradient)
    }

    /// A bidirectional LSTM over `[batch, time, features]`.
    fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
        composed::bilstm(input, weights)
    }

    /// The output of [`Kernels::bilstm`] alone: a backend that records no graph need not keep what
    /// the backward pass would read.
    fn bilstm_output(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> Tensor<Self, 3> {
        Self::bilstm(input, weights).output
    }

    /// The backward pass of [`Kernels::bilstm`]: `gradient` is that of the output,
    /// `[batch, time, 2H]`. Gradients of the weights are worked out only when asked for: a frozen
    /// source never needs them.
    fn bilstm_backward(
        input: Tensor<Self, 3>,
        weights: &BiLstmWeights<Self>,
        trace: &BiLstmTrace<Self>,
        gradient: Tensor<Self, 3>,
        with_weights: bool,
    ) -> BiLstmGradients<Self> {
        composed::bilstm_backward(input, weights, trace, gradient, with_weights)
    }
}
