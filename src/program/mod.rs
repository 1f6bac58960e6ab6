//! Programs: the trained artefact, one small safetensors file.
//!
//! A program names its source by content hash and carries everything else that a prediction
//! needs: what its task asks for, the trained numbers, and for the reader how it was made.

mod classification;
mod extraction;
mod features;
mod file;
mod forecasting;
mod motion;
#[cfg(test)]
mod tests;

pub(crate) use classification::check_finite;
pub use classification::{Classification, ClassifierRecord, Part, Scaled};
pub use extraction::{Extraction, FeaturePart, FeatureProgram};
pub(crate) use features::{features, readings};
pub use forecasting::{Calibration, ForecastProgram, ForecastRecord, Forecasting};
pub(crate) use forecasting::{calibration_scores, store_readout};
pub use motion::{Motion, MotionProgram, MotionRecord};

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::parameters::Numbers;
use crate::source::{SourceReference, SourceSpec, SourceWeights};
use crate::{Error, ErrorKind, limits, setting};

/// What to do about a file that is no program.
const FIT_AGAIN: &str = "check that it is a program that `fit` or the like wrote, or fit it again";

/// What a program predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// The class of a series.
    Classification,
    /// The activations of sources that hear a series.
    Features,
    /// The values after a series.
    Forecasting,
    /// The motion of joints after a window of it.
    Motion,
}

impl fmt::Display for Task {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&setting::name(self))
    }
}

/// Trained numbers, with all that a prediction needs but the source itself; `T` is what the task asks
/// for beside them.
///
/// A file holds one: `Program::<Classification>::load`. Saved and loaded, it predicts the same bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Program<T = Classification> {
    pub(crate) header: Header<T>,
    pub(crate) tensors: Numbers,
}

/// What a task asks for in its programs.
pub trait Content: fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned {
    /// The task.
    const TASK: Task;

    /// Whether it holds together, with so many sources and with the trained numbers; else what is
    /// wrong.
    ///
    /// # Errors
    ///
    /// The end of a sentence on a damaged file.
    fn check(&self, sources: usize, tensors: &Numbers) -> Result<(), String>;

    /// Whether it can be used with its sources, in its order.
    ///
    /// # Errors
    ///
    /// When a setting of a part is out of range, or does not suit its source.
    fn check_sources(&self, _sources: &[&SourceSpec]) -> Result<(), Error> {
        Ok(())
    }
}

/// The readable part of a program file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header<T> {
    pub task: Task,
    pub sources: Vec<SourceReference>,
    #[serde(flatten)]
    pub content: T,
    pub scores: BTreeMap<String, f64>,
    /// Whether the sources' weights were found unchanged after the fit.
    pub frozen: bool,
}

impl<T: Content> Header<T> {
    /// Whether all is within its [`limits`], before anything is made of it.
    fn check(&self, tensors: &Numbers) -> Result<(), String> {
        limits::within("number of sources", self.sources.len(), &limits::SOURCES)?;
        self.sources
            .iter()
            .try_for_each(SourceReference::check_written)?;
        self.content.check(self.sources.len(), tensors)
    }
}

impl<T: Content> Program<T> {
    /// The program of a fit that left its sources as they were: fits that do not fail.
    pub(crate) fn fitted(
        sources: Vec<SourceReference>,
        content: T,
        tensors: Numbers,
        scores: BTreeMap<String, f64>,
    ) -> Self {
        let header = Header {
            task: T::TASK,
            sources,
            content,
            scores,
            frozen: true,
        };
        Self { header, tensors }
    }

    /// The sources that the program was trained for, at least one.
    pub fn sources(&self) -> &[SourceReference] {
        &self.header.sources
    }

    /// The first of them; programs that forecast or move have no other.
    pub fn source(&self) -> &SourceReference {
        &self.header.sources[0]
    }

    /// The sources of the program, in its order: among those given, or else shipped ones. A program never
    /// names a path.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`] for one that is neither, and where none that was given is one of them;
    /// [`ErrorKind::Damaged`] where a setting of the program is out of range or does not suit its source.
    pub fn find_sources(&self, given: &[SourceWeights]) -> Result<Vec<SourceWeights>, Error> {
        let same = |one: &SourceReference, other: &SourceWeights| one.sha256 == other.sha256();
        let is_wanted = |other| self.sources().iter().any(|one| same(one, other));
        if !given.is_empty() && !given.iter().any(is_wanted) {
            return Err(self.source().missing(given));
        }
        let find = |wanted: &SourceReference| {
            let found = given.iter().find(|other| same(wanted, other)).cloned();
            let found = match found {
                None => SourceWeights::known(&wanted.name)?.filter(|other| same(wanted, other)),
                found => found,
            };
            found.ok_or_else(|| wanted.missing(given))
        };
        let found: Vec<SourceWeights> =
            self.sources().iter().map(find).collect::<Result<_, _>>()?;
        let specs: Vec<&SourceSpec> = found.iter().map(SourceWeights::spec).collect();
        self.content().check_sources(&specs).map_err(|error| {
            let message = format!("the program is damaged: {error}");
            Error::new(ErrorKind::Damaged, message).with_hint(FIT_AGAIN)
        })?;
        Ok(found)
    }

    /// Of the sources given those of the program, in its order.
    pub(crate) fn sources_among<'a>(
        &self,
        given: &'a [SourceWeights],
    ) -> Result<Vec<&'a SourceWeights>, Error> {
        let find = |wanted: &SourceReference| {
            let same = |source: &&SourceWeights| source.sha256() == wanted.sha256;
            let found = given.iter().find(same);
            found.ok_or_else(|| wanted.missing(given))
        };
        self.sources().iter().map(find).collect()
    }

    /// What the task asks for beside the trained numbers.
    pub fn content(&self) -> &T {
        &self.header.content
    }

    /// Scores from the fit, by name.
    pub fn scores(&self) -> &BTreeMap<String, f64> {
        &self.header.scores
    }

    /// Whether the sources' weights were found bit-identical after the fit.
    pub fn frozen(&self) -> bool {
        self.header.frozen
    }

    /// The trained numbers by name, those of parts as `part1.transform.…`, `part1.mapping.…`.
    pub fn tensors(&self) -> &Numbers {
        &self.tensors
    }

    /// The trained numbers of one part's transform or mapping, under their own names.
    pub(crate) fn tensors_of(&self, part: usize, what: Trained) -> Numbers {
        let prefix = what.prefix(part);
        let named = self.tensors.iter().filter_map(|(name, tensor)| {
            let name = name.strip_prefix(&prefix)?;
            Some((name.to_owned(), tensor.clone()))
        });
        named.collect()
    }
}

/// What of a part has trained numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trained {
    Transform,
    Mapping,
}

impl Trained {
    /// How the names of the numbers start in a program; `part` counts from 0.
    fn prefix(self, part: usize) -> String {
        let what = match self {
            Self::Transform => "transform",
            Self::Mapping => "mapping",
        };
        format!("part{}.{what}.", part + 1)
    }

    /// Numbers of one part under their names in a program; `part` counts from 0.
    pub(crate) fn named(self, part: usize, numbers: Numbers) -> Numbers {
        let prefix = self.prefix(part);
        let named = numbers.into_iter();
        named
            .map(|(name, tensor)| (format!("{prefix}{name}"), tensor))
            .collect()
    }
}
