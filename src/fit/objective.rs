//! What training by gradient makes small: a loss through a transform, a frozen source and a label
//! mapping.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{ElementConversion, Tensor, TensorData};

use super::labels::{Forwarded, Labels};
use super::loss::Loss;
use super::{Examples, FitSettings};
use crate::Error;
use crate::kernel::Kernels;
use crate::mapping::{self, Mapping};
use crate::parameters::{Numbers, Parameters};
use crate::source::{Input, Outputs, SourceModel, SpeechClip, hosts, rows};
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
    let (mut places, mut asked) = (Vec::new(), vec![loss.inner()]);
    for (range, leaf) in tracked {
        // What no case reaches has no gradient.
        if let Some(gradient) = leaf.grad(&gradients) {
            places.push(range);
            asked.push(gradient);
        }
    }
    let mut found = hosts(asked).into_iter();
    let loss = found.next().and_then(|loss| loss.first().copied());
    for (range, gradient) in places.into_iter().zip(found) {
        values[range].copy_from_slice(&gradient);
    }
    Gradient {
        loss: f64::from(loss.expect("a loss is one number")),
        values,
    }
}

/// What the source's answer goes through while a transform is trained.
enum Through {
    /// A label mapping, which may be found anew after each epoch.
    Labels(Box<Labels>),
    /// A mapping whose numbers are trained with those of the transform.
    Trained(Mapping),
}

impl Through {
    fn mapping(&self) -> Mapping {
        match self {
            Self::Labels(labels) => labels.mapping(),
            Self::Trained(mapping) => mapping.clone(),
        }
    }
}

/// The mean loss of cases as a function of a transform's and a label mapping's numbers.
pub(super) struct Reprogramming<'a, B: AutodiffBackend> {
    transform: &'a Transform,
    through: Through,
    loss: Loss,
    source: Arc<dyn SourceModel<B>>,
    at_rest: Arc<dyn SourceModel<B::InnerBackend>>,
    device: &'a B::Device,
    /// What the transform's fixed part makes of each series, worked out once.
    prepared: Vec<Vec<f32>>,
    /// The transform's numbers that nothing trains, on each of the two backends.
    fixed: Parameters<B>,
    fixed_at_rest: Parameters<B::InnerBackend>,
    examples: Examples<'a>,
    of_transform: Layout,
    of_mapping: Layout,
}

impl<'a, B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Reprogramming<'a, B> {
    /// `at_rest` is the source on the backend that the other differentiates over.
    pub(super) fn new(
        examples: Examples<'a>,
        transform: &'a Transform,
        source: Arc<dyn SourceModel<B>>,
        at_rest: Arc<dyn SourceModel<B::InnerBackend>>,
        settings: &FitSettings,
        device: &'a B::Device,
    ) -> Result<Self, Error> {
        let (spec, count) = (source.spec(), examples.class_count);
        let through = match settings.trained() {
            Some(name) => Through::Trained(mapping::trained(name, count)?),
            None => {
                let labels = Labels::new(&settings.labels, settings.seed, spec, count)?;
                Through::Labels(Box::new(labels))
            }
        };
        let of_transform = Layout {
            initial: transform.initial(spec, settings.seed),
            from: 0,
        };
        let of_mapping = Layout {
            initial: through.mapping().initial(spec, count),
            from: of_transform.start().len(),
        };
        Ok(Self {
            transform,
            through,
            loss: Loss::new(settings.labels.focal, examples.classes, count),
            prepared: transform.prepare(spec, &examples.taken_by(transform))?,
            fixed: transform.fixed(spec, examples.length, device),
            fixed_at_rest: transform.fixed(spec, examples.length, device),
            source,
            at_rest,
            device,
            examples,
            of_transform,
            of_mapping,
        })
    }

    /// The numbers before training on some cases, by which the label mapping is found as well.
    pub(super) fn begin(&self, training: &[usize]) -> Result<Vec<f32>, Error> {
        let numbers = [self.of_transform.start(), self.of_mapping.start()].concat();
        let (transform, _) = self.on_device(&self.fixed_at_rest, &numbers);
        let forward = |cases: &[usize], alike| {
            let input = self.input(self.at_rest.as_ref(), &transform, cases);
            Ok(self.forwarded(input, alike))
        };
        let forward_speech = |clips: &[SpeechClip]| {
            let audio: Vec<f32> = clips.iter().flat_map(SpeechClip::audio).collect();
            let shape = [clips.len(), audio.len() / clips.len().max(1)];
            let audio = Tensor::from_data(TensorData::new(audio, shape), self.device);
            Ok(self.forwarded(Input::Audio(audio), true))
        };
        let classes = self.examples.classes;
        let cases: Vec<_> = training
            .iter()
            .map(|case| (*case, classes[*case]))
            .collect();
        if let Through::Labels(labels) = &self.through {
            labels.begin(&cases, &forward, &forward_speech)?;
        }
        Ok(numbers)
    }

