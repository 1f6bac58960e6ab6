//! Trainers: how numbers are found.
//!
//! A trainer is one file here and one line in the list below: a type that implements [`Trainer`]. It sees
//! an [`Objective`], numbers and cases, and neither a source nor a backend.

mod adam;
#[cfg(test)]
mod bowl;
mod spsa;
mod zeroth_order;

pub use adam::Adam;
#[cfg(feature = "import")]
pub(crate) use adam::Moments;
pub use spsa::Spsa;
pub use zeroth_order::RandomDirections;
pub(crate) use zeroth_order::unit;

use std::iter::once;
use std::ops::Range;
use std::str::FromStr;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::registry::{self, Entry};
use crate::{Error, ErrorKind, setting};

/// The one list: a new trainer is a line here, beside its file.
impl Entry for Make {
    fn own() -> Vec<(&'static str, Self)> {
        let random_directions = Self(|plan| Box::new(RandomDirections::of(plan)));
        vec![
            ("adam", Self(|plan| Box::new(Adam(plan)))),
            ("random-directions", random_directions),
            ("spsa", Self(|plan| Box::new(Spsa::of(plan)))),
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

/// The trainer of that name, or the names that there are.
///
/// # Errors
///
/// [`ErrorKind::UnknownName`].
pub(crate) fn known(name: &str, plan: Plan) -> Result<Box<dyn Trainer>, Error> {
    named(name, plan).ok_or_else(|| {
        let known = names().join(" or ");
        let message = format!("there is no trainer {name:?}, expected {known}");
        Error::new(ErrorKind::UnknownName, message)
    })
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
    /// Random directions that a step averages over, where a trainer estimates gradients; none for as
    /// many as the trainer has.
    pub directions: Option<usize>,
    /// How far such a direction is followed; none for as far as the trainer does.
    pub smoothing: Option<f64>,
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
            directions: None,
            smoothing: None,
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
            objective.epoch_ended();
            let training_loss = total / order.len() as f64;
            let validation_loss = match self.validation.is_empty() {
                true => None,
                false => Some(self.watched(objective, numbers)?),
            };
            let mut losses = once(training_loss).chain(validation_loss);
            let all_finite =
                losses.all(f64::is_finite) && numbers.iter().all(|one| one.is_finite());
            if !all_finite {
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
            total += objective.watched(numbers, cases)? * cases.len() as f64;
        }
        Ok(total / self.validation.len() as f64)
    }
}

/// The kinds of [`Schedule`], by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    /// [`Schedule::Inverse`].
    #[default]
    Inverse,
    /// [`Schedule::Exponential`].
    Exponential,
    /// [`Schedule::HalfCosine`], which has no decay.
    HalfCosine,
}

impl ScheduleKind {
    /// The schedule with a decay.
    pub fn with(self, decay: f64) -> Schedule {
        match self {
            Self::Inverse => Schedule::Inverse { decay },
            Self::Exponential => Schedule::Exponential { decay },
            Self::HalfCosine => Schedule::HalfCosine,
        }
    }
}

impl FromStr for ScheduleKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        setting::named("schedule", name, "inverse, exponential or half-cosine")
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
    /// At step `n`, from 0, it is multiplied by `exp(−decay · n)`.
    Exponential {
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
            Self::Exponential { decay } => (-decay * f64::from(step)).exp(),
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

/// The numbers so far along a direction.
fn moved(numbers: &[f32], direction: &[f64], by: f64) -> Vec<f32> {
    let moved = numbers.iter().zip(direction);
    let moved = moved.map(|(number, part)| (f64::from(*number) + by * part) as f32);
    moved.collect()
}

/// Training that ran away in an epoch, from 1.
pub(crate) fn diverged(epoch: usize) -> Error {
    let message = format!("the loss, or a number that is trained, is not finite in epoch {epoch}");
    Error::new(ErrorKind::Diverged, message)
        .with_hint("look for huge values in what is trained on, or try a smaller learning rate")
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

    /// The mean loss over cases that are only watched: nothing may be learnt of them.
    ///
    /// # Errors
    ///
    /// As [`Objective::loss`].
    fn watched(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        self.loss(numbers, cases)
    }

    /// A trainer has gone through its training cases once: what is found again by the answers of an
    /// epoch is found now. A trainer that goes back to the numbers of an earlier epoch does not bring
    /// that back; who needs both trains anew for so many epochs, as a fit does.
    fn epoch_ended(&self) {}

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
    /// How often a step asks for the loss of each of its cases.
    fn losses_per_step(&self) -> usize {
        1
    }

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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// Writes down what a trainer asks of it.
    #[derive(Default)]
    struct Written(RefCell<Vec<String>>);

    impl Objective for Written {
        fn loss(&self, _: &[f32], cases: &[usize]) -> Result<f64, Error> {
            self.0.borrow_mut().push(format!("loss of {cases:?}"));
            Ok(1.0)
        }

        fn gradient(&self, numbers: &[f32], cases: &[usize]) -> Result<Option<Gradient>, Error> {
            let loss = self.loss(numbers, cases)?;
            let values = vec![0.0];
            Ok(Some(Gradient { loss, values }))
        }

        fn watched(&self, _: &[f32], cases: &[usize]) -> Result<f64, Error> {
            self.0.borrow_mut().push(format!("{cases:?} watched"));
            Ok(1.0)
        }

        fn epoch_ended(&self) {
            self.0.borrow_mut().push("end".to_owned());
        }
    }

    #[test]
    fn an_epoch_ends_before_anything_is_watched_and_nothing_is_learnt_of_that() {
        let plan = Plan {
            training: vec![3],
            validation: vec![7],
            epochs: 2,
            patience: 5,
            ..Plan::default()
        };
        let written = Written::default();
        Adam(plan)
            .train(&written, &mut vec![0.0], &mut |_| {})
            .unwrap();
        let epoch = ["loss of [3]", "end", "[7] watched"];
        assert_eq!(written.0.into_inner(), [epoch, epoch].concat());
    }

    /// 1 / (1 + 3 / 2) and e^(−3 / 2).
    #[test]
    fn rates_fall_by_their_schedule() {
        let factor = |kind: ScheduleKind| kind.with(0.5).factor(3, 1, 1);
        assert!((factor(ScheduleKind::Inverse) - 0.4).abs() < 1e-12);
        assert!((factor(ScheduleKind::Exponential) - 0.223_130_16).abs() < 1e-8);
        let named = "half-cosine".parse::<ScheduleKind>().unwrap();
        assert_eq!(named, ScheduleKind::HalfCosine);
        assert!("fast".parse::<ScheduleKind>().is_err());
    }
}
