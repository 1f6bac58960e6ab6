//! Simultaneous perturbation with a corrected gradient, for sources that only answer queries.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Objective, Plan, Progress, Summary, Trainer, moved};
use crate::Error;

/// Estimates that a step averages over, where a plan has no others.
const ESTIMATES: usize = 5;
/// How far the numbers are moved to either side at first (c).
const SMOOTHING: f64 = 0.01;
/// The exponents by which steps (α) and perturbations (γ) become smaller, and what is added to the
/// count of steps (o).
const STEP_POWER: f64 = 0.4;
const SMOOTHING_POWER: f64 = 0.1;
const OFFSET: f64 = 1.0;

/// SPSA-GC of BlackVIP (Oh and others 2023, arXiv 2303.14773). At step `k`, from 1:
/// `g = (L(w + c_k δ) − L(w − c_k δ)) / (2 c_k δ)`, averaged over some δ whose numbers are ± uniform in
/// 0.5 to 1; `m ← 0.9 m + g`; `w ← w − a_k (g + 0.9 m)`, where `a_k = a / (k + o)^α`, `c_k = c / k^γ`, and
/// `a` is the rate that the plan's schedule has at that step.
#[derive(Debug, Clone, PartialEq)]
pub struct Spsa {
    /// How training goes; early stopping, dropout and weight decay are not for estimates.
    pub plan: Plan,
    /// Estimates in a step: a step costs twice so many losses.
    pub estimates: usize,
    /// How far the numbers are moved at the first step (c).
    pub smoothing: f64,
    /// The share of the last direction that goes on.
    pub momentum: f64,
}

impl Spsa {
    /// Five estimates a step unless the plan has others, with momentum.
    pub fn of(plan: Plan) -> Self {
        Self {
            estimates: plan.directions.unwrap_or(ESTIMATES),
            smoothing: plan.smoothing.unwrap_or(SMOOTHING),
            momentum: 0.9,
            plan,
        }
    }

    /// The estimated gradient, and the mean of the losses that were asked for.
    fn estimate(
        &self,
        objective: &dyn Objective,
        numbers: &[f32],
        batch: &[usize],
        smoothing: f64,
        random: &mut ChaCha8Rng,
    ) -> Result<(f64, Vec<f64>), Error> {
        let mut sum = vec![0.0f64; numbers.len()];
        let mut total = 0.0;
        for _ in 0..self.estimates {
            let direction: Vec<f64> = numbers.iter().map(|_| segmented(random)).collect();
            let beside = |by: f64| objective.loss(&moved(numbers, &direction, by), batch);
            let (above, below) = (beside(smoothing)?, beside(-smoothing)?);
            total += above + below;
            for (sum, part) in sum.iter_mut().zip(&direction) {
                *sum += (above - below) / (2.0 * smoothing * part);
            }
        }
        let count = self.estimates as f64;
        for sum in &mut sum {
            *sum /= count;
        }
        Ok((total / (2.0 * count), sum))
    }
}

impl Trainer for Spsa {
    fn losses_per_step(&self) -> usize {
        2 * self.estimates
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
        let mut momentum = vec![0.0f64; numbers.len()];
        let mut step = 0.0f64;
        plan.run(
            objective,
            numbers,
            report,
            &mut |numbers, batch, rate, _| {
                step += 1.0;
                let smoothing = self.smoothing / step.powf(SMOOTHING_POWER);
                let rate = rate / (step + OFFSET).powf(STEP_POWER);
                let (loss, gradient) =
                    self.estimate(objective, numbers, batch, smoothing, &mut random)?;
                let moved = numbers.iter_mut().zip(&mut momentum);
                for ((number, momentum), part) in moved.zip(&gradient) {
                    *momentum = self.momentum * *momentum + part;
                    let along = part + self.momentum * *momentum;
                    *number = (f64::from(*number) - rate * along) as f32;
                }
                Ok(loss)
            },
        )
    }
}

/// Uniform in −1 to −0.5 and in 0.5 to 1.
fn segmented(random: &mut impl Rng) -> f64 {
    let size = random.random_range(0.5..1.0);
    if random.random_bool(0.5) { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::super::bowl::{Bowl, check_bottom_is_found};
    use super::*;

    fn trainer(estimates: usize) -> Spsa {
        Spsa::of(Plan {
            training: vec![0],
            epochs: 400,
            directions: Some(estimates),
            learning_rate: 0.05,
            seed: 1,
            ..Plan::default()
        })
    }

    /// The gradient of the bowl by hand: 2 (w − place). A two-sided difference of a bowl has no error of
    /// its own, so only that of the directions is left.
    #[test]
    fn many_estimates_give_the_gradient() {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let found = trainer(20_000).estimate(&Bowl, &[0.0, 0.0], &[0], 1e-2, &mut random);
        let (loss, gradient) = found.unwrap();
        assert!((loss - 5.0).abs() < 1e-3, "{loss}");
        assert!((gradient[0] + 2.0).abs() < 0.1, "{gradient:?}");
        assert!((gradient[1] + 4.0).abs() < 0.1, "{gradient:?}");
    }

    #[test]
    fn the_bottom_of_a_bowl_is_found_from_losses_alone() {
        check_bottom_is_found(&trainer(5), 0.05);
    }
}
