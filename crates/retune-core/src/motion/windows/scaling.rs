//! Angles relative to the mean and deviation of able-bodied walking.

use crate::Error;
use crate::motion::Trial;
use crate::motion::check::{find_joints, nothing, same_joints};

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
    /// When there are no samples, the joints of the trials differ, or as for [`Trial::check`].
    pub fn fit<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Result<Self, Error> {
        let trials: Vec<&Trial> = trials.into_iter().collect();
        let first = trials.first().ok_or_else(|| nothing("trials"))?;
        for trial in &trials {
            trial.check()?;
            same_joints(&trial.joints, &first.joints)?;
        }
        let count: usize = trials.iter().map(|trial| trial.len()).sum();
        if count == 0 {
            return Err(nothing("samples"));
        }
        let joints = first.joints.len();
        let of = |joint: usize| {
            let values = || {
                let each = trials.iter().map(|trial| trial.samples.iter());
                let all = each.flat_map(|values| values.skip(joint).step_by(joints));
                all.map(|&value| f64::from(value))
            };
            let mean = values().sum::<f64>() / count as f64;
            let squares = values().map(|value| (value - mean).powi(2)).sum::<f64>();
            let deviation = (squares / count as f64).sqrt();
            // What is left of a constant is rounding, which must not be blown up.
            let is_constant = deviation <= 1e-6 * mean.abs().max(1e-6);
            let deviation = if is_constant { 1.0 } else { deviation as f32 };
            (mean as f32, deviation)
        };
        let (means, deviations) = (0..joints).map(of).unzip();
        Ok(Self {
            joints: first.joints.clone(),
            means,
            deviations,
        })
    }

    /// The same of some of the joints, in their order.
    ///
    /// # Errors
    ///
    /// When a joint is unknown.
    pub fn of(&self, joints: &[String]) -> Result<Self, Error> {
        let places = find_joints(&self.joints, joints)?;
        let of = |values: &[f32]| {
            let values = places.iter().filter_map(|&place| values.get(place));
            values.copied().collect()
        };
        Ok(Self {
            joints: joints.to_vec(),
            means: of(&self.means),
            deviations: of(&self.deviations),
        })
    }

    /// Samples `[.., joints]` in degrees to `(angle − mean) / deviation`.
    pub fn apply(&self, degrees: &[f32]) -> Vec<f32> {
        self.each(degrees, |value, mean, deviation| (value - mean) / deviation)
    }

    /// The way back.
    pub fn undo(&self, scaled: &[f32]) -> Vec<f32> {
        self.each(scaled, |value, mean, deviation| value * deviation + mean)
    }

    fn each(&self, values: &[f32], change: impl Fn(f32, f32, f32) -> f32) -> Vec<f32> {
        let numbers = self.means.iter().zip(&self.deviations).cycle();
        let pairs = values.iter().zip(numbers);
        pairs
            .map(|(&value, (&mean, &deviation))| change(value, mean, deviation))
            .collect()
    }
}
