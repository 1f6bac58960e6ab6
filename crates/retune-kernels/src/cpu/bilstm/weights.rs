//! The weights of both directions, packed for the products of either pass.

use super::Sizes;
use crate::cpu::panels::Panels;

/// One direction's weights, packed.
pub struct Direction {
    /// `[features, 4 wide]`.
    pub input: Panels,
    /// `[wide, 4 wide]`.
    pub recurrent: Panels,
    /// `[4 wide]`.
    pub bias: Vec<f32>,
    /// 0, or 1 for the direction that hears the last step first.
    pub index: usize,
}

/// One direction's weights, packed for the backward pass.
pub struct BackDirection {
    /// `[4 wide, features]`.
    pub to_input: Panels,
    /// `[4 wide, wide]`.
    pub to_hidden: Panels,
    /// 0, or 1 for the direction that hears the last step first.
    pub index: usize,
}

/// The weights as Burn holds them.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// `[features, 8H]`.
    pub input: &'a [f32],
    /// `[2, H, 4H]`.
    pub recurrent: &'a [f32],
    /// `[8H]`.
    pub bias: &'a [f32],
}

/// A column of the filled-up gates as a column of `[4H]`; `None` where it was filled up.
pub fn gate_column(column: usize, sizes: Sizes) -> Option<usize> {
    let (gate, unit) = (column / sizes.wide(), column % sizes.wide());
    (unit < sizes.units).then_some(gate * sizes.units + unit)
}

impl Weights<'_> {
    /// `[4H]`: from one feature to one direction's gates.
    fn input_row(&self, feature: usize, direction: usize, sizes: Sizes) -> &[f32] {
        let width = 4 * sizes.units;
        &self.input[(feature * 2 + direction) * width..][..width]
    }

    /// `[4H]`: from one unit's last output to one direction's gates.
    fn recurrent_row(&self, unit: usize, direction: usize, sizes: Sizes) -> &[f32] {
        let width = 4 * sizes.units;
        &self.recurrent[(direction * sizes.units + unit) * width..][..width]
    }

    /// Packs both directions for the forward pass.
    pub fn forward(&self, sizes: Sizes) -> [Direction; 2] {
        let wide = sizes.wide();
        // A panel lies within one gate, whose last units may be missing.
        let copy = |row: &[f32], first: usize, out: &mut [f32]| {
            let (gate, unit) = (first / wide, first % wide);
            let count = out.len().min(sizes.units.saturating_sub(unit));
            let from = gate * sizes.units + unit;
            out[..count].copy_from_slice(&row[from..from + count]);
        };
        let direction = |index| Direction {
            input: Panels::new(sizes.features, 4 * wide, |row, first, out| {
                copy(self.input_row(row, index, sizes), first, out);
            }),
            recurrent: Panels::new(wide, 4 * wide, |row, first, out| {
                if row < sizes.units {
                    copy(self.recurrent_row(row, index, sizes), first, out);
                }
            }),
            bias: {
                let mut bias = vec![0.0; 4 * wide];
                let from = &self.bias[index * 4 * sizes.units..][..4 * sizes.units];
                spread(from, &mut bias, sizes);
                bias
            },
            index,
        };
        [direction(0), direction(1)]
    }

    /// Packs both directions for the backward pass.
    pub fn backward(&self, sizes: Sizes) -> [BackDirection; 2] {
        let wide = sizes.wide();
        let direction = |index| BackDirection {
            to_input: Panels::transposed(4 * wide, sizes.features, |feature, out| {
                spread(self.input_row(feature, index, sizes), out, sizes);
            }),
            to_hidden: Panels::transposed(4 * wide, wide, |unit, out| {
                if unit < sizes.units {
                    spread(self.recurrent_row(unit, index, sizes), out, sizes);
                }
            }),
            index,
        };
        [direction(0), direction(1)]
    }
}

/// Copies `[4H]` to `[4 wide]`, whose filled-up units stay as they are.
fn spread(gates: &[f32], out: &mut [f32], sizes: Sizes) {
    let rows = out.chunks_exact_mut(sizes.wide());
    for (out, gate) in rows.zip(gates.chunks_exact(sizes.units)) {
        out[..sizes.units].copy_from_slice(gate);
    }
}
