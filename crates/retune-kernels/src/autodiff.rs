//! [`Kernels`] for `Autodiff<B>`: the inner backend's operations as nodes of the graph.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::{Tensor, TensorPrimitive};

use super::{
    AttendGradients, Attended, BiLstmTrace, BiLstmWeights, ConvolutionStack, ConvolutionWeights,
    Kernels,
};

/// The tensor of a float primitive.
fn tensor<B: Kernels, const D: usize>(primitive: B::FloatTensorPrimitive) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// The float primitive of a tensor.
fn primitive<B: Kernels, const D: usize>(tensor: Tensor<B, D>) -> B::FloatTensorPrimitive {
    tensor.into_primitive().tensor()
}

#[derive(Debug)]
struct LogMelBackward;

impl<B: Kernels> Backward<B, 1> for LogMelBackward {
    type State = Tensor<B, 2>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        if let [Some(parent)] = ops.parents {
            let gradient = B::log_mel_backward(ops.state, gradient);
            grads.register::<B>(parent.id, primitive(gradient));
        }
    }
}

#[derive(Debug)]
struct LogMelOfSumBackward;

impl<B: Kernels> Backward<B, 2> for LogMelOfSumBackward {
    type State = (Tensor<B, 2>, Tensor<B, 1>);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let (placed, shared) = ops.state;
        match ops.parents {
            // Rare: each clip's own gradient is asked for, so nothing can be shared.
            [Some(for_placed), for_shared] => {
                let of_clips = B::log_mel_backward(placed + shared.unsqueeze::<2>(), gradient);
                if let Some(node) = for_shared {
                    let of_shared: Tensor<B, 1> = of_clips.clone().sum_dim(0).squeeze_dim(0);
                    grads.register::<B>(node.id, primitive(of_shared));
                }
                grads.register::<B>(for_placed.id, primitive(of_clips));
            }
            [None, Some(for_shared)] => {
                let of_shared = B::log_mel_of_sum_backward(placed, shared, gradient);
                grads.register::<B>(for_shared.id, primitive(of_shared));
            }
            [None, None] => {}
        }
    }
}

#[derive(Debug)]
struct NormaliseBackward;

impl<B: Kernels> Backward<B, 1> for NormaliseBackward {
    type State = Tensor<B, 3>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        if let [Some(parent)] = ops.parents {
            let gradient = B::normalise_backward(ops.state, gradient);
            grads.register::<B>(parent.id, primitive(gradient));
        }
    }
}

#[derive(Debug)]
struct ConvolutionsBackward;

impl<B: Kernels> Backward<B, 1> for ConvolutionsBackward {
    type State = (Tensor<B, 3>, ConvolutionWeights<B>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        if let [Some(parent)] = ops.parents {
            let (plane, weights) = ops.state;
            let gradient = B::convolutions_backward(plane, &weights, gradient);
            grads.register::<B>(parent.id, primitive(gradient));
        }
    }
}

#[derive(Debug, Clone)]
struct BiLstmState<B: Kernels> {
    input: Tensor<B, 3>,
    weights: BiLstmWeights<B>,
    trace: BiLstmTrace<B>,
}

#[derive(Debug)]
struct BiLstmBackward;

impl<B: Kernels> Backward<B, 4> for BiLstmBackward {
    type State = BiLstmState<B>;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let BiLstmState {
            input,
            weights,
            trace,
        } = ops.state;
        let [for_input, for_input_weights, for_recurrent, for_bias] = ops.parents;
        let with_weights =
            for_input_weights.is_some() || for_recurrent.is_some() || for_bias.is_some();
        let found = B::bilstm_backward(input, &weights, &trace, gradient, with_weights);
        if let Some(node) = for_input {
            grads.register::<B>(node.id, primitive(found.input));
        }
        if let Some(found) = found.weights {
            if let Some(node) = for_input_weights {
                grads.register::<B>(node.id, primitive(found.input));
            }
            if let Some(node) = for_recurrent {
                grads.register::<B>(node.id, primitive(found.recurrent));
            }
            if let Some(node) = for_bias {
                grads.register::<B>(node.id, primitive(found.bias));
            }
        }
    }
}

#[derive(Debug, Clone)]
struct AttendState<B: Kernels> {
    frames: Tensor<B, 3>,
    query: Tensor<B, 2>,
    attention: Tensor<B, 2>,
}

/// A node has one output: the attention with the context beside it, `[batch, time + width]`.
#[derive(Debug)]
struct AttendBackward;

impl<B: Kernels> Backward<B, 2> for AttendBackward {
    type State = AttendState<B>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient: Tensor<B, 2> = tensor(grads.consume::<B>(&ops.node));
        let AttendState {
            frames,
            query,
            attention,
        } = ops.state;
        let gradient = beside(gradient, attention.dims()[1]);
        let AttendGradients { frames, query } =
            B::attend_backward(frames, query, attention, gradient);
        let [for_frames, for_query] = ops.parents;
        if let Some(node) = for_frames {
            grads.register::<B>(node.id, primitive(frames));
        }
        if let Some(node) = for_query {
            grads.register::<B>(node.id, primitive(query));
        }
    }
}

/// The parts of an attention of `time` frames with the context beside it.
fn beside<B: Kernels>(both: Tensor<B, 2>, time: usize) -> Attended<B> {
    let width = both.dims()[1] - time;
    Attended {
        attention: both.clone().narrow(1, 0, time),
        context: both.narrow(1, time, width),
    }
}

