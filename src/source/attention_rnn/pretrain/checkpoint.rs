//! What a run needs to go on where it stopped.

use std::path::Path;

use rayon::prelude::*;
use serde_json::json;

use super::settings::PretrainSettings;
use crate::parameters::{Numbers, tensor};
use crate::source::{SourceWeights, SpeechFolder};
use crate::storage::{Stored, sha256, write_whole};
use crate::train::Moments;
use crate::{Error, ErrorKind};

/// The value of the `format` entry in the metadata of a checkpoint.
const FORMAT: &str = "retune-checkpoint-2";

/// A run's state at the end of an epoch.
pub struct State {
    /// Epochs done.
    pub epochs: usize,
    /// The trained numbers, one after the other.
    pub numbers: Vec<f32>,
    /// The optimiser's moments of them.
    pub moments: Moments,
    /// The norms' running statistics.
    pub statistics: Numbers,
}

/// A checkpoint that does not belong to this run.
fn no_checkpoint(path: &Path, reason: &str) -> Error {
    let message = format!("cannot resume from {}: {reason}", path.display());
    Error::new(ErrorKind::Mismatch, message)
        .with_hint("start anew without it, or give the settings of that run")
}

impl State {
    /// Writes the state whole or not at all; `run` is what the run is, in one line: settings, speech
    /// and teacher. A checkpoint belongs to one.
    pub fn save(&self, path: &Path, run: &str) -> Result<(), Error> {
        let mut tensors = self.statistics.clone();
        for (name, values) in [
            ("numbers", &self.numbers),
            ("first", &self.moments.first),
            ("second", &self.moments.second),
        ] {
            tensors.insert(name.to_owned(), tensor([values.len()], values.clone()));
        }
        let metadata = [
            ("format", FORMAT.to_owned()),
            ("run", run.to_owned()),
            ("epochs", self.epochs.to_string()),
            ("steps", self.moments.steps.to_string()),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        let bytes = Stored { metadata, tensors }.to_bytes();
        write_whole(path, &bytes).map_err(|error| Error::write(path, error))
    }

    /// Reads the state of the same run back, of a network of so many trained numbers.
    pub fn load(path: &Path, run: &str, count: usize) -> Result<Self, Error> {
        let failed = |reason: &str| no_checkpoint(path, reason);
        let bytes = std::fs::read(path).map_err(|error| Error::read(path, error))?;
        let Stored {
            metadata,
            mut tensors,
        } = Stored::from_bytes(&bytes)
            .map_err(|_| failed("it is no checkpoint, one of another version, or cut short"))?;
        if metadata.get("format").map(String::as_str) != Some(FORMAT) {
            return Err(failed("it is no checkpoint, or one of another version"));
        }
        if metadata.get("run").map(String::as_str) != Some(run) {
            return Err(failed("it was made with other settings, speech or teacher"));
        }
        let done = |name: &str| metadata.get(name).and_then(|done| done.parse::<i32>().ok());
        let (Some(epochs), Some(steps)) = (done("epochs"), done("steps")) else {
            return Err(failed("its header is damaged"));
        };
        let mut values = |name: &str| {
            let tensor = tensors.remove(name).map(|tensor| tensor.values);
            let whole = tensor.filter(|values| values.len() == count);
            whole.ok_or_else(|| failed("it is cut short"))
        };
        Ok(Self {
            epochs: epochs as usize,
            numbers: values("numbers")?,
            moments: Moments {
                first: values("first")?,
                second: values("second")?,
                steps,
            },
            statistics: tensors,
        })
    }
}

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
