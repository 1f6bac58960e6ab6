//! Programs that predict motion: a fitted refurbish module.

use serde::{Deserialize, Serialize};

use super::{Content, Program, Task};
use crate::limits;
use crate::parameters::Numbers;
use crate::source::WindowInput;
use crate::transform::Refurbish;

/// A program that predicts motion.
pub type MotionProgram = Program<Motion>;

/// What a program that predicts motion holds beside its trained numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Motion {
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
    /// The settings that it was fitted with, as far as it keeps them.
    pub settings: MotionRecord,
    /// How many windows it was fitted to.
    pub adapting_windows: usize,
}

/// The settings of a fit that its program keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MotionRecord {
    /// Hidden units of the module.
    pub hidden: usize,
    /// The seed of everything random, for the reader.
    pub seed: u64,
}

impl Content for Motion {
    const TASK: Task = Task::Motion;

    fn check(&self, _sources: usize, tensors: &Numbers) -> Result<(), String> {
        limits::names("input joints", &self.input_joints, &limits::JOINTS)?;
        limits::names("target joints", &self.target_joints, &limits::JOINTS)?;
        limits::within("window", self.window, &limits::SAMPLES)?;
        limits::within("horizon", self.horizon, &limits::SAMPLES)?;
        limits::within("sampling rate", self.rate_hz, &limits::RATE)?;
        let hidden = self.settings.hidden;
        limits::within("number of hidden units", hidden, &limits::HIDDEN)?;
        let window = WindowInput {
            samples: self.window,
            signals: self.input_joints.len(),
        };
        let checked = self.transform().check_tensors(window.width(), tensors);
        checked.map_err(|error| error.to_string())
    }
}

impl Motion {
    /// The input transform; the output mapping is the identity.
    pub fn transform(&self) -> Refurbish {
        let hidden = self.settings.hidden;
        Refurbish { hidden }
    }
}
