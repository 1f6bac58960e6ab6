//! Classifying series with a program and its frozen source.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use serde::Serialize;

use super::distance::risk;
use crate::Error;
use crate::fit::{Examples, FitError, FitProgress, FitSettings, fit};
use crate::kernel::Kernels;
use crate::mapping::DeviceMapping;
use crate::program::{Header, Part, Program, ProgramError, SourceReference, Task, Trained};
use crate::series::{Classes, Scaling, Split};
use crate::source::{Activations, AttentionRnn, Sound, SourceModel, SourceWeights, host, play};
use crate::transform::TrainedTransform;

/// Series that go through the source together.
const BATCH: usize = 64;
/// Under the logarithm of the log loss, so that one sure mistake does not make it infinite.
const LOWEST_PROBABILITY: f64 = 1e-15;

/// The class that a program gives a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    /// The most probable class, as the training split writes it.
    pub label: String,
    /// Its place among the program's labels.
    pub class: usize,
    /// The probability of every class, in the order of the program's labels; they sum to 1.
    pub probabilities: Vec<f32>,
}

/// How well a program does on labelled series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// The share of series whose most probable class is the right one.
    pub accuracy: f64,
    /// The mean of −ln P(right class).
    pub log_loss: f64,
    /// The Brier score: the mean over the series of the sum over the classes of
    /// (probability − truth)²; 0 is perfect, 2 the worst.
    pub brier: f64,
    /// The mean Euclidean distance of the probabilities from the truth.
    pub risk: f64,
    /// `confusion[right][predicted]`: how many series.
    pub confusion: Vec<Vec<usize>>,
}

/// What the source heard of one series, and what it made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The program's answer.
    pub prediction: Prediction,
    /// The log-mel plane that the source hears, `[125 * 80]`, frame by frame.
    pub log_mel: Vec<f32>,
    /// The weight that the source gives each frame, `[125]`.
    pub attention: Vec<f32>,
    /// The source's own labels and their probabilities, the most probable first.
    pub words: Vec<(String, f32)>,
}

/// A program on a device, beside the source that it was trained for.
#[derive(Debug, Clone)]
pub struct Classifier<B: Kernels> {
    program: Program,
    source: AttentionRnn<B>,
    parts: Vec<LoadedPart<B>>,
    device: B::Device,
}

/// One part of the program on the device.
#[derive(Debug, Clone)]
struct LoadedPart<B: Kernels> {
    /// The first part that hears the series as this one does: they need hear it only once.
    voice: usize,
    transform: TrainedTransform<B>,
    mapping: DeviceMapping<B>,
}

impl<B: Kernels> Classifier<B> {
    /// Learns to classify series like those of the training split.
    ///
    /// The source stays frozen: its weights are compared bit by bit afterwards. `progress` hears
    /// of every epoch.
    ///
    /// # Errors
    ///
    /// When the split is empty, its series differ in length or hold values that are not finite,
    /// there are fewer than two classes, or the settings do not suit them.
    pub fn fit<A>(
        train: &Split,
        source: &SourceWeights,
        settings: &FitSettings,
        device: &B::Device,
        progress: &mut dyn FnMut(&FitProgress),
    ) -> Result<Self, Error>
    where
        A: AutodiffBackend<InnerBackend = B, Device = B::Device> + Kernels,
    {
        let series_length = check_training(train)?;
        let labels = Classes::from_training(&train.labels)?;
        let classes: Vec<usize> = train
            .labels
            .iter()
            .filter_map(|label| labels.index(label))
            .collect();
        let series: Vec<Vec<f32>> = train
            .series
            .iter()
            .map(|series| scaled(series, settings.scaling))
            .collect();
        let examples = Examples {
            series: &series,
            classes: &classes,
            class_count: labels.len(),
        };
        let fitted = fit::<A>(examples, source, settings, device, progress)?;
        let mut parts = Vec::with_capacity(fitted.parts.len());
        let mut tensors = BTreeMap::new();
        for (index, part) in fitted.parts.into_iter().enumerate() {
            for (what, numbers) in [
                (Trained::Transform, part.transform_tensors),
                (Trained::Mapping, part.mapping_tensors),
            ] {
                let prefix = what.prefix(index);
                let named = numbers.into_iter();
                tensors.extend(named.map(|(name, tensor)| (format!("{prefix}{name}"), tensor)));
            }
            parts.push(Part {
                transform: part.transform,
                mapping: part.mapping,
                weight: part.weight,
            });
        }
        let header = Header {
            task: Task::Classification,
            source: SourceReference::of(source),
            labels,
            series_length,
            parts,
            sharpness: fitted.sharpness,
            settings: settings.clone(),
            scores: fitted.scores,
            // The fit fails otherwise.
            frozen: true,
        };
        Self::new(Program { header, tensors }, source, device)
    }

