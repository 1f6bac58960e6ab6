//! Degrees to the source's units and back.

use crate::motion::{MotionError, Scaling};
use crate::wording::list;

/// Mean and deviation of some joints, in the order of a sample's values.
#[derive(Debug, Clone)]
pub(super) struct JointScale {
    numbers: Vec<(f32, f32)>,
}

impl JointScale {
    /// The numbers of these joints.
    pub fn of(scaling: &Scaling, joints: &[String]) -> Result<Self, MotionError> {
        let mut numbers = Vec::with_capacity(joints.len());
        for joint in joints {
            let place = scaling.joints.iter().position(|known| known == joint);
            let number = |all: &[f32]| all.get(place?).copied();
            match number(&scaling.means).zip(number(&scaling.deviations)) {
                Some(pair) => numbers.push(pair),
                None => {
                    return Err(MotionError::UnknownJoint {
                        wanted: joint.clone(),
                        known: list(&scaling.joints),
                    });
                }
            }
        }
        Ok(Self { numbers })
    }

    /// `[.., joints]` in degrees to `(angle − mean) / deviation`.
    pub fn apply(&self, degrees: &[f32]) -> Vec<f32> {
        self.each(degrees, |value, mean, deviation| (value - mean) / deviation)
    }

    /// The way back.
    pub fn undo(&self, scaled: &[f32]) -> Vec<f32> {
        self.each(scaled, |value, mean, deviation| value * deviation + mean)
    }

    fn each(&self, values: &[f32], change: impl Fn(f32, f32, f32) -> f32) -> Vec<f32> {
        let numbers = self.numbers.iter().cycle();
        let pairs = values.iter().zip(numbers);
        pairs
            .map(|(&value, &(mean, deviation))| change(value, mean, deviation))
            .collect()
    }
}
