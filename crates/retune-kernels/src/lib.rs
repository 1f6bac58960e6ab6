//! The expensive operations of the frozen source and around it, behind one trait.
//!
//! [`Kernels`] adds these operations to a Burn backend: the log-mel plane of audio (also of clips
//! that share most of their sound), its normalisation, the two convolutions, the bidirectional LSTM
//! and the attention, and a stack of convolutions and max-pools, each with its backward pass; and
//! painting a plane and pooling a layer, without one. Every operation has a default made of Burn
//! tensor operations ([`composed`]), so any backend works; the CPU backend overrides them with
//! hand-written code. `Autodiff<B>` gets them from `B` and registers the backward pass as one node
//! of the graph, so that a step of training does not pay for the slices of 125 time steps.
#![cfg_attr(test, allow(clippy::unwrap_used))]
// The only crate with unsafe code; each block or what it is in says why it is sound.
#![allow(unsafe_code)]

mod adapters;
mod autodiff;
pub mod composed;
#[cfg(feature = "cpu")]
mod cpu;
#[cfg(feature = "wgpu")]
mod gpu;
mod layers;
#[cfg(test)]
mod made;
pub mod mel;
mod memory;
mod operands;
mod stack;

#[cfg(feature = "wgpu")]
pub use adapters::adapters;
pub use adapters::{Adapter, AdapterKind, AdapterPlace};
#[cfg(feature = "cpu")]
pub use cpu::Cpu;
pub use layers::{Activation, Convolution, Geometry, Pool, StackLayer};
pub use memory::keep_what_was_freed;
pub use operands::{
    AttendGradients, Attended, BiLstmGradients, BiLstmTrace, BiLstmWeights, ConvolutionWeights,
    DenseGradients, DenseWeights,
};
pub use stack::ConvolutionStack;

/// The GPU backend: Vulkan, Metal or DirectX 12 through wgpu.
#[cfg(feature = "wgpu")]
pub type Wgpu = gpu::Gpu<burn_wgpu::WgpuRuntime>;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// The operations that the frozen source adds to a Burn backend.
pub trait Kernels: Backend {
    /// How many series of a length go through a source together where there are many: enough to keep a
    /// device busy, and no more than its memory holds easily.
    fn together(_length: usize) -> usize {
        (64 / rayon::current_num_threads()).max(16)
    }

    /// How many such batches are worked on side by side.
    fn side_by_side() -> usize {
        rayon::current_num_threads()
    }

    /// `ln(mel + 1e-6)` of audio: `[batch, 16000]` at 16 kHz gives `[batch, 125, 80]`.
    ///
    /// The magnitude spectrum of 1,024-sample frames (periodic Hann window, one every 128 samples,
    /// the end padded with zeros) through the filters of [`crate::mel::mel_filters`].
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
    /// nothing is placed (where `placed` is zero) once for all clips, or take them from
    /// `of_shared`, the plane of `shared` `[1, 125, 80]`, where that is known already.
    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        _of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
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

    /// Each clip's plane with mean 0 and deviation 1 (a silent clip gives zeros).
    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        composed::normalise(plane)
    }

    /// The gradient of [`Kernels::normalise`] with respect to the plane.
    fn normalise_backward(plane: Tensor<Self, 3>, gradient: Tensor<Self, 3>) -> Tensor<Self, 3> {
        composed::normalise_backward(plane, gradient)
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

    /// Attention to frames: `[batch, time, width]` with a query `[batch, width]`. A frame's share
    /// is the softmax over time of its product with the query.
    fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
        composed::attend(frames, query)
    }

    /// The backward pass of [`Kernels::attend`]: `attention` is what it found, `gradient` that of
    /// both its results.
    fn attend_backward(
        frames: Tensor<Self, 3>,
        query: Tensor<Self, 2>,
        attention: Tensor<Self, 2>,
        gradient: Attended<Self>,
    ) -> AttendGradients<Self> {
        composed::attend_backward(frames, query, attention, gradient)
    }

    /// A dense layer, `[batch, inputs]` to `[batch, outputs]`, followed by a ReLU where asked for.
    fn dense(input: Tensor<Self, 2>, weights: &DenseWeights<Self>, relu: bool) -> Tensor<Self, 2> {
        composed::dense(input, weights, relu)
    }

    /// The backward pass of [`Kernels::dense`]; `output` is what it gave where a ReLU followed.
    /// Gradients of the weights are worked out only when asked for.
    fn dense_backward(
        input: Tensor<Self, 2>,
        weights: &DenseWeights<Self>,
        output: Option<Tensor<Self, 2>>,
        gradient: Tensor<Self, 2>,
        with_weights: bool,
    ) -> DenseGradients<Self> {
        composed::dense_backward(input, weights, output, gradient, with_weights)
    }

    /// What is taken of a layer over time: `[batch, time, width]` gives `[batch, 10 · width]`: the
    /// mean, maximum, minimum, deviation, share of positive values, and the means of
    /// [`SEGMENTS`](composed::SEGMENTS) parts of the time, which has at least one frame for each.
    ///
    /// It has no backward pass of its own: where a graph is recorded, the default records it.
    fn pool(layer: Tensor<Self, 3>) -> Tensor<Self, 2> {
        composed::pool(layer)
    }

    /// Peaks on the mel plane, `[batch, frames, filters]`: filter `m` has
    /// `ln(floor + Σ height · exp(−½ ((centre(m) − place) / width)²))`, the sum over the peaks.
    ///
    /// `place` is `[batch, peaks, frames]` on the mel scale, `width` and `height` are `[peaks]`, `centres`
    /// are those of the filters on the mel scale at equal distances,
    /// and `floor` is a normal number above zero. It has no backward pass of its own: where a graph
    /// is recorded, the default records it.
    fn paint(
        place: Tensor<Self, 3>,
        width: Tensor<Self, 1>,
        height: Tensor<Self, 1>,
        floor: f32,
        centres: &[f32],
    ) -> Tensor<Self, 3> {
        composed::paint(place, width, height, floor, centres)
    }

    /// Convolutions and max-pools after one another: planes `[batch, time, frequency, channels]`
    /// give the outputs of the layers `taps` (indices, from 0), each `[time, frequency, channels]`
    /// in row-major order, side by side in that order: `[batch, sum of their sizes]`.
    /// [`ConvolutionStack::cut`] cuts them apart. Nothing after the last tap is worked out.
    ///
    /// The weights are frozen: only the planes have a gradient.
    ///
    /// # Panics
    ///
    /// If the planes do not fit the layers up to the last tap ([`ConvolutionStack::sizes`] says),
    /// or there is no such layer.
    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        composed::convolution_stack(planes, stack, taps)
    }

    /// The gradient of [`Kernels::convolution_stack`] with respect to the planes, `[batch, time,
    /// frequency, channels]`; `gradient` is that of its result. Of equal values the first one of a
    /// pool's window takes it, and what an activation holds at its floor has none.
    ///
    /// # Panics
    ///
    /// As [`Kernels::convolution_stack`].
    fn convolution_stack_backward(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
        gradient: Tensor<Self, 2>,
    ) -> Tensor<Self, 4> {
        composed::convolution_stack_backward(planes, stack, taps, gradient)
    }
}
