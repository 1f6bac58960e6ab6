//! The layers of the network.

use std::collections::BTreeMap;

use super::{BINS, FRAME_SAMPLES, MELS};
use crate::kernel::{Activation, Convolution, ConvolutionStack, Geometry, Pool, StackLayer};
use crate::source::SourceWeights;

/// What follows every convolution but the last.
const LEAKY: Activation = Activation::Leaky {
    slope: 0.2,
    floor: -0.4,
};
/// Two convolutions along frequency and two along time, in turn.
const FOUR: [[usize; 2]; 4] = [[1, 3], [3, 1], [1, 3], [3, 1]];
/// The kernels (time × frequency) of each block's convolutions, their channels, and the window of
/// the max-pool after them.
#[allow(clippy::type_complexity, reason = "a name for it would say less")]
const BLOCKS: [(&[[usize; 2]], usize, [usize; 2]); 5] = [
    (&[[3, 3], [1, 3], [3, 1]], 24, [2, 2]),
    (&FOUR, 48, [1, 2]),
    (&FOUR, 72, [2, 2]),
    (&FOUR, 96, [1, 2]),
    (&FOUR, 96, [2, 2]),
];

/// A layer whose values can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmbeddingTap {
    /// After the first block: 24 channels × 16 frequencies.
    Pool1,
    /// After the second block: 48 channels × 8 frequencies.
    Pool2,
    /// After the third block: 72 channels × 4 frequencies.
    Pool3,
    /// After the fourth block: 96 channels × 2 frequencies.
    Pool4,
    /// After the fifth block: 96 channels × 1 frequency.
    Pool5,
    /// The embedding: 96 channels × 1 frequency, one vector for every 8 frames.
    Embedding,
}

impl EmbeddingTap {
    /// All taps, the first layer first.
    pub const ALL: [Self; 6] = [
        Self::Pool1,
        Self::Pool2,
        Self::Pool3,
        Self::Pool4,
        Self::Pool5,
        Self::Embedding,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pool1 => "pool1",
            Self::Pool2 => "pool2",
            Self::Pool3 => "pool3",
            Self::Pool4 => "pool4",
            Self::Pool5 => "pool5",
            Self::Embedding => "embedding",
        }
    }

    /// Its (time, frequency, channels) for planes of so many frames: ⌊(frames − 4)/2⌋, that less 4,
    /// the half of that less 4, and so on; the embedding has ⌊(frames − 76)/8⌋ + 1. None for fewer
    /// than [`MIN_FRAMES`](super::MIN_FRAMES).
    pub fn size(self, frames: usize) -> Option<[usize; 3]> {
        let mut here = [frames, super::MELS, 1];
        let mut found = None;
        for (index, step) in steps().iter().enumerate() {
            let [time, frequency, channels] = here;
            here = match step {
                Step::Convolution(geometry, _) => {
                    let [time, frequency] = geometry.output([time, frequency])?;
                    [time, frequency, geometry.outputs]
                }
                Step::Pool(pool) => {
                    let [time, frequency] = pool.output([time, frequency])?;
                    [time, frequency, channels]
                }
            };
            if index == self.layer() {
                found = Some(here);
            }
        }
        found
    }

    /// The index of the layer in the stack.
    pub(super) fn layer(self) -> usize {
        match self {
            Self::Pool1 => 3,
            Self::Pool2 => 8,
            Self::Pool3 => 13,
            Self::Pool4 => 18,
            Self::Pool5 => 23,
            Self::Embedding => 24,
        }
    }
}

enum Step {
    Convolution(Geometry, Activation),
    Pool(Pool),
}

/// The layers without their weights.
fn steps() -> Vec<Step> {
    let mut steps = Vec::new();
    let mut inputs = 1;
    let mut convolution = |steps: &mut Vec<Step>, kernel: [usize; 2], outputs, activation| {
        let geometry = Geometry {
            outputs,
            inputs: std::mem::replace(&mut inputs, outputs),
            kernel,
            padding: kernel[1] / 2,
        };
        steps.push(Step::Convolution(geometry, activation));
    };
    for (kernels, outputs, window) in BLOCKS {
        for kernel in kernels {
            convolution(&mut steps, *kernel, outputs, LEAKY);
        }
        steps.push(Step::Pool(Pool { window }));
    }
    convolution(&mut steps, [3, 1], 96, Activation::Linear);
    steps
}

/// The shapes of the convolutions, the first one first.
pub(super) fn geometries() -> Vec<Geometry> {
    let steps = steps().into_iter();
    let geometries = steps.filter_map(|step| match step {
        Step::Convolution(geometry, _) => Some(geometry),
        Step::Pool(_) => None,
    });
    geometries.collect()
}

/// Name and shape of every tensor: `conv1.kernel` … `conv20.kernel`
/// (`[outputs, inputs, time, frequency]`), `conv1.bias` … `conv19.bias` (`[outputs]`), and the front
/// end's `window` (`[512]`) and `mel.filters` (`[257, 32]`).
pub(super) fn architecture() -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::from([
        ("window".to_owned(), vec![FRAME_SAMPLES]),
        ("mel.filters".to_owned(), vec![BINS, MELS]),
    ]);
    let geometries = geometries();
    let last = geometries.len();
    for (index, geometry) in geometries.into_iter().enumerate() {
        let number = index + 1;
        let [rows, columns] = geometry.kernel;
        let shape = vec![geometry.outputs, geometry.inputs, rows, columns];
        shapes.insert(format!("conv{number}.kernel"), shape);
        if number < last {
            shapes.insert(format!("conv{number}.bias"), vec![geometry.outputs]);
        }
    }
    shapes
}

/// The layers with their weights.
pub(super) fn stack(weights: &SourceWeights) -> ConvolutionStack {
    let mut number = 0;
    let layers = steps().into_iter().map(|step| match step {
        Step::Pool(pool) => StackLayer::Pool(pool),
        Step::Convolution(geometry, activation) => {
            number += 1;
            let bias = weights.tensors().get(&format!("conv{number}.bias"));
            StackLayer::Convolution(Convolution {
                geometry,
                activation,
                kernel: weights.tensors()[&format!("conv{number}.kernel")]
                    .values
                    .clone(),
                // The last has none.
                bias: bias.map_or_else(|| vec![0.0; geometry.outputs], |b| b.values.clone()),
            })
        }
    });
    ConvolutionStack::new(layers.collect())
}