    /// The mapping as training left it.
    pub(super) fn mapping(&self) -> Mapping {
        self.through.mapping()
    }

    /// What the source at rest makes of an input: the probabilities and, where they are compared, the
    /// activations before the logits.
    fn forwarded(&self, input: Input<B::InnerBackend>, alike: bool) -> Forwarded {
        let tap = self.at_rest.spec().before_logits().filter(|_| alike);
        let taps: Vec<usize> = tap.into_iter().collect();
        let outputs = self.at_rest.forward(input, &taps);
        let probabilities = rows(probabilities(&outputs));
        match tap {
            Some(tap) => Forwarded {
                probabilities,
                features: rows(outputs.tap(tap).squeeze_dim(1)),
            },
            None => Forwarded::of_answers(probabilities),
        }
    }

    /// The transform's and the mapping's numbers by name.
    pub(super) fn named(&self, numbers: &[f32]) -> (Numbers, Numbers) {
        (
            self.of_transform.named(numbers),
            self.of_mapping.named(numbers),
        )
    }

    /// The same on any of the two backends, with what is fixed there.
    fn on_device<C: Kernels<Device = B::Device>>(
        &self,
        fixed: &Parameters<C>,
        numbers: &[f32],
    ) -> (Parameters<C>, Parameters<C>) {
        let (transform, mapping) = self.named(numbers);
        let mapping = Parameters::new(&mapping, self.device);
        (fixed.with(&transform, self.device), mapping)
    }

    /// What the source is given for some cases.
    fn input<C: Kernels<Device = B::Device>>(
        &self,
        source: &dyn SourceModel<C>,
        numbers: &Parameters<C>,
        cases: &[usize],
    ) -> Input<C> {
        let prepared: Vec<&[f32]> = cases.iter().map(|case| &self.prepared[*case][..]).collect();
        self.transform
            .forward(source.spec(), &prepared, numbers, self.device)
    }

    /// The mean loss over some cases on any of the two backends; where they are trained on, the label
    /// mapping learns what the source answered.
    fn mean_loss<C: Kernels<Device = B::Device>>(
        &self,
        source: &dyn SourceModel<C>,
        (transform, mapping): &(Parameters<C>, Parameters<C>),
        cases: &[usize],
        trained_on: bool,
    ) -> Tensor<C, 1> {
        let (spec, mapped) = (source.spec(), self.mapping());
        let input = self.input(source, transform, cases);
        let outputs = source.forward(input, &mapped.reads(spec));
        let classes = cases.iter().map(|case| self.examples.classes[*case]);
        let classes: Vec<usize> = classes.collect();
        if let Through::Labels(labels) = &self.through
            && trained_on
            && labels.collects()
        {
            for (class, row) in classes.iter().zip(rows(probabilities(&outputs))) {
                labels.add(*class, &row);
            }
        }
        let scores = mapped.scores(spec, &outputs, mapping);
        let found = mapped.log_probabilities(scores);
        self.loss.of_batch(found, &classes)
    }

    /// The same without a gradient.
    fn loss_at_rest(&self, numbers: &[f32], cases: &[usize], trained_on: bool) -> f64 {
        let numbers = self.on_device(&self.fixed_at_rest, numbers);
        let loss = self.mean_loss(self.at_rest.as_ref(), &numbers, cases, trained_on);
        loss.into_scalar().elem()
    }
}

/// The probabilities of a source that was found to have labels.
fn probabilities<B: Kernels>(outputs: &Outputs<B>) -> Tensor<B, 2> {
    let found = outputs.probabilities();
    found.expect("a label mapping was made for the source, which has labels then")
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Objective for Reprogramming<'_, B> {
    fn loss(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        Ok(self.loss_at_rest(numbers, cases, true))
    }

    fn watched(&self, numbers: &[f32], cases: &[usize]) -> Result<f64, Error> {
        Ok(self.loss_at_rest(numbers, cases, false))
    }

    fn epoch_ended(&self) {
        if let Through::Labels(labels) = &self.through {
            labels.epoch_ended();
        }
    }

    fn gradient(&self, numbers: &[f32], cases: &[usize]) -> Result<Option<Gradient>, Error> {
        let mut on_device = self.on_device(&self.fixed, numbers);
        let mut tracked = self.of_transform.track(&mut on_device.0);
        tracked.extend(self.of_mapping.track(&mut on_device.1));
        let loss = self.mean_loss(self.source.as_ref(), &on_device, cases, true);
        Ok(Some(backward(loss, tracked, numbers.len())))
    }

    fn dropped(&self) -> Range<usize> {
        let name = self.transform.dropped();
        let mut places = self.of_transform.places();
        let found = places.find(|(place, ..)| Some(place.as_str()) == name);
        found.map_or(0..0, |(.., range)| range)
    }
}
