//! The recurrent part of the bidirectional LSTM, one launch for both directions and all steps.
//!
//! A workgroup is one direction of one sample, an invocation one column of its gates, which keeps
//! that column's recurrent weights. What steps hand on lies in the workgroup's memory.

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use cubecl::prelude::*;

use super::launch::{Gpu, empty, into_tensor, rows};
use super::math::{sigmoid, tanh};
use crate::{BiLstmGradients, BiLstmTrace, BiLstmWeights, composed};

/// The most invocations of a workgroup that every device has (WebGPU's limit).
const MOST_COLUMNS: usize = 256;

/// Whether a workgroup holds the columns of a layer's gates.
fn fits(units: usize) -> bool {
    4 * units <= MOST_COLUMNS && units.is_multiple_of(4)
}

pub fn forward<R: CubeRuntime>(
    input: Tensor<Gpu<R>, 3>,
    weights: &BiLstmWeights<Gpu<R>>,
    traced: bool,
) -> BiLstmTrace<Gpu<R>> {
    let [batch, time, features] = input.dims();
    let [_, units, width] = weights.recurrent.dims();
    if !fits(units) || batch * time == 0 {
        return composed::bilstm(input, weights);
    }
    let projected = input
        .reshape([batch * time, features])
        .matmul(weights.input.clone());
    let projected = rows(projected);
    let output = empty(&projected, [batch, time, 2 * units]);
    // Nobody reads the trace of a pass that needs none; a kernel wants something to bind.
    let kept = if traced { batch * time } else { 1 };
    let gates = empty(&projected, [kept * 2 * width]);
    let cells = empty(&projected, [kept * 2 * units]);
    // SAFETY: `projected` has a row of `2 · width` numbers, `output` and `cells` one of `2 · units`
    // for each step of each sample, which are all that the launch goes through.
    unsafe {
        forward_kernel::launch_unchecked::<R>(
            &projected.client.clone(),
            CubeCount::Static(batch as u32, 2, 1),
            CubeDim::new_1d(width as u32),
            projected.into_array_arg(),
            rows(weights.bias.clone()).into_array_arg(),
            rows(weights.recurrent.clone()).into_array_arg(),
            output.clone().into_array_arg(),
            gates.clone().into_array_arg(),
            cells.clone().into_array_arg(),
            time as u32,
            units,
            traced,
        );
    }
    BiLstmTrace {
        output: into_tensor(output),
        gates: into_tensor(gates),
        cells: into_tensor(cells),
    }
}

/// The step that a direction hears at a position.
#[cube]
fn along(direction: usize, position: usize, time: usize) -> usize {
    select(direction == 0, position, time - 1 - position)
}

#[cube(launch_unchecked)]
fn forward_kernel(
    projected: &Array<f32>,
    bias: &Array<f32>,
    recurrent: &Array<f32>,
    output: &mut Array<f32>,
    gates: &mut Array<f32>,
    cells: &mut Array<f32>,
    time: u32,
    #[comptime] units: usize,
    #[comptime] traced: bool,
) {
    let width = comptime!(4 * units);
    let time = time as usize;
    let column = UNIT_POS as usize;
    let unit = column % units;
    let direction = CUBE_POS_Y as usize;
    let first_row = CUBE_POS_X as usize * time;
    let place = direction * width + column;

    let mut weights = Array::<f32>::new(units);
    #[unroll]
    for from in 0..units {
        weights[from] = recurrent[(direction * units + from) * width + column];
    }
    let bias = bias[place];
    let is_candidate = column / units == 2;

    let mut hidden = SharedMemory::<f32>::new(units);
    let mut activations = SharedMemory::<f32>::new(width);
    let mut cell = f32::new(0.0);
    if column < units {
        hidden[column] = 0.0;
    }
    sync_cube();

    let mut next = projected[(first_row + along(direction, 0, time)) * 2 * width + place];
    for step in 0..time {
        let row = first_row + along(direction, step, time);
        let mut sum = next + bias;
        // The next step's input is asked for early: it takes longer than a step to come.
        let after = first_row + along(direction, min(step + 1, time - 1), time);
        next = projected[after * 2 * width + place];
        let mut others = f32::new(0.0);
        #[unroll]
        for pair in 0..comptime!(units / 2) {
            let from = comptime!(2 * pair);
            sum += hidden[from] * weights[from];
            others += hidden[comptime!(from + 1)] * weights[comptime!(from + 1)];
        }
        sum += others;
        // tanh(x) = 2 σ(2x) − 1
        let scale = select(is_candidate, f32::new(2.0), f32::new(1.0));
        let squashed = sigmoid(scale * sum) * scale - (scale - 1.0);
        activations[column] = squashed;
        if comptime!(traced) {
            gates[row * 2 * width + place] = squashed;
        }
        sync_cube();
        if column < units {
            let entry = activations[unit];
            let forget = activations[units + unit];
            let candidate = activations[2 * units + unit];
            let exit = activations[3 * units + unit];
            cell = forget * cell + entry * candidate;
            let answer = exit * tanh(cell);
            hidden[unit] = answer;
            let at = (row * 2 + direction) * units + unit;
            output[at] = answer;
            if comptime!(traced) {
                cells[at] = cell;
            }
        }
        sync_cube();
    }
}

