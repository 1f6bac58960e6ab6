//! Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101).

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Gradient, Objective, Plan, Progress, Summary, Trainer, diverged};
use crate::{Error, ErrorKind};

/// The memory of both moments.
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;

/// Adam on batches in a random order, with a decaying rate, dropout and early stopping.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam(pub Plan);

/// The moments of a run.
struct Moments {
    first: Vec<f32>,
    second: Vec<f32>,
    steps: i32,
}

impl Moments {
    fn new(count: usize) -> Self {
        Self {
            first: vec![0.0; count],
            second: vec![0.0; count],
            steps: 0,
        }
    }

    /// One step: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
    /// `w ← w (1 − rate · decay) − rate · m̂ / (√v̂ + ε)`.
    fn step(&mut self, numbers: &mut [f32], gradient: &[f32], rate: f64, plan: &Plan) {
        let (epsilon, decay) = (plan.epsilon, plan.weight_decay);
        self.steps += 1;
        let first_share = (1.0 - BETA1.powi(self.steps)) as f32;
        let second_share = (1.0 - BETA2.powi(self.steps)) as f32;
        let (beta1, beta2, rate) = (BETA1 as f32, BETA2 as f32, rate as f32);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((number, gradient), (first, second)) in numbers.iter_mut().zip(gradient).zip(moments) {
            *first = beta1 * *first + (1.0 - beta1) * gradient;
            *second = beta2 * *second + (1.0 - beta2) * gradient * gradient;
            let step = *first / first_share / ((*second / second_share).sqrt() + epsilon);
            *number -= rate * (decay * *number + step);
        }
    }
}

impl Trainer for Adam {
    fn train(
        &self,
        objective: &dyn Objective,
        numbers: &mut Vec<f32>,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Summary, Error> {
        let mut moments = Moments::new(numbers.len());
        let mut best = (0, f64::INFINITY);
        let mut best_numbers = None;
        for epoch in 1..=self.0.epochs {
            let mut random = epoch_random(self.0.seed, epoch);
            let mut order = self.0.training.clone();
            order.shuffle(&mut random);
            let mut total = 0.0;
            for batch in order.chunks(self.0.batch.max(1)) {
                let factor = self.0.schedule.factor(moments.steps, epoch, self.0.epochs);
                let rate = self.0.learning_rate * factor;
                let keep = self.keep(objective, &mut random);
                let Gradient { loss, mut values } =
                    self.gradient(objective, numbers, &keep, batch)?;
                total += loss * batch.len() as f64;
                let dropped = objective.dropped();
                for (value, keep) in values[dropped].iter_mut().zip(&keep) {
                    *value *= keep;
                }
                moments.step(numbers, &values, rate, &self.0);
            }
            let training_loss = total / order.len() as f64;
            let validation_loss = match self.0.validation.is_empty() {
                true => None,
                false => Some(mean_loss(
                    objective,
                    numbers,
                    &self.0.validation,
                    self.0.batch,
                )?),
            };
            if !training_loss.is_finite() || validation_loss.is_some_and(|loss| !loss.is_finite()) {
                return Err(diverged(epoch));
            }
            report(Progress {
                epoch,
                epochs: self.0.epochs,
                training_loss,
                validation_loss,
            });
            match validation_loss {
                None => best = (epoch, training_loss),
                Some(loss) if loss < best.1 => {
                    best = (epoch, loss);
                    best_numbers = Some(numbers.clone());
                }
                Some(_) if epoch - best.0 >= self.0.patience => break,
                Some(_) => {}
            }
        }
        if let Some(best) = best_numbers {
            *numbers = best;
        }
        Ok(Summary {
            best_epoch: best.0.max(1),
            lowest_loss: best.1,
        })
    }
}

impl Adam {
    /// What each droppable number is multiplied by in this step, so that their sum keeps its mean.
    fn keep(&self, objective: &dyn Objective, random: &mut ChaCha8Rng) -> Vec<f32> {
        if self.0.dropout == 0.0 {
            return Vec::new();
        }
        let kept = (1.0 / (1.0 - self.0.dropout)) as f32;
        objective
            .dropped()
            .map(|_| match random.random_bool(self.0.dropout) {
                true => 0.0,
                false => kept,
            })
            .collect()
    }

