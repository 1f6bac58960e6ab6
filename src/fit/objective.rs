//! What training by gradient makes small: −ln P(class) through a transform, a frozen source and a
//! mapping.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{ElementConversion, Tensor, TensorData};

use super::{Examples, FitSettings};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::Mapping;
use crate::parameters::{Numbers, Parameters};
use crate::source::{SourceModel, host};
use crate::storage::HostTensor;
use crate::train::{Gradient, Objective};
use crate::transform::Transform;

/// Named numbers, as they are before training, that stand one after the other.
pub(super) struct Layout {
    pub(super) initial: Numbers,
    /// Where the first of them stands.
    pub(super) from: usize,
}

impl Layout {
    /// The numbers with their names and places.
    fn places(&self) -> impl Iterator<Item = (&String, &HostTensor, Range<usize>)> {
        let mut end = self.from;
        self.initial.iter().map(move |(name, tensor)| {
            let from = end;
            end += tensor.values.len();
            (name, tensor, from..end)
        })
    }

    /// The numbers before training.
    pub(super) fn start(&self) -> Vec<f32> {
        let values = self.initial.values().flat_map(|tensor| &tensor.values);
        values.copied().collect()
    }

    /// The numbers by name.
    pub(super) fn named(&self, values: &[f32]) -> Numbers {
        let named = self.places().map(|(name, initial, range)| {
            let (shape, values) = (initial.shape.clone(), values[range].to_vec());
            (name.clone(), HostTensor { shape, values })
        });
        named.collect()
    }

    /// Has the gradients of these numbers kept; gives each tensor with its place.
    pub(super) fn track<B: AutodiffBackend>(
        &self,
        parameters: &mut Parameters<B>,
    ) -> Vec<(Range<usize>, Tensor<B, 1>)> {
        let track = |(name, _, range): (&String, _, _)| {
            let leaf = parameters.get(name).require_grad();
            parameters.insert(name, leaf.clone());
            (range, leaf)
        };
        self.places().map(track).collect()
    }
}

/// A loss with its gradient with respect to `count` numbers, of which some are tracked.
pub(super) fn backward<B: AutodiffBackend>(
    loss: Tensor<B, 1>,
    tracked: Vec<(Range<usize>, Tensor<B, 1>)>,
    count: usize,
) -> Gradient {
    let gradients = loss.backward();
    let mut values = vec![0.0; count];
    for (range, leaf) in tracked {
        // What no case reaches has no gradient.
        if let Some(gradient) = leaf.grad(&gradients) {
            values[range].copy_from_slice(&host(gradient).values);
        }
    }
    Gradient {
        loss: loss.into_scalar().elem(),
        values,
    }
}

/// The mean of −ln P(class) as a function of a transform's and a mapping's numbers.
pub(super) struct Reprogramming<'a, B: AutodiffBackend> {
    transform: &'a Transform,
    mapping: &'a Mapping,
    source: Arc<dyn SourceModel<B>>,
    at_rest: Arc<dyn SourceModel<B::InnerBackend>>,
    device: &'a B::Device,
    /// What the transform's fixed part makes of each series, worked out once.
    prepared: Vec<Vec<f32>>,
    examples: Examples<'a>,
    of_transform: Layout,
    of_mapping: Layout,
}

impl<'a, B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Reprogramming<'a, B> {
    /// `at_rest` is the source on the backend that the other differentiates over.
    pub(super) fn new(
        examples: Examples<'a>,
        transform: &'a Transform,
        mapping: &'a Mapping,
        source: Arc<dyn SourceModel<B>>,
        at_rest: Arc<dyn SourceModel<B::InnerBackend>>,
        settings: &FitSettings,
        device: &'a B::Device,
    ) -> Result<Self, Error> {
        let spec = source.spec();
        let of_transform = Layout {
            initial: transform.initial(spec, settings.seed),
            from: 0,
        };
        let of_mapping = Layout {
            initial: mapping.initial(spec, examples.class_count),
            from: of_transform.start().len(),
        };
        Ok(Self {
            transform,
            mapping,
            prepared: transform.prepare(spec, &examples.taken_by(transform))?,
            source,
            at_rest,
            device,
            examples,
            of_transform,
            of_mapping,
        })
    }

    /// The numbers before training.
    pub(super) fn start(&self) -> Vec<f32> {
        [self.of_transform.start(), self.of_mapping.start()].concat()
    }

    /// The transform's and the mapping's numbers by name.
    pub(super) fn named(&self, numbers: &[f32]) -> (Numbers, Numbers) {
        (
            self.of_transform.named(numbers),
            self.of_mapping.named(numbers),
        )
    }

    /// The same on any of the two backends.
    fn on_device<C: Kernels<Device = B::Device>>(
        &self,
        numbers: &[f32],
    ) -> Result<(Parameters<C>, Parameters<C>), Error> {
        let (transform, mapping) = self.named(numbers);
        let (spec, length) = (self.at_rest.spec(), self.examples.length);
        let transform = self
            .transform
            .on_device(spec, &transform, length, self.device)?;
        Ok((transform, Parameters::new(&mapping, self.device)))
    }

    /// The mean of −ln P(class) over some cases on any of the two backends.
    fn mean_loss<C: Kernels<Device = B::Device>>(
        &self,
        source: &dyn SourceModel<C>,
        (transform, mapping): &(Parameters<C>, Parameters<C>),
        cases: &[usize],
    ) -> Tensor<C, 1> {
        let spec = source.spec();
        let prepared: Vec<&[f32]> = cases.iter().map(|case| &self.prepared[*case][..]).collect();
        let input = self
            .transform
            .forward(spec, &prepared, transform, self.device);
        let outputs = source.forward(input, &self.mapping.reads(spec));
        let scores = self.mapping.scores(spec, &outputs, mapping);
        let found = self.mapping.log_probabilities(scores);
        let count = self.examples.class_count;
        let mut truth = vec![0.0f32; cases.len() * count];
        for (row, case) in cases.iter().enumerate() {
            truth[row * count + self.examples.classes[*case]] = 1.0;
        }
        let truth = TensorData::new(truth, [cases.len(), count]);
        let truth = Tensor::<C, 2>::from_data(truth, self.device);
        (found * truth).sum_dim(1).mean().neg()
    }
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Objective for Reprogramming<'_, B> {
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        let numbers = self.on_device(numbers)?;
        let loss = self.mean_loss(self.at_rest.as_ref(), &numbers, cases);
        Ok(loss.into_scalar().elem())
    }

    fn gradient(&self, numbers: &[f32], cases: &[usize]) -> Result<Option<Gradient>, Error> {
        let mut on_device = self.on_device::<B>(numbers)?;
        let mut tracked = self.of_transform.track(&mut on_device.0);
        tracked.extend(self.of_mapping.track(&mut on_device.1));
        let loss = self.mean_loss(self.source.as_ref(), &on_device, cases);
        Ok(Some(backward(loss, tracked, numbers.len())))
    }

    fn dropped(&self) -> Range<usize> {
        let name = self.transform.dropped();
        let mut places = self.of_transform.places();
        let found = places.find(|(place, ..)| Some(place.as_str()) == name);
        found.map_or(0..0, |(.., range)| range)
    }
}
