//! What a run needs to go on where it stopped.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde_json::json;

use super::settings::{PretrainSettings, Prior};
use crate::limits::LARGEST_FILE;
use crate::parameters::{Numbers, tensor};
use crate::source::{SourceWeights, SpeechFolder};
use crate::storage::{Stored, read_file, sha256, write_whole};
use crate::train::Moments;
use crate::{Error, ErrorKind};

/// The value of the `format` entry in the metadata of a checkpoint.
const FORMAT: &str = "retune-checkpoint-2";

/// A run's state at the end of an epoch.
pub struct State {
    /// Epochs done.
    pub epochs: usize,
    /// All tensors of the network, the running statistics of its norms among them.
    pub numbers: Numbers,
    /// The optimiser's moments of those that are trained.
    pub moments: BTreeMap<String, Moments>,
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
        let mut tensors = self.numbers.clone();
        for (name, moments) in &self.moments {
            for (part, values) in [("first", &moments.first), ("second", &moments.second)] {
                let values = tensor([values.len()], values.clone());
                tensors.insert(format!("{name}.{part}"), values);
            }
        }
        let metadata = [
            ("format", FORMAT.to_owned()),
            ("run", run.to_owned()),
            ("epochs", self.epochs.to_string()),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        let bytes = Stored { metadata, tensors }.to_bytes();
        write_whole(path, &bytes).map_err(|error| Error::write(path, error))
    }

    /// Reads the state of the same run, of so many steps an epoch, in the place of a fresh one.
    pub fn load(&mut self, path: &Path, run: &str, steps: usize) -> Result<(), Error> {
        let failed = |reason: &str| no_checkpoint(path, reason);
        let bytes = read_file(path, LARGEST_FILE).map_err(|error| Error::read(path, error))?;
        let stored = Stored::from_bytes(&bytes)
            .map_err(|_| failed("it is no checkpoint, one of another version, or cut short"))?;
        let entry = |name: &str| stored.metadata.get(name).map(String::as_str);
        if entry("format") != Some(FORMAT) {
            return Err(failed("it is no checkpoint, or one of another version"));
        }
        if entry("run") != Some(run) {
            return Err(failed("it was made with other settings, speech or teacher"));
        }
        let epochs = entry("epochs").and_then(|epochs| epochs.parse().ok());
        self.epochs = epochs.ok_or_else(|| failed("its header is damaged"))?;
        let read = |name: &str, into: &mut Vec<f32>| {
            let found = stored.tensors.get(name).map(|tensor| &tensor.values);
            let whole = found.filter(|found| found.len() == into.len());
            into.clone_from(whole.ok_or_else(|| failed("it is cut short"))?);
            Ok(())
        };
        for (name, tensor) in &mut self.numbers {
            read(name, &mut tensor.values)?;
        }
        for (name, moments) in &mut self.moments {
            read(&format!("{name}.first"), &mut moments.first)?;
            read(&format!("{name}.second"), &mut moments.second)?;
            moments.steps = (self.epochs * steps) as i32;
        }
        Ok(())
    }
}

/// What a run is a function of, in one line: a checkpoint belongs to it or not. This reads every
/// sample, so it is done once.
pub fn describe(speech: &SpeechFolder, settings: &PretrainSettings, prior: Prior) -> String {
    let [start, teacher] =
        [prior.start, prior.teacher].map(|source| source.map(SourceWeights::sha256));
    let speech = digest(speech);
    json!({"settings": settings, "speech": speech, "start": start, "teacher": teacher}).to_string()
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
