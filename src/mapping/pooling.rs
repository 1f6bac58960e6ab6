//! The activations of a source as one row of numbers for each clip.

use std::borrow::Cow;

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use crate::kernel::Kernels;
use crate::kernel::composed::{POOLED, SEGMENTS};
use crate::source::{Outputs, SourceSpec, TapOf, TapSet};

/// The place of the shares of positive values in what is pooled of the frames of a tap.
const SHARES: usize = 4;

/// Which of these features a linear readout reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// All of them.
    #[default]
    All,
    /// Means, and of frames the mean and the share of positive values over the clip. They say what is
    /// heard and not when; beside all features, which say both, a readout of them corrects where a
    /// pattern may be anywhere in a series (`docs/results.md`).
    Means,
    /// All but the segments' means: what is heard and not when, with how far it goes and varies.
    Clip,
    /// Of frames, the segments' means alone: the course of what is heard.
    Segments,
}

impl Pooling {
    /// How many features are read.
    pub fn width(self, source: &SourceSpec, taps: TapSet) -> usize {
        let blocks = self.blocks(source, taps).into_iter();
        blocks.map(|(_, length)| length).sum()
    }

    /// These of what is pooled of the taps, `[batch, all]`: `[batch, width]`.
    pub fn of<B: Backend>(
        self,
        features: Tensor<B, 2>,
        source: &SourceSpec,
        taps: TapSet,
    ) -> Tensor<B, 2> {
        if self == Self::All {
            return features;
        }
        let blocks = self.blocks(source, taps).into_iter();
        let blocks = blocks.map(|(start, length)| features.clone().narrow(1, start, length));
        Tensor::cat(blocks.collect(), 1)
    }

    /// These of rows of what is pooled of the taps, on the host, row by row.
    pub fn of_rows<'a>(
        self,
        features: &'a [f32],
        source: &SourceSpec,
        taps: TapSet,
    ) -> Cow<'a, [f32]> {
        if self == Self::All {
            return Cow::Borrowed(features);
        }
        let blocks = self.blocks(source, taps);
        let rows = features.chunks_exact(taps.width(source));
        let read = rows.flat_map(|row| {
            let block = |(start, length): &(usize, usize)| &row[*start..start + length];
            blocks.iter().flat_map(block)
        });
        Cow::Owned(read.copied().collect())
    }

    /// Weights of these features, so many columns in a row for each, as weights of all features: 0 for the
    /// others.
    pub fn spread(
        self,
        weights: &[f32],
        columns: usize,
        source: &SourceSpec,
        taps: TapSet,
    ) -> Vec<f32> {
        let mut all = vec![0.0; taps.width(source) * columns];
        let mut rest = weights;
        for (start, length) in self.blocks(source, taps) {
            let (block, after) = rest.split_at(length * columns);
            all[start * columns..][..block.len()].copy_from_slice(block);
            rest = after;
        }
        all
    }

    /// Where they stand in a row: the first of a block, and how many.
    fn blocks(self, source: &SourceSpec, taps: TapSet) -> Vec<(usize, usize)> {
        if self == Self::All {
            return vec![(0, taps.width(source))];
        }
        let mut start = 0;
        let mut blocks = Vec::new();
        for tap in taps.of(source) {
            let all = tap.pooled_width();
            let over_the_clip = (POOLED - SEGMENTS) * tap.width;
            match (self, tap.of) {
                (Self::Means, TapOf::Frames) => {
                    blocks.push((start, tap.width));
                    blocks.push((start + SHARES * tap.width, tap.width));
                }
                (Self::Clip, TapOf::Frames) => blocks.push((start, over_the_clip)),
                (Self::Segments, TapOf::Frames) => {
                    blocks.push((start + over_the_clip, all - over_the_clip));
                }
                (Self::Means | Self::Clip, TapOf::Mean) | (Self::Clip, TapOf::Clip) => {
                    blocks.push((start, all));
                }
                _ => {}
            }
            start += all;
        }
        blocks
    }
}

