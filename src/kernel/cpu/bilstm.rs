//! The bidirectional LSTM on slices: one matrix product for all input projections of a part, one
//! small product and one pass of activations for each step.
//!
//! The batch is cut into parts of [`PART`] samples; a part and a direction are one unit of work.
//! The trace keeps each unit's gates and cells as it left them: for each part, for each direction,
//! `[time, samples, 4H]` and `[time, samples, H]`.

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::activation::{sigmoid, tanh};
use super::gemm::{Matrix, multiply};
use super::{HostBackend, tensor};
use crate::kernel::{BiLstmGradients, BiLstmTrace, BiLstmWeights};

/// Samples that go through the recurrence together. Fixed, so that sums over samples are the same
/// on any number of threads.
const PART: usize = 32;
/// Units that are worked on together.
const LANES: usize = 8;

/// Sizes of one call.
#[derive(Clone, Copy)]
struct Sizes {
    time: usize,
    features: usize,
    units: usize,
}

/// Weights of one direction on the host.
struct Direction {
    /// `[features, 4H]`.
    input: Vec<f32>,
    /// `[H, 4H]`.
    recurrent: Vec<f32>,
    /// `[4H]`.
    bias: Vec<f32>,
    backward: bool,
}

impl Direction {
    /// The steps in the order in which this direction hears them.
    fn step(&self, position: usize, time: usize) -> usize {
        if self.backward {
            time - 1 - position
        } else {
            position
        }
    }
}

fn directions<B: HostBackend>(weights: &BiLstmWeights<B>, sizes: Sizes) -> [Direction; 2] {
    let input = B::values(weights.input.clone());
    let recurrent = B::values(weights.recurrent.clone());
    let bias = B::values(weights.bias.clone());
    let width = 4 * sizes.units;
    [0, 1].map(|index| Direction {
        input: input
            .chunks_exact(2 * width)
            .flat_map(|row| row[index * width..(index + 1) * width].iter().copied())
            .collect(),
        recurrent: recurrent[index * sizes.units * width..(index + 1) * sizes.units * width]
            .to_vec(),
        bias: bias[index * width..(index + 1) * width].to_vec(),
        backward: index == 1,
    })
}

/// `[samples, time, width]`, or columns of it, as `[time, samples, columns]`.
fn time_major(
    part: &[f32],
    time: usize,
    width: usize,
    columns: std::ops::Range<usize>,
) -> Vec<f32> {
    let samples = part.len() / (time * width);
    let mut out = Vec::with_capacity(time * samples * columns.len());
    for step in 0..time {
        for sample in 0..samples {
            let row = (sample * time + step) * width;
            out.extend_from_slice(&part[row + columns.start..row + columns.end]);
        }
    }
    out
}

/// One unit of work's results, all time-major.
struct Unit {
    gates: Vec<f32>,
    cells: Vec<f32>,
    hidden: Vec<f32>,
}

fn forward(part: &[f32], direction: &Direction, sizes: Sizes) -> Unit {
    let Sizes {
        time,
        features,
        units,
    } = sizes;
    let width = 4 * units;
    let heard = time_major(part, time, features, 0..features);
    let samples = heard.len() / (time * features);
    let mut gates = Vec::with_capacity(time * samples * width);
    for _ in 0..time * samples {
        gates.extend_from_slice(&direction.bias);
    }
    multiply(
        Matrix::new(&heard, time * samples, features),
        Matrix::new(&direction.input, features, width),
        1.0,
        &mut gates,
    );
    let mut cells = vec![0.0; time * samples * units];
    let mut hidden = vec![0.0; time * samples * units];
    let recurrent = Matrix::new(&direction.recurrent, units, width);
    let block = samples * units;
    let mut cell = vec![0.0; block];
    for position in 0..time {
        let step = direction.step(position, time);
        let gates = &mut gates[step * samples * width..(step + 1) * samples * width];
        if position > 0 {
            let before = direction.step(position - 1, time);
            let before = Matrix::new(
                &hidden[before * block..(before + 1) * block],
                samples,
                units,
            );
            multiply(before, recurrent, 1.0, gates);
        }
        let hidden = &mut hidden[step * block..(step + 1) * block];
        for ((gates, cell), hidden) in gates
            .chunks_exact_mut(width)
            .zip(cell.chunks_exact_mut(units))
            .zip(hidden.chunks_exact_mut(units))
        {
            activate(gates, cell, hidden);
        }
        cells[step * block..(step + 1) * block].copy_from_slice(&cell);
    }
    Unit {
        gates,
        cells,
        hidden,
    }
}

