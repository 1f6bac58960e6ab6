//! Kernels for GPUs, written once for every runtime of CubeCL.
//!
//! They ask of a device no more than WebGPU promises: workgroups of 256 invocations with 16 KiB between
//! them, four to eight buffers, no subgroups, no 64 bits. What is not here is composed of Burn's
//! operations.

mod attend;
mod bilstm;
mod convolutions;
mod dense;
mod launch;
mod log_mel;
mod math;
mod normalise;
mod paint;
mod pool;
mod stack;

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;

pub use self::launch::Gpu;
use crate::{
    AttendGradients, Attended, BiLstmGradients, BiLstmTrace, BiLstmWeights, ConvolutionStack,
    ConvolutionWeights, DenseGradients, DenseWeights, Kernels,
};

/// Frames that go through a source together: the widest layer of the sources at hand has some 3 KiB a
/// frame, which makes a buffer of less than the 128 MiB that WebGPU promises to kernels.
const FRAMES_TOGETHER: usize = 38_400;
/// The frames of a plane of a second, which any source of audio has about.
const FEWEST_FRAMES: usize = 150;

impl<R: CubeRuntime> Kernels for Gpu<R> {
    /// A plane has at most a frame for each value of a series.
    fn together(length: usize) -> usize {
        (FRAMES_TOGETHER / length.max(FEWEST_FRAMES)).max(1)
    }

    fn side_by_side() -> usize {
        1
    }

    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        log_mel::forward(audio, None)
    }

    fn log_mel_backward(audio: Tensor<Self, 2>, gradient: Tensor<Self, 3>) -> Tensor<Self, 2> {
        log_mel::backward(audio, gradient)
    }

    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        _of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
        log_mel::forward(placed, Some(shared))
    }

    fn log_mel_of_sum_backward(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 1> {
        log_mel::backward_to_shared(placed, shared, gradient)
    }

    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        normalise::forward(plane)
    }

    fn normalise_backward(plane: Tensor<Self, 3>, gradient: Tensor<Self, 3>) -> Tensor<Self, 3> {
        normalise::backward(plane, gradient)
    }

    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        convolutions::forward(plane, weights)
    }

    fn convolutions_backward(
        plane: Tensor<Self, 3>,
        weights: &ConvolutionWeights<Self>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 3> {
        convolutions::backward(plane, weights, gradient)
    }

    fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
        bilstm::forward(input, weights, true)
    }

    fn bilstm_output(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> Tensor<Self, 3> {
        bilstm::forward(input, weights, false).output
    }

    fn bilstm_backward(
        input: Tensor<Self, 3>,
        weights: &BiLstmWeights<Self>,
        trace: &BiLstmTrace<Self>,
        gradient: Tensor<Self, 3>,
        with_weights: bool,
    ) -> BiLstmGradients<Self> {
        bilstm::backward(input, weights, trace, gradient, with_weights)
    }

    fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
        attend::forward(frames, query)
    }

    fn attend_backward(
        frames: Tensor<Self, 3>,
        query: Tensor<Self, 2>,
        attention: Tensor<Self, 2>,
        gradient: Attended<Self>,
    ) -> AttendGradients<Self> {
        attend::backward(frames, query, attention, gradient)
    }

    fn dense(input: Tensor<Self, 2>, weights: &DenseWeights<Self>, relu: bool) -> Tensor<Self, 2> {
        dense::forward(input, weights, relu)
    }

    fn dense_backward(
        input: Tensor<Self, 2>,
        weights: &DenseWeights<Self>,
        output: Option<Tensor<Self, 2>>,
        gradient: Tensor<Self, 2>,
        with_weights: bool,
    ) -> DenseGradients<Self> {
        dense::backward(input, weights, output, gradient, with_weights)
    }

    fn pool(layer: Tensor<Self, 3>) -> Tensor<Self, 2> {
        pool::pool(layer)
    }

    fn paint(
        place: Tensor<Self, 3>,
        width: Tensor<Self, 1>,
        height: Tensor<Self, 1>,
        floor: f32,
        centres: &[f32],
    ) -> Tensor<Self, 3> {
        paint::paint(place, [width, height], floor, centres)
    }

    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        stack::forward(planes, stack, taps)
    }

    fn convolution_stack_backward(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
        gradient: Tensor<Self, 2>,
    ) -> Tensor<Self, 4> {
        stack::backward(planes, stack, taps, gradient)
    }
}
