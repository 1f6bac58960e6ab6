//! Training by gradient, through the frozen source.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::backend::AutodiffBackend;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::objective::Reprogramming;
use super::{Examples, FitProgress, FitSettings};
use crate::kernel::Kernels;
use crate::mapping::Mapping;
use crate::parameters::Numbers;
use crate::source::SourceModel;
use crate::train::{self, Plan, Schedule, Summary, Trainer};
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// What training found.
#[derive(Debug, Clone)]
pub(super) struct Trained {
    /// The transform's trained numbers, by name.
    pub transform_numbers: Numbers,
    /// The mapping's, where it has some.
    pub mapping_numbers: Numbers,
    /// How many epochs were run, and the loss that they ended with.
    pub scores: BTreeMap<String, f64>,
}

/// The parts of a training.
pub(super) struct Training<'a, B: AutodiffBackend> {
    pub examples: Examples<'a>,
    pub settings: &'a FitSettings,
    pub transform: &'a Transform,
    pub mapping: &'a Mapping,
    pub source: Arc<dyn SourceModel<B>>,
    pub at_rest: Arc<dyn SourceModel<B::InnerBackend>>,
    pub device: &'a B::Device,
}

impl<B> Training<'_, B>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    /// Trains a transform through a mapping.
    ///
    /// Where `settings.validation` is above 0, a first run holds that share of the series out and
    /// finds the epoch with the lowest loss on them; a second run then trains on all series for so
    /// many epochs.
    pub(super) fn train(&self, progress: &mut dyn FnMut(&FitProgress)) -> Result<Trained, Error> {
        let objective = Reprogramming::new(self)?;
        let mut scores = BTreeMap::new();
        let mut epochs = self.settings.epochs;
        let (training, validation) = split(&self.examples, self.settings);
        if !validation.is_empty() {
            let trainer = self.trainer(training, validation, epochs)?;
            let (_, stopped) = run(trainer.as_ref(), &objective, progress)?;
            epochs = stopped.best_epoch;
            scores.insert("validation_loss".to_owned(), stopped.lowest_loss);
        }
        let all = (0..self.examples.series.len()).collect();
        let trainer = self.trainer(all, Vec::new(), epochs)?;
        let (numbers, done) = run(trainer.as_ref(), &objective, progress)?;
        scores.insert("epochs".to_owned(), epochs as f64);
        scores.insert("training_loss".to_owned(), done.lowest_loss);
        let (transform_numbers, mapping_numbers) = objective.named(&numbers);
        Ok(Trained {
            transform_numbers,
            mapping_numbers,
            scores,
        })
    }

    fn trainer(
        &self,
        training: Vec<usize>,
        validation: Vec<usize>,
        epochs: usize,
    ) -> Result<Box<dyn Trainer>, Error> {
        let settings = self.settings;
        let plan = Plan {
            training,
            validation,
            epochs,
            batch: settings.batch,
            learning_rate: settings.learning_rate,
            schedule: Schedule::Inverse {
                decay: settings.learning_rate_decay,
            },
            epsilon: 1e-5,
            weight_decay: settings.weight_decay,
            dropout: settings.dropout,
            patience: settings.patience,
            seed: settings.seed,
            stream: 0,
        };
        train::named(&settings.trainer, plan).ok_or_else(|| {
            let (name, known) = (&settings.trainer, train::names().join(" or "));
            let message = format!("there is no trainer {name:?}, expected {known}");
            Error::new(ErrorKind::UnknownName, message)
        })
    }
}

/// One run from the numbers that the objective starts with.
fn run<B>(
    trainer: &dyn Trainer,
    objective: &Reprogramming<B>,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<(Vec<f32>, Summary), Error>
where
    B: AutodiffBackend + Kernels,
    B::InnerBackend: Kernels,
{
    let mut numbers = objective.start();
    let done = trainer.train(objective, &mut numbers, &mut |at| {
        progress(&FitProgress::Epoch {
            epoch: at.epoch,
            epochs: at.epochs,
            training_loss: at.training_loss,
            validation_loss: at.validation_loss,
        });
    })?;
    Ok((numbers, done))
}

/// Places of the series to train on and of those to watch, the latter with the same share of every
/// class; a class with one series keeps it for training.
fn split(examples: &Examples, settings: &FitSettings) -> (Vec<usize>, Vec<usize>) {
    let mut training = Vec::new();
    let mut validation = Vec::new();
    let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
    for class in 0..examples.class_count {
        let mut places: Vec<usize> = (0..examples.classes.len())
            .filter(|place| examples.classes[*place] == class)
            .collect();
        places.shuffle(&mut random);
        let wanted = (places.len() as f64 * settings.validation).round() as usize;
        let held_out = wanted.min(places.len().saturating_sub(1));
        training.extend(places.split_off(held_out));
        validation.extend(places);
    }
    (training, validation)
}
