//! Classifying series with a program and its frozen source.

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use retune_core::argmax;
use retune_core::table::Real;

use super::score::{Prediction, Score};
use crate::fit::{FitProgress, FitSettings, LeftOut, fit};
use crate::kernel::Kernels;
use crate::parameters::Parameters;
use crate::program::{Program, Scaled, Trained};
use crate::series::Split;
use crate::source::{
    Input, Outputs, PlaneInput, SourceModel, SourceSpec, SourceWeights, host, hosts, in_batches,
    play,
};
use crate::{Error, ErrorKind};

/// What the source heard of one series, and what it made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The program's answer.
    pub prediction: Prediction,
    /// The plane that the source hears, `[frames * filters]`, frame by frame.
    pub plane: Vec<f32>,
    /// The filters of a frame.
    pub filters: usize,
    /// The weight that the source gives each frame, `[frames]`; none where it has no attention.
    pub attention: Vec<f32>,
    /// The source's own labels and their probabilities, the most probable first; none where it has
    /// no labels.
    pub words: Vec<(String, f32)>,
}

/// A program on a device, beside the sources that it was trained for.
#[derive(Debug, Clone)]
pub struct Classifier<B: Kernels> {
    program: Program,
    sources: Vec<Loaded<B>>,
    parts: Vec<LoadedPart<B>>,
    /// Known after a fit only.
    left_out: Option<LeftOut>,
    pub(super) device: B::Device,
}

/// A source of the program on the device.
#[derive(Debug, Clone)]
struct Loaded<B: Kernels> {
    model: Arc<dyn SourceModel<B>>,
    /// What any part reads of it.
    taps: Vec<usize>,
}

/// One part of the program on the device.
#[derive(Debug, Clone)]
struct LoadedPart<B: Kernels> {
    /// Whether it hears the series as the part before it does: they need hear it only once.
    as_before: bool,
    transform: Parameters<B>,
    mapping: Parameters<B>,
}

