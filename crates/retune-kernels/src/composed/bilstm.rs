//! The bidirectional LSTM and its backward pass in Burn tensor operations.
//!
//! All input projections are one matrix product; a step is one small product and a few
//! element-wise operations. The backward pass is written out by hand on the inner backend, so that
//! no graph of 125 slices is ever built.

use burn::tensor::Tensor;
use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::backend::Backend;

use crate::{BiLstmGradients, BiLstmTrace, BiLstmWeights};

/// The `part`-th of the equal parts, `width` wide, along the last of two dimensions.
fn columns<B: Backend>(matrix: &Tensor<B, 2>, part: usize, width: usize) -> Tensor<B, 2> {
    matrix.clone().narrow(1, part * width, width)
}

/// The steps of a direction in the order in which it hears them.
fn steps(direction: usize, time: usize) -> Vec<usize> {
    match direction {
        0 => (0..time).collect(),
        _ => (0..time).rev().collect(),
    }
}

/// The recurrent weights of one direction, `[H, 4H]`.
fn recurrent<B: Backend>(weights: &BiLstmWeights<B>, direction: usize) -> Tensor<B, 2> {
    let recurrent = weights.recurrent.clone();
    recurrent.narrow(0, direction, 1).squeeze_dim(0)
}

/// See [`Kernels::bilstm`](crate::Kernels::bilstm).
pub fn bilstm<B: Backend>(input: Tensor<B, 3>, weights: &BiLstmWeights<B>) -> BiLstmTrace<B> {
    let device = input.device();
    let [batch, time, features] = input.dims();
    let [_, units, width] = weights.recurrent.dims();
    let rows = input.swap_dims(0, 1).reshape([time * batch, features]);
    let projected = rows.matmul(weights.input.clone()) + weights.bias.clone().unsqueeze::<2>();
    let projected = projected.reshape([time, batch, 2 * width]);

    let (mut gates, mut cells, mut outputs) = (vec![], vec![], vec![]);
    for direction in 0..2 {
        let recurrent = recurrent(weights, direction);
        let mut hidden = Tensor::<B, 2>::zeros([batch, units], &device);
        let mut cell = hidden.clone();
        let mut trace = vec![None; time];
        for step in steps(direction, time) {
            let before = projected.clone().narrow(0, step, 1);
            let before: Tensor<B, 2> = before.narrow(2, direction * width, width).squeeze_dim(0);
            let before = before + hidden.matmul(recurrent.clone());
            let entry = sigmoid(columns(&before, 0, units));
            let forget = sigmoid(columns(&before, 1, units));
            let candidate = tanh(columns(&before, 2, units));
            let exit = sigmoid(columns(&before, 3, units));
            cell = forget.clone() * cell + entry.clone() * candidate.clone();
            hidden = exit.clone() * cell.clone().tanh();
            let activations = Tensor::cat(vec![entry, forget, candidate, exit], 1);
            trace[step] = Some([activations, cell.clone(), hidden.clone()]);
        }
        let over_time = |part: usize, dim: usize| {
            let trace = trace.iter().flatten();
            Tensor::stack::<3>(trace.map(|parts| parts[part].clone()).collect(), dim)
        };
        gates.push(over_time(0, 0));
        cells.push(over_time(1, 0));
        outputs.push(over_time(2, 1));
    }
    // Gates `[direction, time, batch, 4H]`, cells `[direction, time, batch, H]`.
    BiLstmTrace {
        output: Tensor::cat(outputs, 2),
        gates: Tensor::cat(gates, 0).reshape([-1]),
        cells: Tensor::cat(cells, 0).reshape([-1]),
    }
}

