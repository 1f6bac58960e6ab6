//! One recording of joint angles.

mod csv;
mod joints;
mod opensim;
mod table;
mod time;
mod write;

use std::path::Path;

use super::check::bad_rate;
use crate::table::ReadAs;
use crate::{Error, ErrorKind};

pub use csv::{CsvOptions, SampleTimes, read_csv};
pub use joints::JointSelection;
pub use opensim::{AngleUnit, HeaderCounts, OpenSimOptions, read_opensim};
pub use time::UnevenTime;
pub use write::write_csv;

/// One recording of joint angles at a constant rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What tells this trial from others of the same person.
    pub name: String,
    /// Who walks.
    pub person: String,
    /// Samples a second.
    pub rate_hz: f32,
    /// The names of the joints, in the order of the samples' values.
    pub joints: Vec<String>,
    /// `[samples, joints]`, angles in degrees.
    pub samples: Vec<f32>,
    /// How the file was read; nothing for what comes from elsewhere.
    pub read_as: ReadAs,
}

impl Trial {
    /// A trial whose parts fit together.
    ///
    /// # Errors
    ///
    /// As for [`Trial::check`].
    pub fn new(
        name: impl Into<String>,
        person: impl Into<String>,
        rate_hz: f32,
        joints: Vec<String>,
        samples: Vec<f32>,
    ) -> Result<Self, Error> {
        let trial = Self {
            name: name.into(),
            person: person.into(),
            rate_hz,
            joints,
            samples,
            read_as: ReadAs::default(),
        };
        trial.check()?;
        Ok(trial)
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        let samples = self.samples.len().checked_div(self.joints.len());
        samples.unwrap_or(0)
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length in seconds, from the first sample to the last.
    pub fn seconds(&self) -> f64 {
        self.len().saturating_sub(1) as f64 / f64::from(self.rate_hz)
    }

    /// All values of one joint, in degrees; `None` when there is no such joint.
    pub fn joint(&self, name: &str) -> Option<Vec<f32>> {
        let place = self.joints.iter().position(|joint| joint == name)?;
        let values = self.samples.iter().skip(place).step_by(self.joints.len());
        Some(values.copied().collect())
    }

    /// The same trial with some of its joints, in the order in which they are chosen.
    ///
    /// # Errors
    ///
    /// For an unknown, repeated or missing joint, or as for [`Trial::check`].
    pub fn select(&self, selection: &JointSelection) -> Result<Self, Error> {
        self.check()?;
        let places = selection.places(&self.joints)?;
        let rows = self.samples.chunks_exact(self.joints.len());
        let samples = rows.flat_map(|row| places.iter().map(|&place| row[place]));
        let joints = places.iter().map(|&place| &self.joints[place]);
        Ok(Self {
            joints: joints.cloned().collect(),
            samples: samples.collect(),
            ..self.clone()
        })
    }

    /// Whether the parts fit together; all that takes a trial asks this first.
    ///
    /// # Errors
    ///
    /// When there are no joints, joints of the same name, values that do not fill
    /// the last sample or are not finite, or the rate is not a positive number.
    pub fn check(&self) -> Result<(), Error> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(bad_rate(self.rate_hz));
        }
        JointSelection::Names(self.joints.clone()).places(&self.joints)?;
        let width = self.joints.len();
        let bad_value = self.samples.iter().position(|value| !value.is_finite());
        let problem = match bad_value {
            _ if !self.samples.len().is_multiple_of(width) => format!(
                "has {} values, which do not make up samples of {width} joints",
                self.samples.len()
            ),
            Some(place) => format!(
                "has the value {} at sample {}; expected finite numbers",
                self.samples[place],
                place / width + 1
            ),
            None => return Ok(()),
        };
        let message = format!("the trial `{}` {problem}", self.label());
        Err(Error::new(ErrorKind::Mismatch, message))
    }

    /// What was found in a file; nothing is decided yet.
    fn found(&self, path: &Path) -> ReadAs {
        let (samples, joints, rate) = (self.len(), self.joints.len(), self.rate_hz);
        let found = format!("{samples} samples of {joints} joints at {rate} Hz");
        ReadAs::new(path, found)
    }

    /// Person and trial, as messages name them.
    pub(super) fn label(&self) -> String {
        if self.person == self.name {
            return self.name.clone();
        }
        format!("{}/{}", self.person, self.name)
    }
}

/// The rate of all trials, in samples a second; 0 of none.
///
/// # Errors
///
/// [`ErrorKind::Mismatch`] with two that differ by more than a thousandth.
pub fn same_rate<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Result<f32, Error> {
    let mut trials = trials.into_iter();
    let Some(first) = trials.next() else {
        return Ok(0.0);
    };
    let expected = first.rate_hz;
    let differs = |trial: &&Trial| (trial.rate_hz - expected).abs() > 1e-3 * expected;
    let Some(other) = trials.find(differs) else {
        return Ok(expected);
    };
    let message = format!(
        "the trial `{}` has {expected} samples a second, `{}` {}; expected one rate",
        first.label(),
        other.label(),
        other.rate_hz
    );
    Err(Error::new(ErrorKind::Mismatch, message).with_setting("resample", ""))
}

#[cfg(test)]
mod tests;
