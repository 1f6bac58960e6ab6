//! Trainers: how numbers are found.
//!
//! A trainer is one file here and one line in the list below: a type that implements [`Trainer`]. It sees
//! an [`Objective`], numbers and cases, and neither a source nor a backend.

mod adam;
mod zeroth_order;

pub use adam::Adam;
#[cfg(feature = "import")]
pub(crate) use adam::Moments;
pub use zeroth_order::RandomDirections;
pub(crate) use zeroth_order::unit;

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::registry::{self, Entry};
use crate::{Error, ErrorKind};

/// The one list: a new trainer is a line here, beside its file.
impl Entry for Make {
    fn own() -> Vec<(&'static str, Self)> {
        let random_directions = Self(|plan| Box::new(RandomDirections::of(plan)));
        vec![
            ("adam", Self(|plan| Box::new(Adam(plan)))),
            ("random-directions", random_directions),
        ]
    }
}

/// How a trainer is made.
#[derive(Clone, Copy)]
struct Make(fn(Plan) -> Box<dyn Trainer>);

/// Makes a trainer known by a name.
pub fn register(name: &str, make: fn(Plan) -> Box<dyn Trainer>) {
    registry::add((name, Make(make)));
}

/// The trainer of that name, for a plan; none where there is no such trainer.
pub fn named(name: &str, plan: Plan) -> Option<Box<dyn Trainer>> {
    let Make(make) = registry::find(name)?;
    Some(make(plan))
}

/// The names of the trainers.
pub fn names() -> Vec<String> {
    let all = registry::all::<Make>().into_iter();
    all.map(|(name, _)| name).collect()
}

/// What every trainer is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The cases that are trained on.
    pub training: Vec<usize>,
    /// Those that early stopping watches; none for no early stopping.
    pub validation: Vec<usize>,
    /// The most passes over the training cases.
    pub epochs: usize,
    /// Cases in a step.
    pub batch: usize,
    /// The rate of the first step.
    pub learning_rate: f64,
    /// How it goes on from there.
    pub schedule: Schedule,
    /// What keeps a division by a small moment finite.
    pub epsilon: f32,
    /// Decoupled weight decay.
    pub weight_decay: f32,
    /// The share of the droppable numbers that is silenced at each step.
    pub dropout: f64,
    /// Epochs without a better validation loss before training stops.
    pub patience: usize,
    /// The seed of orders, dropout and directions.
    pub seed: u64,
    /// The last of the seed's streams that something else draws from; each epoch has one after it.
    pub stream: u64,
}

/// Steps of one case at a steady rate, with nothing watched, silenced or decayed.
impl Default for Plan {
    fn default() -> Self {
        Self {
            training: Vec::new(),
            validation: Vec::new(),
            epochs: 1,
            batch: 1,
            learning_rate: 0.1,
            schedule: Schedule::Inverse { decay: 0.0 },
            epsilon: 1e-8,
            weight_decay: 0.0,
            dropout: 0.0,
            patience: 0,
            seed: 0,
            stream: 0,
        }
    }
}

/// One step of a trainer: changes the numbers by some cases, at a rate, and gives the mean loss over
/// these before. What it draws of dropout comes from the generator.
type Step<'a> =
    &'a mut dyn FnMut(&mut Vec<f32>, &[usize], f64, &mut ChaCha8Rng) -> Result<f64, Error>;

