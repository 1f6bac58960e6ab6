//! Classifying with a source of which only the answers are seen.

use serde::Serialize;

use crate::Error;
use crate::baseline;
use crate::fit::Queried;
use crate::kernel::Kernels;
use crate::mapping::{LabelMapping, Mapping};
use crate::program::{Classification, ClassifierRecord, Part, Program, SourceReference, Trained};
use crate::series::{Classes, Dataset, Level, Scaling, Split};
use crate::source::{BlackBox, Counted};
use crate::train::{Plan, Progress, RandomDirections, Schedule, Trainer};
use crate::transform::{Padding, Position, Transform};

/// How a program is trained on a black box.
#[derive(Debug, Clone, PartialEq)]
pub struct BlackBoxSettings {
    /// The most queries that training may make; none for as many as the epochs need.
    pub budget: Option<u64>,
    /// The most numbers that θ has.
    pub dimensions: usize,
    /// How θ is trained, on all training series, with the seed of everything random.
    pub trainer: RandomDirections,
}

impl Default for BlackBoxSettings {
    fn default() -> Self {
        Self {
            budget: Some(100_000),
            dimensions: 300,
            trainer: RandomDirections::of(Plan {
                epochs: 100_000,
                batch: 32,
                schedule: Schedule::Inverse { decay: 0.01 },
                ..Plan::default()
            }),
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
    let (spec, seed) = (black_box.spec(), settings.trainer.plan.seed);
    let transform = settings.transform(spec.audio.map_or(0, |audio| audio.samples));
    let labels = Classes::from_training(&data.train.labels)?;
    let mapping = LabelMapping::random(labels.len(), spec.labels.len(), seed)?;
    // Only training has a budget.
    let counted = Counted::new(black_box, settings.budget);
    let queried = |split: &Split| {
        Queried::<B>::new(
            split,
            &labels,
            (&transform, &mapping),
            &counted,
            seed,
            device,
        )
    };
    let (train, test) = (queried(&data.train)?, queried(&data.test)?);
    let mut numbers = train.start();
    let mut trainer = settings.trainer.clone();
    trainer.plan.training = (0..data.train.len()).collect();
    let done = trainer.train(&train, &mut numbers, &mut |at| progress(&at))?;

    let before = test.answers(black_box, &test.start())?;
    let of_train = train.answers(black_box, &train.start())?;
    let ridge = baseline::ridge(
        &as_series(of_train, &train.classes),
        &as_series(before.clone(), &test.classes),
        Scaling::None,
    )?;
    let to_predict = Counted::new(black_box, None);
    let after = test.answers(&to_predict, &numbers)?;
    let score = BlackBoxScore {
        accuracy: test.accuracy(&after),
        untrained_accuracy: test.accuracy(&before),
        ridge_on_probabilities: ridge.accuracy,
        training_loss: done.lowest_loss.is_finite().then_some(done.lowest_loss),
        epochs: done.best_epoch,
        queries: counted.used(),
        test_queries: to_predict.used(),
        numbers: numbers.len(),
    };
    let tensors = Trained::Transform.named(0, train.named(&numbers));
    let content = Classification {
        series_length: data.train.series.first().map_or(0, Vec::len),
        level: Level::of(&data.train.series),
        parts: vec![Part {
            source: 0,
            transform: transform.clone(),
            mapping: Mapping::new(mapping.clone()),
            weight: 1.0,
        }],
        inverse_temperature: 1.0,
        settings: ClassifierRecord {
            scaling: Scaling::ZNormalise,
            seed,
            preset: "black-box".to_owned(),
            trainer: "random-directions".to_owned(),
        },
        labels: labels.clone(),
    };
    let sources = vec![SourceReference::of(spec)];
    Ok((
        Program::fitted(sources, content, tensors, Default::default()),
        score,
    ))
}

/// Answers as series of logarithms, which spread small probabilities out.
fn as_series(answers: Vec<Vec<f32>>, classes: &[usize]) -> Split {
    let series = answers.into_iter();
    let logarithms = |row: Vec<f32>| {
        row.iter()
            .map(|value| f64::from(*value).max(1e-8).ln())
            .collect()
    };
    let labels = classes.iter().map(ToString::to_string);
    Split::new(series.map(logarithms).collect(), labels.collect())
}