/// One sample's step: `gates` before activation `[4H]` become activations; `cell` and `hidden`
/// `[H]` become this step's.
fn activate(gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32]) {
    let units = cell.len();
    for start in (0..units).step_by(LANES) {
        let [mut entry, mut forget, mut candidate, mut exit] =
            [0, 1, 2, 3].map(|gate| load(gates, gate * units + start));
        let mut state = load(cell, start);
        let mut heard = [0.0; LANES];
        for lane in 0..LANES {
            entry[lane] = sigmoid(entry[lane]);
            forget[lane] = sigmoid(forget[lane]);
            candidate[lane] = tanh(candidate[lane]);
            exit[lane] = sigmoid(exit[lane]);
            state[lane] = forget[lane] * state[lane] + entry[lane] * candidate[lane];
            heard[lane] = exit[lane] * tanh(state[lane]);
        }
        let count = LANES.min(units - start);
        for (gate, values) in [entry, forget, candidate, exit].iter().enumerate() {
            store(gates, gate * units + start, values, count);
        }
        store(cell, start, &state, count);
        store(hidden, start, &heard, count);
    }
}

/// Up to [`LANES`] values from `start` on; zeros where the slice ends.
///
/// Arithmetic on arrays of a fixed length is what the compiler turns into vectors, since no two of
/// them can overlap.
#[inline(always)]
fn load(values: &[f32], start: usize) -> [f32; LANES] {
    let values = &values[start..];
    match values.first_chunk() {
        Some(lanes) => *lanes,
        None => {
            let mut lanes = [0.0; LANES];
            lanes[..values.len()].copy_from_slice(values);
            lanes
        }
    }
}

/// Writes the first `count` lanes from `start` on.
#[inline(always)]
fn store(values: &mut [f32], start: usize, lanes: &[f32; LANES], count: usize) {
    if count == LANES {
        values[start..start + LANES].copy_from_slice(lanes);
    } else {
        values[start..start + count].copy_from_slice(&lanes[..count]);
    }
}

/// See [`Kernels::bilstm`](crate::kernel::Kernels::bilstm).
pub fn bilstm<B: HostBackend>(input: Tensor<B, 3>, weights: &BiLstmWeights<B>) -> BiLstmTrace<B> {
    let device = input.device();
    let [batch, time, features] = input.dims();
    let [_, units, _] = weights.recurrent.dims();
    let sizes = Sizes {
        time,
        features,
        units,
    };
    let directions = directions(weights, sizes);
    let input = B::values(input);
    let found: Vec<Unit> = work(&input, sizes)
        .par_iter()
        .map(|(part, index)| forward(part, &directions[*index], sizes))
        .collect();

    let mut output = vec![0.0; batch * time * 2 * units];
    let mut gates = Vec::with_capacity(batch * time * 8 * units);
    let mut cells = Vec::with_capacity(batch * time * 2 * units);
    for (index, unit) in found.iter().enumerate() {
        scatter(&unit.hidden, &mut output, index, sizes);
        gates.extend_from_slice(&unit.gates);
        cells.extend_from_slice(&unit.cells);
    }
    BiLstmTrace {
        output: tensor(output, [batch, time, 2 * units], &device),
        gates: tensor(gates, [batch * time * 8 * units], &device),
        cells: tensor(cells, [batch * time * 2 * units], &device),
    }
}

/// The units of work: every part of `[batch, time, features]`, in each direction.
fn work(input: &[f32], sizes: Sizes) -> Vec<(&[f32], usize)> {
    input
        .chunks(PART * sizes.time * sizes.features)
        .flat_map(|part| [(part, 0), (part, 1)])
        .collect()
}

/// Writes the unit's `[time, samples, H]` into its columns of `[batch, time, 2H]`.
fn scatter(hidden: &[f32], output: &mut [f32], unit: usize, sizes: Sizes) {
    let Sizes { time, units, .. } = sizes;
    let samples = hidden.len() / (time * units);
    let first = unit / 2 * PART;
    for (row, values) in hidden.chunks_exact(units).enumerate() {
        let (step, sample) = (row / samples, row % samples);
        let start = ((first + sample) * time + step) * 2 * units + unit % 2 * units;
        output[start..start + units].copy_from_slice(values);
    }
}

/// `[rows, columns]` as `[columns, rows]`.
fn transposed(matrix: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..rows * columns)
        .map(|index| matrix[index % rows * columns + index / rows])
        .collect()
}

