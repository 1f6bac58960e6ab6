//! The activations of a source as one row of numbers for each clip.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use crate::kernel::Kernels;
use crate::kernel::composed::POOLED;
use crate::source::Activations;

/// Outputs of each bidirectional LSTM.
const WIDTH: usize = 128;
/// Outputs of the first dense layer.
const DENSE: usize = 64;
/// What is pooled of one LSTM, and the place of the shares of positive values in it.
const LAYER: usize = WIDTH * POOLED;
const SHARES: usize = 4;

/// How many features [`pool`] gives: the attended mean, the first dense layer, and of each LSTM
/// the mean, maximum, minimum, deviation, share of positive values and the segments' means.
pub const FEATURES: usize = WIDTH + DENSE + 2 * LAYER;

/// Which of these features a linear readout reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// All of them.
    #[default]
    All,
    /// The attended mean, and of both LSTMs the mean and the share of positive values over the
    /// clip. They say what is heard and not when; beside all features, which say both, a readout
    /// of them corrects where a pattern may be anywhere in a series (`docs/results.md`).
    Means,
}

impl Pooling {
    /// How many features are read.
    pub fn width(self) -> usize {
        self.blocks().into_iter().map(|(_, length)| length).sum()
    }

    /// These of `[batch, FEATURES]`: `[batch, width]`.
    pub fn of<B: Backend>(self, features: Tensor<B, 2>) -> Tensor<B, 2> {
        if self == Self::All {
            return features;
        }
        let blocks = self.blocks().into_iter();
        let blocks = blocks.map(|(start, length)| features.clone().narrow(1, start, length));
        Tensor::cat(blocks.collect(), 1)
    }

    /// These of rows of [`FEATURES`] on the host, row by row.
    pub fn of_rows(self, features: &[f32]) -> Vec<f32> {
        let blocks = self.blocks();
        let rows = features.chunks_exact(FEATURES);
        let read = rows.flat_map(|row| {
            let block = |(start, length): &(usize, usize)| &row[*start..start + length];
            blocks.iter().flat_map(block)
        });
        read.copied().collect()
    }

    /// Where they stand in a row of [`FEATURES`]: the first of a block, and how many.
    fn blocks(self) -> Vec<(usize, usize)> {
        match self {
            Self::All => vec![(0, FEATURES)],
            Self::Means => {
                let mut blocks = vec![(0, WIDTH)];
                for layer in [WIDTH + DENSE, WIDTH + DENSE + LAYER] {
                    blocks.push((layer, WIDTH));
                    blocks.push((layer + WIDTH * SHARES, WIDTH));
                }
                blocks
            }
        }
    }
}

/// The features of a batch, `[batch, FEATURES]`.
pub fn pool<B: Kernels>(heard: &Activations<B>) -> Tensor<B, 2> {
    let mut features = vec![heard.context.clone(), heard.dense.clone()];
    for layer in [&heard.lstm1, &heard.lstm2] {
        features.push(B::pool(layer.clone()));
    }
    Tensor::cat(features, 1)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::kernel::Cpu;

    /// By hand from the order that [`FEATURES`] names: the context, then of each layer, 1,280 wide, its
    /// first 128 and, after three times 128, the next.
    #[test]
    fn means_are_the_context_and_the_means_and_shares_of_both_layers() {
        let row: Vec<f32> = (0..FEATURES).map(|place| place as f32).collect();
        let read = Pooling::Means.of_rows(&row);
        assert_eq!((Pooling::All.width(), Pooling::Means.width()), (2752, 640));
        let starts = [0.0, 192.0, 192.0 + 512.0, 1472.0, 1472.0 + 512.0];
        let found = [read[0], read[128], read[256], read[384], read[512]];
        assert_eq!(found, starts);
        assert_eq!(read.last(), Some(&2111.0));
        let data = TensorData::new([row.clone(), row].concat(), [2, FEATURES]);
        let on_device = Tensor::<Cpu, 2>::from_data(data, &Default::default());
        let found: Vec<f32> = Pooling::Means.of(on_device).into_data().into_vec().unwrap();
        assert_eq!(found, [read.clone(), read].concat());
    }
}
