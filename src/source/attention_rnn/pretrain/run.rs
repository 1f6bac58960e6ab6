//! What makes a run the same run.

use rayon::prelude::*;
use serde_json::json;

use super::settings::PretrainSettings;
use crate::source::{SourceWeights, SpeechFolder};
use crate::storage::sha256;

/// What a run is a function of, in one line: a checkpoint belongs to it or not. This reads every
/// sample, so it is done once.
pub fn describe(
    speech: &SpeechFolder,
    settings: &PretrainSettings,
    teacher: Option<&SourceWeights>,
) -> String {
    let teacher = teacher.map(SourceWeights::sha256);
    json!({"settings": settings, "speech": digest(speech), "teacher": teacher}).to_string()
}

/// The sha256 over the labels and samples that are trained on, and over the noise, in their order:
/// of a line for each with its own sha256.
fn digest(speech: &SpeechFolder) -> String {
    let recording = speech.train.par_iter().map(|clip| {
        let samples = clip.samples.iter().flat_map(|sample| sample.to_le_bytes());
        let samples: Vec<u8> = samples.collect();
        format!("recording {} {}\n", clip.label, sha256(&samples))
    });
    let noise = speech.noise.par_iter().map(|noise| {
        let samples = noise.iter().flat_map(|sample| sample.to_le_bytes());
        let samples: Vec<u8> = samples.collect();
        format!("noise {}\n", sha256(&samples))
    });
    let lines: Vec<String> = recording.chain(noise).collect();
    sha256(lines.concat().as_bytes())
}
