//! One job, and what it leaves.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::storage::{read_file, write_whole};
use crate::{Error, ErrorKind};

/// The most bytes of a result; a thousand suffice.
const LARGEST: u64 = 1 << 24;

/// One fit to be made and scored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Job {
    /// The name of the data set.
    pub dataset: String,
    /// The name of the preset.
    pub preset: String,
    /// The name of the label mapping, where another than the preset's was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
    /// The seed.
    pub seed: u64,
}

impl Job {
    /// The name of the file of its result.
    pub fn file_name(&self) -> String {
        format!("{}.{}.{}.json", self.dataset, self.method(), self.seed)
    }

    /// What tables call the fit: the preset, and its label mapping where that is another.
    pub fn method(&self) -> String {
        match &self.mapping {
            Some(mapping) => format!("{}-{mapping}", self.preset),
            None => self.preset.clone(),
        }
    }
}

/// The result of one job: what it scored, or why it failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobResult {
    /// What was run.
    #[serde(flatten)]
    pub job: Job,
    /// What ran it.
    #[serde(flatten)]
    pub identity: Identity,
    /// The sha256 of the training and the test file together; none where they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_sha256: Option<String>,
    /// What came out.
    pub outcome: Outcome,
}

/// What made a result: results of one method must share it to stand in one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identity {
    /// The version of Retune.
    pub retune: String,
    /// The name of the source.
    pub source: String,
    /// The sha256 of its file.
    pub source_sha256: String,
    /// The options that change scores or baselines, each with its value, where that is not the default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// What came out of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was scored.
    Scores(Scores),
    /// It failed, for this reason.
    Error(String),
}

/// How a program did on the test split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// The share of test series whose most probable class is the right one.
    pub accuracy: f64,
    /// The mean of −ln P(right class).
    pub log_loss: f64,
    /// The Brier score, from 0 to 2.
    pub brier: f64,
    /// The expected calibration error, from 0 to 1.
    pub calibration_error: f64,
    /// Accuracies of baselines by name.
    pub baselines: BTreeMap<String, f64>,
    /// Training series.
    pub n_train: usize,
    /// Test series.
    pub n_test: usize,
    /// Classes.
    pub classes: usize,
    /// Values in a series.
    pub length: usize,
    /// How long it took; never part of a table, which must not differ between runs.
    pub seconds: Seconds,
    /// How the training and the test file were read: a [`ReadAs`](crate::table::ReadAs) of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_as: Vec<serde_json::Value>,
}

/// How long a job took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Seconds {
    /// Fitting.
    pub fit: f64,
    /// Predicting the test split.
    pub predict: f64,
    /// The baselines.
    pub baselines: f64,
}

impl std::fmt::Display for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short: String = self.source_sha256.chars().take(12).collect();
        let (retune, source) = (&self.retune, &self.source);
        write!(
            formatter,
            "retune {retune} with the source {source} ({short})"
        )?;
        let mut settings = self.settings.iter();
        settings.try_for_each(|(name, value)| write!(formatter, ", {name} {value}"))
    }
}

impl JobResult {
    /// Reads a result.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is cut short, holds numbers out of range or is not named after
    /// its job.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = read_file(path, LARGEST).map_err(|source| Error::read(path, source))?;
        let result: Self =
            serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
        let expected = result.job.file_name();
        if path.file_name().is_none_or(|name| *name != *expected) {
            return Err(damaged(path, &format!("it is of the job {expected}")));
        }
        match result.problem() {
            Some(problem) => Err(damaged(path, &problem)),
            None => Ok(result),
        }
    }

    /// Writes the result to a folder, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written, and for numbers that no reader would accept.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(self.job.file_name());
        if let Some(problem) = self.problem() {
            return Err(damaged(&path, &problem));
        }
        let json = serde_json::to_string_pretty(self).expect("a result is texts and numbers");
        let written = write_whole(&path, (json + "\n").as_bytes());
        written.map_err(|source| Error::write(&path, source))
    }

    /// The first score that is out of its range.
    pub(super) fn problem(&self) -> Option<String> {
        let scores = self.scores()?;
        let baselines = scores.baselines.iter();
        let baselines = baselines.map(|(name, accuracy)| (name.as_str(), *accuracy, 1.0));
        [
            ("accuracy", scores.accuracy, 1.0),
            ("brier", scores.brier, 2.0),
            ("calibration_error", scores.calibration_error, 1.0),
            ("log_loss", scores.log_loss, f64::MAX),
        ]
        .into_iter()
        .chain(baselines)
        .find(|(_, value, most)| !(0.0..=*most).contains(value))
        .map(|(name, value, _)| format!("{name} is {value}"))
    }

    /// Checks that the result in a file was made by the same as all others of its method.
    pub(super) fn check_identity(&self, path: &Path, expected: &Identity) -> Result<(), Error> {
        if self.identity == *expected {
            return Ok(());
        }
        let (path, found) = (path.display(), &self.identity);
        let message = format!("{path} comes from {found}, but {expected} was expected");
        Err(Error::new(ErrorKind::Mismatch, message)
            .with_hint("give the same options, or a folder of its own to each version, source and set of options"))
    }

    /// Checks that the result in a file is of the same data as all others of its data set; where either
    /// is not known, that is not held against it.
    pub(super) fn check_data(&self, path: &Path, expected: Option<&str>) -> Result<(), Error> {
        match (self.data_sha256.as_deref(), expected) {
            (Some(found), Some(expected)) if found != expected => {
                let (path, set) = (path.display(), &self.job.dataset);
                let message =
                    format!("{path} comes from other files of {set}: their sha256 differs");
                Err(Error::new(ErrorKind::Mismatch, message).with_hint(
                    "remove the results of that data set, or give another folder to the new ones",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The scores, if there are any.
    pub fn scores(&self) -> Option<&Scores> {
        match &self.outcome {
            Outcome::Scores(scores) => Some(scores),
            Outcome::Error(_) => None,
        }
    }
}

fn damaged(path: &Path, reason: &str) -> Error {
    let message = format!("{} is not a result: {reason}", path.display());
    Error::new(ErrorKind::Damaged, message).with_hint(
        "run the archive into the same folder again, which redoes what is damaged, or remove \
             the file",
    )
}
