//! One direction of one part, forward.

use super::sizes::{Sizes, load, step, store};
use super::weights::Direction;
use crate::cpu::activation::{sigmoid, tanh};
use crate::cpu::panels::product;
use crate::cpu::vectors::{LANES, Vector, Work, multiply_add};

/// One direction of one part. Gives the outputs in the order heard, `[time, samples, wide]`.
pub struct Forward<'a> {
    /// `[samples, time, features]`.
    pub part: &'a [f32],
    pub direction: &'a Direction,
    pub sizes: Sizes,
    /// Written for the backward pass, or empty: gate activations in the order heard, `[time,
    /// samples, 4 wide]`, and cell states, `[time, samples, wide]`.
    pub trace: [&'a mut [f32]; 2],
}

impl Work<Vec<f32>> for Forward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) -> Vec<f32> {
        let (part, direction, sizes) = (self.part, self.direction, self.sizes);
        let [all_gates, cells] = self.trace;
        let (time, features) = (sizes.time, sizes.features);
        let wide = sizes.wide();
        let width = 4 * wide;
        let samples = part.len() / (time * features).max(1);
        let (block, row) = (sizes.block(samples), samples * wide);
        let mut seen = vec![0.0; block * samples * features];
        let mut hidden = vec![0.0; time * row];
        let mut cell = vec![0.0; row];
        let keep = !cells.is_empty();
        let mut untraced = vec![0.0; if keep { 0 } else { block * 4 * row }];
        for first in (0..time).step_by(block) {
            let steps = block.min(time - first);
            let seen = &mut seen[..steps * samples * features];
            for (index, out) in seen.chunks_exact_mut(features).enumerate() {
                let (position, sample) = (first + index / samples, index % samples);
                let from = (sample * time + step(direction.index, position, time)) * features;
                out.copy_from_slice(&part[from..from + features]);
            }
            let gates = match keep {
                true => &mut all_gates[first * 4 * row..(first + steps) * 4 * row],
                false => &mut untraced[..steps * 4 * row],
            };
            product::<V>(seen, &direction.input, Some(&direction.bias), gates);
            for (position, gates) in (first..).zip(gates.chunks_exact_mut(4 * row)) {
                let (before, hidden) = hidden.split_at_mut(position * row);
                if position > 0 {
                    let before = &before[(position - 1) * row..];
                    product::<V>(before, &direction.recurrent, None, gates);
                }
                let rows = gates
                    .chunks_exact_mut(width)
                    .zip(cell.chunks_exact_mut(wide))
                    .zip(hidden[..row].chunks_exact_mut(wide));
                for ((gates, cell), hidden) in rows {
                    activate::<V>(gates, cell, hidden, keep);
                }
                if keep {
                    cells[position * row..(position + 1) * row].copy_from_slice(&cell);
                }
            }
        }
        hidden
    }
}

/// One sample's step: `gates` before activation `[4 wide]` become activations; `cell` and `hidden`
/// `[wide]` become this step's.
#[inline(always)]
fn activate<V: Vector>(gates: &mut [f32], cell: &mut [f32], hidden: &mut [f32], keep: bool) {
    let wide = cell.len();
    let gates = &mut gates[..4 * wide];
    let hidden = &mut hidden[..wide];
    for start in (0..wide).step_by(LANES) {
        let entry = sigmoid::<V>(load(gates, start));
        let forget = sigmoid::<V>(load(gates, wide + start));
        let candidate = tanh::<V>(load(gates, 2 * wide + start));
        let exit = sigmoid::<V>(load(gates, 3 * wide + start));
        let mut state = load(cell, start);
        for lane in 0..LANES {
            state[lane] =
                multiply_add::<V>(forget[lane], state[lane], entry[lane] * candidate[lane]);
        }
        let mut seen = tanh::<V>(state);
        for lane in 0..LANES {
            seen[lane] *= exit[lane];
        }
        if keep {
            for (gate, values) in [entry, forget, candidate, exit].iter().enumerate() {
                store(gates, gate * wide + start, values);
            }
        }
        store(cell, start, &state);
        store(hidden, start, &seen);
    }
}
