//! The gradients of the weights, which only pretraining asks for.

use rayon::prelude::*;

use super::backward::UnitGradients;
use super::weights::gate_column;
use super::{Sizes, step};
use crate::cpu::gemm::{Matrix, multiply};

/// Rows of `[batch, time, width]` in the order in which a unit hears them: the columns from `first`
/// on, so many, of the step that is `behind` positions earlier, or zeros where there is none.
fn in_order(
    values: &[f32],
    width: usize,
    columns: std::ops::Range<usize>,
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
/// `[H, 4 wide]` and the bias `[4 wide]`.
fn of_unit(
    input: &[f32],
    output: &[f32],
    found: &UnitGradients,
    unit: usize,
    sizes: Sizes,
) -> [Vec<f32>; 3] {
    let Sizes {
        features, units, ..
    } = sizes;
    let width = 4 * sizes.wide();
    let rows = sizes.time * sizes.samples(unit).len();
    let gates = Matrix::new(&found.gates, rows, width);
    let product = |seen: &[f32], columns: usize| {
        let mut out = vec![0.0; columns * width];
        let seen = Matrix::new(seen, rows, columns).transposed();
        multiply(seen, gates, 0.0, &mut out);
        out
    };
    let seen = in_order(input, features, 0..features, unit, 0, sizes);
    // Each step's gates met the output of the step seen before it; the first met silence.
    let columns = unit % 2 * units..(unit % 2 + 1) * units;
    let before = in_order(output, 2 * units, columns, unit, 1, sizes);
    let mut of_bias = vec![0.0; width];
    for row in found.gates.chunks_exact(width) {
        for (sum, value) in of_bias.iter_mut().zip(row) {
            *sum += value;
        }
    }
    [product(&seen, features), product(&before, units), of_bias]
}

/// The gradients of the input weights `[features, 8H]`, the recurrent weights `[2, H, 4H]` and the
/// bias `[8H]`, summed in the order of the parts.
pub fn sum(input: &[f32], output: &[f32], found: &[UnitGradients], sizes: Sizes) -> [Vec<f32>; 3] {
    let Sizes {
        features, units, ..
    } = sizes;
    let (width, wide_width) = (4 * units, 4 * sizes.wide());
    let parts: Vec<[Vec<f32>; 3]> = found
        .par_iter()
        .enumerate()
        .map(|(unit, found)| of_unit(input, output, found, unit, sizes))
        .collect();
    let mut of_input = vec![0.0f32; features * 2 * width];
    let mut of_recurrent = vec![0.0f32; 2 * units * width];
    let mut of_bias = vec![0.0f32; 2 * width];
    let add = |sums: &mut [f32], values: &[f32]| {
        for (column, value) in values.iter().enumerate() {
            if let Some(column) = gate_column(column, sizes) {
                sums[column] += value;
            }
        }
    };
    for (unit, [input, recurrent, bias]) in parts.iter().enumerate() {
        let direction = unit % 2;
        for (row, values) in input.chunks_exact(wide_width).enumerate() {
            add(&mut of_input[(2 * row + direction) * width..], values);
        }
        for (row, values) in recurrent.chunks_exact(wide_width).enumerate() {
            add(
                &mut of_recurrent[(direction * units + row) * width..],
                values,
            );
        }
        add(&mut of_bias[direction * width..], bias);
    }
    [of_input, of_recurrent, of_bias]
}
