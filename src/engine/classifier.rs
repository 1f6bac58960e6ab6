//! Classifying on a backend chosen at run time.

use std::fmt;

use burn::tensor::backend::AutodiffBackend;

use super::{Engine, on};
use crate::Error;
use crate::fit::{FitProgress, FitSettings, Preset};
use crate::kernel::Kernels;
use crate::program::Program;
use crate::series::Split;
use crate::source::{SourceWeights, SpeechClip};
use crate::task;
use crate::task::{Distance, Explanation, Prediction, Score};

/// A classifier to be fitted: it cannot predict yet.
///
/// Without anything more it is the preset `default` on the default source, with seed 0.
pub struct ClassifierBuilder<'a> {
    engine: Engine,
    settings: FitSettings,
    source: Option<&'a SourceWeights>,
    progress: Box<dyn FnMut(&FitProgress) + 'a>,
}

impl fmt::Debug for ClassifierBuilder<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClassifierBuilder")
            .field("engine", &self.engine)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<'a> ClassifierBuilder<'a> {
    /// The settings of a preset; the seed stays.
    pub fn preset(self, preset: Preset) -> Self {
        let seed = self.settings.seed;
        self.settings(FitSettings {
            seed,
            ..FitSettings::preset(preset)
        })
    }

    /// All settings, with the seed.
    pub fn settings(self, settings: FitSettings) -> Self {
        Self { settings, ..self }
    }

    /// The seed of everything random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The frozen source.
    pub fn source(self, source: &'a SourceWeights) -> Self {
        Self {
            source: Some(source),
            ..self
        }
    }

    /// What is told how far the fit has come.
    pub fn on_progress(self, progress: impl FnMut(&FitProgress) + 'a) -> Self {
        Self {
            progress: Box::new(progress),
            ..self
        }
    }

    /// Learns to classify series like those of a training split.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::fit`].
    pub fn fit(self, train: &Split) -> Result<Classifier, Error> {
        let Self {
            engine,
            settings,
            source,
            mut progress,
        } = self;
        let source = match source {
            Some(source) => source.clone(),
            None => SourceWeights::find(crate::source::DEFAULT_SOURCE)?,
        };
        let fitted = on!(engine, A, device => {
            type B = <A as AutodiffBackend>::InnerBackend;
            let fitted = task::Classifier::<B>::fit::<A>(
                train, &source, &settings, device, &mut progress,
            )?;
            Box::new(fitted) as Box<dyn Classify>
        });
        Ok(Classifier {
            engine,
            source,
            fitted,
        })
    }
}

impl Engine {
    /// A classifier to be fitted.
    pub fn classifier<'a>(self) -> ClassifierBuilder<'a> {
        ClassifierBuilder {
            engine: self,
            settings: FitSettings::default(),
            source: None,
            progress: Box::new(|_| {}),
        }
    }
}

/// What the classifiers of all backends can do; see [`task::Classifier`].
trait Classify: Send + Sync {
    fn program(&self) -> &Program;
    fn predict(&self, series: &[Vec<f64>]) -> Result<Vec<Prediction>, Error>;
    fn score(&self, split: &Split) -> Result<Score, Error>;
    fn hear(&self, series: &[f64], part: usize) -> Result<Vec<f32>, Error>;
    fn rate(&self) -> u32;
    fn explain(&self, series: &[f64], part: usize) -> Result<Explanation, Error>;
    fn distance(
        &self,
        split: &Split,
        speech: &[SpeechClip],
        part: usize,
        projections: usize,
        seed: u64,
    ) -> Result<Distance, Error>;
}

impl<B: Kernels> Classify for task::Classifier<B> {
    fn program(&self) -> &Program {
        self.program()
    }

    fn predict(&self, series: &[Vec<f64>]) -> Result<Vec<Prediction>, Error> {
        self.predict(series)
    }

    fn score(&self, split: &Split) -> Result<Score, Error> {
        self.score(split)
    }

    fn hear(&self, series: &[f64], part: usize) -> Result<Vec<f32>, Error> {
        self.hear(series, part)
    }

    fn rate(&self) -> u32 {
        self.rate()
    }

    fn explain(&self, series: &[f64], part: usize) -> Result<Explanation, Error> {
        self.explain(series, part)
    }

    fn distance(
        &self,
        split: &Split,
        speech: &[SpeechClip],
        part: usize,
        projections: usize,
        seed: u64,
    ) -> Result<Distance, Error> {
        self.distance(split, speech, part, projections, seed)
    }
}

/// A program on a backend, beside its frozen source.
pub struct Classifier {
    engine: Engine,
    source: SourceWeights,
    fitted: Box<dyn Classify>,
}

impl fmt::Debug for Classifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Classifier")
            .field("engine", &self.engine)
            .field("source", &self.source.name())
            .finish_non_exhaustive()
    }
}

impl Classifier {
    /// Puts a program and its source on a backend.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::new`].
    pub fn new(engine: Engine, program: Program, source: &SourceWeights) -> Result<Self, Error> {
        let fitted = on!(engine, A, device => {
            type B = <A as AutodiffBackend>::InnerBackend;
            Box::new(task::Classifier::<B>::new(program, source, device)?) as Box<dyn Classify>
        });
        Ok(Self {
            engine,
            source: source.clone(),
            fitted,
        })
    }

    /// The program; [`Program::save`] keeps it.
    pub fn program(&self) -> &Program {
        self.fitted.program()
    }

    /// The class of every series.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::predict`].
    pub fn predict(&self, series: impl AsRef<[Vec<f64>]>) -> Result<Vec<Prediction>, Error> {
        self.fitted.predict(series.as_ref())
    }

    /// Predicts labelled series and counts what was right.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::score`].
    pub fn score(&self, split: &Split) -> Result<Score, Error> {
        self.fitted.score(split)
    }

    /// What the source hears of a series by one part of the program, counted from 0: samples.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::hear`].
    pub fn hear(&self, series: &[f64], part: usize) -> Result<Vec<f32>, Error> {
        self.fitted.hear(series, part)
    }

    /// The rate of what [`Classifier::hear`] gives, in Hz.
    pub fn rate(&self) -> u32 {
        self.fitted.rate()
    }

    /// What the source makes of a series by one part of the program, counted from 0.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::explain`].
    pub fn explain(&self, series: &[f64], part: usize) -> Result<Explanation, Error> {
        self.fitted.explain(series, part)
    }

    /// How much the prediction rests on each value of a series; the largest is 1.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::saliency`].
    pub fn saliency(&self, series: &[f64]) -> Result<Vec<f32>, Error> {
        on!(self.engine, A, device => {
            let program = self.program().clone();
            task::Classifier::<A>::new(program, &self.source, device)?.saliency(series)
        })
    }

    /// Compares the source's logits on speech with those on labelled series.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::distance`].
    pub fn distance(
        &self,
        split: &Split,
        speech: &[SpeechClip],
        part: usize,
        projections: usize,
        seed: u64,
    ) -> Result<Distance, Error> {
        self.fitted.distance(split, speech, part, projections, seed)
    }
}
