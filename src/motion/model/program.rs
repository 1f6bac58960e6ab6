//! What adapting gives: a header and the refurbish module's numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AdaptSettings, MotionModelError, MotionSourceWeights, RefurbishSize};
use crate::storage::HostTensor;

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
    tensors: BTreeMap<String, HostTensor>,
}

impl MotionProgram {
    /// A program from its parts; `origin` names it in errors.
    ///
    /// # Errors
    ///
    /// When a tensor is missing, has another shape or a value that is not finite.
    pub fn new(
        header: MotionProgramHeader,
        tensors: BTreeMap<String, HostTensor>,
        origin: &str,
    ) -> Result<Self, MotionModelError> {
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
    pub fn tensors(&self) -> &BTreeMap<String, HostTensor> {
        &self.tensors
    }

    /// Whether `source` is the one that the program was fitted for.
    ///
    /// # Errors
    ///
    /// [`MotionModelError::OtherSource`] names both.
    pub fn check_source(&self, source: &MotionSourceWeights) -> Result<(), MotionModelError> {
        let header = &self.header;
        if header.source_sha256 == source.sha256() {
            return Ok(());
        }
        Err(MotionModelError::OtherSource {
            expected: format!("{} ({})", header.source_name, header.source_sha256),
            found: format!("{} ({})", source.name(), source.sha256()),
        })
    }
}
