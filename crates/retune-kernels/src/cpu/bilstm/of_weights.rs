//! The gradients of the weights, which only pretraining asks for.

use std::ops::Range;

use burn::tensor::Tensor;
use rayon::prelude::*;

use super::sizes::{Sizes, step};
use crate::BiLstmWeights;
use crate::cpu::tensors::{Cpu, Values, tensor, values};

/// Rows of `[batch, time, width]` in the order in which a unit hears them: the columns from `first`
/// on, so many, of the step that is `behind` positions earlier, or zeros where there is none.
fn in_order(
    values: &[f32],
    width: usize,
    columns: Range<usize>,
    unit: usize,
    behind: usize,
    sizes: Sizes,
) -> Vec<f32> {
    let time = sizes.time;
    let samples = sizes.samples(unit);
    let mut out = Vec::with_capacity(time * samples.len() * columns.len());
    for position in 0..time {
        for sample in samples.clone() {
            match position.checked_sub(behind) {
                Some(position) => {
                    let row = (sample * time + step(unit % 2, position, time)) * width;
                    out.extend_from_slice(&values[row + columns.start..row + columns.end]);
                }
                None => out.resize(out.len() + columns.len(), 0.0),
            }
        }
    }
    out
}

/// One unit's gradients of the input weights `[features, 4 wide]`, the recurrent weights
/// `[H, 4 wide]` and the bias `[1, 4 wide]`.
fn of_unit(
    input: &[f32],
    output: &[f32],
    of_gates: Vec<f32>,
    unit: usize,
    sizes: Sizes,
) -> [Values; 3] {
    let (features, units) = (sizes.features, sizes.units);
    let width = 4 * sizes.wide();
    let rows = sizes.time * sizes.samples(unit).len();
    let mut of_bias = vec![0.0; width];
    for row in of_gates.chunks_exact(width) {
        for (sum, value) in of_bias.iter_mut().zip(row) {
            *sum += value;
        }
    }
    let of_gates: Tensor<Cpu, 2> = tensor(of_gates, [rows, width]);
    let product = |taken: Vec<f32>, columns: usize| {
        let taken = tensor(taken, [rows, columns]).transpose();
        values(taken.matmul(of_gates.clone()))
    };
    let taken = in_order(input, features, 0..features, unit, 0, sizes);
    // Each step's gates met the output of the step heard before it; the first met silence.
    let columns = unit % 2 * units..(unit % 2 + 1) * units;
    let before = in_order(output, 2 * units, columns, unit, 1, sizes);
    let of_bias = values(tensor(of_bias, [width]));
    [product(taken, features), product(before, units), of_bias]
}

/// The gradients of the weights, summed in the order of the parts.
pub fn sum(
    input: &[f32],
    output: &[f32],
    of_gates: Vec<Vec<f32>>,
    sizes: Sizes,
) -> BiLstmWeights<Cpu> {
    let (features, units) = (sizes.features, sizes.units);
    let (wide, width) = (sizes.wide(), 4 * units);
    let found: Vec<[Values; 3]> = of_gates
        .into_par_iter()
        .enumerate()
        .map(|(unit, of_gates)| of_unit(input, output, of_gates, unit, sizes))
        .collect();
    let mut of_input = vec![0.0; features * 2 * width];
    let mut of_recurrent = vec![0.0; 2 * units * width];
    let mut of_bias = vec![0.0; 2 * width];
    // Adds the rows `[…, 4 wide]`, of which only some units are not filled up, to rows of `[…, 4H]`:
    // those from `first` on that are `step` apart.
    let add = |sums: &mut [f32], first: usize, step: usize, values: &[f32]| {
        for (row, values) in values.chunks_exact(4 * wide).enumerate() {
            let sums = &mut sums[(first + row * step) * width..][..width];
            for (sums, values) in sums.chunks_exact_mut(units).zip(values.chunks_exact(wide)) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            }
        }
    };
    for (unit, [input, recurrent, bias]) in found.iter().enumerate() {
        let direction = unit % 2;
        add(&mut of_input, direction, 2, input);
        add(&mut of_recurrent, direction * units, 1, recurrent);
        add(&mut of_bias, direction, 1, bias);
    }
    BiLstmWeights {
        input: tensor(of_input, [features, 2 * width]),
        recurrent: tensor(of_recurrent, [2, units, width]),
        bias: tensor(of_bias, [2 * width]),
    }
}
