//! Training through the answers of a black box alone.

use std::ops::Range;

use super::objective::Layout;
use super::{Examples, nothing_to_fit};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::LabelMapping;
use crate::parameters::Numbers;
use crate::source::{BlackBox, HostBatch};
use crate::train::{Gradient, Objective};
use crate::transform::Transform;

/// The least probability that counts: one sure mistake must not make the loss infinite.
const LEAST: f64 = 1e-12;

/// The mean of −ln P(class) as a function of a transform's numbers, from queries alone.
pub struct Queried<'a, B: Kernels> {
    transform: &'a Transform,
    mapping: &'a LabelMapping,
    black_box: &'a dyn BlackBox,
    device: &'a B::Device,
    prepared: Vec<Vec<f32>>,
    classes: &'a [usize],
    length: usize,
    layout: Layout,
    start: Vec<f32>,
}

impl<'a, B: Kernels> Queried<'a, B> {
    /// An objective over some series; `seed` is that of the numbers it starts from.
    ///
    /// # Errors
    ///
    /// When the series do not suit the transform, or that the black box.
    pub fn new(
        examples: Examples<'a>,
        transform: &'a Transform,
        mapping: &'a LabelMapping,
        black_box: &'a dyn BlackBox,
        seed: u64,
        device: &'a B::Device,
    ) -> Result<Self, Error> {
        let spec = black_box.spec();
        let length = examples.series.first().ok_or_else(nothing_to_fit)?.len();
        transform.check(spec, length)?;
        let initial = transform.initial(spec, seed);
        let (layout, _) = Layout::of(&initial, 0);
        let start = initial.into_values().flat_map(|tensor| tensor.values);
        Ok(Self {
            prepared: transform.prepare(spec, examples.series)?,
            transform,
            mapping,
            black_box,
            device,
            classes: examples.classes,
            length,
            layout,
            start: start.collect(),
        })
    }

    /// The numbers before training.
    pub fn start(&self) -> Vec<f32> {
        self.start.clone()
    }

    /// The transform's numbers by name.
    pub fn named(&self, numbers: &[f32]) -> Numbers {
        self.layout.named(numbers)
    }

    /// What the black box makes of some cases, `[cases][labels]`.
    ///
    /// # Errors
    ///
    /// When it gives no answer.
    pub fn probabilities(
        &self,
        numbers: &[f32],
        cases: Range<usize>,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.ask(numbers, &cases.collect::<Vec<_>>())
    }

    fn ask(&self, numbers: &[f32], cases: &[usize]) -> Result<Vec<Vec<f32>>, Error> {
        let spec = self.black_box.spec();
        let named = self.named(numbers);
        let parameters = self
            .transform
            .on_device::<B>(spec, &named, self.length, self.device)?;
        let prepared: Vec<&[f32]> = cases.iter().map(|case| &self.prepared[*case][..]).collect();
        let input = self
            .transform
            .forward(spec, &prepared, &parameters, self.device);
        self.black_box.query(&HostBatch::of(input))
    }
}

impl<B: Kernels> Objective for Queried<'_, B> {
    fn cases(&self) -> usize {
        self.prepared.len()
    }

    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        let answers = self.ask(numbers, cases)?;
        let losses = answers.iter().zip(cases).map(|(answer, case)| {
            let found = self.mapping.of_probabilities(answer)[self.classes[*case]];
            -found.max(LEAST).ln()
        });
        Ok(losses.sum::<f64>() / cases.len() as f64)
    }

    fn gradient(&self, _: &[f32], _: &[usize]) -> Result<Option<Gradient>, Error> {
        Ok(None)
    }
}
