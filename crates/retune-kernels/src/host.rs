//! The kernels of `cpu` for burn-ndarray.

use std::ops::Deref;

use burn::tensor::Tensor;
use burn_ndarray::{NdArray, NdArrayTensor};

use crate::cpu::{self, HostBackend};
use crate::{
    AttendGradients, Attended, BiLstmGradients, BiLstmTrace, BiLstmWeights, ConvolutionStack,
    ConvolutionWeights, Kernels,
};

/// The CPU backend.
pub type Cpu = NdArray<f32>;

/// A tensor's values in row-major order.
enum Values {
    /// Where the tensor holds them.
    Held(NdArrayTensor),
    /// Put in order.
    Copied(Vec<f32>),
}

impl Values {
    /// The tensor's own memory, where that is in row-major order.
    fn held(tensor: &NdArrayTensor) -> Option<&[f32]> {
        match tensor {
            NdArrayTensor::F32(storage) => storage.view().to_slice(),
            _ => None,
        }
    }
}

impl Deref for Values {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Held(tensor) => Self::held(tensor)
                .expect("the memory is in order: checked in `HostBackend::values`"),
            Self::Copied(values) => values,
        }
    }
}

impl HostBackend for Cpu {
    fn values<const D: usize>(tensor: Tensor<Self, D>) -> impl Deref<Target = [f32]> {
        let held = tensor.clone().into_primitive().tensor();
        if Values::held(&held).is_some() {
            return Values::Held(held);
        }
        let data = tensor.into_data().convert::<f32>();
        let values = data.into_vec();
        Values::Copied(values.expect("values are 32-bit floats: converted in the line above"))
    }
}

impl Kernels for Cpu {
    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        cpu::log_mel(audio)
    }

    fn log_mel_backward(audio: Tensor<Self, 2>, gradient: Tensor<Self, 3>) -> Tensor<Self, 2> {
        cpu::log_mel_backward(audio, gradient)
    }

    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
        cpu::log_mel_of_sum(placed, shared, of_shared)
    }

    fn log_mel_of_sum_backward(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 1> {
        cpu::log_mel_of_sum_backward(placed, shared, gradient)
    }

    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        cpu::normalise(plane)
    }

    fn normalise_backward(plane: Tensor<Self, 3>, gradient: Tensor<Self, 3>) -> Tensor<Self, 3> {
        cpu::normalise_backward(plane, gradient)
    }

    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        cpu::convolutions(plane, weights)
    }

    fn convolutions_backward(
        plane: Tensor<Self, 3>,
        weights: &ConvolutionWeights<Self>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 3> {
        cpu::convolutions_backward(plane, weights, gradient)
    }

    fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
        cpu::bilstm(input, weights)
    }

    fn bilstm_output(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> Tensor<Self, 3> {
        cpu::bilstm_output(input, weights)
    }

    fn bilstm_backward(
        input: Tensor<Self, 3>,
        weights: &BiLstmWeights<Self>,
        trace: &BiLstmTrace<Self>,
        gradient: Tensor<Self, 3>,
        with_weights: bool,
    ) -> BiLstmGradients<Self> {
        cpu::bilstm_backward(input, weights, trace, gradient, with_weights)
    }

    fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
        cpu::attend(frames, query)
    }

    fn attend_backward(
        frames: Tensor<Self, 3>,
        query: Tensor<Self, 2>,
        attention: Tensor<Self, 2>,
        gradient: Attended<Self>,
    ) -> AttendGradients<Self> {
        cpu::attend_backward(frames, query, attention, gradient)
    }

    fn pool(layer: Tensor<Self, 3>) -> Tensor<Self, 2> {
        cpu::pool(layer)
    }

    fn paint(
        place: Tensor<Self, 3>,
        width: Tensor<Self, 1>,
        height: Tensor<Self, 1>,
        floor: f32,
        centres: &[f32],
    ) -> Tensor<Self, 3> {
        cpu::paint(place, width, height, floor, centres)
    }

    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        cpu::convolution_stack(planes, stack, taps)
    }

    fn convolution_stack_backward(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
        gradient: Tensor<Self, 2>,
    ) -> Tensor<Self, 4> {
        cpu::convolution_stack_backward(planes, stack, taps, gradient)
    }
}