    /// Puts a program and its source on a device.
    ///
    /// # Errors
    ///
    /// When the program was trained for another source, or lacks some of its numbers.
    pub fn new(
        program: Program,
        source: &SourceWeights,
        device: &B::Device,
    ) -> Result<Self, Error> {
        program.check_source(source)?;
        Self::load(program, AttentionRnn::new(source, device), device)
    }

    /// Another program for the same source on the same device.
    pub(super) fn with_program(&self, program: Program) -> Result<Self, Error> {
        Self::load(program, self.source.clone(), &self.device)
    }

    fn load(program: Program, source: AttentionRnn<B>, device: &B::Device) -> Result<Self, Error> {
        let parts = program
            .parts()
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let length = program.series_length();
                let numbers = program.tensors_of(index, Trained::Transform);
                let transform = part
                    .transform
                    .on_device(&numbers, length, device)?
                    .settled();
                let numbers = program.tensors_of(index, Trained::Mapping);
                let classes = program.labels().len();
                let mapping = part.mapping.on_device(classes, &numbers, device)?;
                Ok(LoadedPart {
                    voice: first_with_voice_of(&program, index),
                    transform,
                    mapping,
                })
            })
            .collect::<Result<_, ProgramError>>()?;
        Ok(Self {
            source,
            parts,
            program,
            device: device.clone(),
        })
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The class of every series.
    ///
    /// # Errors
    ///
    /// When a series has another length than those that the program was trained on, or a value
    /// that is not finite.
    pub fn predict(&self, series: &[Vec<f32>]) -> Result<Vec<Prediction>, Error> {
        let mut predictions = Vec::with_capacity(series.len());
        for (index, batch) in series.chunks(BATCH).enumerate() {
            let batch = self.scaled(batch, index * BATCH)?;
            predictions.extend(self.predict_batch(&batch)?);
        }
        Ok(predictions)
    }

    /// Predicts labelled series and counts what was right.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`]; and when there are no labels, or one that the program does not
    /// know.
    pub fn score(&self, split: &Split) -> Result<Score, Error> {
        if split.labels.len() != split.series.len() || split.is_empty() {
            return Err(ProgramError::NoLabels {
                series: split.series.len(),
                labels: split.labels.len(),
            }
            .into());
        }
        let count = self.program.labels().len();
        let mut confusion = vec![vec![0; count]; count];
        let mut log_loss = 0.0;
        let mut brier = 0.0;
        let mut total_risk = 0.0;
        let predictions = self.predict(&split.series)?;
        for (index, (prediction, label)) in predictions.iter().zip(&split.labels).enumerate() {
            let right = self.program.header.labels.index(label).ok_or_else(|| {
                ProgramError::UnknownLabel {
                    number: index + 1,
                    label: label.clone(),
                    known: self.program.labels().to_vec(),
                }
            })?;
            confusion[right][prediction.class] += 1;
            let probability = f64::from(prediction.probabilities[right]);
            log_loss -= probability.max(LOWEST_PROBABILITY).ln();
            let distance = risk(&prediction.probabilities, right);
            total_risk += distance;
            brier += distance * distance;
        }
        let right: usize = (0..count).map(|class| confusion[class][class]).sum();
        Ok(Score {
            accuracy: right as f64 / split.len() as f64,
            log_loss: log_loss / split.len() as f64,
            brier: brier / split.len() as f64,
            risk: total_risk / split.len() as f64,
            confusion,
        })
    }

    /// What the source hears of a series by one part of the program, `[16000]` at 16 kHz; `part`
    /// counts from 0. A plane that was painted is played by tones.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`]; and when there is no such part.
    pub fn hear(&self, series: &[f32], part: usize) -> Result<Vec<f32>, Error> {
        let series = self.scaled(&[series.to_vec()], 0)?;
        Ok(match self.sound(part, &series)? {
            Sound::Audio(audio) => host(audio).values,
            Sound::Over(audio, shared) => host(audio + shared.audio.unsqueeze::<2>()).values,
            Sound::Plane(plane) => play(&host(plane).values),
        })
    }

    /// What the source hears of a series by one part of the program, where it listens, and which
    /// words it would report; `part` counts from 0.
    ///
    /// # Errors
    ///
    /// As [`Classifier::hear`].
    pub fn explain(&self, series: &[f32], part: usize) -> Result<Explanation, Error> {
        let series = self.scaled(&[series.to_vec()], 0)?;
        let heard = self.source.hear_sound(self.sound(part, &series)?);
        let probabilities = host(heard.probabilities()).values;
        let mut words: Vec<(String, f32)> = self
            .source
            .labels()
            .iter()
            .cloned()
            .zip(probabilities)
            .collect();
        words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let prediction = self.predict_batch(&series)?.pop();
        Ok(Explanation {
            prediction: prediction.unwrap_or(Prediction {
                label: String::new(),
                class: 0,
                probabilities: Vec::new(),
            }),
            log_mel: host(heard.log_mel).values,
            attention: host(heard.attention).values,
            words,
        })
    }

    /// The series as the transforms take them; `before` counts the series of earlier batches.
    pub(super) fn scaled(
        &self,
        batch: &[Vec<f32>],
        before: usize,
    ) -> Result<Vec<Vec<f32>>, ProgramError> {
        let scaling = self.program.settings().scaling;
        let scale = |(index, series): (usize, &Vec<f32>)| {
            self.program.check_series(series, before + index + 1)?;
            Ok(scaled(series, scaling))
        };
        batch.iter().enumerate().map(scale).collect()
    }

    /// The sound of some scaled series by one part of the program.
    pub(super) fn sound(&self, part: usize, batch: &[Vec<f32>]) -> Result<Sound<B>, ProgramError> {
        let stored = self.program.part(part)?;
        let loaded = &self.parts[part];
        let sound = stored
            .transform
            .sound(&loaded.transform, batch, None, &self.device)?;
        Ok(sound)
    }

    /// The scores that one part of the program gives, `[batch, classes]`.
    pub(super) fn scores(&self, part: usize, heard: &Activations<B>) -> Tensor<B, 2> {
        self.parts[part].mapping.scores(heard)
    }

    /// The frozen source.
    pub(super) fn source(&self) -> &AttentionRnn<B> {
        &self.source
    }

    /// Where the tensors are.
    pub(super) fn device(&self) -> &B::Device {
        &self.device
    }

    /// The classes of some scaled series.
    fn predict_batch(&self, batch: &[Vec<f32>]) -> Result<Vec<Prediction>, ProgramError> {
        let labels = self.program.labels();
        let mut sum = Tensor::<B, 2>::zeros([batch.len(), labels.len()], &self.device);
        let mut last: Option<(usize, Activations<B>)> = None;
        for (part, loaded) in self.parts.iter().enumerate() {
            let heard = match last.take() {
                Some((voice, heard)) if voice == loaded.voice => heard,
                _ => self.source.hear_sound(self.sound(part, batch)?),
            };
            sum = sum + self.scores(part, &heard) * self.program.parts()[part].weight;
            last = Some((loaded.voice, heard));
        }
        // Among themselves the classes share all of the probability. The class is that of the
        // largest score: probabilities of what tells little are too even for their few digits.
        let probabilities = host(softmax(sum.clone() * self.program.sharpness(), 1)).values;
        let scores = host(sum).values;
        let rows = probabilities.chunks_exact(labels.len());
        let rows = rows.zip(scores.chunks_exact(labels.len()));
        let predictions = rows.map(|(probabilities, scores)| {
            let places = scores.iter().enumerate();
            let class = places
                .max_by(|(_, a), (_, b)| a.total_cmp(b))
                .map_or(0, |(class, _)| class);
            Prediction {
                label: labels[class].clone(),
                class,
                probabilities: probabilities.to_vec(),
            }
        });
        Ok(predictions.collect())
    }
}

