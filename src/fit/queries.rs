//! Training through the answers of a black box alone.

use std::cell::RefCell;

use retune_core::argmax;
use serde::Serialize;

use super::labels::{BATCH, Forwarded, Labels};
use super::loss::Loss;
use super::{nothing_to_fit, objective::Layout};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::LabelMapping;
use crate::parameters::{Numbers, Parameters};
use crate::series::{Classes, Scaling, Split};
use crate::source::{BlackBox, Counted, HostBatch, SpeechClip};
use crate::train::Objective;
use crate::transform::Transform;

/// What training had asked and found up to a point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QueryPoint {
    /// Queries so far.
    pub queries: u64,
    /// The share of the training cases that were right, over the answers since the last point: those
    /// that a trainer asked for beside the numbers that it kept count too.
    pub accuracy: f64,
    /// The mean loss over the same answers.
    pub loss: f64,
}

/// Points, each over so many answers or a few more.
#[derive(Default)]
struct Curve {
    points: Vec<QueryPoint>,
    every: u64,
    answers: u64,
    right: u64,
    loss: f64,
}

impl Curve {
    /// A point over the answers since the last one, if there are any.
    fn end(&mut self, queries: u64) {
        if self.answers > 0 {
            let answers = self.answers as f64;
            self.points.push(QueryPoint {
                queries,
                accuracy: self.right as f64 / answers,
                loss: self.loss / answers,
            });
            (self.answers, self.right, self.loss) = (0, 0, 0.0);
        }
    }
}

/// The mean loss of cases as a function of a transform's and a label mapping's numbers, from queries
/// alone.
pub(crate) struct Queried<'a, B: Kernels> {
    transform: &'a Transform,
    labels: &'a Labels,
    loss: Loss,
    black_box: &'a Counted<'a>,
    device: &'a B::Device,
    prepared: Vec<Vec<f32>>,
    /// The transform's numbers that nothing trains.
    fixed: Parameters<B>,
    /// The place of each one's class.
    pub(crate) classes: Vec<usize>,
    of_transform: Layout,
    of_mapping: Layout,
    curve: RefCell<Curve>,
}

impl<'a, B: Kernels> Queried<'a, B> {
    /// An objective over the series of a split; `seed` is that of the numbers it starts from, `focal`
    /// the γ of a focal loss.
    pub(crate) fn new(
        split: &Split,
        classes: &Classes,
        (transform, labels): (&'a Transform, &'a Labels),
        black_box: &'a Counted<'a>,
        (seed, focal): (u64, Option<f64>),
        device: &'a B::Device,
    ) -> Result<Self, Error> {
        let spec = black_box.spec();
        let length = split.series.first().ok_or_else(nothing_to_fit)?.len();
        transform.check(spec, length)?;
        let series = split.series.iter();
        let series: Vec<Vec<f32>> = series.map(|one| Scaling::ZNormalise.apply(one)).collect();
        let count = classes.len();
        // A class that training never saw is never right.
        let class = |label: &String| classes.index(label).unwrap_or(usize::MAX);
        let classes: Vec<usize> = split.labels.iter().map(class).collect();
        let of_transform = Layout {
            initial: transform.initial(spec, seed),
            from: 0,
        };
        let of_mapping = Layout {
            initial: labels.mapping().initial(spec, count),
            from: of_transform.start().len(),
        };
        Ok(Self {
            prepared: transform.prepare(spec, &series)?,
            fixed: transform.fixed(spec, length, device),
            transform,
            labels,
            loss: Loss::new(focal, &classes, count),
            black_box,
            device,
            classes,
            of_transform,
            of_mapping,
            curve: RefCell::default(),
        })
    }

    /// The numbers before training.
    pub(crate) fn start(&self) -> Vec<f32> {
        [self.of_transform.start(), self.of_mapping.start()].concat()
    }

    /// Finds the label mapping by all cases as they are before training; a point of the curve is then
    /// kept after every so many answers.
    pub(crate) fn begin(&self, every: u64) -> Result<(), Error> {
        let numbers = self.start();
        let forward = |cases: &[usize], _| {
            let answers = self.ask(self.black_box, &numbers, cases)?;
            Ok(Forwarded::of_answers(answers))
        };
        let forward_speech = |clips: &[SpeechClip]| {
            let clips = clips.iter().map(|clip| clip.audio().collect());
            let inputs = HostBatch::Audio {
                inputs: clips.collect(),
            };
            Ok(Forwarded::of_answers(self.black_box.query(&inputs)?))
        };
        let cases: Vec<_> = self.classes.iter().copied().enumerate().collect();
        self.curve.borrow_mut().every = every;
        self.labels.begin(&cases, &forward, &forward_speech)
    }

    /// How training went, over its queries.
    pub(crate) fn curve(&self) -> Vec<QueryPoint> {
        let mut curve = self.curve.borrow_mut();
        curve.end(self.black_box.used());
        curve.points.clone()
    }

    /// The transform's and the mapping's numbers by name.
    pub(crate) fn named(&self, numbers: &[f32]) -> (Numbers, Numbers) {
        (
            self.of_transform.named(numbers),
            self.of_mapping.named(numbers),
        )
    }

    /// What a black box makes of all cases, `[cases][labels]`, a batch at a time.
    pub(crate) fn answers(
        &self,
        black_box: &dyn BlackBox,
        numbers: &[f32],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let all: Vec<usize> = (0..self.prepared.len()).collect();
        let batches = all.chunks(BATCH);
        let answers = batches.map(|cases| self.ask(black_box, numbers, cases));
        Ok(answers.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// The share of cases that such answers are right on, through a mapping and its numbers.
    pub(crate) fn accuracy(
        &self,
        answers: &[Vec<f32>],
        mapping: &LabelMapping,
        numbers: &[f32],
    ) -> f64 {
        let numbers = self.of_mapping.named(numbers);
        let found = answers.iter();
        let found = found.map(|one| mapping.of_probabilities(one, &numbers));
        let rows = found.zip(&self.classes);
        let right = rows.filter(|(found, class)| argmax(found.iter().copied()) == **class);
        right.count() as f64 / self.classes.len().max(1) as f64
    }

    fn ask(
        &self,
        black_box: &dyn BlackBox,
        numbers: &[f32],
        cases: &[usize],
    ) -> Result<Vec<Vec<f32>>, Error> {
        let (spec, transform) = (black_box.spec(), self.transform);
        let named = self.of_transform.named(numbers);
        let parameters = self.fixed.with(&named, self.device);
        let prepared: Vec<&[f32]> = cases.iter().map(|case| &self.prepared[*case][..]).collect();
        let input = transform.forward(spec, &prepared, &parameters, self.device);
        black_box.query(&HostBatch::of(input))
    }
}

impl<B: Kernels> Objective for Queried<'_, B> {
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        let answers = self.ask(self.black_box, numbers, cases)?;
        let of_mapping = self.of_mapping.named(numbers);
        let mapping = self.labels.now();
        let mut curve = self.curve.borrow_mut();
        let mut total = 0.0;
        for (answer, case) in answers.iter().zip(cases) {
            let class = self.classes[*case];
            let found = mapping.of_probabilities(answer, &of_mapping);
            let loss = self.loss.of(found[class], class);
            total += loss;
            curve.loss += loss;
            curve.right += u64::from(argmax(found) == class);
            curve.answers += 1;
            self.labels.add(class, answer);
        }
        if curve.answers >= curve.every {
            curve.end(self.black_box.used());
        }
        Ok(total / cases.len() as f64)
    }

    fn epoch_ended(&self) {
        self.labels.epoch_ended();
    }
}
