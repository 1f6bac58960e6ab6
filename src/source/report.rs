//! How well a source knows its words.

use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use super::layers::host;
use super::speech::SpeechClip;
use super::{AttentionRnn, LABELS, SourceModel, SourceWeights};
use crate::kernel::Kernels;
use crate::kernel::mel::CLIP_SAMPLES;

/// Clips that are heard together.
const BATCH: usize = 64;

/// Accuracy and confusions of a source on recorded words.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Recordings heard.
    pub clips: usize,
    /// The share of recordings whose most probable label is the right one.
    pub accuracy: f64,
    /// The labels, in the order of the matrix.
    pub labels: Vec<String>,
    /// `confusion[said][heard]`: how many recordings.
    pub confusion: Vec<Vec<usize>>,
}

impl Report {
    /// The share of a word's recordings that were heard right; `None` for a word that never came.
    pub fn recall(&self, label: usize) -> Option<f64> {
        let row = self.confusion.get(label)?;
        let said: usize = row.iter().sum();
        (said > 0).then(|| row[label] as f64 / said as f64)
    }
}

/// Hears every clip and counts what was understood.
pub fn measure<B: Kernels>(
    weights: &SourceWeights,
    clips: &[SpeechClip],
    device: &B::Device,
) -> Report {
    measure_source(&AttentionRnn::<B>::new(weights, device), clips, device)
}

/// [`measure`] for a source that is already on a device.
pub(super) fn measure_source<B: Kernels>(
    source: &AttentionRnn<B>,
    clips: &[SpeechClip],
    device: &B::Device,
) -> Report {
    let count = LABELS.len();
    let mut confusion = vec![vec![0; count]; count];
    for batch in clips.chunks(BATCH) {
        let samples: Vec<f32> = batch.iter().flat_map(SpeechClip::audio).collect();
        let audio = TensorData::new(samples, [batch.len(), CLIP_SAMPLES]);
        let logits = source.hear(Tensor::from_data(audio, device)).logits;
        for (clip, logits) in batch.iter().zip(host(logits).values.chunks_exact(count)) {
            let heard = logits
                .iter()
                .enumerate()
                .max_by(|(_, a), (_, b)| a.total_cmp(b))
                .map(|(label, _)| label)
                .expect("there is a logit for each of LABELS: cut in chunks of that length");
            confusion[clip.label][heard] += 1;
        }
    }
    let right: usize = (0..count).map(|label| confusion[label][label]).sum();
    Report {
        clips: clips.len(),
        accuracy: right as f64 / clips.len().max(1) as f64,
        labels: LABELS.map(str::to_owned).to_vec(),
        confusion,
    }
}