    /// The gradient with some numbers silenced, with respect to what is left of them.
    fn gradient(
        &self,
        objective: &dyn Objective,
        numbers: &[f32],
        keep: &[f32],
        batch: &[usize],
    ) -> Result<Gradient, Error> {
        let mut silenced = numbers.to_vec();
        for (number, keep) in silenced[objective.dropped()].iter_mut().zip(keep) {
            *number *= keep;
        }
        objective.gradient(&silenced, batch)?.ok_or_else(|| {
            let message = "this trainer needs gradients, and a black box has none";
            Error::new(ErrorKind::Mismatch, message).with_hint("take a trainer of zeroth order")
        })
    }
}

/// A generator for one epoch, from 1.
pub(super) fn epoch_random(seed: u64, epoch: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(epoch as u64);
    random
}

/// The mean loss over some cases, a batch at a time.
fn mean_loss(
    objective: &dyn Objective,
    numbers: &[f32],
    cases: &[usize],
    batch: usize,
) -> Result<f64, Error> {
    let mut total = 0.0;
    for cases in cases.chunks(batch.max(1)) {
        total += objective.loss(numbers, cases)? * cases.len() as f64;
    }
    Ok(total / cases.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::super::Schedule;
    use super::*;

    fn plan() -> Plan {
        Plan {
            training: vec![0],
            epsilon: 1e-5,
            weight_decay: 0.5,
            ..Plan::default()
        }
    }

    /// Expected values from the formula by hand for two steps on a constant gradient of 1:
    /// both moments are unbiased, so each step is rate · (decay · w + 1 / (1 + ε)).
    #[test]
    fn a_constant_gradient_makes_steps_of_the_rate() {
        let mut moments = Moments::new(1);
        let mut number = [2.0];
        moments.step(&mut number, &[1.0], 0.1, &plan());
        let expected = 2.0 - 0.1 * (0.5 * 2.0 + 1.0 / (1.0 + 1e-5));
        assert!((number[0] - expected).abs() < 1e-6, "{number:?}");
        let plan = Plan {
            weight_decay: 0.0,
            ..plan()
        };
        moments.step(&mut number, &[1.0], 0.1, &plan);
        assert!((number[0] - (expected - 0.1)).abs() < 1e-5, "{number:?}");
    }

    /// Case 0 pulls its number up without end; case 1 likes it best at 1.
    struct Past;

    impl Objective for Past {
        fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
            let number = f64::from(numbers[0]);
            Ok(match cases {
                [0] => -number,
                _ => (number - 1.0).powi(2),
            })
        }

        fn gradient(&self, numbers: &[f32], cases: &[usize]) -> Result<Option<Gradient>, Error> {
            let loss = self.loss(numbers, cases)?;
            let values = vec![-1.0];
            Ok(Some(Gradient { loss, values }))
        }
    }

    #[test]
    fn numbers_end_where_the_watched_loss_was_lowest() {
        let plan = Plan {
            validation: vec![1],
            epochs: 30,
            weight_decay: 0.0,
            patience: 5,
            ..plan()
        };
        let mut numbers = vec![0.0];
        let mut epochs = 0;
        let done = Adam(plan).train(&Past, &mut numbers, &mut |at| epochs = at.epoch);
        assert_eq!(done.unwrap().best_epoch, 10);
        assert!((numbers[0] - 1.0).abs() < 1e-3, "{numbers:?}");
        assert_eq!(epochs, 15);
    }

    #[test]
    fn a_half_cosine_falls_from_one_to_nearly_nothing() {
        let factor = |epoch| Schedule::HalfCosine.factor(0, epoch, 4);
        let found = [1, 2, 3, 4].map(factor);
        // (1 + cos(π k / 4)) / 2 for k from 0 to 3.
        let expected = [1.0, 0.853_553, 0.5, 0.146_447];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found}");
        }
    }
}