/// See [`Kernels::bilstm_backward`](crate::Kernels::bilstm_backward).
pub fn bilstm_backward<B: Backend>(
    input: Tensor<B, 3>,
    weights: &BiLstmWeights<B>,
    trace: &BiLstmTrace<B>,
    gradient: Tensor<B, 3>,
    with_weights: bool,
) -> BiLstmGradients<B> {
    let device = input.device();
    let [batch, time, features] = input.dims();
    let [_, units, width] = weights.recurrent.dims();
    let gates = trace.gates.clone().reshape([2, time, batch, width]);
    let cells = trace.cells.clone().reshape([2, time, batch, units]);
    let at = |tensor: &Tensor<B, 4>, direction: usize, step: usize| -> Tensor<B, 2> {
        let here = tensor.clone().narrow(0, direction, 1).narrow(1, step, 1);
        here.squeeze_dims(&[0, 1])
    };
    let output_at = |tensor: &Tensor<B, 3>, direction: usize, step: usize| -> Tensor<B, 2> {
        let here = tensor.clone().narrow(1, step, 1);
        here.narrow(2, direction * units, units).squeeze_dim(1)
    };
    let zeros = || Tensor::<B, 2>::zeros([batch, units], &device);
    let one_less = |tensor: Tensor<B, 2>| tensor.neg().add_scalar(1.0);

    let (mut gate_gradients, mut recurrent_gradients) = (vec![], vec![]);
    for direction in 0..2 {
        let back = recurrent(weights, direction).transpose();
        let order = steps(direction, time);
        let (mut hidden_gradient, mut cell_gradient) = (zeros(), zeros());
        let (mut of_gates, mut heard_before) = (vec![None; time], vec![None; time]);
        for (position, &step) in order.iter().enumerate().rev() {
            let previous = position.checked_sub(1).map(|earlier| order[earlier]);
            let activations = at(&gates, direction, step);
            let [entry, forget, candidate, exit] =
                [0, 1, 2, 3].map(|gate| columns(&activations, gate, units));
            let squashed = at(&cells, direction, step).tanh();
            let cell_before = previous.map_or_else(zeros, |step| at(&cells, direction, step));

            let of_hidden = hidden_gradient + output_at(&gradient, direction, step);
            let of_cell = cell_gradient
                + of_hidden.clone() * exit.clone() * one_less(squashed.clone().powi_scalar(2));
            let slope = |gate: &Tensor<B, 2>| gate.clone() * one_less(gate.clone());
            let parts = vec![
                of_cell.clone() * candidate.clone() * slope(&entry),
                of_cell.clone() * cell_before * slope(&forget),
                of_cell.clone() * entry * one_less(candidate.powi_scalar(2)),
                of_hidden * squashed * slope(&exit),
            ];
            let found = Tensor::cat(parts, 1);
            hidden_gradient = found.clone().matmul(back.clone());
            cell_gradient = of_cell * forget;
            of_gates[step] = Some(found);
            if with_weights {
                heard_before[step] =
                    Some(previous.map_or_else(zeros, |s| output_at(&trace.output, direction, s)));
            }
        }
        let of_gates = Tensor::cat(of_gates.into_iter().flatten().collect(), 0);
        if with_weights {
            let heard_before = Tensor::cat(heard_before.into_iter().flatten().collect(), 0);
            let found = heard_before.transpose().matmul(of_gates.clone());
            recurrent_gradients.push(found.unsqueeze::<3>());
        }
        gate_gradients.push(of_gates);
    }
    // `[time * batch, 8H]`, both directions beside each other.
    let of_gates = Tensor::cat(gate_gradients, 1);
    let of_input = of_gates.clone().matmul(weights.input.clone().transpose());
    let weights = with_weights.then(|| {
        let rows = input.swap_dims(0, 1).reshape([time * batch, features]);
        BiLstmWeights {
            input: rows.transpose().matmul(of_gates.clone()),
            recurrent: Tensor::cat(recurrent_gradients, 0),
            bias: of_gates.sum_dim(0).squeeze_dim(0),
        }
    });
    BiLstmGradients {
        input: of_input.reshape([time, batch, features]).swap_dims(0, 1),
        weights,
    }
}
