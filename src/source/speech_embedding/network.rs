//! The layers of the network.

use std::collections::BTreeMap;

use super::{BINS, FRAME_SAMPLES, MELS, MIN_FRAMES};
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
        ["pool1", "pool2", "pool3", "pool4", "pool5", "embedding"][self as usize]
    }

    /// Its (time, frequency, channels) for planes of so many frames: ⌊(frames − 4)/2⌋, that less 4,
    /// the half of that less 4, and so on; the embedding has ⌊(frames − 76)/8⌋ + 1. None for fewer
    /// than [`MIN_FRAMES`](super::MIN_FRAMES).
    pub fn size(self, frames: usize) -> Option<[usize; 3]> {
        let layers = layers();
        let mut passed = layers.iter().take(self.layer() + 1);
        let size = passed.try_fold([frames, MELS, 1], |size, layer| layer.output(size));
        size.filter(|_| frames >= MIN_FRAMES)
    }

    /// The index of the layer in the stack.
    pub(super) fn layer(self) -> usize {
        [3, 8, 13, 18, 23, 24][self as usize]
    }
}

/// The layers, without their weights.
fn layers() -> Vec<StackLayer> {
    let mut inputs = 1;
    let mut convolution = |kernel: [usize; 2], outputs, activation| {
        StackLayer::Convolution(Convolution {
            geometry: Geometry {
                outputs,
                inputs: std::mem::replace(&mut inputs, outputs),
                kernel,
                padding: kernel[1] / 2,
            },
            activation,
            kernel: Vec::new(),
            bias: Vec::new(),
        })
    };
    let mut layers = Vec::new();
    for (kernels, outputs, window) in BLOCKS {
        let kernels = kernels.iter();
        layers.extend(kernels.map(|kernel| convolution(*kernel, outputs, LEAKY)));
        layers.push(StackLayer::Pool(Pool { window }));
    }
    layers.push(convolution([3, 1], 96, Activation::Linear));
    layers
}

/// Name and shape of every tensor: `conv1.kernel` … `conv20.kernel`
/// (`[outputs, inputs, time, frequency]`), `conv1.bias` … `conv19.bias` (`[outputs]`), and the front
/// end's `window` (`[512]`) and `mel.filters` (`[257, 32]`).
pub(super) fn architecture() -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::from([
        ("window".to_owned(), vec![FRAME_SAMPLES]),
        ("mel.filters".to_owned(), vec![BINS, MELS]),
    ]);
    let mut number = 0;
    for layer in layers() {
        if let StackLayer::Convolution(Convolution {
            geometry,
            activation,
            ..
        }) = layer
        {
            number += 1;
            let [rows, columns] = geometry.kernel;
            let shape = vec![geometry.outputs, geometry.inputs, rows, columns];
            shapes.insert(format!("conv{number}.kernel"), shape);
            // The last has none.
            if activation != Activation::Linear {
                shapes.insert(format!("conv{number}.bias"), vec![geometry.outputs]);
            }
        }
    }
    shapes
}

/// The layers with their weights.
pub(super) fn stack(weights: &SourceWeights) -> ConvolutionStack {
    let values = |name: String| Some(weights.tensors().get(&name)?.values.clone());
    let mut layers = layers();
    let mut number = 0;
    for layer in &mut layers {
        if let StackLayer::Convolution(Convolution {
            geometry,
            kernel,
            bias,
            ..
        }) = layer
        {
            number += 1;
            let found = values(format!("conv{number}.kernel"));
            *kernel = found.expect("reading the file found every kernel");
            let found = values(format!("conv{number}.bias"));
            *bias = found.unwrap_or_else(|| vec![0.0; geometry.outputs]);
        }
    }
    ConvolutionStack::new(layers)
}
