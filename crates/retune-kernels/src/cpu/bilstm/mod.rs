//! The bidirectional LSTM on slices.
//!
//! The batch is cut into parts of [`PART`] samples; a part and a direction are one unit of work.
//! The trace keeps what each unit left, in the order seen: for each part, for each direction,
//! gates `[time, samples, 4 wide]` and cells `[time, samples, wide]`, where `wide` is the number of
//! units filled up to whole vectors ([`Sizes::wide`]).

mod backward;
mod forward;
mod of_weights;
mod weights;

use burn::tensor::Tensor;
use rayon::prelude::*;

use self::backward::{Backward, UnitGradients};
use self::forward::{Forward, UnitTrace};
use self::weights::Weights;
use super::panels::PANEL;
use super::vectors::{LANES, Lanes, Machine};
use super::{HostBackend, tensor};
use crate::{BiLstmGradients, BiLstmTrace, BiLstmWeights, composed};

/// Samples that go through the recurrence together. Fixed, so that sums over samples are the same
/// on any number of threads.
const PART: usize = 16;
/// Rows of samples and steps whose input projections are worked out together.
const BLOCK: usize = 32;

/// Sizes of one call.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    batch: usize,
    time: usize,
    features: usize,
    units: usize,
}

impl Sizes {
    fn new<B: HostBackend>(input: &Tensor<B, 3>, weights: &BiLstmWeights<B>) -> Self {
        let [batch, time, features] = input.dims();
        let [_, units, _] = weights.recurrent.dims();
        Self {
            batch,
            time,
            features,
            units,
        }
    }

    /// Whether there is nothing to work on, which the composed operations know how to do.
    fn empty(self) -> bool {
        self.batch * self.time * self.features * self.units == 0
    }

    /// Units as the trace holds them: filled up to whole panels with units that stay at zero.
    fn wide(self) -> usize {
        self.units.next_multiple_of(PANEL)
    }

    /// Steps whose input projections a part of `samples` works out together.
    fn block(self, samples: usize) -> usize {
        (BLOCK / samples.max(1)).clamp(1, self.time.max(1))
    }

    fn units_of_work(self) -> usize {
        2 * self.batch.div_ceil(PART)
    }

    /// The samples of a unit's part.
    fn samples(self, unit: usize) -> std::ops::Range<usize> {
        let first = unit / 2 * PART;
        first..self.batch.min(first + PART)
    }
}

/// The step that a direction hears at a position.
fn step(direction: usize, position: usize, time: usize) -> usize {
    if direction == 1 {
        time - 1 - position
    } else {
        position
    }
}

/// [`LANES`] values from `start` on.
#[inline(always)]
fn load(values: &[f32], start: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes.copy_from_slice(&values[start..start + LANES]);
    lanes
}

/// Writes [`LANES`] values from `start` on.
#[inline(always)]
fn store(values: &mut [f32], start: usize, lanes: &Lanes) {
    values[start..start + LANES].copy_from_slice(lanes);
}

/// Cuts `values`, so many for each sample, into units: for each part, one for each direction.
fn units_mut(mut values: &mut [f32], sizes: Sizes, of_sample: usize) -> Vec<&mut [f32]> {
    let mut units = Vec::with_capacity(sizes.units_of_work());
    for unit in 0..sizes.units_of_work() {
        let (here, rest) = values.split_at_mut(sizes.samples(unit).len() * of_sample);
        units.push(here);
        values = rest;
    }
    units
}

/// The output `[batch, time, 2H]`, and the trace's gates and cells where `keep` says so.
fn run(
    input: &[f32],
    weights: Weights,
    sizes: Sizes,
    keep: bool,
    machine: Machine,
) -> [Vec<f32>; 3] {
    let Sizes {
        batch,
        time,
        features,
        units,
    } = sizes;
    let wide = sizes.wide();
    let directions = weights.forward(sizes);
    let kept = if keep { batch * time * 2 * wide } else { 0 };
    let (mut gates, mut cells) = (vec![0.0; 4 * kept], vec![0.0; kept]);
    let traces: Vec<Option<UnitTrace>> = if keep {
        units_mut(&mut gates, sizes, time * 4 * wide)
            .into_iter()
            .zip(units_mut(&mut cells, sizes, time * wide))
            .map(|(gates, cells)| Some(UnitTrace { gates, cells }))
            .collect()
    } else {
        (0..sizes.units_of_work()).map(|_| None).collect()
    };
    let seen: Vec<Vec<f32>> = traces
        .into_par_iter()
        .enumerate()
        .map(|(unit, trace)| {
            let samples = sizes.samples(unit);
            machine.run(Forward {
                part: &input[samples.start * time * features..samples.end * time * features],
                direction: &directions[unit % 2],
                sizes,
                trace,
            })
        })
        .collect();

    let mut output = vec![0.0; batch * time * 2 * units];
    output
        .par_chunks_mut(PART * time * 2 * units)
        .zip(seen.par_chunks(2))
        .for_each(|(out, seen)| {
            let samples = out.len() / (time * 2 * units);
            for (row, out) in out.chunks_exact_mut(2 * units).enumerate() {
                let (sample, at) = (row / time, row % time);
                let columns = out.chunks_exact_mut(units).zip(seen).enumerate();
                for (direction, (out, seen)) in columns {
                    let from = (step(direction, at, time) * samples + sample) * wide;
                    out.copy_from_slice(&seen[from..from + units]);
                }
            }
        });
    [output, gates, cells]
}