/// The first part whose transform, with its trained numbers, is that of part `index`.
fn first_with_voice_of(program: &Program, index: usize) -> usize {
    let voice = |part: usize| {
        let numbers = program.tensors_of(part, Trained::Transform);
        (&program.parts()[part].transform, numbers)
    };
    (0..index)
        .find(|earlier| voice(*earlier) == voice(index))
        .unwrap_or(index)
}

fn scaled(series: &[f32], scaling: Scaling) -> Vec<f32> {
    let mut series = series.to_vec();
    scaling.apply(&mut series);
    series
}

/// The series' common length.
fn check_training(train: &Split) -> Result<usize, FitError> {
    let expected = train.series.first().ok_or(FitError::Empty)?.len();
    if train.series.len() != train.labels.len() {
        return Err(FitError::Labels {
            series: train.series.len(),
            labels: train.labels.len(),
        });
    }
    for (index, series) in train.series.iter().enumerate() {
        let number = index + 1;
        if series.len() != expected {
            return Err(FitError::Length {
                number,
                found: series.len(),
                expected,
            });
        }
        if let Some(sample) = series.iter().position(|value| !value.is_finite()) {
            return Err(FitError::NotFinite {
                number,
                sample: sample + 1,
            });
        }
    }
    if expected == 0 {
        return Err(FitError::Empty);
    }
    Ok(expected)
}
