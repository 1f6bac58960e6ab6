//! The inner loops: a few positions of a plane by a few vectors of output channels, in registers.

use crate::cpu::vectors::{LANES, Lanes, Vector, Work, multiply_add};
use crate::layers::Activation;

/// Vectors of output channels in one group. Three positions by three vectors of sums, three vectors
/// of weights and an input are thirteen of AVX2's sixteen registers; a fourth position would need
/// just sixteen, but then the compiler keeps some sums in memory, at half the speed.
const GROUP: usize = 3;

/// A kernel's weights in the order in which the inner loops read them.
pub struct Panels {
    /// Output channels.
    pub columns: usize,
    /// Kernel rows (in time).
    pub rows: usize,
    /// Inputs that a kernel row touches: kernel columns × input channels.
    row: usize,
    /// Whether there are fewer columns than would fill one vector: the vectors then run over the
    /// inputs.
    narrow: bool,
    /// For each column its inputs where it is narrow. Else, for each group of up to [`GROUP`]
    /// vectors of columns, for each input, the group's vectors; columns that there are not are zeros.
    weights: Vec<f32>,
    /// One for each column, filled up to whole vectors.
    bias: Vec<f32>,
    /// The weights at each point, where the kernel is a line of three taps (see [`line`](super::line)).
    pub line: Vec<Self>,
}

impl Panels {
    /// Packs the weights `weight(column, input)`, inputs counted over (kernel row, kernel column,
    /// channel), with one bias for each column.
    pub fn new(
        [rows, taps]: [usize; 2],
        channels: usize,
        bias: &[f32],
        weight: &dyn Fn(usize, usize) -> f32,
    ) -> Self {
        let (columns, row) = (bias.len(), taps * channels);
        let inputs = rows * row;
        let filled = columns.next_multiple_of(LANES);
        let narrow = columns < LANES && row >= LANES;
        let group = if narrow { 1 } else { GROUP * LANES };
        let mut weights = Vec::with_capacity(filled * inputs);
        for first in (0..if narrow { columns } else { filled }).step_by(group) {
            for input in 0..inputs {
                let group = first..filled.min(first + group);
                let known = |column| {
                    if column < columns {
                        weight(column, input)
                    } else {
                        0.0
                    }
                };
                weights.extend(group.map(known));
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(filled, 0.0);
        Self {
            columns,
            rows,
            row,
            narrow,
            weights,
            bias,
            line: Vec::new(),
        }
    }
}

impl Activation {
    /// Does it to each lane.
    #[inline(always)]
    pub(super) fn apply<V: Vector>(self, value: V) -> V {
        match self {
            Self::Linear => value,
            // In this order what is no number stays so.
            Self::Leaky { slope, floor } => {
                let leaky = value.maximum(value.multiply(V::splat(slope)));
                V::splat(floor).maximum(leaky)
            }
        }
    }
}

/// One band of a convolution: `out` is overwritten.
pub struct Band<'a> {
    /// `[frames + kernel rows − 1, width, channels]`, with whatever padding there is.
    pub source: &'a [f32],
    pub width: usize,
    pub channels: usize,
    pub panels: &'a Panels,
    pub activation: Activation,
    /// `[frames, frequencies, columns]`.
    pub out: &'a mut [f32],
    pub frequencies: usize,
}

impl Work for Band<'_> {
    #[inline(always)]
    fn run<V: Vector>(mut self) {
        let panels = self.panels;
        if panels.narrow {
            return self.narrow::<V>();
        }
        let inputs = panels.rows * panels.row;
        let ((mut vectors, _), (bias, _)) = (panels.weights.as_chunks(), panels.bias.as_chunks());
        for (group, bias) in bias.chunks(GROUP).enumerate() {
            let (here, rest) = vectors.split_at(inputs * bias.len());
            vectors = rest;
            let first = group * GROUP * LANES;
            match bias.len() {
                1 => self.group::<8, 1, V>(here, bias, first),
                2 => self.group::<5, 2, V>(here, bias, first),
                _ => self.group::<3, GROUP, V>(here, bias, first),
            }
        }
    }
}

