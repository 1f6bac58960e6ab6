//! The CPU backend, with hand-written kernels on slices in row-major order.
//!
//! Work is split into fixed parts, whatever the number of threads, so that results are the same on
//! any machine size.

mod activation;
mod attend;
mod bilstm;
mod clips;
mod convolutions;
mod log_mel;
mod normalise;
mod paint;
mod panels;
mod pool;
pub(crate) mod stack;
mod tensors;
#[cfg(test)]
mod tests;
mod vectors;

use burn::tensor::Tensor;

use self::clips::{OnClip, of_clips};
pub use self::tensors::Cpu;
use self::tensors::{tensor, values};
use self::vectors::LANES;
use crate::composed::{self, POOLED};
use crate::mel::{FRAMES, MELS};
use crate::{
    AttendGradients, Attended, BiLstmGradients, BiLstmTrace, BiLstmWeights, ConvolutionStack,
    ConvolutionWeights, Kernels,
};

/// What `kernel` makes of planes of one shape: planes of that shape.
fn of_planes<const N: usize>(
    kernel: &impl OnClip<N, 1>,
    planes: [Tensor<Cpu, 3>; N],
) -> Tensor<Cpu, 3> {
    let shape @ [batch, frames, mels] = planes[0].dims();
    if shape.contains(&0) {
        return planes[0].clone();
    }
    let planes = planes.map(values);
    let planes = planes.each_ref().map(|plane| &**plane);
    let [out] = of_clips(kernel, batch, planes, [frames * mels]);
    tensor(out, shape)
}

impl Kernels for Cpu {
    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        let [batch, samples] = audio.dims();
        let planes = log_mel::forward(&values(audio), samples);
        tensor(planes, [batch, FRAMES, MELS])
    }

    fn log_mel_backward(audio: Tensor<Self, 2>, gradient: Tensor<Self, 3>) -> Tensor<Self, 2> {
        let shape @ [_, samples] = audio.dims();
        let (audio, of_planes) = (values(audio), values(gradient));
        let out = log_mel::backward(&audio, &of_planes, samples);
        tensor(out, shape)
    }

    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
        let shape @ [batch, samples] = placed.dims();
        let (placed, shared) = (values(placed), values(shared));
        let of_shared = match of_shared {
            Some(of_shared) => values(of_shared).to_vec(),
            None => log_mel::forward(&shared, samples),
        };
        let planes = log_mel::of_sum(&placed, &shared, &of_shared, shape);
        tensor(planes, [batch, FRAMES, MELS])
    }

    fn log_mel_of_sum_backward(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 1> {
        let shape @ [_, samples] = placed.dims();
        let (placed, shared, gradient) = (values(placed), values(shared), values(gradient));
        let out = log_mel::of_sum_backward(&placed, &shared, &gradient, shape);
        tensor(out, [samples])
    }

    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        of_planes(&normalise::Forward, [plane])
    }

    fn normalise_backward(plane: Tensor<Self, 3>, gradient: Tensor<Self, 3>) -> Tensor<Self, 3> {
        of_planes(&normalise::Backward, [plane, gradient])
    }

    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        let [_, _, mels] = plane.dims();
        let weights = convolutions::Weights::new(weights, mels);
        of_planes(&convolutions::Forward(weights), [plane])
    }

    fn convolutions_backward(
        plane: Tensor<Self, 3>,
        weights: &ConvolutionWeights<Self>,
        gradient: Tensor<Self, 3>,
    ) -> Tensor<Self, 3> {
        let [_, _, mels] = plane.dims();
        let weights = convolutions::Weights::new(weights, mels);
        of_planes(&convolutions::Backward(weights), [plane, gradient])
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
        let shape @ [batch, time, width] = frames.dims();
        if shape.contains(&0) {
            return composed::attend(frames, query);
        }
        let inputs = [&*values(frames), &*values(query)];
        let [attention, context] = of_clips(&attend::Forward, batch, inputs, [time, width]);
        Attended {
            attention: tensor(attention, [batch, time]),
            context: tensor(context, [batch, width]),
        }
    }

    fn attend_backward(
        frames: Tensor<Self, 3>,
        query: Tensor<Self, 2>,
        attention: Tensor<Self, 2>,
        gradient: Attended<Self>,
    ) -> AttendGradients<Self> {
        let shape @ [batch, time, width] = frames.dims();
        if shape.contains(&0) {
            return composed::attend_backward(frames, query, attention, gradient);
        }
        let frames = values(frames);
        let flat = [query, attention, gradient.attention, gradient.context].map(values);
        let [query, attention, of_attention, of_context] = flat.each_ref().map(|flat| &**flat);
        let inputs = [&*frames, query, attention, of_attention, of_context];
        let widths = [time * width, width];
        let [of_frames, of_query] = of_clips(&attend::Backward, batch, inputs, widths);
        AttendGradients {
            frames: tensor(of_frames, shape),
            query: tensor(of_query, [batch, width]),
        }
    }

    fn pool(layer: Tensor<Self, 3>) -> Tensor<Self, 2> {
        let shape @ [batch, _, width] = layer.dims();
        if shape.contains(&0) {
            return composed::pool(layer);
        }
        let (kernel, widths) = (pool::Pool { width }, [POOLED * width]);
        let [out] = of_clips(&kernel, batch, [&*values(layer)], widths);
        tensor(out, [batch, POOLED * width])
    }

    fn paint(
        place: Tensor<Self, 3>,
        width: Tensor<Self, 1>,
        height: Tensor<Self, 1>,
        floor: f32,
        centres: &[f32],
    ) -> Tensor<Self, 3> {
        let shape @ [batch, _, frames] = place.dims();
        let filters = centres.len();
        // Filters that do not fill whole vectors are rare enough to be left to any backend's way.
        if shape.contains(&0) || filters == 0 || !filters.is_multiple_of(LANES) {
            return composed::paint(place, width, height, floor, centres);
        }
        let kernel = paint::Paint {
            narrowness: values(width).iter().map(|width| 1.0 / width).collect(),
            height: values(height).to_vec(),
            floor,
            centres,
        };
        let (place, widths) = (values(place), [frames * filters]);
        let [out] = of_clips(&kernel, batch, [&*place], widths);
        tensor(out, [batch, frames, filters])
    }

    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        let [batch, size @ ..] = planes.dims();
        let plan = stack.plan(size, taps);
        let width = plan.width(taps.iter().copied());
        let out = stack.packed().forward(&values(planes), &plan, taps);
        tensor(out, [batch, width])
    }

    fn convolution_stack_backward(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
        gradient: Tensor<Self, 2>,
    ) -> Tensor<Self, 4> {
        let shape @ [_, size @ ..] = planes.dims();
        let plan = stack.plan(size, taps);
        let (planes, gradients) = (values(planes), values(gradient));
        let packed = stack.packed();
        let out = packed.backward(&planes, &plan, taps, &gradients);
        tensor(out, shape)
    }
}
