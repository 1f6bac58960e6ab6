//! The sizes of one call, the order of its steps, and vectors of its slices.

use burn::tensor::Tensor;

use crate::BiLstmWeights;
use crate::cpu::panels::PANEL;
use crate::cpu::tensors::Cpu;
use crate::cpu::vectors::{LANES, Lanes};

/// Samples that go through the recurrence together: the fewest that products are quick for, and the most.
const PARTS: [usize; 2] = [4, 16];
/// The largest batch that is cut into the smallest parts where a trace is kept.
const SMALL_BATCH: usize = 64;
/// Rows of samples and steps whose input projections are worked out together.
const BLOCK: usize = 32;

/// Sizes of one call.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub batch: usize,
    pub time: usize,
    pub features: usize,
    pub units: usize,
    /// Samples of a part. No sample's own numbers depend on it; sums over samples and the trace do.
    pub part: usize,
}

impl Sizes {
    /// With parts that depend on the batch alone: sums are the same on any number of threads, and a
    /// trace is read as it was written.
    pub fn traced(input: &Tensor<Cpu, 3>, weights: &BiLstmWeights<Cpu>) -> Self {
        let [batch, time, features] = input.dims();
        let [_, units, _] = weights.recurrent.dims();
        let [few, many] = PARTS;
        Self {
            batch,
            time,
            features,
            units,
            part: if batch > SMALL_BATCH { many } else { few },
        }
    }

    /// With parts for each thread, as large as they may be, for a pass that leaves no trace.
    pub fn untraced(input: &Tensor<Cpu, 3>, weights: &BiLstmWeights<Cpu>) -> Self {
        let sizes = Self::traced(input, weights);
        let [few, many] = PARTS;
        let each = sizes.batch.div_ceil(rayon::current_num_threads());
        Self {
            part: each.next_multiple_of(few).clamp(few, many),
            ..sizes
        }
    }

    /// Whether there is nothing to work on, which the composed operations know how to do.
    pub fn empty(self) -> bool {
        self.batch * self.time * self.features * self.units == 0
    }

    /// Units as the trace holds them: filled up to whole panels with units that stay at zero.
    pub fn wide(self) -> usize {
        self.units.next_multiple_of(PANEL)
    }

    /// Steps whose input projections a part of `samples` works out together.
    pub fn block(self, samples: usize) -> usize {
        (BLOCK / samples.max(1)).clamp(1, self.time.max(1))
    }

    pub fn units_of_work(self) -> usize {
        2 * self.batch.div_ceil(self.part)
    }

    /// The samples of a unit's part.
    pub fn samples(self, unit: usize) -> std::ops::Range<usize> {
        let first = unit / 2 * self.part;
        first..self.batch.min(first + self.part)
    }
}

/// The step that a direction hears at a position.
pub fn step(direction: usize, position: usize, time: usize) -> usize {
    match direction {
        1 => time - 1 - position,
        _ => position,
    }
}

/// [`LANES`] values from `start` on.
#[inline(always)]
pub fn load(values: &[f32], start: usize) -> Lanes {
    let mut lanes = [0.0; LANES];
    lanes.copy_from_slice(&values[start..start + LANES]);
    lanes
}

/// Writes [`LANES`] values from `start` on.
#[inline(always)]
pub fn store(values: &mut [f32], start: usize, lanes: &Lanes) {
    values[start..start + LANES].copy_from_slice(lanes);
}