impl Band<'_> {
    /// Gives `ROWS` positions after another to `work`, each with where its inputs start. The last
    /// position fills up the last call: it is then worked out more than once, the same each time.
    #[inline(always)]
    fn positions<const ROWS: usize>(
        &mut self,
        mut work: impl FnMut(&mut Self, [usize; ROWS], [usize; ROWS]),
    ) {
        let count = self.out.len() / self.panels.columns;
        let (mut position, mut frequency, mut offset) = (0, 0, 0);
        for _ in (0..count).step_by(ROWS) {
            let (mut positions, mut offsets) = ([0; ROWS], [0; ROWS]);
            for (at, start) in positions.iter_mut().zip(&mut offsets) {
                (*at, *start) = (position, offset);
                if position + 1 < count {
                    position += 1;
                    frequency += 1;
                    offset += self.channels;
                    if frequency == self.frequencies {
                        frequency = 0;
                        offset += (self.width - self.frequencies) * self.channels;
                    }
                }
            }
            work(self, positions, offsets);
        }
    }

    /// One group of columns, from `first` on, at all positions.
    #[inline(always)]
    fn group<const ROWS: usize, const VECTORS: usize, V: Vector>(
        &mut self,
        vectors: &[Lanes],
        bias: &[Lanes],
        first: usize,
    ) {
        let (weights, _) = vectors.as_chunks::<VECTORS>();
        let Some(bias) = bias.first_chunk::<VECTORS>() else {
            return;
        };
        let (columns, row) = (self.panels.columns, self.panels.row);
        let stride = self.width * self.channels;
        self.positions::<ROWS>(|band, positions, offsets| {
            let mut sums = [[V::splat(0.0); VECTORS]; ROWS];
            for sums in &mut sums {
                for (sum, bias) in sums.iter_mut().zip(bias) {
                    *sum = V::load(bias);
                }
            }
            for (index, weights) in weights.chunks_exact(row).enumerate() {
                let mut inputs: [&[f32]; ROWS] = [&[]; ROWS];
                for (inputs, offset) in inputs.iter_mut().zip(offsets) {
                    *inputs = &band.source[offset + index * stride..][..row];
                }
                for (step, weights) in weights.iter().enumerate() {
                    let mut right = [V::splat(0.0); VECTORS];
                    for (right, weights) in right.iter_mut().zip(weights) {
                        *right = V::load(weights);
                    }
                    for (sums, inputs) in sums.iter_mut().zip(&inputs) {
                        let left = V::splat(inputs[step]);
                        for (sum, right) in sums.iter_mut().zip(right) {
                            *sum = left.multiply_add(right, *sum);
                        }
                    }
                }
            }
            for (sums, position) in sums.into_iter().zip(positions) {
                let out = &mut band.out[position * columns + first..(position + 1) * columns];
                for (vector, sum) in sums.into_iter().enumerate() {
                    let value = band.activation.apply(sum);
                    match out[vector * LANES..].first_chunk_mut() {
                        Some(out) => value.store(out),
                        None => {
                            let mut lanes = [0.0; LANES];
                            value.store(&mut lanes);
                            let rest = &mut out[vector * LANES..];
                            rest.copy_from_slice(&lanes[..rest.len()]);
                        }
                    }
                }
            }
        });
    }

    /// All columns where they are fewer than one vector's: dot products over the inputs.
    #[inline(always)]
    fn narrow<V: Vector>(&mut self) {
        const ROWS: usize = 6;
        let (panels, columns, row) = (self.panels, self.panels.columns, self.panels.row);
        let stride = self.width * self.channels;
        let activation = self.activation;
        let all = panels
            .weights
            .chunks_exact(panels.rows * row)
            .zip(&panels.bias);
        for (column, (values, bias)) in all.enumerate() {
            self.positions::<ROWS>(|band, positions, offsets| {
                let mut sums = [V::splat(0.0); ROWS];
                let mut rest = [*bias; ROWS];
                for (index, weights) in values.chunks_exact(row).enumerate() {
                    let (weights, last) = weights.as_chunks::<LANES>();
                    let mut inputs: [&[Lanes]; ROWS] = [&[]; ROWS];
                    for ((inputs, rest), offset) in inputs.iter_mut().zip(&mut rest).zip(offsets) {
                        let from = &band.source[offset + index * stride..][..row];
                        let left;
                        (*inputs, left) = from.as_chunks::<LANES>();
                        for (left, right) in left.iter().zip(last) {
                            *rest = multiply_add::<V>(*left, *right, *rest);
                        }
                    }
                    for (step, weights) in weights.iter().enumerate() {
                        let right = V::load(weights);
                        for (sum, inputs) in sums.iter_mut().zip(&inputs) {
                            *sum = V::load(&inputs[step]).multiply_add(right, *sum);
                        }
                    }
                }
                for ((sum, rest), position) in sums.into_iter().zip(rest).zip(positions) {
                    let mut lanes = [0.0; LANES];
                    sum.store(&mut lanes);
                    let [a, b, c, d, e, f, g, h] = lanes;
                    let sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
                    activation.apply(V::splat(sum + rest)).store(&mut lanes);
                    band.out[position * columns + column] = lanes[0];
                }
            });
        }
    }
}
