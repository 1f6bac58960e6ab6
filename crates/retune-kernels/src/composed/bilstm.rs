//! The bidirectional LSTM and its backward pass in Burn tensor operations.
//!
//! All input projections are one matrix product; a step is one small product and a few
//! element-wise operations. The backward pass is written out by hand on the inner backend, so that
//! no graph of 125 slices is ever built.

use burn::tensor::activation::{sigmoid, tanh};
use burn::tensor::backend::Backend;
use burn::tensor::{Shape, Tensor};

use crate::{BiLstmGradients, BiLstmTrace, BiLstmWeights};

/// Trace layout: gates `[direction, time, batch, 4H]`, cells `[direction, time, batch, H]`.
fn shaped<B: Backend, const D: usize>(flat: &Tensor<B, 1>, shape: [usize; D]) -> Tensor<B, D> {
    flat.clone().reshape(Shape::new(shape))
}

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
    weights
        .recurrent
        .clone()
        .narrow(0, direction, 1)
        .squeeze_dim(0)
}

/// See [`Kernels::bilstm`](crate::Kernels::bilstm).
pub fn bilstm<B: Backend>(input: Tensor<B, 3>, weights: &BiLstmWeights<B>) -> BiLstmTrace<B> {
    let device = input.device();
    let [batch, time, features] = input.dims();
    let [_, units, gate_width] = weights.recurrent.dims();
    let projected = input
        .swap_dims(0, 1)
        .reshape([time * batch, features])
        .matmul(weights.input.clone())
        + weights.bias.clone().unsqueeze::<2>();
    let projected = projected.reshape([time, batch, 2 * gate_width]);

    let mut gates = Vec::with_capacity(2);
    let mut cells = Vec::with_capacity(2);
    let mut outputs = Vec::with_capacity(2);
    for direction in 0..2 {
        let recurrent = recurrent(weights, direction);
        let mut hidden = Tensor::<B, 2>::zeros([batch, units], &device);
        let mut cell = Tensor::<B, 2>::zeros([batch, units], &device);
        let mut trace = vec![None; time];
        for step in steps(direction, time) {
            let before: Tensor<B, 2> = projected
                .clone()
                .slice([
                    step..step + 1,
                    0..batch,
                    direction * gate_width..(direction + 1) * gate_width,
                ])
                .squeeze_dim(0);
            let before = before + hidden.matmul(recurrent.clone());
            let entry = sigmoid(columns(&before, 0, units));
            let forget = sigmoid(columns(&before, 1, units));
            let candidate = tanh(columns(&before, 2, units));
            let exit = sigmoid(columns(&before, 3, units));
            cell = forget.clone() * cell + entry.clone() * candidate.clone();
            hidden = exit.clone() * cell.clone().tanh();
            let activations = Tensor::cat(vec![entry, forget, candidate, exit], 1);
            trace[step] = Some((activations, cell.clone(), hidden.clone()));
        }
        let trace: Vec<_> = trace.into_iter().flatten().collect();
        gates.push(Tensor::stack::<3>(
            trace.iter().map(|(gates, _, _)| gates.clone()).collect(),
            0,
        ));
        cells.push(Tensor::stack::<3>(
            trace.iter().map(|(_, cell, _)| cell.clone()).collect(),
            0,
        ));
        outputs.push(Tensor::stack::<3>(
            trace.into_iter().map(|(_, _, hidden)| hidden).collect(),
            1,
        ));
    }
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
    let [_, units, gate_width] = weights.recurrent.dims();
    let gates = shaped(&trace.gates, [2, time, batch, gate_width]);
    let cells = shaped(&trace.cells, [2, time, batch, units]);
    let at = |tensor: &Tensor<B, 4>, direction: usize, step: usize| -> Tensor<B, 2> {
        let [_, _, batch, width] = tensor.dims();
        tensor
            .clone()
            .slice([direction..direction + 1, step..step + 1, 0..batch, 0..width])
            .reshape([batch, width])
    };
    let output_at = |tensor: &Tensor<B, 3>, direction: usize, step: usize| -> Tensor<B, 2> {
        tensor
            .clone()
            .slice([
                0..batch,
                step..step + 1,
                direction * units..(direction + 1) * units,
            ])
            .reshape([batch, units])
    };
    let zeros = || Tensor::<B, 2>::zeros([batch, units], &device);

    let mut gate_gradients = Vec::with_capacity(2);
    let mut recurrent_gradients = Vec::with_capacity(2);
    for direction in 0..2 {
        let back = recurrent(weights, direction).transpose();
        let order = steps(direction, time);
        let mut hidden_gradient = zeros();
        let mut cell_gradient = zeros();
        let mut of_gates = vec![None; time];
        let mut heard_before = vec![None; time];
        for (position, &step) in order.iter().enumerate().rev() {
            let previous = position.checked_sub(1).map(|earlier| order[earlier]);
            let activations = at(&gates, direction, step);
            let entry = columns(&activations, 0, units);
            let forget = columns(&activations, 1, units);
            let candidate = columns(&activations, 2, units);
            let exit = columns(&activations, 3, units);
            let squashed = at(&cells, direction, step).tanh();
            let cell_before = previous.map_or_else(zeros, |step| at(&cells, direction, step));

            let of_hidden = hidden_gradient + output_at(&gradient, direction, step);
            let of_cell = cell_gradient
                + of_hidden.clone()
                    * exit.clone()
                    * (squashed.clone().powi_scalar(2).neg().add_scalar(1.0));
            let slope = |gate: &Tensor<B, 2>| gate.clone() * gate.clone().neg().add_scalar(1.0);
            let found = Tensor::cat(
                vec![
                    of_cell.clone() * candidate.clone() * slope(&entry),
                    of_cell.clone() * cell_before * slope(&forget),
                    of_cell.clone() * entry * candidate.powi_scalar(2).neg().add_scalar(1.0),
                    of_hidden * squashed * slope(&exit),
                ],
                1,
            );
            hidden_gradient = found.clone().matmul(back.clone());
            cell_gradient = of_cell * forget;
            of_gates[step] = Some(found);
            if with_weights {
                heard_before[step] =
                    Some(previous.map_or_else(zeros, |s| output_at(&trace.output, direction, s)));
            }
        }
        let of_gates: Vec<_> = of_gates.into_iter().flatten().collect();
        let of_gates = Tensor::cat(of_gates, 0);
        if with_weights {
            let heard_before: Vec<_> = heard_before.into_iter().flatten().collect();
            let found = Tensor::cat(heard_before, 0)
                .transpose()
                .matmul(of_gates.clone());
            recurrent_gradients.push(found.unsqueeze::<3>());
        }
        gate_gradients.push(of_gates);
    }
    // `[time * batch, 8H]`, both directions beside each other.
    let of_gates = Tensor::cat(gate_gradients, 1);
    let of_input = of_gates
        .clone()
        .matmul(weights.input.clone().transpose())
        .reshape([time, batch, features])
        .swap_dims(0, 1);
    let weights = with_weights.then(|| BiLstmWeights {
        input: input
            .swap_dims(0, 1)
            .reshape([time * batch, features])
            .transpose()
            .matmul(of_gates.clone()),
        recurrent: Tensor::cat(recurrent_gradients, 0),
        bias: of_gates.sum_dim(0).squeeze_dim(0),
    });
    BiLstmGradients {
        input: of_input,
        weights,
    }
}
