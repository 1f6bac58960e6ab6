//! Training by gradient, through the frozen source.

use burn::tensor::backend::AutodiffBackend;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::objective::Reprogramming;
use super::{Examples, FitProgress, FitSettings};
use crate::Error;
use crate::kernel::Kernels;
use crate::train::{self, Plan, Summary};

/// Trains the numbers of a transform and a label mapping, and finds that by the cases that are trained
/// on; how it went has names.
///
/// Where `settings.validation` is above 0, a first run holds that share of the series out and
/// finds the epoch with the lowest loss on them; a second run then trains on all series for so
/// many epochs.
pub(super) fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    objective: &Reprogramming<B>,
    examples: Examples,
    settings: &FitSettings,
    progress: &mut dyn FnMut(&FitProgress),
) -> Result<(Vec<f32>, impl Iterator<Item = (&'static str, f64)>), Error> {
    let mut run =
        |training: Vec<usize>, validation, epochs| -> Result<(Vec<f32>, Summary), Error> {
            let mut numbers = objective.begin(&training)?;
            let plan = Plan {
                training,
                validation,
                epochs,
                batch: settings.batch,
                learning_rate: settings.learning_rate,
                schedule: settings.schedule.with(settings.learning_rate_decay),
                epsilon: 1e-5,
                weight_decay: settings.weight_decay,
                dropout: settings.dropout,
                patience: settings.patience,
                directions: settings.directions,
                smoothing: settings.smoothing,
                seed: settings.seed,
                stream: 0,
            };
            let trainer = train::known(&settings.trainer, plan)?;
            let mut report = |at| progress(&FitProgress::Epoch(at));
            let done = trainer.train(objective, &mut numbers, &mut report)?;
            Ok((numbers, done))
        };
    let mut epochs = settings.epochs_over(examples.series.len());
    let mut validation_loss = None;
    let (training, validation) = split(examples, settings);
    if !validation.is_empty() {
        let (_, stopped) = run(training, validation, epochs)?;
        epochs = stopped.best_epoch;
        validation_loss = Some(("validation_loss", stopped.lowest_loss));
    }
    let all = (0..examples.series.len()).collect();
    let (numbers, done) = run(all, Vec::new(), epochs)?;
    let scores = [
        ("epochs", epochs as f64),
        ("training_loss", done.lowest_loss),
    ];
    Ok((numbers, scores.into_iter().chain(validation_loss)))
}

/// Places of the series to train on and of those to watch, the latter with the same share of every
/// class; a class with one series keeps it for training.
fn split(examples: Examples, settings: &FitSettings) -> (Vec<usize>, Vec<usize>) {
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
