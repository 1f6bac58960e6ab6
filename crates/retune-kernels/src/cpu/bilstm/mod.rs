//! The bidirectional LSTM on slices.
//!
//! The batch is cut into parts; a part and a direction are one unit of work.
//! The trace keeps what each unit left, in the order heard: for each part, for each direction,
//! gates `[time, samples, 4 wide]` and cells `[time, samples, wide]`, where `wide` is the number of
//! units filled up to whole vectors ([`Sizes::wide`]).

mod backward;
mod forward;
mod of_weights;
mod sizes;
mod weights;

use burn::tensor::Tensor;
use rayon::prelude::*;

use self::backward::Backward;
use self::forward::Forward;
use self::sizes::{Sizes, step};
use self::weights::packed;
use super::panels::PANEL;
use super::tensors::{Cpu, tensor, values};
use super::vectors::run;
use crate::{BiLstmGradients, BiLstmTrace, BiLstmWeights, composed};

/// Cuts `values`, so many for each sample, into units: for each part, one for each direction.
fn units_mut(mut values: &mut [f32], sizes: Sizes, of_sample: usize) -> Vec<&mut [f32]> {
    let units = (0..sizes.units_of_work()).map(|unit| {
        let length = sizes.samples(unit).len() * of_sample;
        let unit = values.split_off_mut(..length);
        unit.expect("the values are those of all units")
    });
    units.collect()
}

/// `[batch, time, width]` from what each unit gave, rows of `wide` values in the order heard:
/// `take(direction, row, out)` adds one to a row of zeros.
fn in_order_of_time(
    units: &[Vec<f32>],
    wide: usize,
    width: usize,
    sizes: Sizes,
    take: impl Fn(usize, &[f32], &mut [f32]) + Sync,
) -> Vec<f32> {
    let time = sizes.time;
    let mut out = vec![0.0; sizes.batch * time * width];
    let parts = out
        .par_chunks_mut(sizes.part * time * width)
        .zip(units.par_chunks(2));
    parts.for_each(|(out, units)| {
        let samples = out.len() / (time * width);
        for (row, out) in out.chunks_exact_mut(width).enumerate() {
            let (sample, at) = (row / time, row % time);
            for (direction, unit) in units.iter().enumerate() {
                let from = (step(direction, at, time) * samples + sample) * wide;
                take(direction, &unit[from..from + wide], out);
            }
        }
    });
    out
}

/// See [`Kernels::bilstm`](crate::Kernels::bilstm); without gates and cells unless they are kept.
pub fn forward(
    input: Tensor<Cpu, 3>,
    weights: &BiLstmWeights<Cpu>,
    keep: bool,
) -> BiLstmTrace<Cpu> {
    let sizes = match keep {
        true => Sizes::traced(&input, weights),
        false => Sizes::untraced(&input, weights),
    };
    if sizes.empty() {
        return composed::bilstm(input, weights);
    }
    let (wide, units) = (sizes.wide(), sizes.units);
    let of_sample = sizes.time * sizes.features;
    let input = values(input);
    let directions = packed(weights, sizes, false);
    let kept = if keep { sizes.time * wide } else { 0 };
    let [mut gates, mut cells] = [4, 1].map(|each| vec![0.0; sizes.batch * 2 * each * kept]);
    let results: Vec<Vec<f32>> = units_mut(&mut gates, sizes, 4 * kept)
        .into_par_iter()
        .zip(units_mut(&mut cells, sizes, kept))
        .enumerate()
        .map(|(unit, (gates, cells))| {
            let samples = sizes.samples(unit);
            run(Forward {
                part: &input[samples.start * of_sample..samples.end * of_sample],
                direction: &directions[unit % 2],
                sizes,
                trace: [gates, cells],
            })
        })
        .collect();
    let take = |direction: usize, results: &[f32], out: &mut [f32]| {
        out[direction * units..(direction + 1) * units].copy_from_slice(&results[..units]);
    };
    let output = in_order_of_time(&results, wide, 2 * units, sizes, take);
    let lengths = [gates.len(), cells.len()];
    BiLstmTrace {
        output: tensor(output, [sizes.batch, sizes.time, 2 * units]),
        gates: tensor(gates, [lengths[0]]),
        cells: tensor(cells, [lengths[1]]),
    }
}

/// See [`Kernels::bilstm_backward`](crate::Kernels::bilstm_backward).
pub fn backward(
    input: Tensor<Cpu, 3>,
    weights: &BiLstmWeights<Cpu>,
    trace: &BiLstmTrace<Cpu>,
    gradient: Tensor<Cpu, 3>,
    with_weights: bool,
) -> BiLstmGradients<Cpu> {
    let sizes = Sizes::traced(&input, weights);
    if sizes.empty() {
        return composed::bilstm_backward(input, weights, trace, gradient, with_weights);
    }
    let (time, features, wide) = (sizes.time, sizes.features, sizes.wide());
    let (gates, cells) = (values(trace.gates.clone()), values(trace.cells.clone()));
    let gradient = values(gradient);
    let directions = packed(weights, sizes, true);
    let of_unit = |unit: usize| {
        let samples = sizes.samples(unit);
        // Both directions of the earlier parts lie before this unit in the trace.
        let first = (2 * samples.start + unit % 2 * samples.len()) * time;
        let rows = first..first + samples.len() * time;
        let of_sample = time * 2 * sizes.units;
        let [of_input, of_gates] = run(Backward {
            gates: &gates[rows.start * 4 * wide..rows.end * 4 * wide],
            cells: &cells[rows.start * wide..rows.end * wide],
            gradient: &gradient[samples.start * of_sample..samples.end * of_sample],
            direction: &directions[unit % 2],
            sizes,
            keep: with_weights,
        });
        (of_input, of_gates)
    };
    let units = (0..sizes.units_of_work()).into_par_iter();
    let (of_inputs, of_gates): (Vec<_>, Vec<_>) = units.map(of_unit).unzip();
    let width = features.next_multiple_of(PANEL);
    // The sum of both directions' gradients.
    let add = |_, results: &[f32], out: &mut [f32]| {
        for (sum, value) in out.iter_mut().zip(results) {
            *sum += value;
        }
    };
    let of_input = in_order_of_time(&of_inputs, width, features, sizes, add);
    let weights = with_weights.then(|| {
        let output = values(trace.output.clone());
        of_weights::sum(&values(input), &output, of_gates, sizes)
    });
    BiLstmGradients {
        input: tensor(of_input, [sizes.batch, time, features]),
        weights,
    }
}
