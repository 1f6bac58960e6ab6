//! Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101).

use rand::RngExt;

use super::{Gradient, Objective, Plan, Progress, Summary, Trainer};
use crate::{Error, ErrorKind};

/// The memory of both moments.
const BETA1: f32 = 0.9;
const BETA2: f32 = 0.999;

/// Adam on batches in a random order, with a decaying rate, dropout and early stopping.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam(pub Plan);

/// The moments of a run.
pub(crate) struct Moments {
    pub first: Vec<f32>,
    pub second: Vec<f32>,
    pub steps: i32,
}

impl Moments {
    pub(crate) fn new(count: usize) -> Self {
        Self {
            first: vec![0.0; count],
            second: vec![0.0; count],
            steps: 0,
        }
    }

    /// One step: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
    /// `w ← w (1 − rate · decay) − rate · m̂ / (√v̂ + ε)`.
    pub(crate) fn step(
        &mut self,
        numbers: &mut [f32],
        gradient: &[f32],
        rate: f64,
        epsilon: f32,
        decay: f32,
    ) {
        self.steps += 1;
        let first_share = 1.0 - BETA1.powi(self.steps);
        let second_share = 1.0 - BETA2.powi(self.steps);
        let rate = rate as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((number, gradient), (first, second)) in numbers.iter_mut().zip(gradient).zip(moments) {
            *first = BETA1 * *first + (1.0 - BETA1) * gradient;
            *second = BETA2 * *second + (1.0 - BETA2) * (gradient * gradient);
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
        let plan = &self.0;
        let mut moments = Moments::new(numbers.len());
        let dropped = objective.dropped();
        // What each droppable number is multiplied by, so that their sum keeps its mean.
        let kept = (1.0 / (1.0 - plan.dropout)) as f32;
        let mut keep = vec![
            1.0;
            if plan.dropout == 0.0 {
                0
            } else {
                dropped.len()
            }
        ];
        plan.run(
            objective,
            numbers,
            report,
            &mut |numbers, batch, rate, random| {
                for keep in &mut keep {
                    *keep = if random.random_bool(plan.dropout) {
                        0.0
                    } else {
                        kept
                    };
                }
                let mut silenced = numbers.clone();
                multiply(&mut silenced[dropped.clone()], &keep);
                let gradient = objective.gradient(&silenced, batch)?;
                let Gradient { loss, mut values } = gradient.ok_or_else(|| {
                    let message = "this trainer needs gradients, and a black box has none";
                    Error::new(ErrorKind::Mismatch, message)
                        .with_hint("take a trainer of zeroth order: random-directions or spsa")
                })?;
                // With respect to what is left of the numbers.
                multiply(&mut values[dropped.clone()], &keep);
                moments.step(numbers, &values, rate, plan.epsilon, plan.weight_decay);
                Ok(loss)
            },
        )
    }
}

fn multiply(numbers: &mut [f32], factors: &[f32]) {
    for (number, factor) in numbers.iter_mut().zip(factors) {
        *number *= factor;
    }
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
        moments.step(&mut number, &[1.0], 0.1, 1e-5, 0.5);
        let expected = 2.0 - 0.1 * (0.5 * 2.0 + 1.0 / (1.0 + 1e-5));
        assert!((number[0] - expected).abs() < 1e-6, "{number:?}");
        moments.step(&mut number, &[1.0], 0.1, 1e-5, 0.0);
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
