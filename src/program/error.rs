//! Why a program cannot be used.

use std::path::PathBuf;

use thiserror::Error;

use super::{SourceReference, Task};
use crate::mapping::MappingError;
use crate::transform::TransformError;

/// Why a program cannot be read, written or used.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// A file could not be read or written.
    #[error("cannot {action} {}: {reason}", path.display())]
    File {
        /// What was tried: "read", "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        reason: std::io::Error,
    },
    /// No program, or a damaged one.
    #[error("{}: not a program, or damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Made by a later release.
    #[error(
        "{}: the program has format version {found}, this release reads up to {supported}",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// The newest version that this release reads.
        supported: u64,
    },
    /// A program of another task.
    #[error("{}: the program is for {found}, expected one for {expected}", path.display())]
    OtherTask {
        /// The file.
        path: PathBuf,
        /// Its task.
        found: Task,
        /// The task that it was opened for.
        expected: Task,
    },
    /// Made for another source.
    #[error(
        "the program was trained for the source {} (sha256 {}), not for {} (sha256 {})",
        expected.name, short(&expected.sha256), found.name, short(&found.sha256)
    )]
    OtherSource {
        /// The source that it was trained for.
        expected: SourceReference,
        /// The source that was given.
        found: SourceReference,
    },
    /// A series of another length than those that the program was trained on.
    #[error("series {number} has {found} samples, the program takes {expected}")]
    SeriesLength {
        /// The series, counted from 1.
        number: usize,
        /// Its length.
        found: usize,
        /// The program's length.
        expected: usize,
    },
    /// A value that is infinite or no number.
    #[error("series {number} holds a value that is not finite, at sample {sample}")]
    NotFinite {
        /// The series, counted from 1.
        number: usize,
        /// The sample, counted from 1.
        sample: usize,
    },
    /// A label that the program does not know.
    #[error("series {number} has label {label:?}, the program knows {}", known.join(", "))]
    UnknownLabel {
        /// The series, counted from 1.
        number: usize,
        /// Its label.
        label: String,
        /// The program's labels.
        known: Vec<String>,
    },
    /// A readout of other features than the source gives.
    #[error("the program's readout reads {found} numbers, with this source there are {expected}")]
    Readout {
        /// The numbers that the readout reads.
        found: usize,
        /// Those that the window and the source give.
        expected: usize,
    },
    /// A source without planes where one is needed.
    #[error("the source {name} hears no plane, so there is nothing to {what}")]
    NoPlane {
        /// The source's name.
        name: String,
        /// What was asked for.
        what: &'static str,
    },
    /// A part that the program does not have.
    #[error("there is no part {number}, the program has {parts}")]
    NoPart {
        /// What was asked for, counted from 1.
        number: usize,
        /// The parts that there are.
        parts: usize,
    },
    /// The file has no labels to score against.
    #[error("there is nothing to score: {series} series but {labels} labels")]
    NoLabels {
        /// Series given.
        series: usize,
        /// Labels given.
        labels: usize,
    },
    /// The stored transform does not hold together.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// The stored mapping does not hold together.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// Enough of a hash to tell two apart.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

impl ProgramError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Newer { .. } => Some("update retune".to_owned()),
            Self::OtherSource { expected, .. } => Some(format!(
                "give that source with --source (a name from `retune source list` or a file); it \
                 was called {}",
                expected.name
            )),
            Self::SeriesLength { .. } => Some("give --unequal resample".to_owned()),
            Self::NotFinite { .. } => Some("give --missing interpolate".to_owned()),
            Self::OtherTask { found, .. } => Some(match found {
                Task::Classification => "use `retune predict` on a file of series".to_owned(),
                Task::Forecasting => "use `retune predict` on a file of histories".to_owned(),
                Task::Motion => "use `retune motion predict`".to_owned(),
            }),
            Self::Damaged { .. } => Some("fit the program again".to_owned()),
            _ => None,
        }
    }
}
