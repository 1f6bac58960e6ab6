//! Classifying with a source of which only the answers are seen.

use retune_core::argmax;
use serde::Serialize;

use crate::Error;
use crate::baseline;
use crate::fit::{Examples, Queried};
use crate::kernel::Kernels;
use crate::mapping::{LabelMapping, Mapping};
use crate::parameters::Numbers;
use crate::program::{Classification, Part, Program, SourceReference, Trained};
use crate::series::{Classes, Dataset, Scaling, Split};
use crate::source::{BlackBox, Counted};
use crate::train::{Progress, RandomDirections, Schedule, Trainer};
use crate::transform::{Padding, Position, Transform};

/// Cases that are asked about together.
const BATCH: usize = 64;

/// How a program is trained on a black box.
#[derive(Debug, Clone, PartialEq)]
pub struct BlackBoxSettings {
    /// The most queries that training may make; none for as many as the epochs need.
    pub budget: Option<u64>,
    /// The most numbers that θ has.
    pub dimensions: usize,
    /// The most passes over the training series.
    pub epochs: usize,
    /// Series in a step.
    pub batch: usize,
    /// Random directions in a step.
    pub directions: usize,
    /// How far each is followed.
    pub smoothing: f64,
    /// The length of the first step.
    pub learning_rate: f64,
    /// The length of step `n` is that of the first over `1 + decay · n`.
    pub learning_rate_decay: f64,
    /// The share of a step that goes on.
    pub momentum: f64,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for BlackBoxSettings {
    fn default() -> Self {
        Self {
            budget: Some(100_000),
            dimensions: 300,
            epochs: 100_000,
            batch: 32,
            directions: 20,
            smoothing: 0.01,
            learning_rate: 0.1,
            learning_rate_decay: 0.01,
            momentum: 0.9,
            seed: 0,
        }
    }
}

impl BlackBoxSettings {
    /// The series in the middle of a clip, stretched over half of it, in a sum of tones.
    pub fn transform(&self, samples: usize) -> Transform {
        Transform::new(Padding {
            segments: 1,
            position: Position::Centre,
            stretch: Some((samples / 2).max(1)),
            initial_amplitude: 0.05,
            dimensions: Some(self.dimensions),
        })
    }
}

/// What came of training through queries alone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlackBoxScore {
    /// The share of the test series that are classified right.
    pub accuracy: f64,
    /// The same before any training.
    pub untrained_accuracy: f64,
    /// A ridge on the probabilities before training: it needs one query a series.
    pub ridge_on_probabilities: f64,
    /// The mean loss over the training series in the last whole epoch.
    pub training_loss: Option<f64>,
    /// Epochs that were finished.
    pub epochs: usize,
    /// Queries that training made.
    pub queries: u64,
    /// Queries that predicting the test series made.
    pub test_queries: u64,
    /// How many numbers were trained.
    pub numbers: usize,
}

/// Trains θ through the answers of a black box, scores it on the test split, and puts a ridge on the
/// same answers beside it.
///
/// # Errors
///
/// When the data do not suit the transform, there are more classes than labels, or the black box fails.
/// A budget that is spent is no error: what was found so far counts.
pub fn fit_black_box<B: Kernels>(
    data: &Dataset,
    black_box: &dyn BlackBox,
    settings: &BlackBoxSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&Progress),
) -> Result<(Program, BlackBoxScore), Error> {
    let spec = black_box.spec();
    let samples = spec.audio.map_or(0, |audio| audio.samples);
    let transform = settings.transform(samples);
    let labels = Classes::from_training(&data.train.labels)?;
    let counted = Counted::new(black_box, settings.budget);
    let mapping = LabelMapping::random(labels.len(), spec.labels.len(), settings.seed)?;
    let train = Prepared::of(&data.train, &labels);
    let test = Prepared::of(&data.test, &labels);
    let objective = Queried::<B>::new(
        train.examples(&labels),
        &transform,
        &mapping,
        &counted,
        settings.seed,
        device,
    )?;
    let mut numbers = objective.start();
    let trainer = RandomDirections {
        training: (0..train.series.len()).collect(),
        epochs: settings.epochs,
        batch: settings.batch,
        directions: settings.directions,
        smoothing: settings.smoothing,
        learning_rate: settings.learning_rate,
        schedule: Schedule::Inverse {
            decay: settings.learning_rate_decay,
        },
        momentum: settings.momentum,
        seed: settings.seed,
    };
    let done = trainer.train(&objective, &mut numbers, &mut |at| progress(&at))?;

    // Only training has a budget.
    let free = Counted::new(black_box, None);
    let before = Asked::new::<B>(
        &train, &test, &labels, &transform, &mapping, &free, settings, device,
    )?;
    let after = Counted::new(black_box, None);
    let of_test = Queried::<B>::new(
        test.examples(&labels),
        &transform,
        &mapping,
        &after,
        settings.seed,
        device,
    )?;
    let accuracy = test.accuracy(&answers(&of_test, &numbers, test.series.len())?, &mapping);
    let score = BlackBoxScore {
        accuracy,
        untrained_accuracy: before.untrained,
        ridge_on_probabilities: before.ridge,
        training_loss: done.lowest_loss.is_finite().then_some(done.lowest_loss),
        epochs: done.best_epoch,
        queries: counted.used(),
        test_queries: after.used(),
        numbers: numbers.len(),
    };
    let program = program(
        &transform,
        mapping.clone(),
        labels,
        &objective.named(&numbers),
        spec,
        &data.train,
        settings,
    );
    Ok((program, score))
}