/// The features of a batch, `[batch, width]` of the taps.
pub fn pool<B: Kernels>(source: &SourceSpec, outputs: &Outputs<B>, taps: TapSet) -> Tensor<B, 2> {
    let taps = taps.places(source).into_iter();
    let features = taps.map(|place| {
        let values = outputs.tap(place);
        match source.taps[place].of {
            TapOf::Frames => B::pool(values),
            TapOf::Mean | TapOf::Clip => values.squeeze_dim(1),
        }
    });
    Tensor::cat(features.collect(), 1)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use burn::tensor::TensorData;

    use super::*;
    use crate::kernel::Cpu;
    use crate::source::{SourceWeights, host, pooled_width};

    /// By hand from the order that [`TapSet::width`] names: the context, then of each layer, 1,280 wide, its
    /// first 128 and, after three times 128, the next.
    #[test]
    fn means_are_the_context_and_the_means_and_shares_of_both_layers() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let source = source.spec();
        let all = pooled_width(source);
        assert_eq!(
            (all, Pooling::Means.width(source, TapSet::Series)),
            (2752, 640)
        );
        let row: Vec<f32> = (0..all).map(|place| place as f32).collect();
        let read = Pooling::Means.of_rows(&row, source, TapSet::Series);
        let found = [0, 128, 256, 384, 512, 639].map(|place| read[place]);
        let starts = [0.0, 192.0, 192.0 + 512.0, 1472.0, 1472.0 + 512.0, 2111.0];
        assert_eq!(found, starts);
        let data = TensorData::new([row.clone(), row.clone()].concat(), [2, all]);
        let on_device = Tensor::<Cpu, 2>::from_data(data, &Default::default());
        let found = host(Pooling::Means.of(on_device, source, TapSet::Series)).values;
        assert_eq!(found, [read.clone(), read].concat());
    }

    /// By hand from the same order: 128 and 64 of the context and the dense layer, and of each layer five
    /// times 128 over the clip and five times 128 for the segments.
    #[test]
    fn the_clip_and_the_segments_are_all_together() {
        let source = SourceWeights::find("attrnn-gsc35").unwrap();
        let source = source.spec();
        let row: Vec<f32> = (0..2752).map(|place| place as f32).collect();
        let read = |pooling: Pooling| pooling.of_rows(&row, source, TapSet::Series).into_owned();
        let (clip, segments) = (read(Pooling::Clip), read(Pooling::Segments));
        assert_eq!((clip.len(), segments.len()), (192 + 1280, 1280));
        assert_eq!(
            [clip[191], clip[192], clip[832], clip[1471]],
            [191.0, 192.0, 1472.0, 2111.0]
        );
        assert_eq!(
            [segments[0], segments[640], segments[1279]],
            [832.0, 2112.0, 2751.0]
        );
        let mut both = [clip, segments].concat();
        both.sort_by(f32::total_cmp);
        assert_eq!(both, row);
        // Weights of some features are those of all with zeros between them: what is read is the same.
        for pooling in [
            Pooling::All,
            Pooling::Means,
            Pooling::Clip,
            Pooling::Segments,
        ] {
            let read = read(pooling);
            let weights: Vec<f32> = (0..2 * read.len()).map(|at| (at % 7) as f32).collect();
            let all = pooling.spread(&weights, 2, source, TapSet::Series);
            let sum = |features: &[f32], weights: &[f32]| -> [f64; 2] {
                [0, 1].map(|column| {
                    let weights = weights.iter().skip(column).step_by(2);
                    let products = features.iter().zip(weights);
                    products.map(|(one, other)| f64::from(one * other)).sum()
                })
            };
            assert_eq!(sum(&read, &weights), sum(&row, &all), "{pooling:?}");
        }
    }

    /// By hand: 24 · 16, 48 · 8 and 72 · 4 channels of the first three pools, and 96 of the embedding, with
    /// ten numbers of each; the attention-RNN has no other taps for speech.
    #[test]
    fn speech_is_read_off_the_embedding_itself() {
        let widths = |name: &str| {
            let source = SourceWeights::find(name).unwrap();
            [TapSet::Series, TapSet::Speech].map(|taps| taps.width(source.spec()))
        };
        assert_eq!(widths("speech-embedding"), [10_560, 960]);
        assert_eq!(widths("attrnn-gsc35"), [2752, 2752]);
    }
}