impl Plan {
    /// Goes through the training cases in an order that the seed draws anew for each epoch. A budget
    /// of queries that is spent within a step ends it where the last step led.
    fn run(
        &self,
        objective: &dyn Objective,
        numbers: &mut Vec<f32>,
        report: &mut dyn FnMut(Progress),
        step: Step,
    ) -> Result<Summary, Error> {
        let mut steps = 0;
        let mut best = Summary {
            best_epoch: 0,
            lowest_loss: f64::INFINITY,
        };
        let mut best_numbers = None;
        for epoch in 1..=self.epochs {
            let mut random = generator(self.seed, self.stream + epoch as u64);
            let mut order = self.training.clone();
            order.shuffle(&mut random);
            let mut total = 0.0;
            for batch in order.chunks(self.batch.max(1)) {
                let rate = self.learning_rate * self.schedule.factor(steps, epoch, self.epochs);
                match step(numbers, batch, rate, &mut random) {
                    Err(error) if error.kind() == ErrorKind::BudgetSpent => return Ok(best),
                    loss => total += loss? * batch.len() as f64,
                }
                steps += 1;
            }
            let training_loss = total / order.len() as f64;
            let validation_loss = match self.validation.is_empty() {
                true => None,
                false => Some(self.watched(objective, numbers)?),
            };
            if !training_loss.is_finite() || validation_loss.is_some_and(|loss| !loss.is_finite()) {
                return Err(diverged(epoch));
            }
            report(Progress {
                epoch,
                epochs: self.epochs,
                training_loss,
                validation_loss,
            });
            let lowest_loss = validation_loss.unwrap_or(training_loss);
            if validation_loss.is_none() || lowest_loss < best.lowest_loss {
                best = Summary {
                    best_epoch: epoch,
                    lowest_loss,
                };
                best_numbers = validation_loss.map(|_| numbers.clone());
            } else if epoch - best.best_epoch >= self.patience {
                break;
            }
        }
        if let Some(best) = best_numbers {
            *numbers = best;
        }
        best.best_epoch = best.best_epoch.max(1);
        Ok(best)
    }

    /// The mean loss over the cases that are watched, a batch at a time.
    fn watched(&self, objective: &dyn Objective, numbers: &[f32]) -> Result<f64, Error> {
        let mut total = 0.0;
        for cases in self.validation.chunks(self.batch.max(1)) {
            total += objective.loss(numbers, cases)? * cases.len() as f64;
        }
        Ok(total / self.validation.len() as f64)
    }
}

/// How the learning rate goes on from that of the first step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Schedule {
    /// At step `n`, from 0, it is divided by `1 + decay · n`.
    Inverse {
        /// The decay; 0 for a rate that stays.
        decay: f64,
    },
    /// It falls to zero over the epochs, as a half cosine.
    HalfCosine,
}

impl Schedule {
    /// What the first rate is multiplied by at a step, from 0, and in an epoch, from 1.
    pub fn factor(self, step: i32, epoch: usize, epochs: usize) -> f64 {
        match self {
            Self::Inverse { decay } => 1.0 / (1.0 + decay * f64::from(step)),
            Self::HalfCosine => {
                let done = (epoch - 1) as f64 / epochs as f64;
                0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
        }
    }
}

/// A generator for one use of a seed; the stream tells the uses apart.
pub(crate) fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}

/// Training that ran away in an epoch, from 1.
pub(crate) fn diverged(epoch: usize) -> Error {
    let message = format!("the loss is not finite in epoch {epoch}");
    Error::new(ErrorKind::Diverged, message).with_hint("try a smaller learning rate")
}

/// What is made small: a mean loss over cases, as a function of numbers.
pub trait Objective {
    /// The mean loss over some cases.
    ///
    /// # Errors
    ///
    /// When the source gives no answer; a black box whose budget of queries is spent ends so.
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error>;

    /// The same with its gradient; `None` for a black box.
    ///
    /// # Errors
    ///
    /// As [`Objective::loss`].
    fn gradient(&self, _: &[f32], _: &[usize]) -> Result<Option<Gradient>, Error> {
        Ok(None)
    }

    /// The numbers of which dropout may silence some.
    fn dropped(&self) -> Range<usize> {
        0..0
    }
}

/// A loss and its gradient.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// The mean loss.
    pub loss: f64,
    /// With respect to each number.
    pub values: Vec<f32>,
}

/// How numbers are found.
pub trait Trainer {
    /// Changes `numbers` until the objective is small. Where cases are watched, they end as they were
    /// when the loss on those was lowest.
    ///
    /// # Errors
    ///
    /// When the loss is not finite, or the objective has no answer.
    fn train(
        &self,
        objective: &dyn Objective,
        numbers: &mut Vec<f32>,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Summary, Error>;
}

/// Where training stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Epochs done.
    pub epoch: usize,
    /// The most epochs there will be.
    pub epochs: usize,
    /// The mean loss over the cases that are trained on.
    pub training_loss: f64,
    /// The mean loss over the cases that are watched.
    pub validation_loss: Option<f64>,
}

/// How training ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The epoch with the lowest loss on the watched cases, from 1; the last where none are.
    pub best_epoch: usize,
    /// That loss; the last training loss where none are watched.
    pub lowest_loss: f64,
}