pub fn backward<R: CubeRuntime>(
    input: Tensor<Gpu<R>, 3>,
    weights: &BiLstmWeights<Gpu<R>>,
    trace: &BiLstmTrace<Gpu<R>>,
    gradient: Tensor<Gpu<R>, 3>,
    with_weights: bool,
) -> BiLstmGradients<Gpu<R>> {
    let [batch, time, features] = input.dims();
    let [_, units, width] = weights.recurrent.dims();
    if !fits(units) || batch * time == 0 {
        return composed::bilstm_backward(input, weights, trace, gradient, with_weights);
    }
    let gates = rows(trace.gates.clone());
    let of_gates = empty(&gates, [batch * time, 2 * width]);
    // SAFETY: the trace is of the same input, so that `gates` and `of_gates` have a row of
    // `2 · width` numbers, `cells` and `gradient` one of `2 · units` for each step of each sample.
    unsafe {
        backward_kernel::launch_unchecked::<R>(
            &gates.client.clone(),
            CubeCount::Static(batch as u32, 2, 1),
            CubeDim::new_1d(width as u32),
            gates.into_array_arg(),
            rows(trace.cells.clone()).into_array_arg(),
            rows(weights.recurrent.clone()).into_array_arg(),
            rows(gradient).into_array_arg(),
            of_gates.clone().into_array_arg(),
            time as u32,
            units,
        );
    }
    let of_gates: Tensor<Gpu<R>, 2> = into_tensor(of_gates);
    let of_input = of_gates.clone().matmul(weights.input.clone().transpose());
    BiLstmGradients {
        input: of_input.reshape([batch, time, features]),
        weights: with_weights.then(|| of_weights(input, &trace.output, of_gates)),
    }
}

#[cube(launch_unchecked)]
fn backward_kernel(
    gates: &Array<f32>,
    cells: &Array<f32>,
    recurrent: &Array<f32>,
    gradient: &Array<f32>,
    of_gates: &mut Array<f32>,
    time: u32,
    #[comptime] units: usize,
) {
    let width = comptime!(4 * units);
    let time = time as usize;
    let column = UNIT_POS as usize;
    let (gate, unit) = (column / units, column % units);
    let direction = CUBE_POS_Y as usize;
    let first_row = CUBE_POS_X as usize * time;

    // What a unit handed on is a sum over all columns; an invocation takes it over those of a gate.
    let mut weights = Array::<f32>::new(units);
    #[unroll]
    for to in 0..units {
        weights[to] = recurrent[(direction * units + unit) * width + gate * units + to];
    }
    let mut found = SharedMemory::<f32>::new(width);
    let mut parts = SharedMemory::<f32>::new(width);
    let mut of_hidden = f32::new(0.0);
    let mut of_cell = f32::new(0.0);

    for back in 0..time {
        let step = time - 1 - back;
        let row = first_row + along(direction, step, time);
        let of_row = row * 2 * width + direction * width;
        let entry = gates[of_row + unit];
        let forget = gates[of_row + units + unit];
        let candidate = gates[of_row + 2 * units + unit];
        let exit = gates[of_row + 3 * units + unit];
        let at = (row * 2 + direction) * units + unit;
        let squashed = tanh(cells[at]);
        let mut before = f32::new(0.0);
        if step > 0 {
            let previous = first_row + along(direction, step - 1, time);
            before = cells[(previous * 2 + direction) * units + unit];
        }

        of_hidden += gradient[at];
        of_cell += of_hidden * exit * (1.0 - squashed * squashed);
        let of_entry = of_cell * candidate * entry * (1.0 - entry);
        let of_forget = of_cell * before * forget * (1.0 - forget);
        let of_candidate = of_cell * entry * (1.0 - candidate * candidate);
        let of_exit = of_hidden * squashed * exit * (1.0 - exit);
        let inner = select(gate == 0, of_entry, of_forget);
        let outer = select(gate == 2, of_candidate, of_exit);
        let mine = select(gate < 2, inner, outer);
        of_gates[of_row + column] = mine;
        found[column] = mine;
        of_cell *= forget;
        sync_cube();

        let mut sum = f32::new(0.0);
        let mut others = f32::new(0.0);
        let first = gate * units;
        #[unroll]
        for pair in 0..comptime!(units / 2) {
            let to = comptime!(2 * pair);
            sum += found[first + to] * weights[to];
            others += found[first + comptime!(to + 1)] * weights[comptime!(to + 1)];
        }
        parts[column] = sum + others;
        sync_cube();
        of_hidden =
            parts[unit] + parts[units + unit] + parts[2 * units + unit] + parts[3 * units + unit];
    }
}

/// The gradients of the weights, which only pretraining asks for.
fn of_weights<R: CubeRuntime>(
    input: Tensor<Gpu<R>, 3>,
    output: &Tensor<Gpu<R>, 3>,
    of_gates: Tensor<Gpu<R>, 2>,
) -> BiLstmWeights<Gpu<R>> {
    let [batch, time, features] = input.dims();
    let units = output.dims()[2] / 2;
    let nothing = Tensor::zeros([batch, 1, units], &input.device());
    let shifted = |from, direction| {
        let part = output.clone().narrow(1, from, time - 1);
        part.narrow(2, direction * units, units)
    };
    let before = [
        Tensor::cat(vec![nothing.clone(), shifted(0, 0)], 1),
        Tensor::cat(vec![shifted(1, 1), nothing], 1),
    ];
    let recurrent = before.into_iter().enumerate().map(|(direction, before)| {
        let before = before.reshape([batch * time, units]);
        let of_gates = of_gates.clone().narrow(1, direction * 4 * units, 4 * units);
        before.transpose().matmul(of_gates).unsqueeze::<3>()
    });
    BiLstmWeights {
        recurrent: Tensor::cat(recurrent.collect(), 0),
        input: input
            .reshape([batch * time, features])
            .transpose()
            .matmul(of_gates.clone()),
        bias: of_gates.sum_dim(0).squeeze_dim(0),
    }
}
