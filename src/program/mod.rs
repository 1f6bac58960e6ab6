//! Programs: the trained artefact, one small safetensors file.
//!
//! A program names its source by content hash and carries everything else that a prediction
//! needs: the scaling, the class labels, the parts (a transform and a mapping each) with their trained
//! numbers, the settings, the seed and the scores.

mod error;
mod file;
mod forecasting;
mod motion;

pub use error::ProgramError;
pub(crate) use forecasting::ForecastHeader;
pub use forecasting::{Calibration, ForecastProgram};
pub use motion::{MotionProgram, MotionProgramHeader};

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fit::FitSettings;
use crate::mapping::Mapping;
use crate::series::Classes;
use crate::source::{SourceSpec, SourceWeights};
use crate::storage::HostTensor;
use crate::transform::Transform;

/// What a program predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// The class of a series.
    Classification,
    /// The values after a series.
    Forecasting,
    /// The motion of joints after a window of it.
    Motion,
}

impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Classification => "classification",
            Self::Forecasting => "forecasting",
            Self::Motion => "motion",
        })
    }
}

/// The source that a program was trained for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReference {
    /// Its name, for people.
    pub name: String,
    /// The sha256 of its file, in hexadecimal: what counts.
    pub sha256: String,
}

impl SourceReference {
    /// The reference to a source.
    pub fn of(source: &SourceSpec) -> Self {
        Self {
            name: source.name.clone(),
            sha256: source.sha256.clone(),
        }
    }

    /// Whether `source` is this one.
    ///
    /// # Errors
    ///
    /// [`ProgramError::OtherSource`] names both.
    pub fn check(&self, source: &SourceWeights) -> Result<(), ProgramError> {
        if self.sha256 == source.sha256() {
            return Ok(());
        }
        Err(ProgramError::OtherSource {
            expected: self.clone(),
            found: Self::of(source.spec()),
        })
    }
}

/// A transform and the mapping that reads what the source makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The input transform.
    pub transform: Transform,
    /// The output mapping.
    pub mapping: Mapping,
    /// How much its scores count; the weights of all parts sum to 1.
    pub weight: f32,
}

/// What of a part has trained numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trained {
    /// Its transform.
    Transform,
    /// Its mapping.
    Mapping,
}

impl Trained {
    /// How the names of the numbers start in a program; `part` counts from 0.
    pub(crate) fn prefix(self, part: usize) -> String {
        let what = match self {
            Self::Transform => "transform",
            Self::Mapping => "mapping",
        };
        format!("part{}.{what}.", part + 1)
    }

    /// These numbers of one part, under their own names; `part` counts from 0.
    pub(crate) fn of_part(
        self,
        tensors: &BTreeMap<String, HostTensor>,
        part: usize,
    ) -> BTreeMap<String, HostTensor> {
        let prefix = self.prefix(part);
        tensors
            .iter()
            .filter_map(|(name, tensor)| {
                let name = name.strip_prefix(&prefix)?;
                Some((name.to_owned(), tensor.clone()))
            })
            .collect()
    }
}

/// Trained transforms and mappings, with all that a prediction needs but the source itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(crate) header: Header,
    pub(crate) tensors: BTreeMap<String, HostTensor>,
}

/// The readable part of a program file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub task: Task,
    pub source: SourceReference,
    pub labels: Classes,
    /// Samples of the series that the program takes.
    pub series_length: usize,
    pub parts: Vec<Part>,
    /// What the weighted mean of the parts' scores is multiplied by before the softmax that makes
    /// probabilities of it.
    pub sharpness: f32,
    /// With the scaling and the seed.
    pub settings: FitSettings,
    pub scores: BTreeMap<String, f64>,
    /// Whether the source's weights were found unchanged after the fit.
    pub frozen: bool,
}

impl Program {
    /// The class labels, as the training split writes them.
    pub fn labels(&self) -> &[String] {
        self.header.labels.names()
    }

    /// Samples of the series that the program takes.
    pub fn series_length(&self) -> usize {
        self.header.series_length
    }

    /// The source that the program was trained for.
    pub fn source(&self) -> &SourceReference {
        &self.header.source
    }

    /// The name of the source that the program was trained for.
    pub fn source_name(&self) -> &str {
        &self.header.source.name
    }

    /// The sha256 of that source's file, in hexadecimal.
    pub fn source_sha256(&self) -> &str {
        &self.header.source.sha256
    }

    /// The settings that the program was fitted with.
    pub fn settings(&self) -> &FitSettings {
        &self.header.settings
    }

    /// Scores from the fit, by name.
    pub fn scores(&self) -> &BTreeMap<String, f64> {
        &self.header.scores
    }

    /// Whether the source's weights were found bit-identical after the fit.
    pub fn frozen(&self) -> bool {
        self.header.frozen
    }

    /// The parts, at least one: each hears the series its own way, and the weighted mean of
    /// their scores decides.
    pub fn parts(&self) -> &[Part] {
        &self.header.parts
    }

    /// One part; `part` counts from 0.
    ///
    /// # Errors
    ///
    /// [`ProgramError::NoPart`] says how many there are.
    pub fn part(&self, part: usize) -> Result<&Part, ProgramError> {
        let parts = self.parts();
        parts.get(part).ok_or(ProgramError::NoPart {
            number: part + 1,
            parts: parts.len(),
        })
    }

    /// What the mean of the parts' scores is multiplied by before the softmax.
    pub fn sharpness(&self) -> f32 {
        self.header.sharpness
    }

    /// The trained numbers of all parts, by name: `part1.transform.…`, `part1.mapping.…`.
    pub fn tensors(&self) -> &BTreeMap<String, HostTensor> {
        &self.tensors
    }

    /// The trained numbers of one part's transform or mapping, under their own names.
    pub(crate) fn tensors_of(&self, part: usize, what: Trained) -> BTreeMap<String, HostTensor> {
        what.of_part(&self.tensors, part)
    }

    /// Whether `source` is the one that the program was trained for.
    ///
    /// # Errors
    ///
    /// [`ProgramError::OtherSource`] names both.
    pub fn check_source(&self, source: &SourceWeights) -> Result<(), ProgramError> {
        self.header.source.check(source)
    }

    /// Whether a series suits the program; `number` counts from 1.
    ///
    /// # Errors
    ///
    /// When it has another length than those that the program was trained on, or a value that is
    /// not finite.
    pub fn check_series(&self, series: &[f32], number: usize) -> Result<(), ProgramError> {
        if series.len() != self.series_length() {
            return Err(ProgramError::SeriesLength {
                number,
                found: series.len(),
                expected: self.series_length(),
            });
        }
        match series.iter().position(|value| !value.is_finite()) {
            Some(sample) => Err(ProgramError::NotFinite {
                number,
                sample: sample + 1,
            }),
            None => Ok(()),
        }
    }
}
