//! Training through the answers of a black box alone.

use retune_core::argmax;

use super::{nothing_to_fit, objective::Layout};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::LabelMapping;
use crate::parameters::Numbers;
use crate::series::{Classes, Scaling, Split};
use crate::source::{BlackBox, HostBatch};
use crate::train::Objective;
use crate::transform::Transform;

/// Cases that are asked about together.
const BATCH: usize = 64;
/// The least probability that counts: one sure mistake must not make the loss infinite.
const LEAST: f64 = 1e-12;

/// The mean of −ln P(class) as a function of a transform's numbers, from queries alone.
pub(crate) struct Queried<'a, B: Kernels> {
    transform: &'a Transform,
    mapping: &'a LabelMapping,
    black_box: &'a dyn BlackBox,
    device: &'a B::Device,
    prepared: Vec<Vec<f32>>,
    /// The place of each one's class.
    pub(crate) classes: Vec<usize>,
    length: usize,
    layout: Layout,
}

impl<'a, B: Kernels> Queried<'a, B> {
    /// An objective over the series of a split; `seed` is that of the numbers it starts from.
    pub(crate) fn new(
        split: &Split,
        labels: &Classes,
        (transform, mapping): (&'a Transform, &'a LabelMapping),
        black_box: &'a dyn BlackBox,
        seed: u64,
        device: &'a B::Device,
    ) -> Result<Self, Error> {
        let spec = black_box.spec();
        let length = split.series.first().ok_or_else(nothing_to_fit)?.len();
        transform.check(spec, length)?;
        let series = split.series.iter();
        let series: Vec<Vec<f32>> = series.map(|one| Scaling::ZNormalise.apply(one)).collect();
        // A class that training never saw is never right.
        let class = |label: &String| labels.index(label).unwrap_or(usize::MAX);
        let initial = transform.initial(spec, seed);
        Ok(Self {
            prepared: transform.prepare(spec, &series)?,
            transform,
            mapping,
            black_box,
            device,
            classes: split.labels.iter().map(class).collect(),
            length,
            layout: Layout { initial, from: 0 },
        })
    }

    /// The numbers before training.
    pub(crate) fn start(&self) -> Vec<f32> {
        self.layout.start()
    }

    /// The transform's numbers by name.
    pub(crate) fn named(&self, numbers: &[f32]) -> Numbers {
        self.layout.named(numbers)
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

    /// The share of cases that such answers are right on.
    pub(crate) fn accuracy(&self, answers: &[Vec<f32>]) -> f64 {
        let found = answers.iter().map(|one| self.mapping.of_probabilities(one));
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
        let named = self.named(numbers);
        let parameters = transform.on_device::<B>(spec, &named, self.length, self.device)?;
        let prepared: Vec<&[f32]> = cases.iter().map(|case| &self.prepared[*case][..]).collect();
        let input = transform.forward(spec, &prepared, &parameters, self.device);
        black_box.query(&HostBatch::of(input))
    }
}

impl<B: Kernels> Objective for Queried<'_, B> {
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        let answers = self.ask(self.black_box, numbers, cases)?;
        let losses = answers.iter().zip(cases).map(|(answer, case)| {
            let found = self.mapping.of_probabilities(answer)[self.classes[*case]];
            -found.max(LEAST).ln()
        });
        Ok(losses.sum::<f64>() / cases.len() as f64)
    }
}