/// Scaled series with the place of each one's class; none for a label that training never saw.
struct Prepared {
    series: Vec<Vec<f32>>,
    classes: Vec<usize>,
}

impl Prepared {
    fn of(split: &Split, labels: &Classes) -> Self {
        let series = split.series.iter();
        let classes = split.labels.iter();
        Self {
            series: series.map(|one| Scaling::ZNormalise.apply(one)).collect(),
            // A class that training never saw is never right.
            classes: classes
                .map(|label| labels.index(label).unwrap_or(usize::MAX))
                .collect(),
        }
    }

    fn examples<'a>(&'a self, labels: &Classes) -> Examples<'a> {
        Examples {
            series: &self.series,
            classes: &self.classes,
            class_count: labels.len(),
        }
    }

    fn accuracy(&self, answers: &[Vec<f32>], mapping: &LabelMapping) -> f64 {
        let rows = answers.iter().zip(&self.classes);
        let right =
            rows.filter(|(answer, class)| argmax(mapping.of_probabilities(answer)) == **class);
        right.count() as f64 / self.classes.len().max(1) as f64
    }
}

/// What the answers before training are worth.
struct Asked {
    untrained: f64,
    ridge: f64,
}

impl Asked {
    #[allow(
        clippy::too_many_arguments,
        reason = "one caller, which has all of them"
    )]
    fn new<B: Kernels>(
        train: &Prepared,
        test: &Prepared,
        labels: &Classes,
        transform: &Transform,
        mapping: &LabelMapping,
        black_box: &dyn BlackBox,
        settings: &BlackBoxSettings,
        device: &B::Device,
    ) -> Result<Self, Error> {
        let ask = |part: &Prepared| -> Result<Vec<Vec<f32>>, Error> {
            let (examples, seed) = (part.examples(labels), settings.seed);
            let objective =
                Queried::<B>::new(examples, transform, mapping, black_box, seed, device)?;
            answers(&objective, &objective.start(), part.series.len())
        };
        let (of_train, of_test) = (ask(train)?, ask(test)?);
        let split = |answers: &[Vec<f32>], part: &Prepared| Split {
            // The logarithm spreads small probabilities out.
            series: answers
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|value| f64::from(*value).max(1e-8).ln())
                        .collect()
                })
                .collect(),
            labels: part.classes.iter().map(ToString::to_string).collect(),
            ..Split::default()
        };
        let found = baseline::ridge(
            &split(&of_train, train),
            &split(&of_test, test),
            Scaling::None,
        );
        Ok(Self {
            untrained: test.accuracy(&of_test, mapping),
            ridge: found?.accuracy,
        })
    }
}

/// The answers to all series, a batch at a time.
fn answers<B: Kernels>(
    objective: &Queried<B>,
    numbers: &[f32],
    series: usize,
) -> Result<Vec<Vec<f32>>, Error> {
    let mut all = Vec::with_capacity(series);
    for start in (0..series).step_by(BATCH) {
        all.extend(objective.probabilities(numbers, start..series.min(start + BATCH))?);
    }
    Ok(all)
}

fn program(
    transform: &Transform,
    mapping: LabelMapping,
    labels: Classes,
    numbers: &Numbers,
    spec: &crate::source::SourceSpec,
    train: &Split,
    settings: &BlackBoxSettings,
) -> Program {
    let content = Classification {
        labels,
        series_length: train.series.first().map_or(0, Vec::len),
        parts: vec![Part {
            transform: transform.clone(),
            mapping: Mapping::new(mapping),
            weight: 1.0,
        }],
        inverse_temperature: 1.0,
        settings: crate::fit::FitSettings {
            transforms: vec![transform.clone()],
            readouts: vec![crate::fit::ReadoutKind::Labels],
            seed: settings.seed,
            ..crate::fit::FitSettings::preset(crate::fit::Preset::Paper)
        },
    };
    let tensors = Trained::Transform.named(0, numbers.clone());
    Program::fitted(
        SourceReference::of(spec),
        content,
        tensors,
        Default::default(),
    )
}
