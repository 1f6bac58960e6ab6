//! The weights of both directions, packed for the products of either pass.

use super::sizes::Sizes;
use crate::BiLstmWeights;
use crate::cpu::panels::Panels;
use crate::cpu::tensors::{Cpu, Values, values};

/// One direction's weights, packed.
pub struct Direction {
    /// `[features, 4 wide]`; for the backward pass `[4 wide, features]`.
    pub input: Panels,
    /// `[wide, 4 wide]`; for the backward pass `[4 wide, wide]`.
    pub recurrent: Panels,
    /// `[4 wide]`.
    pub bias: Vec<f32>,
    /// 0, or 1 for the direction that hears the last step first.
    pub index: usize,
}

/// The weights of both directions, packed for the forward or the backward pass.
pub fn packed(weights: &BiLstmWeights<Cpu>, sizes: Sizes, backward: bool) -> [Direction; 2] {
    let (of_input, of_recurrent) = (weights.input.clone(), weights.recurrent.clone());
    let [input, recurrent, bias]: [Values; 3] = [
        values(of_input),
        values(of_recurrent),
        values(weights.bias.clone()),
    ];
    let (gates, wide_gates) = (4 * sizes.units, 4 * sizes.wide());
    // Copies the row `index` of `[…, 4H]` to `[4 wide]`, whose filled-up units stay as they are.
    let spread = |from: &[f32], index: usize, out: &mut [f32]| {
        let from = from[index * gates..(index + 1) * gates].chunks_exact(sizes.units);
        for (out, gate) in out.chunks_exact_mut(sizes.wide()).zip(from) {
            out[..sizes.units].copy_from_slice(gate);
        }
    };
    let pack = |rows: usize, fill: &dyn Fn(usize, &mut [f32])| match backward {
        false => Panels::new(rows, wide_gates, fill),
        true => Panels::transposed(wide_gates, rows, fill),
    };
    [0, 1].map(|direction| {
        let mut of_direction = vec![0.0; wide_gates];
        spread(&bias, direction, &mut of_direction);
        Direction {
            input: pack(sizes.features, &|feature, out| {
                spread(&input, 2 * feature + direction, out);
            }),
            recurrent: pack(sizes.wide(), &|unit, out| {
                if unit < sizes.units {
                    spread(&recurrent, direction * sizes.units + unit, out);
                }
            }),
            bias: of_direction,
            index: direction,
        }
    })
}
