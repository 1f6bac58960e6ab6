//! The label mapping of a run of training: what it is found from, and when it is found again.

use std::cell::{Ref, RefCell};
use std::sync::Arc;

use super::LabelSettings;
use crate::mapping::{Answers, Choice, LabelMapping, LabelRule, Mapping, Means, Sees, cosines};
use crate::source::{SourceSpec, SpeechClip};
use crate::{Error, ErrorKind};

/// Cases and recordings that go through a source together.
pub(super) const BATCH: usize = 64;

/// What a source makes of some inputs, row by row.
pub(super) struct Forwarded {
    /// The probability of each label.
    pub(super) probabilities: Vec<Vec<f32>>,
    /// What is compared with recordings of the labels; empty where nothing is.
    pub(super) features: Vec<Vec<f32>>,
}

impl Forwarded {
    /// Answers of which nothing else is seen: logarithms of the probabilities, which are the logits but
    /// for a constant of each input, stand for the layer before them.
    pub(super) fn of_answers(probabilities: Vec<Vec<f32>>) -> Self {
        /// Under the logarithm.
        const LEAST: f32 = 1e-8;
        let logarithms = |row: &Vec<f32>| {
            let row = row.iter().map(|found| found.max(LEAST).ln());
            let row: Vec<f32> = row.collect();
            let mean = row.iter().sum::<f32>() / row.len().max(1) as f32;
            row.into_iter().map(|one| one - mean).collect()
        };
        Self {
            features: probabilities.iter().map(logarithms).collect(),
            probabilities,
        }
    }
}

/// What a source makes of cases, by their places; with features where that is asked for.
type ForwardCases<'a> = dyn Fn(&[usize], bool) -> Result<Forwarded, Error> + 'a;

/// The same of recordings, always with features.
type ForwardSpeech<'a> = dyn Fn(&[SpeechClip]) -> Result<Forwarded, Error> + 'a;

/// A label mapping with what it is found from.
pub(crate) struct Labels {
    rule: LabelRule,
    choice: Choice,
    /// Recordings of the source's labels, for a rule that compares with them.
    speech: Option<Arc<Vec<SpeechClip>>>,
    /// Their means by label, once they went through the source.
    of_speech: RefCell<Option<Means>>,
    now: RefCell<LabelMapping>,
    answers: RefCell<Answers>,
}

impl Labels {
    /// The mapping as settings have it for a source and so many classes, before anything is seen.
    pub(crate) fn new(
        settings: &LabelSettings,
        seed: u64,
        source: &SourceSpec,
        classes: usize,
    ) -> Result<Self, Error> {
        let per_class = settings.per_class;
        LabelMapping::check_source(source, classes, per_class)?;
        let rule = LabelRule::named(&settings.rule)?;
        let speech = settings.speech.clone().filter(|clips| !clips.is_empty());
        if rule.sees == Sees::Similarity && speech.is_none() {
            let message = format!(
                "the label mapping {:?} compares the cases with recordings of the source's labels, and \
                 there are none",
                settings.rule
            );
            return Err(Error::new(ErrorKind::Setting, message)
                .with_hint("give recorded words, or take another label mapping")
                .with_setting("speech", "DIR")
                .with_setting("mapping", "frequency"));
        }
        let choice = Choice { seed, per_class };
        let answers = Answers::new(classes, source.labels.len());
        Ok(Self {
            now: RefCell::new((rule.find)(&answers, choice)),
            rule,
            choice,
            speech,
            of_speech: RefCell::new(None),
            answers: RefCell::new(answers),
        })
    }

    /// The mapping as it is now.
    pub(crate) fn now(&self) -> Ref<'_, LabelMapping> {
        self.now.borrow()
    }

    /// The same as a program keeps it.
    pub(crate) fn mapping(&self) -> Mapping {
        Mapping::new(self.now().clone())
    }

    /// Whether what a source answers while training is looked at.
    pub(super) fn collects(&self) -> bool {
        self.rule.sees == Sees::EachEpoch
    }

    /// Finds the mapping before training, by cases with these classes: `forward` gives what the source
    /// makes of some of them, by their places, and `forward_speech` of recordings.
    pub(super) fn begin(
        &self,
        cases: &[(usize, usize)],
        forward: &ForwardCases,
        forward_speech: &ForwardSpeech,
    ) -> Result<(), Error> {
        let mut answers = self.forget();
        if self.rule.sees != Sees::Nothing {
            let alike = self.rule.sees == Sees::Similarity;
            let mut means = Means::new(answers.classes());
            for cases in cases.chunks(BATCH) {
                let places: Vec<usize> = cases.iter().map(|(place, _)| *place).collect();
                let found = forward(&places, alike)?;
                for ((_, class), row) in cases.iter().zip(&found.probabilities) {
                    answers.add(*class, row);
                }
                for ((_, class), row) in cases.iter().zip(&found.features) {
                    means.add(*class, row);
                }
            }
            if alike {
                answers.similarity = self.similarity(&means, answers.labels(), forward_speech)?;
            }
        }
        self.now.replace((self.rule.find)(&answers, self.choice));
        Ok(())
    }

    /// How near each class is to each label.
    fn similarity(
        &self,
        classes: &Means,
        labels: usize,
        forward_speech: &ForwardSpeech,
    ) -> Result<Vec<Vec<Option<f64>>>, Error> {
        let mut of_speech = self.of_speech.borrow_mut();
        if of_speech.is_none() {
            let mut means = Means::new(labels);
            for clips in self.speech.iter().flat_map(|clips| clips.chunks(BATCH)) {
                let found = forward_speech(clips)?;
                for (clip, row) in clips.iter().zip(&found.features) {
                    means.add(clip.label, row);
                }
            }
            *of_speech = Some(means);
        }
        let means = of_speech.as_ref().expect("it was worked out just before");
        let (known, wanted) = (means.known(), classes.known());
        let each = self.choice.per_class.unwrap_or(1);
        if known < wanted * each {
            let message = format!(
                "there are recordings of {known} labels only, and {wanted} classes with {each} to each"
            );
            return Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint("give recordings of more of the source's labels")
                .with_setting("speech", "DIR"));
        }
        Ok(cosines(classes, means))
    }

    /// Adds what a source answered to a case while training.
    pub(super) fn add(&self, class: usize, probabilities: &[f32]) {
        self.answers.borrow_mut().add(class, probabilities);
    }

    /// Finds the mapping again by what was answered since the last time, where the rule does so.
    pub(super) fn epoch_ended(&self) {
        let answers = self.forget();
        if self.collects() && answers.cases.iter().sum::<f64>() > 0.0 {
            self.now.replace((self.rule.find)(&answers, self.choice));
        }
    }

    /// What was answered so far, which is then forgotten.
    fn forget(&self) -> Answers {
        let (classes, labels) = {
            let answers = self.answers.borrow();
            (answers.classes(), answers.labels())
        };
        self.answers.replace(Answers::new(classes, labels))
    }
}