#[derive(Debug, Clone)]
struct StackState<B: Kernels> {
    planes: Tensor<B, 4>,
    stack: ConvolutionStack,
    taps: Vec<usize>,
}

#[derive(Debug)]
struct StackBackward;

impl<B: Kernels> Backward<B, 1> for StackBackward {
    type State = StackState<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        if let [Some(parent)] = ops.parents {
            let StackState {
                planes,
                stack,
                taps,
            } = ops.state;
            let gradient = B::convolution_stack_backward(planes, &stack, &taps, gradient);
            grads.register::<B>(parent.id, primitive(gradient));
        }
    }
}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        let audio = primitive(audio);
        let inner: Tensor<B, 2> = tensor(audio.primitive.clone());
        let output = primitive(B::log_mel(inner.clone()));
        tensor(
            match LogMelBackward
                .prepare::<C>([audio.node])
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(node) => node.finish(inner, output),
                OpsKind::UnTracked(node) => node.finish(output),
            },
        )
    }

    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
        let placed = primitive(placed);
        let shared = primitive(shared);
        let inner_placed: Tensor<B, 2> = tensor(placed.primitive.clone());
        let inner_shared: Tensor<B, 1> = tensor(shared.primitive.clone());
        let output = primitive(B::log_mel_of_sum(
            inner_placed.clone(),
            inner_shared.clone(),
            of_shared.map(Tensor::inner),
        ));
        tensor(
            match LogMelOfSumBackward
                .prepare::<C>([placed.node, shared.node])
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(node) => node.finish((inner_placed, inner_shared), output),
                OpsKind::UnTracked(node) => node.finish(output),
            },
        )
    }

    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        let plane = primitive(plane);
        let inner: Tensor<B, 3> = tensor(plane.primitive.clone());
        let output = primitive(B::normalise(inner.clone()));
        tensor(
            match NormaliseBackward
                .prepare::<C>([plane.node])
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(node) => node.finish(inner, output),
                OpsKind::UnTracked(node) => node.finish(output),
            },
        )
    }

    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        let plane = primitive(plane);
        let inner: Tensor<B, 3> = tensor(plane.primitive.clone());
        let weights = ConvolutionWeights {
            kernel1: weights.kernel1.clone().inner(),
            bias1: weights.bias1.clone().inner(),
            kernel2: weights.kernel2.clone().inner(),
            bias2: weights.bias2.clone().inner(),
        };
        let output = primitive(B::convolutions(inner.clone(), &weights));
        tensor(
            match ConvolutionsBackward
                .prepare::<C>([plane.node])
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(node) => node.finish((inner, weights), output),
                OpsKind::UnTracked(node) => node.finish(output),
            },
        )
    }

    fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
        let input = primitive(input);
        let input_weights = primitive(weights.input.clone());
        let recurrent = primitive(weights.recurrent.clone());
        let bias = primitive(weights.bias.clone());

        let inner_input: Tensor<B, 3> = tensor(input.primitive.clone());
        let inner_weights = BiLstmWeights::<B> {
            input: tensor(input_weights.primitive.clone()),
            recurrent: tensor(recurrent.primitive.clone()),
            bias: tensor(bias.primitive.clone()),
        };
        let trace = B::bilstm(inner_input.clone(), &inner_weights);
        let (gates, cells) = (trace.gates.clone(), trace.cells.clone());
        let output = primitive(trace.output.clone());
        let output = match BiLstmBackward
            .prepare::<C>([input.node, input_weights.node, recurrent.node, bias.node])
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(node) => {
                let state = BiLstmState {
                    input: inner_input,
                    weights: inner_weights,
                    trace,
                };
                node.finish(state, output)
            }
            OpsKind::UnTracked(node) => node.finish(output),
        };
        BiLstmTrace {
            output: tensor(output),
            gates: Tensor::from_inner(gates),
            cells: Tensor::from_inner(cells),
        }
    }

    fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
        let [_, time, _] = frames.dims();
        let frames = primitive(frames);
        let query = primitive(query);
        let inner_frames: Tensor<B, 3> = tensor(frames.primitive.clone());
        let inner_query: Tensor<B, 2> = tensor(query.primitive.clone());
        let Attended { attention, context } = B::attend(inner_frames.clone(), inner_query.clone());
        let both = primitive(Tensor::cat(vec![attention.clone(), context], 1));
        let both = match AttendBackward
            .prepare::<C>([frames.node, query.node])
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(node) => {
                let state = AttendState {
                    frames: inner_frames,
                    query: inner_query,
                    attention,
                };
                node.finish(state, both)
            }
            OpsKind::UnTracked(node) => node.finish(both),
        };
        beside(tensor(both), time)
    }

    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        let planes = primitive(planes);
        let inner: Tensor<B, 4> = tensor(planes.primitive.clone());
        let output = primitive(B::convolution_stack(inner.clone(), stack, taps));
        tensor(
            match StackBackward
                .prepare::<C>([planes.node])
                .compute_bound()
                .stateful()
            {
                OpsKind::Tracked(node) => {
                    let state = StackState {
                        planes: inner,
                        stack: stack.clone(),
                        taps: taps.to_vec(),
                    };
                    node.finish(state, output)
                }
                OpsKind::UnTracked(node) => node.finish(output),
            },
        )
    }
}
