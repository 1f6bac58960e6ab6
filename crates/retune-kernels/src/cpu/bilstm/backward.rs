//! One direction of one part, backward.

use super::sizes::{Sizes, load, step, store};
use super::weights::Direction;
use crate::cpu::activation::tanh;
use crate::cpu::panels::{PANEL, product};
use crate::cpu::vectors::{LANES, Vector, Work, multiply_add};

/// One direction of one part.
pub struct Backward<'a> {
    /// Gate activations in the order heard, `[time, samples, 4 wide]`.
    pub gates: &'a [f32],
    /// Cell states in the order heard, `[time, samples, wide]`.
    pub cells: &'a [f32],
    /// The gradient of the part's output, `[samples, time, 2H]`.
    pub gradient: &'a [f32],
    pub direction: &'a Direction,
    pub sizes: Sizes,
    /// Whether to keep the gradients of all gates.
    pub keep: bool,
}

/// Gives the gradients of the input, `[time, samples, features filled up to whole panels]`, and of
/// the gates before activation, `[time, samples, 4 wide]`, in the order heard; the latter are empty
/// unless they are kept.
impl Work<[Vec<f32>; 2]> for Backward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) -> [Vec<f32>; 2] {
        let (gates, cells, gradient) = (self.gates, self.cells, self.gradient);
        let (direction, sizes, keep) = (self.direction, self.sizes, self.keep);
        let (time, units) = (sizes.time, sizes.units);
        let wide = sizes.wide();
        let width = 4 * wide;
        let features = sizes.features.next_multiple_of(PANEL);
        let samples = cells.len() / (time * wide).max(1);
        let (block, row) = (sizes.block(samples), samples * wide);
        let silence = vec![0.0; row];
        let mut of_gates = vec![0.0; if keep { time } else { block } * 4 * row];
        let mut input = vec![0.0; time * samples * features];
        let nothing = vec![0.0; wide.max(features)];
        let mut of_hidden = vec![0.0; row];
        let mut of_cell = vec![0.0; row];
        for first in (0..time).step_by(block).rev() {
            let steps = block.min(time - first);
            let offset = if keep { first * 4 * row } else { 0 };
            let of_gates = &mut of_gates[offset..offset + steps * 4 * row];
            for (index, of_gates) in of_gates.chunks_exact_mut(4 * row).enumerate().rev() {
                let position = first + index;
                let gates = &gates[position * 4 * row..(position + 1) * 4 * row];
                let here = &cells[position * row..(position + 1) * row];
                let before = match position.checked_sub(1) {
                    Some(before) => &cells[before * row..position * row],
                    None => &silence,
                };
                let seen = step(direction.index, position, time);
                for (sample, sums) in of_hidden.chunks_exact_mut(wide).enumerate() {
                    let from = ((sample * time + seen) * 2 + direction.index) * units;
                    for (sum, value) in sums.iter_mut().zip(&gradient[from..from + units]) {
                        *sum += value;
                    }
                }
                for sample in 0..samples {
                    let narrow = sample * wide..(sample + 1) * wide;
                    let broad = sample * width..(sample + 1) * width;
                    deactivate::<V>(
                        &mut of_gates[broad.clone()],
                        &gates[broad],
                        [&here[narrow.clone()], &before[narrow.clone()]],
                        &of_hidden[narrow.clone()],
                        &mut of_cell[narrow],
                    );
                }
                if position > 0 {
                    let start = Some(nothing.as_slice());
                    product::<V>(of_gates, &direction.recurrent, start, &mut of_hidden);
                }
            }
            let out = &mut input[first * samples * features..(first + steps) * samples * features];
            product::<V>(of_gates, &direction.input, Some(&nothing), out);
        }
        if !keep {
            of_gates = Vec::new();
        }
        [input, of_gates]
    }
}

/// The backward step of one sample: writes the gradient before activation into `of_gates`, and
/// turns `of_cell` from this step's into the one seen before.
#[inline(always)]
fn deactivate<V: Vector>(
    of_gates: &mut [f32],
    gates: &[f32],
    [cell, cell_before]: [&[f32]; 2],
    of_hidden: &[f32],
    of_cell: &mut [f32],
) {
    let wide = of_cell.len();
    for start in (0..wide).step_by(LANES) {
        let gate = |gate: usize| load(gates, gate * wide + start);
        // Not by `map`, which is a call that is compiled for any machine.
        let [entry, forget, candidate, exit] = [gate(0), gate(1), gate(2), gate(3)];
        let squashed = tanh::<V>(load(cell, start));
        let before = load(cell_before, start);
        let of_hidden = load(of_hidden, start);
        let mut carried = load(of_cell, start);
        let mut found = [[0.0; LANES]; 4];
        for lane in 0..LANES {
            let slope = multiply_add::<V>(-squashed[lane], squashed[lane], 1.0);
            let at_exit = of_hidden[lane] * exit[lane];
            let at_cell = multiply_add::<V>(at_exit, slope, carried[lane]);
            let at_entry = at_cell * entry[lane];
            let at_forget = at_cell * forget[lane];
            found[0][lane] = at_entry * candidate[lane] * (1.0 - entry[lane]);
            found[1][lane] = at_forget * before[lane] * (1.0 - forget[lane]);
            found[2][lane] = at_entry * multiply_add::<V>(-candidate[lane], candidate[lane], 1.0);
            found[3][lane] = at_exit * squashed[lane] * (1.0 - exit[lane]);
            carried[lane] = at_forget;
        }
        for (gate, values) in found.iter().enumerate() {
            store(of_gates, gate * wide + start, values);
        }
        store(of_cell, start, &carried);
    }
}
