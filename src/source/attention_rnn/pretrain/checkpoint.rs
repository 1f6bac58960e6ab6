//! What a run needs to go on where it stopped.

use std::path::Path;

use crate::parameters::Numbers;
use crate::storage::{HostTensor, Stored, write_whole};
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
            let (shape, values) = (vec![values.len()], values.clone());
            tensors.insert(name.to_owned(), HostTensor { shape, values });
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

    /// Reads the state of the same run back.
    pub fn load(path: &Path, run: &str) -> Result<Self, Error> {
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
        let count = |name: &str| metadata.get(name).and_then(|count| count.parse().ok());
        let (Some(epochs), Some(steps)) = (count("epochs"), count("steps")) else {
            return Err(failed("its header is damaged"));
        };
        let mut values = |name: &str| {
            let tensor = tensors.remove(name);
            tensor
                .map(|tensor| tensor.values)
                .ok_or_else(|| failed("it is cut short"))
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
