//! What makes a run the same run.

use rayon::prelude::*;
use serde::Serialize;

use super::settings::PretrainSettings;
use super::train::Teacher;
use crate::source::SpeechFolder;
use crate::storage::sha256;

/// What a run is: a checkpoint belongs to it or not.
#[derive(Debug, Serialize)]
pub struct Run<'a> {
    settings: &'a PretrainSettings,
    /// The sha256 of what is trained on.
    speech: String,
    /// The sha256 of the teacher.
    teacher: Option<&'a str>,
}

impl<'a> Run<'a> {
    /// Of what the run is a function of. This reads every sample, so it is done once.
    pub fn of(
        speech: &SpeechFolder,
        settings: &'a PretrainSettings,
        teacher: Option<&'a Teacher>,
    ) -> Self {
        Self {
            settings,
            speech: digest(speech),
            teacher: teacher.map(|teacher| teacher.sha256()),
        }
    }

    /// The run in one line.
    pub fn describe(&self) -> String {
        serde_json::to_string(self).expect("a run is numbers and text, which are always JSON")
    }
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