/// See [`Kernels::bilstm`](crate::Kernels::bilstm).
pub fn bilstm<B: HostBackend>(input: Tensor<B, 3>, weights: &BiLstmWeights<B>) -> BiLstmTrace<B> {
    let sizes = Sizes::new(&input, weights);
    if sizes.empty() {
        return composed::bilstm(input, weights);
    }
    let device = input.device();
    let [output, gates, cells] = forward(input, weights, sizes, true);
    let shape = [sizes.batch, sizes.time, 2 * sizes.units];
    let lengths = [gates.len(), cells.len()];
    BiLstmTrace {
        output: tensor(output, shape, &device),
        gates: tensor(gates, [lengths[0]], &device),
        cells: tensor(cells, [lengths[1]], &device),
    }
}

/// See [`Kernels::bilstm_output`](crate::Kernels::bilstm_output).
pub fn bilstm_output<B: HostBackend>(
    input: Tensor<B, 3>,
    weights: &BiLstmWeights<B>,
) -> Tensor<B, 3> {
    let sizes = Sizes::new(&input, weights);
    if sizes.empty() {
        return composed::bilstm(input, weights).output;
    }
    let device = input.device();
    let [output, _, _] = forward(input, weights, sizes, false);
    let shape = [sizes.batch, sizes.time, 2 * sizes.units];
    tensor(output, shape, &device)
}

fn forward<B: HostBackend>(
    input: Tensor<B, 3>,
    weights: &BiLstmWeights<B>,
    sizes: Sizes,
    keep: bool,
) -> [Vec<f32>; 3] {
    let input = B::values(input);
    let of_input = B::values(weights.input.clone());
    let recurrent = B::values(weights.recurrent.clone());
    let bias = B::values(weights.bias.clone());
    let weights = Weights {
        input: &of_input,
        recurrent: &recurrent,
        bias: &bias,
    };
    run(&input, weights, sizes, keep, Machine::this())
}

/// What the backward pass of each unit found.
fn run_backward(
    [gates, cells, gradient]: [&[f32]; 3],
    weights: Weights,
    sizes: Sizes,
    keep: bool,
    machine: Machine,
) -> Vec<UnitGradients> {
    let Sizes { time, units, .. } = sizes;
    let wide = sizes.wide();
    let directions = weights.backward(sizes);
    (0..sizes.units_of_work())
        .into_par_iter()
        .map(|unit| {
            let samples = sizes.samples(unit);
            // Both directions of the earlier parts lie before this unit in the trace.
            let first = (2 * samples.start + unit % 2 * samples.len()) * time;
            let rows = first..first + samples.len() * time;
            let of_sample = time * 2 * units;
            machine.run(Backward {
                gates: &gates[rows.start * 4 * wide..rows.end * 4 * wide],
                cells: &cells[rows.start * wide..rows.end * wide],
                gradient: &gradient[samples.start * of_sample..samples.end * of_sample],
                direction: &directions[unit % 2],
                sizes,
                keep,
            })
        })
        .collect()
}

/// The sum of both directions' gradients of the input, `[batch, time, features]`.
fn of_input(found: &[UnitGradients], sizes: Sizes) -> Vec<f32> {
    let Sizes { time, features, .. } = sizes;
    let width = features.next_multiple_of(PANEL);
    let mut out = vec![0.0; sizes.batch * time * features];
    out.par_chunks_mut(PART * time * features)
        .zip(found.par_chunks(2))
        .for_each(|(out, found)| {
            let samples = out.len() / (time * features);
            for (row, out) in out.chunks_exact_mut(features).enumerate() {
                let (sample, at) = (row / time, row % time);
                for (direction, found) in found.iter().enumerate() {
                    let from = (step(direction, at, time) * samples + sample) * width;
                    for (sum, value) in out.iter_mut().zip(&found.input[from..from + features]) {
                        *sum += value;
                    }
                }
            }
        });
    out
}

/// See [`Kernels::bilstm_backward`](crate::Kernels::bilstm_backward).
pub fn bilstm_backward<B: HostBackend>(
    input: Tensor<B, 3>,
    weights: &BiLstmWeights<B>,
    trace: &BiLstmTrace<B>,
    gradient: Tensor<B, 3>,
    with_weights: bool,
) -> BiLstmGradients<B> {
    let sizes = Sizes::new(&input, weights);
    if sizes.empty() {
        return composed::bilstm_backward(input, weights, trace, gradient, with_weights);
    }
    let device = input.device();
    let gates = B::values(trace.gates.clone());
    let cells = B::values(trace.cells.clone());
    let gradient = B::values(gradient);
    let input_weights = B::values(weights.input.clone());
    let recurrent = B::values(weights.recurrent.clone());
    let bias = B::values(weights.bias.clone());
    let weights = Weights {
        input: &input_weights,
        recurrent: &recurrent,
        bias: &bias,
    };
    let slices: [&[f32]; 3] = [&gates, &cells, &gradient];
    let found = run_backward(slices, weights, sizes, with_weights, Machine::this());
    let weights = with_weights.then(|| {
        let output = B::values(trace.output.clone());
        let [of_input, of_recurrent, of_bias] =
            of_weights::sum(&B::values(input), &output, &found, sizes);
        let width = 4 * sizes.units;
        BiLstmWeights {
            input: tensor(of_input, [sizes.features, 2 * width], &device),
            recurrent: tensor(of_recurrent, [2, sizes.units, width], &device),
            bias: tensor(of_bias, [2 * width], &device),
        }
    });
    let shape = [sizes.batch, sizes.time, sizes.features];
    BiLstmGradients {
        input: tensor(of_input(&found, sizes), shape, &device),
        weights,
    }
}

#[cfg(test)]
mod tests;
