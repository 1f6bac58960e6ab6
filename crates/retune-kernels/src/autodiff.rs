//! [`Kernels`] for `Autodiff<B>`: the inner backend's operations as nodes of the graph.

use std::fmt::Debug;

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::tensor::ops::FloatTensor;
use burn::tensor::{Tensor, TensorPrimitive};

use super::{
    Attended, BiLstmTrace, BiLstmWeights, ConvolutionStack, ConvolutionWeights, DenseWeights,
    Kernels,
};

/// The tensor of a float primitive.
fn tensor<B: Kernels, const D: usize>(primitive: FloatTensor<B>) -> Tensor<B, D> {
    Tensor::from_primitive(TensorPrimitive::Float(primitive))
}

/// The float primitive of a tensor.
fn primitive<B: Kernels, const D: usize>(tensor: Tensor<B, D>) -> FloatTensor<B> {
    tensor.into_primitive().tensor()
}

/// How what a node keeps and the gradient of its output become the gradients of its parents, of
/// which only some are wanted.
type Rule<B, S, const N: usize, const D: usize> =
    fn(S, Tensor<B, D>, [bool; N]) -> [Option<FloatTensor<B>>; N];

#[derive(Debug)]
struct Node<B: Kernels, S, const N: usize, const D: usize>(Rule<B, S, N, D>);

impl<B, S, const N: usize, const D: usize> Backward<B, N> for Node<B, S, N, D>
where
    B: Kernels,
    S: Clone + Debug + Send + 'static,
{
    type State = S;

    fn backward(self, ops: Ops<S, N>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = tensor(grads.consume::<B>(&ops.node));
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let found = (self.0)(ops.state, gradient, wanted);
        for (parent, found) in ops.parents.into_iter().zip(found) {
            if let (Some(parent), Some(found)) = (parent, found) {
                grads.register::<B>(parent.id, found);
            }
        }
    }
}

/// `output` as a node of the graph with these parents.
fn record<B, C, S, const N: usize, const D: usize>(
    parents: [FloatTensor<Autodiff<B, C>>; N],
    state: S,
    output: Tensor<B, D>,
    rule: Rule<B, S, N, D>,
) -> Tensor<Autodiff<B, C>, D>
where
    B: Kernels,
    C: CheckpointStrategy,
    S: Clone + Debug + Send + 'static,
{
    let nodes = parents.each_ref().map(|parent| parent.node.clone());
    let output = primitive(output);
    tensor(
        match Node(rule).prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(node) => node.finish(state, output),
            OpsKind::UnTracked(node) => node.finish(output),
        },
    )
}

/// The node of an operation on one tensor and what is frozen, given its two passes.
fn record_one<B, C, S, const I: usize, const D: usize>(
    input: Tensor<Autodiff<B, C>, I>,
    frozen: S,
    forward: fn(Tensor<B, I>, &S) -> Tensor<B, D>,
    backward: fn(Tensor<B, I>, &S, Tensor<B, D>) -> Tensor<B, I>,
) -> Tensor<Autodiff<B, C>, D>
where
    B: Kernels,
    C: CheckpointStrategy,
    S: Clone + Debug + Send + 'static,
{
    let inner = input.clone().inner();
    let output = forward(inner.clone(), &frozen);
    let state = (inner, frozen, backward);
    record([primitive(input)], state, output, |state, gradient, _| {
        let (input, frozen, backward) = state;
        [Some(primitive(backward(input, &frozen, gradient)))]
    })
}

