//! How good a prediction of joint angles is.

use serde::Serialize;

use super::check::{finite, no_joints, nothing, wrong_count};
use crate::Error;
use crate::wording::list;

/// How well one joint is predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JointScore {
    /// The joint.
    pub joint: String,
    /// The coefficient of determination `R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)²`, with the sums and the
    /// mean `ȳ` over all values of the joint; `None` when the joint does not move, since then the
    /// quotient is not defined. It is below 0 for a prediction that is worse than the mean.
    pub r_squared: Option<f64>,
    /// The root mean square error in degrees.
    pub rmse_degrees: f64,
    /// The same as a share of the joint's range (largest minus smallest true angle); `None` when
    /// the joint does not move.
    pub normalised_rmse: Option<f64>,
}

/// How well a motion is predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MotionScore {
    /// Each joint.
    pub joints: Vec<JointScore>,
    /// The mean of R² over the joints that move; `None` when none does.
    pub r_squared: Option<f64>,
    /// The mean over all joints of the root mean square error in degrees.
    pub rmse_degrees: f64,
    /// The mean of the normalised error over the joints that move; `None` when none does.
    pub normalised_rmse: Option<f64>,
    /// The joints that do not move in the truth, which R² and the normalised error leave out.
    pub unmoved: Vec<String>,
}

/// Compares predicted angles with the true ones, both `[.., joints]` in degrees, such as the
/// targets `[windows, horizon, joints]` of all test windows.
///
/// # Errors
///
/// When there are no joints or no values, the values do not make up samples, the
/// two have different lengths, or a value is not finite.
pub fn score(joints: &[String], truth: &[f32], predicted: &[f32]) -> Result<MotionScore, Error> {
    check(joints, truth, predicted)?;
    let one = |(at, joint): (usize, &String)| {
        let of = |values: &[f32]| -> Vec<f64> {
            let values = values.iter().skip(at).step_by(joints.len());
            values.map(|&value| f64::from(value)).collect()
        };
        one(joint, &of(truth), &of(predicted))
    };
    let scores: Vec<JointScore> = joints.iter().enumerate().map(one).collect();
    let errors = scores.iter().map(|joint| Some(joint.rmse_degrees));
    let unmoved = scores.iter().filter(|joint| joint.r_squared.is_none());
    Ok(MotionScore {
        r_squared: mean(scores.iter().map(|joint| joint.r_squared)),
        rmse_degrees: mean(errors).expect("there are joints: checked in `check`"),
        normalised_rmse: mean(scores.iter().map(|joint| joint.normalised_rmse)),
        unmoved: unmoved.map(|joint| joint.joint.clone()).collect(),
        joints: scores,
    })
}

fn one(joint: &str, truth: &[f64], predicted: &[f64]) -> JointScore {
    let count = truth.len() as f64;
    let mean = truth.iter().sum::<f64>() / count;
    let pairs = truth.iter().zip(predicted);
    let errors: f64 = pairs.map(|(one, other)| (one - other).powi(2)).sum();
    let total: f64 = truth.iter().map(|value| (value - mean).powi(2)).sum();
    let largest = truth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = largest - truth.iter().copied().fold(f64::INFINITY, f64::min);
    let rmse = (errors / count).sqrt();
    // The range tells: the mean of a constant, and with it the sum of squares, may be rounded.
    let moves = range > 0.0;
    JointScore {
        joint: joint.to_owned(),
        r_squared: moves.then(|| 1.0 - errors / total),
        rmse_degrees: rmse,
        normalised_rmse: moves.then(|| rmse / range),
    }
}

/// The mean of the values that there are.
fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.flatten().collect();
    let count = values.len() as f64;
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / count)
}

fn check(joints: &[String], truth: &[f32], predicted: &[f32]) -> Result<(), Error> {
    if joints.is_empty() {
        return Err(no_joints());
    }
    if truth.is_empty() {
        return Err(nothing("true angles"));
    }
    if !truth.len().is_multiple_of(joints.len()) {
        let expected = format!("a multiple of {}, for {}", joints.len(), list(joints));
        return Err(wrong_count(truth.len(), "true angles", expected));
    }
    if predicted.len() != truth.len() {
        let expected = format!("{}, one for each true angle", truth.len());
        return Err(wrong_count(predicted.len(), "predicted angles", expected));
    }
    finite("true angles", truth)?;
    finite("predicted angles", predicted)
}

#[cfg(test)]
mod tests;
