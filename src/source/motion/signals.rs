//! What a motion source takes and forecasts.

use retune_core::motion::{
    Scaling, Target, WindowLayout, Windows, find_joint, finite, no_joints, same_joints, wrong_count,
};
use retune_core::{Error, ErrorKind};

use super::setting;
use crate::limits;
use crate::source::{SourceSpec, WindowInput};

/// The longest window and the longest horizon, in samples.
const LONGEST: usize = 1024;

/// What a source takes and what it forecasts.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceSignals {
    /// The joints that go in, in the order of a sample's values.
    pub input_joints: Vec<String>,
    /// The joints that are forecast, in the order of a forecast's values.
    pub target_joints: Vec<String>,
    /// How many samples go in: a power of two.
    pub window: usize,
    /// How many samples after them are forecast.
    pub horizon: usize,
    /// Samples a second.
    pub rate_hz: f32,
    /// Mean and deviation in degrees of every joint that goes in or comes out.
    pub scaling: Scaling,
}

impl SourceSignals {
    /// How trials are cut into windows that the source takes.
    pub fn layout(&self) -> WindowLayout {
        let target = match self.target_joints.as_slice() {
            // It was hidden from the input.
            [joint] if !self.input_joints.contains(joint) => Target::Joint(joint.clone()),
            _ => Target::All,
        };
        WindowLayout {
            target,
            ..WindowLayout::new(self.window, self.horizon)
        }
    }

    /// How many halvings a window takes to become one step; each is a block of the network.
    pub(crate) fn blocks(&self) -> usize {
        self.window.trailing_zeros() as usize
    }

    /// The window that goes in.
    pub fn input(&self) -> WindowInput {
        WindowInput {
            samples: self.window,
            signals: self.input_joints.len(),
        }
    }

    /// How many values a forecast has.
    pub fn answer(&self) -> usize {
        self.horizon * self.target_joints.len()
    }

    /// What a network of these signals takes and gives.
    pub(crate) fn spec(&self, name: String, sha256: String) -> SourceSpec {
        SourceSpec {
            window: Some(self.input()),
            answer: self.answer(),
            ..SourceSpec::new(name, sha256, Vec::new())
        }
    }

    /// The scale of what goes in and of what comes out.
    pub(crate) fn scales(&self) -> Result<(Scaling, Scaling), Error> {
        let of = |joints: &[String]| self.scaling.of(joints);
        Ok((of(&self.input_joints)?, of(&self.target_joints)?))
    }

    /// Whether windows were cut as the source takes them.
    pub(crate) fn check_windows(&self, windows: &Windows) -> Result<(), Error> {
        let layout = &windows.layout;
        for (what, found, expected) in [
            ("window", layout.window, self.window),
            ("horizon", layout.horizon, self.horizon),
        ] {
            if found != expected {
                let message =
                    format!("the windows have a {what} of {found}, the source takes {expected}");
                return Err(Error::new(ErrorKind::Mismatch, message)
                    .with_hint("cut the trials with the source's own window and horizon"));
            }
        }
        same_joints(&windows.input_joints, &self.input_joints)?;
        same_joints(&windows.target_joints, &self.target_joints)?;
        if windows.is_empty() {
            let message = "there are no windows; expected at least one";
            return Err(Error::new(ErrorKind::Empty, message));
        }
        for (what, values, width) in [
            ("window inputs", &windows.inputs, windows.input_width()),
            ("window targets", &windows.targets, windows.target_width()),
        ] {
            finite(what, values)?;
            if values.len() != windows.len() * width {
                return Err(wrong_count(values.len(), what, windows.len() * width));
            }
        }
        Ok(())
    }

    /// Whether the parts make sense.
    pub(super) fn check(&self) -> Result<(), Error> {
        let window = self.window;
        if !window.is_power_of_two() || !(2..=LONGEST).contains(&window) {
            let expected = "a power of two from 2 to 1024";
            let message = format!("the window is {window} samples long, expected {expected}");
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("take 16 or another power of two")
                .with_setting("window", "16"));
        }
        if !(1..=LONGEST).contains(&self.horizon) {
            return Err(setting("horizon", self.horizon, "1 to 1024 samples"));
        }
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            let expected = "a positive number of samples a second";
            return Err(setting("sampling rate", self.rate_hz, expected));
        }
        if self.input_joints.is_empty() || self.target_joints.is_empty() {
            return Err(no_joints());
        }
        let names = [&self.input_joints, &self.target_joints].into_iter();
        names.clone().try_for_each(|names| {
            let checked = limits::names("joints", names, &limits::JOINTS);
            checked.map_err(|reason| {
                Error::new(
                    ErrorKind::Setting,
                    format!("the network is wrong: {reason}"),
                )
            })
        })?;
        let Scaling {
            joints,
            means,
            deviations,
        } = &self.scaling;
        let complete = [means.len(), deviations.len()] == [joints.len(); 2];
        let positive = deviations.iter().all(|one| one.is_finite() && *one > 0.0);
        if !(complete && positive && means.iter().all(|mean| mean.is_finite())) {
            let expected = "a finite mean and a positive deviation for each joint";
            return Err(setting("scaling", "incomplete or not positive", expected));
        }
        let mut read = self.input_joints.iter().chain(&self.target_joints);
        read.try_for_each(|joint| find_joint(joints, joint).map(|_| ()))
    }
}