impl<B: Kernels> Classifier<B> {
    /// Learns to classify series like those of the training split.
    ///
    /// The sources stay frozen: their weights are compared bit by bit afterwards. `progress` hears
    /// of every epoch.
    ///
    /// # Errors
    ///
    /// When the split is empty, its series differ in length or hold values that are not finite,
    /// there are fewer than two classes, no source, or the settings do not suit them.
    pub fn fit<A>(
        train: &Split,
        sources: &[SourceWeights],
        settings: &FitSettings,
        device: &B::Device,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Self, Error>
    where
        A: AutodiffBackend<InnerBackend = B, Device = B::Device> + Kernels,
    {
        let (program, left_out) = fit::<A>(train, sources, settings, device, progress)?;
        Ok(Self {
            left_out,
            ..Self::new(program, sources, device)?
        })
    }

    /// Puts a program and its sources, among those given, on a device.
    ///
    /// # Errors
    ///
    /// When the program was trained for another source, or lacks some of its numbers.
    pub fn new(
        program: Program,
        sources: &[SourceWeights],
        device: &B::Device,
    ) -> Result<Self, Error> {
        let sources = program.sources_among(sources)?.into_iter();
        let models = sources.map(|source| source.model(device)).collect();
        Self::load(program, models, device)
    }

    /// The same with the sources on the device.
    pub(super) fn load(
        program: Program,
        models: Vec<Arc<dyn SourceModel<B>>>,
        device: &B::Device,
    ) -> Result<Self, Error> {
        let (length, classes) = (program.series_length(), program.labels().len());
        let loaded = |model| Loaded {
            model,
            taps: Vec::new(),
        };
        let mut sources: Vec<Loaded<B>> = models.into_iter().map(loaded).collect();
        let mut parts = Vec::with_capacity(program.parts().len());
        let mut before = None;
        for (index, part) in program.parts().iter().enumerate() {
            let Loaded { model, taps } = &mut sources[part.source];
            let spec = model.spec();
            let numbers = program.tensors_of(index, Trained::Transform);
            let transform = part.transform.on_device(spec, &numbers, length, device);
            let transform = part.transform.settle(model.as_ref(), transform?);
            let of_mapping = program.tensors_of(index, Trained::Mapping);
            let mapping = part.mapping.on_device(spec, classes, &of_mapping, device)?;
            taps.extend(part.mapping.reads(spec));
            let branch = Some((part.source, &part.transform, numbers));
            parts.push(LoadedPart {
                as_before: before == branch,
                transform,
                mapping,
            });
            before = branch;
        }
        for Loaded { taps, .. } in &mut sources {
            taps.sort_unstable();
            taps.dedup();
        }
        Ok(Self {
            sources,
            parts,
            program,
            left_out: None,
            device: device.clone(),
        })
    }

    /// The same source on the device for another program.
    pub(super) fn with_program(&self, program: Program) -> Result<Self, Error> {
        let models = self.sources.iter().map(|source| source.model.clone());
        Self::load(program, models.collect(), &self.device)
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What the readouts would answer to training series had they not seen them; after a fit in closed form.
    pub fn left_out(&self) -> Option<&LeftOut> {
        self.left_out.as_ref()
    }

    /// The class of every series.
    ///
    /// # Errors
    ///
    /// When a series has another length than those that the program was trained on, or a value
    /// that is not finite.
    pub fn predict(&self, series: &[Vec<f64>]) -> Result<Vec<Prediction>, Error> {
        let mut predictions = Vec::with_capacity(series.len());
        in_batches(
            series,
            self.program.series_length(),
            |batch, before| self.total(&self.scaled(batch, before)?),
            |total| {
                let found = self.predictions(total, predictions.len())?;
                predictions.extend(found);
                Ok(())
            },
        )?;
        Ok(predictions)
    }

    /// Predicts labelled series and counts what was right.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`] and [`Program::check_columns`]; and when there are no labels, or one that the
    /// program does not know.
    pub fn score(&self, split: &Split) -> Result<Score, Error> {
        self.program.check_columns(split)?;
        let predictions = self.predict(&split.series)?;
        Score::of(&predictions, &split.labels, self.program.labels())
    }

    /// What its source hears of a series by one part of the program, as audio at the rate that
    /// [`Classifier::rate`] gives; `part` counts from 0. A plane that was painted is played by tones.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`]; and when there is no such part.
    pub fn hear(&self, series: &[f64], part: usize) -> Result<Vec<f32>, Error> {
        let series = self.scaled(&[series.to_vec()], 0)?;
        let spec = self.spec(part)?;
        let audio = match self.input(part, &series)? {
            Input::Audio(audio) => host(audio).values,
            Input::Sum(audio, shared) => host(audio + shared.audio.unsqueeze::<2>()).values,
            Input::Plane(plane) => {
                let input = spec.plane.as_ref();
                let input = input.expect("a transform made a plane for the source");
                play(&host(plane).values, input)
            }
            Input::Window(_) => unreachable!("sources of series take no windows"),
        };
        check_answer(audio.iter().copied(), audio.len(), 0)?;
        Ok(audio)
    }

    /// The rate of what [`Classifier::hear`] gives by a part, in Hz.
    ///
    /// # Errors
    ///
    /// When there is no such part.
    pub fn rate(&self, part: usize) -> Result<u32, Error> {
        let spec = self.spec(part)?;
        let of_plane = spec.plane.as_ref().map(|plane| plane.rate);
        Ok(spec.audio.map(|audio| audio.rate).or(of_plane).unwrap_or(0))
    }

    /// What its source hears of a series by one part of the program, where it listens, and which
    /// words it would report; `part` counts from 0.
    ///
    /// # Errors
    ///
    /// As [`Classifier::hear`]; and when the source hears no plane.
    pub fn explain(&self, series: &[f64], part: usize) -> Result<Explanation, Error> {
        let series = self.scaled(&[series.to_vec()], 0)?;
        let (spec, source) = (self.spec(part)?, self.model(part));
        let taken = explained(spec)?;
        let plane = source.plane(self.input(part, &series)?);
        let attention: Vec<usize> = spec.tap("attention").into_iter().collect();
        let outputs = source.forward(Input::Plane(plane.clone()), &attention);
        let probabilities = outputs.probabilities().map(|found| host(found).values);
        let labels = spec.labels.iter().cloned();
        let mut words: Vec<_> = labels.zip(probabilities.unwrap_or_default()).collect();
        words.sort_by(|(_, a): &(String, f32), (_, b)| b.total_cmp(a));
        let prediction = self.predictions(self.total(&series)?, 0)?.pop();
        let of_attention = |place: &usize| host(outputs.tap(*place)).values;
        let plane = host(plane).values;
        let sizes = words.iter().map(|(_, probability)| *probability);
        check_answer(plane.iter().copied().chain(sizes), usize::MAX, 0)?;
        Ok(Explanation {
            prediction: prediction.expect("one series went in"),
            plane,
            filters: taken.filters(),
            attention: attention.first().map(of_attention).unwrap_or_default(),
            words,
        })
    }

    /// The series as the transforms take them; `before` counts the series of earlier batches.
    pub(super) fn scaled(&self, batch: &[Vec<f64>], before: usize) -> Result<Vec<Scaled>, Error> {
        let series = (before + 1..).zip(batch);
        series
            .map(|(number, series)| self.program.scaled(series, number))
            .collect()
    }

    /// The source's input for some scaled series by one part of the program.
    pub(super) fn input(&self, part: usize, batch: &[Scaled]) -> Result<Input<B>, Error> {
        let spec = self.spec(part)?;
        let transform = &self.program.parts()[part].transform;
        let taken: Vec<&[f32]> = batch.iter().map(|one| one.taken_by(transform)).collect();
        let prepared = transform.prepare(spec, &taken)?;
        let numbers = &self.parts[part].transform;
        Ok(transform.forward(spec, &prepared, numbers, &self.device))
    }

    /// What the source of a part makes of an input, with all that any of its parts reads.
    pub(super) fn outputs(&self, part: usize, input: Input<B>) -> Outputs<B> {
        let Loaded { model, taps } = &self.sources[self.program.parts()[part].source];
        model.forward(input, taps)
    }

    /// The scores that one part of the program gives, `[batch, classes]`.
    pub(super) fn scores(&self, part: usize, outputs: &Outputs<B>) -> Tensor<B, 2> {
        let mapping = &self.program.parts()[part].mapping;
        mapping.scores(self.model(part).spec(), outputs, &self.parts[part].mapping)
    }

    /// What the source of a part takes and gives.
    ///
    /// # Errors
    ///
    /// When there is no such part.
    pub fn spec(&self, part: usize) -> Result<&SourceSpec, Error> {
        self.program.part(part)?;
        Ok(self.model(part).spec())
    }

    /// The source of a part that there is.
    pub(super) fn model(&self, part: usize) -> &dyn SourceModel<B> {
        let place = self.program.parts()[part].source;
        self.sources[place].model.as_ref()
    }

    /// The weighted mean of the parts' scores for some scaled series, `[batch, classes]`.
    pub(super) fn total(&self, batch: &[Scaled]) -> Result<Tensor<B, 2>, Error> {
        let classes = self.program.labels().len();
        let mut sum = Tensor::<B, 2>::zeros([batch.len(), classes], &self.device);
        let mut previous = None;
        for (index, (part, loaded)) in self.program.parts().iter().zip(&self.parts).enumerate() {
            let outputs = match previous.take().filter(|_| loaded.as_before) {
                Some(outputs) => outputs,
                None => self.outputs(index, self.input(index, batch)?),
            };
            sum = sum + self.scores(index, &outputs) * part.weight;
            previous = Some(outputs);
        }
        Ok(sum)
    }

    /// The classes of series with these total scores; `before` counts the series of earlier batches.
    fn predictions(&self, sum: Tensor<B, 2>, before: usize) -> Result<Vec<Prediction>, Error> {
        let labels = self.program.labels();
        // Among themselves the classes share all of the probability. The class is that of the
        // largest score: probabilities of what tells little are too even for their few digits.
        let sharpened = sum.clone() * self.program.content().inverse_temperature;
        let found = hosts(vec![softmax(sharpened, 1), sum]);
        let [probabilities, scores] = &found[..] else {
            unreachable!("two tensors were asked for")
        };
        let all = scores.iter().zip(probabilities);
        check_answer(
            all.map(|(score, probability)| score + probability),
            labels.len(),
            before,
        )?;
        let rows = probabilities.chunks_exact(labels.len());
        let predictions =
            rows.zip(scores.chunks_exact(labels.len()))
                .map(|(probabilities, scores)| {
                    let class = argmax(scores.iter().copied());
                    Prediction {
                        label: labels[class].clone(),
                        class,
                        probabilities: probabilities.to_vec(),
                    }
                });
        Ok(predictions.collect())
    }
}

/// Whether what a program says of series, so many numbers of each, is finite; `before` counts those of
/// earlier batches.
pub(super) fn check_answer<T: Real>(
    answer: impl IntoIterator<Item = T>,
    width: usize,
    before: usize,
) -> Result<(), Error> {
    let Some(place) = answer.into_iter().position(|value| !value.is_real()) else {
        return Ok(());
    };
    let number = before + place / width.max(1) + 1;
    let message = format!("the program's answer to case {number} is not finite");
    Err(Error::new(ErrorKind::Numeric, message)
        .with_hint("look at the values of that case: they, or the program's numbers, are too large to be of any use"))
}

/// The planes of a source, on which explanations are drawn.
fn explained(source: &SourceSpec) -> Result<&PlaneInput, Error> {
    source.plane.as_ref().ok_or_else(|| {
        let name = &source.name;
        let message = format!("the source {name} hears no plane, so there is nothing to explain");
        Error::new(ErrorKind::Mismatch, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_are_not_finite_are_told_by_their_number() {
        assert!(check_answer([1.0, -f32::MAX, 0.0], 2, 0).is_ok());
        assert!(check_answer(Vec::<f64>::new(), 0, 0).is_ok());
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = check_answer([1.0, 2.0, 3.0, bad], 2, 64).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Numeric);
            assert_eq!(
                error.to_string(),
                "the program's answer to case 66 is not finite"
            );
        }
    }
}
