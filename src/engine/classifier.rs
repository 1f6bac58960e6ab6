//! Classifying on a backend chosen at run time.

use std::any::Any;
use std::fmt;

use super::{Engine, Inner, guarded, on};
use crate::Error;
use crate::fit::{FitProgress, FitSettings, LeftOut, Preset};
use crate::program::Program;
use crate::series::Split;
use crate::source::{SourceWeights, SpeechClip};
use crate::task::{self, Diagnosis, Distance, Explanation, Prediction, Score};

/// A classifier to be fitted: it cannot predict yet.
///
/// Without anything more it is the preset `default` on its own sources, with seed 0.
pub struct ClassifierBuilder<'a> {
    engine: Engine,
    settings: FitSettings,
    sources: &'a [SourceWeights],
    progress: Box<dyn FnMut(&FitProgress) + 'a>,
}

impl fmt::Debug for ClassifierBuilder<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = (self.engine, &self.settings);
        write!(formatter, "ClassifierBuilder{shown:?}")
    }
}

impl<'a> ClassifierBuilder<'a> {
    /// The settings of a preset; the seed stays.
    pub fn preset(self, preset: Preset) -> Self {
        let seed = self.settings.seed;
        self.settings(FitSettings::preset(preset)).seed(seed)
    }

    /// All settings, with the seed.
    pub fn settings(mut self, settings: FitSettings) -> Self {
        self.settings = settings;
        self
    }

    /// The seed of everything random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The frozen sources, in place of those of the [preset](Preset::sources).
    pub fn sources(mut self, sources: &'a [SourceWeights]) -> Self {
        self.sources = sources;
        self
    }

    /// What is told how far the fit has come.
    pub fn on_progress(mut self, progress: impl FnMut(&FitProgress) + 'a) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Learns to classify series like those of a training split.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::fit`].
    pub fn fit(mut self, train: &Split) -> Result<Classifier, Error> {
        let sources = match self.sources {
            [] => self.settings.preset.find_sources()?,
            sources => sources.to_vec(),
        };
        let (settings, progress) = (&self.settings, &mut self.progress);
        let fitted = on!(self.engine, A, device => {
            let fit = task::Classifier::<Inner<A>>::fit::<A>;
            Ok(Box::new(fit(train, &sources, settings, device, progress)?) as Fitted)
        })?;
        Ok(Classifier {
            engine: self.engine,
            sources,
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
            sources: &[],
            progress: Box::new(|_| {}),
        }
    }
}

/// A [`task::Classifier`] on an engine's backend.
type Fitted = Box<dyn Any + Send + Sync>;

/// A program on a backend, beside its frozen sources.
pub struct Classifier {
    engine: Engine,
    sources: Vec<SourceWeights>,
    fitted: Fitted,
}

/// Runs an expression with `$fitted` the classifier on its backend, guarded or `plain`.
macro_rules! on_backend {
    ($self:ident, $fitted:ident => $body:expr) => {
        guarded($self.engine, || on_backend!(plain $self, $fitted => $body))
    };
    (plain $self:ident, $fitted:ident => $body:expr) => {
        on!(plain $self.engine, A, _device => {
            let $fitted = $self.fitted.downcast_ref::<task::Classifier<Inner<A>>>();
            let $fitted = $fitted.expect("it was put on the backend of this engine");
            $body
        })
    };
}

impl fmt::Debug for Classifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.sources.iter().map(SourceWeights::name).collect();
        let shown = (self.engine, names);
        write!(formatter, "Classifier{shown:?}")
    }
}

impl Classifier {
    /// Puts a program and its sources, among those given, on a backend.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::new`].
    pub fn new(engine: Engine, program: Program, sources: &[SourceWeights]) -> Result<Self, Error> {
        let fitted = on!(engine, A, device => {
            Ok(Box::new(task::Classifier::<Inner<A>>::new(program, sources, device)?) as Fitted)
        })?;
        Ok(Self {
            engine,
            sources: sources.to_vec(),
            fitted,
        })
    }

    /// The program; [`Program::save`] keeps it.
    pub fn program(&self) -> &Program {
        on_backend!(plain self, fitted => fitted.program())
    }

    /// What the readouts would answer to training series had they not seen them; after a fit in closed form.
    pub fn left_out(&self) -> Option<&LeftOut> {
        on_backend!(plain self, fitted => fitted.left_out())
    }

    /// The class of every series.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::predict`].
    pub fn predict(&self, series: impl AsRef<[Vec<f64>]>) -> Result<Vec<Prediction>, Error> {
        on_backend!(self, fitted => fitted.predict(series.as_ref()))
    }

    /// Predicts labelled series and counts what was right.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::score`].
    pub fn score(&self, split: &Split) -> Result<Score, Error> {
        on_backend!(self, fitted => fitted.score(split))
    }

    /// What its source hears of a series by one part of the program, counted from 0: samples.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::hear`].
    pub fn hear(&self, series: &[f64], part: usize) -> Result<Vec<f32>, Error> {
        on_backend!(self, fitted => fitted.hear(series, part))
    }

    /// The rate of what [`Classifier::hear`] gives by a part, in Hz.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::rate`].
    pub fn rate(&self, part: usize) -> Result<u32, Error> {
        on_backend!(self, fitted => fitted.rate(part))
    }

    /// What its source makes of a series by one part of the program, counted from 0.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::explain`].
    pub fn explain(&self, series: &[f64], part: usize) -> Result<Explanation, Error> {
        on_backend!(self, fitted => fitted.explain(series, part))
    }

    /// How much the prediction rests on each value of a series; the largest is 1.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::saliency`].
    pub fn saliency(&self, series: &[f64]) -> Result<Vec<f32>, Error> {
        on_backend!(self, fitted => fitted.saliency(series))
    }

    /// How large and how aligned the loss's gradients are at what each part's source hears.
    ///
    /// # Errors
    ///
    /// As [`task::Classifier::diagnose`].
    pub fn diagnose(&self, split: &Split) -> Result<Vec<Diagnosis>, Error> {
        on!(self.engine, A, device => {
            let program = self.program().clone();
            task::Classifier::<A>::new(program, &self.sources, device)?.diagnose(split)
        })
    }

    /// Compares a source's logits on speech with those on labelled series.
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
        on_backend!(self, fitted => fitted.distance(split, speech, part, projections, seed))
    }
}
