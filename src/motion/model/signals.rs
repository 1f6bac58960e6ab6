//! What a motion source takes and forecasts.

use super::MotionModelError;
use super::scale::JointScale;
use crate::motion::metrics::finite;
use crate::motion::{MotionError, Scaling, Windows};
use crate::wording::list;

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
    /// How many halvings a window takes to become one step; each is a block of the network.
    pub(super) fn blocks(&self) -> usize {
        self.window.trailing_zeros() as usize
    }

    /// The scale of what goes in and of what comes out.
    pub(super) fn scales(&self) -> Result<(JointScale, JointScale), MotionModelError> {
        Ok((
            JointScale::of(&self.scaling, &self.input_joints)?,
            JointScale::of(&self.scaling, &self.target_joints)?,
        ))
    }

    /// Whether windows were cut as the source takes them.
    pub(super) fn check_windows(&self, windows: &Windows) -> Result<(), MotionModelError> {
        let layout = &windows.layout;
        for (what, found, expected) in [
            ("window", layout.window, self.window),
            ("horizon", layout.horizon, self.horizon),
        ] {
            if found != expected {
                return Err(MotionModelError::Layout {
                    what,
                    found,
                    expected,
                });
            }
        }
        for (found, expected) in [
            (&windows.input_joints, &self.input_joints),
            (&windows.target_joints, &self.target_joints),
        ] {
            if found != expected {
                return Err(MotionModelError::Motion(MotionError::OtherJoints {
                    found: list(found),
                    expected: list(expected),
                }));
            }
        }
        if windows.is_empty() {
            return Err(MotionModelError::Motion(MotionError::Nothing {
                what: "windows",
            }));
        }
        for (what, values, width) in [
            ("window inputs", &windows.inputs, windows.input_width()),
            ("window targets", &windows.targets, windows.target_width()),
        ] {
            finite(what, values)?;
            if values.len() != windows.len() * width {
                return Err(MotionModelError::Motion(MotionError::Length {
                    what,
                    found: values.len(),
                    expected: (windows.len() * width).to_string(),
                }));
            }
        }
        Ok(())
    }

    /// Whether the parts make sense.
    pub(super) fn check(&self) -> Result<(), MotionModelError> {
        if !self.window.is_power_of_two() || !(2..=LONGEST).contains(&self.window) {
            return Err(MotionModelError::Window { found: self.window });
        }
        if !(1..=LONGEST).contains(&self.horizon) {
            return Err(MotionModelError::Setting {
                setting: "horizon",
                found: self.horizon.to_string(),
                expected: "1 to 1024 samples",
            });
        }
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(MotionModelError::Setting {
                setting: "sampling rate",
                found: self.rate_hz.to_string(),
                expected: "a positive number of samples a second",
            });
        }
        if self.input_joints.is_empty() || self.target_joints.is_empty() {
            return Err(MotionError::NoJoints.into());
        }
        let is_bad = |value: &f32| !value.is_finite();
        let scaling = &self.scaling;
        let count = scaling.joints.len();
        if scaling.means.len() != count
            || scaling.deviations.len() != count
            || scaling.means.iter().any(is_bad)
            || scaling.deviations.iter().any(|d| is_bad(d) || *d <= 0.0)
        {
            return Err(MotionModelError::Setting {
                setting: "scaling",
                found: "incomplete or not positive".to_owned(),
                expected: "a finite mean and a positive deviation for each joint",
            });
        }
        self.scales().map(|_| ())
    }
}