/// The parts of an attention of `time` frames with the context beside it, `[batch, time + width]`:
/// a node has one output.
fn beside<B: Kernels>(both: Tensor<B, 2>, time: usize) -> Attended<B> {
    let width = both.dims()[1] - time;
    Attended {
        attention: both.clone().narrow(1, 0, time),
        context: both.narrow(1, time, width),
    }
}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn together(length: usize) -> usize {
        B::together(length)
    }

    fn side_by_side() -> usize {
        B::side_by_side()
    }

    fn log_mel(audio: Tensor<Self, 2>) -> Tensor<Self, 3> {
        let backward = |audio, (): &_, gradient| B::log_mel_backward(audio, gradient);
        record_one(audio, (), |audio, ()| B::log_mel(audio), backward)
    }

    fn log_mel_of_sum(
        placed: Tensor<Self, 2>,
        shared: Tensor<Self, 1>,
        of_shared: Option<Tensor<Self, 3>>,
    ) -> Tensor<Self, 3> {
        let inner = (placed.clone().inner(), shared.clone().inner());
        let known = of_shared.map(Tensor::inner);
        let output = B::log_mel_of_sum(inner.0.clone(), inner.1.clone(), known);
        let parents = [primitive(placed), primitive(shared)];
        record(parents, inner, output, |inner, gradient, wanted| {
            let ((placed, shared), [for_placed, for_shared]) = (inner, wanted);
            if !for_placed {
                let of_shared = B::log_mel_of_sum_backward(placed, shared, gradient);
                return [None, Some(primitive(of_shared))];
            }
            // Rare: each clip's own gradient is asked for, so nothing can be shared.
            let of_clips = B::log_mel_backward(placed + shared.unsqueeze::<2>(), gradient);
            let of_shared = || primitive::<B, 1>(of_clips.clone().sum_dim(0).squeeze_dim(0));
            let of_shared = for_shared.then(of_shared);
            [Some(primitive(of_clips)), of_shared]
        })
    }

    fn normalise(plane: Tensor<Self, 3>) -> Tensor<Self, 3> {
        let backward = |plane, (): &_, gradient| B::normalise_backward(plane, gradient);
        record_one(plane, (), |plane, ()| B::normalise(plane), backward)
    }

    fn convolutions(plane: Tensor<Self, 3>, weights: &ConvolutionWeights<Self>) -> Tensor<Self, 3> {
        let weights = ConvolutionWeights {
            kernel1: weights.kernel1.clone().inner(),
            bias1: weights.bias1.clone().inner(),
            kernel2: weights.kernel2.clone().inner(),
            bias2: weights.bias2.clone().inner(),
        };
        record_one(plane, weights, B::convolutions, B::convolutions_backward)
    }

    fn bilstm(input: Tensor<Self, 3>, weights: &BiLstmWeights<Self>) -> BiLstmTrace<Self> {
        let weights = weights.clone();
        let inner = input.clone().inner();
        let inner_weights = BiLstmWeights {
            input: weights.input.clone().inner(),
            recurrent: weights.recurrent.clone().inner(),
            bias: weights.bias.clone().inner(),
        };
        let trace = B::bilstm(inner.clone(), &inner_weights);
        let (gates, cells) = (trace.gates.clone(), trace.cells.clone());
        let output = trace.output.clone();
        let parents = [
            primitive(input),
            primitive(weights.input),
            primitive(weights.recurrent),
            primitive(weights.bias),
        ];
        let state = (inner, inner_weights, trace);
        let output = record(parents, state, output, |state, gradient, wanted| {
            let (input, weights, trace) = state;
            let with_weights = wanted[1..].contains(&true);
            let found = B::bilstm_backward(input, &weights, &trace, gradient, with_weights);
            let input = Some(primitive(found.input));
            match found.weights {
                None => [input, None, None, None],
                Some(weights) => [
                    input,
                    Some(primitive(weights.input)),
                    Some(primitive(weights.recurrent)),
                    Some(primitive(weights.bias)),
                ],
            }
        });
        BiLstmTrace {
            output,
            gates: Tensor::from_inner(gates),
            cells: Tensor::from_inner(cells),
        }
    }

    fn dense(input: Tensor<Self, 2>, weights: &DenseWeights<Self>, relu: bool) -> Tensor<Self, 2> {
        let inner = input.clone().inner();
        let inner_weights = DenseWeights {
            kernel: weights.kernel.clone().inner(),
            bias: weights.bias.clone().inner(),
        };
        let output = B::dense(inner.clone(), &inner_weights, relu);
        let parents = [
            primitive(input),
            primitive(weights.kernel.clone()),
            primitive(weights.bias.clone()),
        ];
        let state = (inner, inner_weights, relu.then(|| output.clone()));
        record(parents, state, output, |state, gradient, wanted| {
            let (input, weights, output) = state;
            let with_weights = wanted[1..].contains(&true);
            let found = B::dense_backward(input, &weights, output, gradient, with_weights);
            let input = Some(primitive(found.input));
            match found.weights {
                None => [input, None, None],
                Some(weights) => [
                    input,
                    Some(primitive(weights.kernel)),
                    Some(primitive(weights.bias)),
                ],
            }
        })
    }

    fn attend(frames: Tensor<Self, 3>, query: Tensor<Self, 2>) -> Attended<Self> {
        let [_, time, _] = frames.dims();
        let (inner, inner_query) = (frames.clone().inner(), query.clone().inner());
        let Attended { attention, context } = B::attend(inner.clone(), inner_query.clone());
        let both = Tensor::cat(vec![attention.clone(), context], 1);
        let state = (inner, inner_query, attention);
        let parents = [primitive(frames), primitive(query)];
        let both = record(parents, state, both, |state, gradient, _| {
            let (frames, query, attention) = state;
            let gradient = beside(gradient, attention.dims()[1]);
            let found = B::attend_backward(frames, query, attention, gradient);
            [Some(primitive(found.frames)), Some(primitive(found.query))]
        });
        beside(both, time)
    }

    fn convolution_stack(
        planes: Tensor<Self, 4>,
        stack: &ConvolutionStack,
        taps: &[usize],
    ) -> Tensor<Self, 2> {
        record_one(
            planes,
            (stack.clone(), taps.to_vec()),
            |planes, (stack, taps)| B::convolution_stack(planes, stack, taps),
            |planes, (stack, taps), gradient| {
                B::convolution_stack_backward(planes, stack, taps, gradient)
            },
        )
    }
}
