//! Classifying series with a program and its frozen source.

use burn::tensor::activation::softmax;
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::{Tensor, TensorData};
use serde::Serialize;

use crate::Error;
use crate::audio::CLIP_SAMPLES;
use crate::fit::{Examples, FitError, FitProgress, FitSettings, fit};
use crate::kernel::Kernels;
use crate::program::{Header, Program, ProgramError, SourceReference, Task};
use crate::series::{Classes, Scaling, Split};
use crate::source::{AttentionRnn, SourceModel, SourceWeights, host};
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
    /// `confusion[right][predicted]`: how many series.
    pub confusion: Vec<Vec<usize>>,
}

/// What the source heard of one series, and what it made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The program's answer.
    pub prediction: Prediction,
    /// The audio that the source hears, `[16000]` at 16 kHz.
    pub audio: Vec<f32>,
    /// Its log-mel plane, `[125 * 80]`, frame by frame.
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
    transform: TrainedTransform<B>,
    device: B::Device,
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
        let header = Header {
            task: Task::Classification,
            source: SourceReference {
                name: source.name().to_owned(),
                sha256: source.sha256().to_owned(),
            },
            labels,
            series_length,
            transform: settings.transform(),
            mapping: fitted.mapping,
            settings: settings.clone(),
            scores: fitted.scores,
            // The fit fails otherwise.
            frozen: true,
        };
        let mut classifier = Self::new(
            Program {
                header,
                tensors: fitted.tensors,
            },
            source,
            device,
        )?;
        let training = classifier.score(train)?;
        let scores = &mut classifier.program.header.scores;
        scores.insert("training_accuracy".to_owned(), training.accuracy);
        scores.insert("training_log_loss".to_owned(), training.log_loss);
        Ok(classifier)
    }

    /// Puts a program and its source on a device.
    ///
    /// # Errors
    ///
    /// When the program was trained for another source.
    pub fn new(
        program: Program,
        source: &SourceWeights,
        device: &B::Device,
    ) -> Result<Self, Error> {
        program.check_source(source)?;
        let transform = program
            .transform()
            .on_device(program.tensors(), program.series_length(), device)
            .map_err(ProgramError::from)?;
        Ok(Self {
            source: AttentionRnn::new(source, device),
            transform,
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
            let audio = self.audio(batch, index * BATCH)?;
            let logits = self.source.hear(audio).logits;
            predictions.extend(self.read(logits));
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
        }
        let right: usize = (0..count).map(|class| confusion[class][class]).sum();
        Ok(Score {
            accuracy: right as f64 / split.len() as f64,
            log_loss: log_loss / split.len() as f64,
            confusion,
        })
    }

    /// The audio that the source hears of a series, `[16000]` at 16 kHz.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`].
    pub fn hear(&self, series: &[f32]) -> Result<Vec<f32>, Error> {
        Ok(host(self.audio(&[series.to_vec()], 0)?).values)
    }

    /// What the source hears of a series, where it listens, and which words it would report.
    ///
    /// # Errors
    ///
    /// As [`Classifier::predict`].
    pub fn explain(&self, series: &[f32]) -> Result<Explanation, Error> {
        let audio = self.audio(&[series.to_vec()], 0)?;
        let heard = self.source.hear(audio.clone());
        let probabilities = host(heard.probabilities()).values;
        let mut words: Vec<(String, f32)> = self
            .source
            .labels()
            .iter()
            .cloned()
            .zip(probabilities)
            .collect();
        words.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let prediction = self.read(heard.logits).pop().unwrap_or(Prediction {
            label: String::new(),
            class: 0,
            probabilities: Vec::new(),
        });
        Ok(Explanation {
            prediction,
            audio: host(audio).values,
            log_mel: host(heard.log_mel).values,
            attention: host(heard.attention).values,
            words,
        })
    }

    /// The audio of some series, `[batch, 16000]`; `before` counts the series of earlier batches.
    fn audio(&self, batch: &[Vec<f32>], before: usize) -> Result<Tensor<B, 2>, Error> {
        let mut placed = Vec::with_capacity(batch.len() * CLIP_SAMPLES);
        for (index, series) in batch.iter().enumerate() {
            self.program.check_series(series, before + index + 1)?;
            let series = scaled(series, self.program.settings().scaling);
            let clip = self.program.transform().place(&series);
            placed.extend(clip.map_err(ProgramError::from)?);
        }
        let placed = TensorData::new(placed, [batch.len(), CLIP_SAMPLES]);
        let placed = Tensor::from_data(placed, &self.device);
        Ok(self.transform.forward(placed, None))
    }

    /// Logits `[batch, labels]` as predictions.
    fn read(&self, logits: Tensor<B, 2>) -> Vec<Prediction> {
        let labels = self.program.labels();
        let classes = self.program.mapping().log_probabilities(logits);
        // Among themselves the classes share all of the probability.
        let probabilities = host(softmax(classes, 1)).values;
        probabilities
            .chunks_exact(labels.len())
            .map(|row| {
                let class = row
                    .iter()
                    .enumerate()
                    .max_by(|(_, a), (_, b)| a.total_cmp(b))
                    .map_or(0, |(class, _)| class);
                Prediction {
                    label: labels[class].clone(),
                    class,
                    probabilities: row.to_vec(),
                }
            })
            .collect()
    }
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
