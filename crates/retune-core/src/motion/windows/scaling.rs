//! Angles relative to the mean and deviation of able-bodied walking.

use crate::motion::{MotionError, Trial};
use crate::wording::list;

/// Mean and standard deviation of each joint, of the trials that a model was trained on. Those of
/// other people are scaled by the same numbers, since their motion is not known beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaling {
    /// The joints.
    pub joints: Vec<String>,
    /// The mean of each, in degrees.
    pub means: Vec<f32>,
    /// The standard deviation of each, in degrees; 1 for a joint that does not move.
    pub deviations: Vec<f32>,
}

impl Scaling {
    /// Means and deviations over all samples of the trials.
    ///
    /// # Errors
    ///
    /// [`MotionError`] when there are no samples, the joints of the trials differ, or as for
    /// [`Trial::check`].
    pub fn fit<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Result<Self, MotionError> {
        let trials: Vec<&Trial> = trials.into_iter().collect();
        let Some(first) = trials.first() else {
            return Err(MotionError::Nothing { what: "trials" });
        };
        for trial in &trials {
            trial.check()?;
            same(&trial.joints, &first.joints)?;
        }
        let count: usize = trials.iter().map(|trial| trial.len()).sum();
        if count == 0 {
            return Err(MotionError::Nothing { what: "samples" });
        }
        let mut means = Vec::new();
        let mut deviations = Vec::new();
        for joint in 0..first.joints.len() {
            let values = || {
                let all = trials.iter().flat_map(|trial| {
                    let joints = trial.joints.len();
                    trial.samples.iter().skip(joint).step_by(joints)
                });
                all.map(|&value| f64::from(value))
            };
            let mean = values().sum::<f64>() / count as f64;
            let squares = values().map(|value| (value - mean).powi(2)).sum::<f64>();
            let deviation = (squares / count as f64).sqrt();
            means.push(mean as f32);
            // What is left of a constant is rounding, which must not be blown up.
            let is_constant = deviation <= 1e-6 * mean.abs().max(1e-6);
            deviations.push(if is_constant { 1.0 } else { deviation as f32 });
        }
        Ok(Self {
            joints: first.joints.clone(),
            means,
            deviations,
        })
    }

    /// The trial with `(angle − mean) / deviation` in place of degrees.
    ///
    /// # Errors
    ///
    /// [`MotionError`] when the trial has other joints, or as for [`Trial::check`].
    pub fn apply(&self, trial: &Trial) -> Result<Trial, MotionError> {
        trial.check()?;
        same(&trial.joints, &self.joints)?;
        let mut trial = trial.clone();
        self.each(
            &self.joints,
            &mut trial.samples,
            |value, mean, deviation| (value - mean) / deviation,
        )?;
        Ok(trial)
    }

    /// Turns scaled values `[.., joints]` of some of the joints back into degrees.
    ///
    /// # Errors
    ///
    /// [`MotionError`] when a joint is unknown or the values do not make up samples.
    pub fn undo(&self, joints: &[String], values: &mut [f32]) -> Result<(), MotionError> {
        self.each(joints, values, |value, mean, deviation| {
            value * deviation + mean
        })
    }

    fn each(
        &self,
        joints: &[String],
        values: &mut [f32],
        change: impl Fn(f32, f32, f32) -> f32,
    ) -> Result<(), MotionError> {
        if joints.is_empty() {
            return Err(MotionError::NoJoints);
        }
        if !values.len().is_multiple_of(joints.len()) {
            return Err(MotionError::Length {
                what: "values",
                found: values.len(),
                expected: format!("a multiple of {}, the number of joints", joints.len()),
            });
        }
        let mut numbers = Vec::new();
        for joint in joints {
            let place = self.joints.iter().position(|known| known == joint);
            let number = |all: &[f32]| all.get(place?).copied();
            match number(&self.means).zip(number(&self.deviations)) {
                Some(pair) => numbers.push(pair),
                None => {
                    return Err(MotionError::UnknownJoint {
                        wanted: joint.clone(),
                        known: list(&self.joints),
                    });
                }
            }
        }
        for sample in values.chunks_exact_mut(joints.len()) {
            for (value, &(mean, deviation)) in sample.iter_mut().zip(&numbers) {
                *value = change(*value, mean, deviation);
            }
        }
        Ok(())
    }
}

fn same(found: &[String], expected: &[String]) -> Result<(), MotionError> {
    if found == expected {
        return Ok(());
    }
    Err(MotionError::OtherJoints {
        found: list(found),
        expected: list(expected),
    })
}
