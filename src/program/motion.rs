//! Programs that predict motion: a fitted refurbish module, and how it is on disk.

use std::collections::BTreeMap;
use std::path::Path;

use retune_core::ErrorKind;
use serde::{Deserialize, Serialize};

use super::file::{read, write};
use super::{ProgramError, Task};
use crate::Error;
use crate::fit::motion::AdaptSettings;
use crate::parameters::Numbers;
use crate::source::motion::MotionSourceWeights;
use crate::transform::RefurbishSize;

/// The readable part of a motion program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MotionProgramHeader {
    /// The source's name, for people.
    pub source_name: String,
    /// The sha256 of the source's file, in hexadecimal: what counts.
    pub source_sha256: String,
    /// The joints that go in.
    pub input_joints: Vec<String>,
    /// The joints that are forecast.
    pub target_joints: Vec<String>,
    /// How many samples go in.
    pub window: usize,
    /// How many samples are forecast.
    pub horizon: usize,
    /// Samples a second.
    pub rate_hz: f32,
    /// The settings it was fitted with, among them the loss and the seed.
    pub settings: AdaptSettings,
    /// How many windows it was fitted to.
    pub adapting_windows: usize,
    /// Scores by name.
    pub scores: BTreeMap<String, f64>,
    /// Whether the source's weights were found unchanged after the fit.
    pub frozen: bool,
}

/// A fitted refurbish module, with all that a forecast needs but the source itself.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionProgram {
    header: MotionProgramHeader,
    tensors: Numbers,
}

/// The header as it is stored: what every program says first, and the rest.
#[derive(Serialize, Deserialize)]
struct StoredHeader {
    task: Task,
    #[serde(flatten)]
    header: MotionProgramHeader,
}

impl MotionProgram {
    /// A program from its parts; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// When a tensor is missing, has another shape or a value that is not finite.
    pub fn new(
        header: MotionProgramHeader,
        tensors: Numbers,
        origin: &str,
    ) -> Result<Self, retune_core::Error> {
        let size = RefurbishSize {
            width: header.window.saturating_mul(header.input_joints.len()),
            hidden: header.settings.hidden,
        };
        size.check_tensors(&tensors, origin)?;
        Ok(Self { header, tensors })
    }

    /// The readable part.
    pub fn header(&self) -> &MotionProgramHeader {
        &self.header
    }

    /// The refurbish module's numbers by name.
    pub fn tensors(&self) -> &Numbers {
        &self.tensors
    }

    /// Whether `source` is the one that the program was fitted for.
    ///
    /// # Errors
    ///
    /// When it is not; the message names both.
    pub fn check_source(&self, source: &MotionSourceWeights) -> Result<(), retune_core::Error> {
        let header = &self.header;
        if header.source_sha256 == source.sha256() {
            return Ok(());
        }
        let expected = format!("{} ({})", header.source_name, header.source_sha256);
        let found = format!("{} ({})", source.name(), source.sha256());
        let message = format!("the program belongs to source {expected}, not to {found}");
        Err(retune_core::Error::new(ErrorKind::Mismatch, message)
            .with_hint("give the source that the program was fitted for"))
    }

    /// Writes the program; the same program gives the same bytes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), ProgramError> {
        let header = StoredHeader {
            task: Task::Motion,
            header: self.header().clone(),
        };
        write(path, &header, self.tensors())
    }

    /// Reads a program that [`MotionProgram::save`] wrote; it predicts the same bits.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no program, was cut short or altered, has a newer format,
    /// or has another task.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let (stored, tensors) = read::<StoredHeader>(path, Task::Motion)?;
        Ok(Self::new(
            stored.header,
            tensors,
            &path.display().to_string(),
        )?)
    }
}
