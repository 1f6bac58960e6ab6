//! Gradients from queries alone, by averaged random directions.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{Objective, Plan, Progress, Summary, Trainer, moved};
use crate::Error;

/// Directions in a step, where a plan has no others.
const DIRECTIONS: usize = 20;

/// Averaged one-sided random directions (Tsai, Chen, Ho 2020, arXiv 2007.08714, equation 4):
/// `g = d / (β q) Σ (f(w + β u) − f(w)) u` over `q` directions `u`, uniform on the unit sphere in `d`
/// dimensions, and steps of normalised size along `−g` with momentum.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomDirections {
    /// How training goes; early stopping, dropout and weight decay are not for estimates.
    pub plan: Plan,
    /// Directions in a step: a step costs `1 + directions` losses.
    pub directions: usize,
    /// How far a direction is followed (β).
    pub smoothing: f64,
    /// The share of the last step that goes on.
    pub momentum: f64,
}

impl RandomDirections {
    /// Twenty directions a step unless the plan has others, with momentum.
    pub fn of(plan: Plan) -> Self {
        Self {
            directions: plan.directions.unwrap_or(DIRECTIONS),
            smoothing: plan.smoothing.unwrap_or(0.01),
            momentum: 0.9,
            plan,
        }
    }

    /// The estimated gradient, and the loss at `numbers`.
    fn estimate(
        &self,
        objective: &dyn Objective,
        numbers: &[f32],
        batch: &[usize],
        random: &mut ChaCha8Rng,
    ) -> Result<(f64, Vec<f64>), Error> {
        let here = objective.loss(numbers, batch)?;
        let mut sum = vec![0.0f64; numbers.len()];
        for _ in 0..self.directions {
            let direction = unit(numbers.len(), random);
            let moved = moved(numbers, &direction, self.smoothing);
            let difference = objective.loss(&moved, batch)? - here;
            for (sum, part) in sum.iter_mut().zip(&direction) {
                *sum += difference * part;
            }
        }
        let factor = numbers.len() as f64 / (self.smoothing * self.directions as f64);
        for sum in &mut sum {
            *sum *= factor;
        }
        Ok((here, sum))
    }
}

impl Trainer for RandomDirections {
    fn losses_per_step(&self) -> usize {
        1 + self.directions
    }

    fn train(
        &self,
        objective: &dyn Objective,
        numbers: &mut Vec<f32>,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Summary, Error> {
        let plan = Plan {
            validation: Vec::new(),
            ..self.plan.clone()
        };
        let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
        let mut velocity = vec![0.0f64; numbers.len()];
        plan.run(
            objective,
            numbers,
            report,
            &mut |numbers, batch, rate, _| {
                let (loss, gradient) = self.estimate(objective, numbers, batch, &mut random)?;
                let norm = gradient.iter().map(|part| part * part).sum::<f64>().sqrt();
                // A flat place gives no direction.
                let scale = if norm > 0.0 { rate / norm } else { 0.0 };
                let moved = numbers.iter_mut().zip(&mut velocity);
                for ((number, velocity), part) in moved.zip(&gradient) {
                    *velocity = self.momentum * *velocity - scale * part;
                    *number = (f64::from(*number) + *velocity) as f32;
                }
                Ok(loss)
            },
        )
    }
}

/// A direction of length 1, uniform on the sphere.
pub(crate) fn unit(count: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let direction = (0..count).map(|_| StandardNormal.sample(random));
    let direction: Vec<f64> = direction.collect();
    let squares = direction.iter().map(|part| part * part);
    let length = squares.sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    direction.iter().map(|part| part / length).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Schedule;
    use super::super::bowl::{Bowl, check_bottom_is_found};
    use super::*;

    fn trainer(directions: usize) -> RandomDirections {
        RandomDirections {
            plan: Plan {
                training: vec![0],
                epochs: 400,
                schedule: Schedule::Inverse { decay: 0.01 },
                seed: 1,
                ..Plan::default()
            },
            directions,
            smoothing: 1e-3,
            momentum: 0.0,
        }
    }

    /// The gradient of the bowl by hand: 2 (w − place).
    #[test]
    fn many_directions_give_the_gradient() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let found = trainer(20_000).estimate(&Bowl, &[0.0, 0.0], &[0], &mut random);
        let (loss, gradient) = found.unwrap();
        assert!((loss - 5.0).abs() < 1e-9);
        assert!((gradient[0] + 2.0).abs() < 0.1, "{gradient:?}");
        assert!((gradient[1] + 4.0).abs() < 0.1, "{gradient:?}");
    }

    #[test]
    fn the_bottom_of_a_bowl_is_found_from_losses_alone() {
        check_bottom_is_found(&trainer(8), 0.2);
    }
}