/// One unit's gradients.
struct UnitGradients {
    /// `[time, samples, features]`.
    input: Vec<f32>,
    /// Input weights, recurrent weights and bias; empty unless asked for.
    weights: [Vec<f32>; 3],
}

/// What the backward pass of one unit reads, all time-major.
struct UnitTrace<'a> {
    gates: &'a [f32],
    cells: &'a [f32],
    hidden: Vec<f32>,
    gradient: Vec<f32>,
}

fn backward(
    part: &[f32],
    direction: &Direction,
    trace: &UnitTrace,
    sizes: Sizes,
    with_weights: bool,
) -> UnitGradients {
    let Sizes {
        time,
        features,
        units,
    } = sizes;
    let width = 4 * units;
    let samples = trace.cells.len() / (time * units);
    let block = samples * units;
    let silence = vec![0.0; block];
    let to_hidden = transposed(&direction.recurrent, units, width);
    let to_hidden = Matrix::new(&to_hidden, width, units);
    let mut of_gates = vec![0.0; time * samples * width];
    let mut of_hidden = vec![0.0; block];
    let mut of_cell = vec![0.0; block];
    for position in (0..time).rev() {
        let step = direction.step(position, time);
        let here = step * block..(step + 1) * block;
        let before = match position.checked_sub(1) {
            Some(position) => {
                let step = direction.step(position, time);
                &trace.cells[step * block..(step + 1) * block]
            }
            None => &silence,
        };
        for (sum, gradient) in of_hidden.iter_mut().zip(&trace.gradient[here.clone()]) {
            *sum += gradient;
        }
        let wide = step * samples * width..(step + 1) * samples * width;
        let rows = of_gates[wide.clone()]
            .chunks_exact_mut(width)
            .zip(trace.gates[wide.clone()].chunks_exact(width));
        for (sample, (of_gates, gates)) in rows.enumerate() {
            let sample = sample * units..(sample + 1) * units;
            deactivate(
                of_gates,
                gates,
                &trace.cells[here.clone()][sample.clone()],
                &before[sample.clone()],
                &of_hidden[sample.clone()],
                &mut of_cell[sample],
            );
        }
        let found = Matrix::new(&of_gates[wide], samples, width);
        multiply(found, to_hidden, 0.0, &mut of_hidden);
    }

    let gates = Matrix::new(&of_gates, time * samples, width);
    let mut input = vec![0.0; time * samples * features];
    let to_input = Matrix::new(&direction.input, features, width).transposed();
    multiply(gates, to_input, 0.0, &mut input);
    let weights = if with_weights {
        let heard = time_major(part, time, features, 0..features);
        let mut of_input = vec![0.0; features * width];
        let heard = Matrix::new(&heard, time * samples, features).transposed();
        multiply(heard, gates, 0.0, &mut of_input);
        // Each step's gates met the output of the step heard before it; the first met silence.
        let mut earlier = vec![0.0; time * block];
        for position in 1..time {
            let (from, to) = (
                direction.step(position - 1, time) * block,
                direction.step(position, time) * block,
            );
            earlier[to..to + block].copy_from_slice(&trace.hidden[from..from + block]);
        }
        let mut of_recurrent = vec![0.0; units * width];
        let earlier = Matrix::new(&earlier, time * samples, units).transposed();
        multiply(earlier, gates, 0.0, &mut of_recurrent);
        let mut of_bias = vec![0.0; width];
        for row in of_gates.chunks_exact(width) {
            for (sum, value) in of_bias.iter_mut().zip(row) {
                *sum += value;
            }
        }
        [of_input, of_recurrent, of_bias]
    } else {
        Default::default()
    };
    UnitGradients { input, weights }
}

