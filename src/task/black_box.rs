//! Classifying with a source of which only the answers are seen.

use serde::Serialize;

use crate::Error;
use crate::baseline;
use crate::fit::{LabelSettings, Labels, Queried, QueryPoint};
use crate::kernel::Kernels;
use crate::program::{Classification, ClassifierRecord, Part, Program, Trained};
use crate::series::{Classes, Dataset, Level, Scaling, Split};
use crate::source::{BlackBox, Counted, SourceReference};
use crate::train::{self, Plan, Progress, Schedule};
use crate::transform::{Basis, Padding, Position, Transform};

/// The points that a curve over the queries of a budget has, about.
const POINTS: u64 = 100;

/// How a program is trained on a black box.
#[derive(Debug, Clone, PartialEq)]
pub struct BlackBoxSettings {
    /// The most queries that training may make, which also bound its epochs; none for as many as the
    /// epochs need.
    pub budget: Option<u64>,
    /// How a series stands in the clip, and how many numbers θ around it has.
    pub padding: Padding,
    /// How the label mapping is found, and what is made small through it.
    pub labels: LabelSettings,
    /// The trainer, by its name; see [`train::names`].
    pub trainer: String,
    /// How it trains on all training series, with the seed of everything random.
    pub plan: Plan,
}

impl Default for BlackBoxSettings {
    fn default() -> Self {
        Self::by("random-directions")
    }
}

impl BlackBoxSettings {
    /// Training by a trainer of that name, with a rate that suits it: steps of `random-directions` have
    /// the length of the rate, those of `spsa` a shape of their own.
    pub fn by(trainer: &str) -> Self {
        let (learning_rate, schedule) = match trainer {
            "spsa" => (0.01, Schedule::Inverse { decay: 0.0 }),
            _ => (0.03, Schedule::HalfCosine),
        };
        Self {
            budget: Some(100_000),
            padding: Padding {
                segments: 3,
                position: Position::Centre,
                stretch: None,
                initial_amplitude: 0.05,
                dimensions: Some(300),
                basis: Basis::Tones,
            },
            labels: LabelSettings::default(),
            trainer: trainer.to_owned(),
            plan: Plan {
                epochs: 100_000,
                batch: 32,
                learning_rate,
                schedule,
                ..Plan::default()
            },
        }
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
    /// Queries that training made, with those by which the label mapping was found.
    pub queries: u64,
    /// Queries that predicting the test series made.
    pub test_queries: u64,
    /// Queries that were made for comparison alone.
    pub control_queries: u64,
    /// How many numbers were trained.
    pub numbers: usize,
    /// How training went over its queries, on the training series.
    pub curve: Vec<QueryPoint>,
}

/// Trains θ through the answers of a black box, scores it on the test split, and puts a ridge on the
/// same answers beside it.
///
/// `progress` hears of every epoch, with the queries so far.
///
/// # Errors
///
/// When the data do not suit the transform, there are more classes than labels, the black box fails, or
/// the budget is spent before training starts. Within training that is no error: what was found so far
/// counts.
pub fn fit_black_box<B: Kernels>(
    data: &Dataset,
    black_box: &dyn BlackBox,
    settings: &BlackBoxSettings,
    device: &B::Device,
    progress: &mut dyn FnMut(&Progress, u64),
) -> Result<(Program, BlackBoxScore), Error> {
    settings.labels.check()?;
    let (spec, seed) = (black_box.spec(), settings.plan.seed);
    let transform = Transform::new(settings.padding.clone());
    let classes = Classes::from_training(&data.train.labels)?;
    let labels = Labels::new(&settings.labels, seed, spec, classes.len())?;
    let trainer = |epochs| {
        let plan = Plan {
            training: (0..data.train.len()).collect(),
            epochs,
            ..settings.plan.clone()
        };
        train::known(&settings.trainer, plan)
    };
    let per_epoch = trainer(0)?.losses_per_step() as u64 * data.train.len() as u64;
    // Only training has a budget.
    let counted = Counted::new(black_box, settings.budget);
    let queried = |split: &Split| {
        Queried::<B>::new(
            split,
            &classes,
            (&transform, &labels),
            &counted,
            (seed, settings.labels.focal),
            device,
        )
    };
    let (train, test) = (queried(&data.train)?, queried(&data.test)?);
    let planned = per_epoch.saturating_mul(settings.plan.epochs as u64);
    train.begin(settings.budget.unwrap_or(planned) / POINTS)?;
    let untrained = labels.now().clone();
    // The rate falls over the epochs, so there are no more than the budget is enough for; it may end
    // within the last.
    let affordable = settings.budget.map(|budget| {
        let left = budget.saturating_sub(counted.used());
        left.div_ceil(per_epoch.max(1)) as usize
    });
    let epochs = affordable.map_or(settings.plan.epochs, |most| most.min(settings.plan.epochs));
    let trainer = trainer(epochs)?;
    let mut numbers = train.start();
    let mut report = |at| progress(&at, counted.used());
    let done = trainer.train(&train, &mut numbers, &mut report)?;

    let to_compare = Counted::new(black_box, None);
    let before = test.answers(&to_compare, &test.start())?;
    let of_train = train.answers(&to_compare, &train.start())?;
    let ridge = baseline::ridge(
        &as_series(of_train, &train.classes),
        &as_series(before.clone(), &test.classes),
        Scaling::None,
    )?;
    let to_predict = Counted::new(black_box, None);
    let after = test.answers(&to_predict, &numbers)?;
    let score = BlackBoxScore {
        accuracy: test.accuracy(&after, &labels.now(), &numbers),
        untrained_accuracy: test.accuracy(&before, &untrained, &test.start()),
        ridge_on_probabilities: ridge.accuracy,
        training_loss: done.lowest_loss.is_finite().then_some(done.lowest_loss),
        epochs: done.best_epoch,
        queries: counted.used(),
        test_queries: to_predict.used(),
        control_queries: to_compare.used(),
        numbers: numbers.len(),
        curve: train.curve(),
    };
    let (of_transform, of_mapping) = train.named(&numbers);
    let mut tensors = Trained::Transform.named(0, of_transform);
    tensors.extend(Trained::Mapping.named(0, of_mapping));
    let content = Classification {
        series_length: data.train.series.first().map_or(0, Vec::len),
        columns: data.train.columns.clone(),
        level: Level::of(&data.train.series),
        parts: vec![Part {
            source: 0,
            transform: transform.clone(),
            mapping: labels.mapping(),
            weight: 1.0,
        }],
        inverse_temperature: 1.0,
        settings: ClassifierRecord {
            scaling: Scaling::ZNormalise,
            seed,
            preset: "black-box".to_owned(),
            trainer: settings.trainer.clone(),
            mapping: settings.labels.rule.clone(),
        },
        labels: classes,
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
