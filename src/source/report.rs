//! How well a source knows its words.

use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use retune_core::argmax;

use super::{Input, SourceModel, SourceWeights, SpeechClip, rows};
use crate::Error;
use crate::kernel::Kernels;

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
///
/// # Errors
///
/// [`ErrorKind::Labels`](crate::ErrorKind::Labels) for a source without labels.
pub fn measure<B: Kernels>(
    weights: &SourceWeights,
    clips: &[SpeechClip],
    device: &B::Device,
) -> Result<Report, Error> {
    let count = weights.labels().len();
    let source = weights.model::<B>(device);
    let mut confusion = vec![vec![0; count]; count];
    for batch in clips.chunks(BATCH) {
        let logits = label_logits(source.as_ref(), batch, device)?;
        for (clip, logits) in batch.iter().zip(&logits) {
            confusion[clip.label][argmax(logits.iter().copied())] += 1;
        }
    }
    let right: usize = (0..count).map(|label| confusion[label][label]).sum();
    Ok(Report {
        clips: clips.len(),
        accuracy: right as f64 / clips.len().max(1) as f64,
        labels: weights.labels().to_vec(),
        confusion,
    })
}

/// The logits of some recorded words.
pub(crate) fn label_logits<B: Kernels>(
    source: &dyn SourceModel<B>,
    clips: &[SpeechClip],
    device: &B::Device,
) -> Result<Vec<Vec<f32>>, Error> {
    let length = clips.first().map_or(0, |clip| clip.samples.len());
    let samples: Vec<f32> = clips.iter().flat_map(SpeechClip::audio).collect();
    let audio = TensorData::new(samples, [clips.len(), length]);
    let outputs = source.forward(Input::Audio(Tensor::from_data(audio, device)), &[]);
    let logits = outputs.logits.ok_or_else(|| source.spec().no_labels())?;
    let logits = rows(logits);
    source.spec().check_heard(logits.iter().flatten())?;
    Ok(logits)
}