/// The backward step of one sample: writes the gradient before activation into `of_gates`, and
/// turns `of_cell` from this step's into the one heard before.
fn deactivate(
    of_gates: &mut [f32],
    gates: &[f32],
    cell: &[f32],
    cell_before: &[f32],
    of_hidden: &[f32],
    of_cell: &mut [f32],
) {
    let units = cell.len();
    for start in (0..units).step_by(LANES) {
        let [entry, forget, candidate, exit] =
            [0, 1, 2, 3].map(|gate| load(gates, gate * units + start));
        let [cell, before, of_hidden] =
            [cell, cell_before, of_hidden].map(|values| load(values, start));
        let mut carried = load(of_cell, start);
        let mut found = [[0.0; LANES]; 4];
        for lane in 0..LANES {
            let squashed = tanh(cell[lane]);
            let at_cell =
                carried[lane] + of_hidden[lane] * exit[lane] * (1.0 - squashed * squashed);
            found[0][lane] = at_cell * candidate[lane] * entry[lane] * (1.0 - entry[lane]);
            found[1][lane] = at_cell * before[lane] * forget[lane] * (1.0 - forget[lane]);
            found[2][lane] = at_cell * entry[lane] * (1.0 - candidate[lane] * candidate[lane]);
            found[3][lane] = of_hidden[lane] * squashed * exit[lane] * (1.0 - exit[lane]);
            carried[lane] = at_cell * forget[lane];
        }
        let count = LANES.min(units - start);
        for (gate, values) in found.iter().enumerate() {
            store(of_gates, gate * units + start, values, count);
        }
        store(of_cell, start, &carried, count);
    }
}

/// See [`Kernels::bilstm_backward`](crate::kernel::Kernels::bilstm_backward).
pub fn bilstm_backward<B: HostBackend>(
    input: Tensor<B, 3>,
    weights: &BiLstmWeights<B>,
    trace: &BiLstmTrace<B>,
    gradient: Tensor<B, 3>,
    with_weights: bool,
) -> BiLstmGradients<B> {
    let device = input.device();
    let [batch, time, features] = input.dims();
    let [_, units, width] = weights.recurrent.dims();
    let sizes = Sizes {
        time,
        features,
        units,
    };
    let directions = directions(weights, sizes);
    let input = B::values(input);
    let gates = B::values(trace.gates.clone());
    let cells = B::values(trace.cells.clone());
    let output = B::values(trace.output.clone());
    let gradient = B::values(gradient);

    let found: Vec<UnitGradients> = work(&input, sizes)
        .par_iter()
        .enumerate()
        .map(|(unit, (part, index))| {
            let samples = part.len() / (time * features);
            // Both directions of the earlier parts lie before this unit in the trace.
            let first = unit / 2 * PART;
            let before = 2 * first + index * samples;
            let of_part = first * time * 2 * units..(first + samples) * time * 2 * units;
            let columns = index * units..(index + 1) * units;
            let trace = UnitTrace {
                gates: &gates[before * time * width..(before + samples) * time * width],
                cells: &cells[before * time * units..(before + samples) * time * units],
                hidden: time_major(&output[of_part.clone()], time, 2 * units, columns.clone()),
                gradient: time_major(&gradient[of_part], time, 2 * units, columns),
            };
            backward(part, &directions[*index], &trace, sizes, with_weights)
        })
        .collect();

    let mut of_input = vec![0.0f32; batch * time * features];
    for (unit, found) in found.iter().enumerate() {
        let samples = found.input.len() / (time * features);
        let first = unit / 2 * PART;
        for (row, values) in found.input.chunks_exact(features).enumerate() {
            let (step, sample) = (row / samples, row % samples);
            let start = ((first + sample) * time + step) * features;
            for (sum, value) in of_input[start..start + features].iter_mut().zip(values) {
                *sum += value;
            }
        }
    }
    let weights = with_weights.then(|| sum_weights(&found, sizes, &device));
    BiLstmGradients {
        input: tensor(of_input, [batch, time, features], &device),
        weights,
    }
}

/// Sums the units' gradients of the weights, in the order of the parts.
fn sum_weights<B: HostBackend>(
    found: &[UnitGradients],
    sizes: Sizes,
    device: &B::Device,
) -> BiLstmWeights<B> {
    let Sizes {
        features, units, ..
    } = sizes;
    let width = 4 * units;
    let mut input = vec![0.0f32; features * 2 * width];
    let mut recurrent = vec![0.0f32; 2 * units * width];
    let mut bias = vec![0.0f32; 2 * width];
    for (unit, found) in found.iter().enumerate() {
        let direction = unit % 2;
        let [of_input, of_recurrent, of_bias] = &found.weights;
        let rows = input
            .chunks_exact_mut(2 * width)
            .zip(of_input.chunks_exact(width));
        for (row, values) in rows {
            add(&mut row[direction * width..], values);
        }
        add(&mut recurrent[direction * units * width..], of_recurrent);
        add(&mut bias[direction * width..], of_bias);
    }
    BiLstmWeights {
        input: tensor(input, [features, 2 * width], device),
        recurrent: tensor(recurrent, [2, units, width], device),
        bias: tensor(bias, [2 * width], device),
    }
}

fn add(sums: &mut [f32], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}
