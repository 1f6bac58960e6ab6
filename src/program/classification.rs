//! Programs that classify: parts, each a transform and a mapping, and how their scores are read.

use retune_core::table::Real;
use serde::{Deserialize, Serialize};

use super::{Content, Program, Task, limits};
use crate::mapping::Mapping;
use crate::parameters::Numbers;
use crate::series::{Classes, Level, Scaling};
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// A transform, the source that hears it, and the mapping that reads what that makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The place of its source among the program's.
    pub source: usize,
    /// The input transform.
    pub transform: Transform,
    /// The output mapping.
    pub mapping: Mapping,
    /// How much its scores count; the weights of all parts sum to 1.
    pub weight: f32,
}

/// What a program that classifies holds beside its trained numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    pub(crate) labels: Classes,
    /// Samples of the series that the program takes.
    pub(crate) series_length: usize,
    /// The level of the training split, for transforms that keep it.
    pub(crate) level: Level,
    pub(crate) parts: Vec<Part>,
    /// What the weighted mean of the parts' scores is multiplied by before the softmax that makes
    /// probabilities of it.
    pub(crate) inverse_temperature: f32,
    pub(crate) settings: ClassifierRecord,
}

/// The settings of a fit that its program keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassifierRecord {
    /// How series are scaled before anything else.
    pub scaling: Scaling,
    /// The seed of everything random; transforms draw the numbers from it that they begin with.
    pub seed: u64,
    /// The preset that the other settings started from, for the reader.
    pub preset: String,
    /// The trainer, for the reader.
    #[serde(default)]
    pub trainer: String,
}

impl Content for Classification {
    const TASK: Task = Task::Classification;

    fn check(&self, sources: usize, _tensors: &Numbers) -> Result<(), String> {
        if self.parts.iter().any(|part| part.source >= sources) {
            return Err("a part has a source that the program lacks".to_owned());
        }
        limits::names("labels", self.labels.names(), &limits::CLASSES)?;
        limits::within("series length", self.series_length, &limits::VALUES)?;
        limits::within("number of parts", self.parts.len(), &limits::PARTS)?;
        for part in &self.parts {
            limits::within("weight of a part", part.weight, &limits::WEIGHT)?;
        }
        let sum: f32 = self.parts.iter().map(|part| part.weight).sum();
        if (sum - 1.0).abs() > limits::ROUNDING {
            return Err(format!("the weights of its parts sum to {sum}, expected 1"));
        }
        if !self.level.is_sound() {
            return Err("its level is not finite, or its deviation not above 0".to_owned());
        }
        let sharpness = self.inverse_temperature;
        limits::within("inverse temperature", sharpness, &limits::SHARPNESS)
    }
}

impl Program {
    /// The class labels, as the training split writes them.
    pub fn labels(&self) -> &[String] {
        self.content().labels.names()
    }

    /// Samples of the series that the program takes.
    pub fn series_length(&self) -> usize {
        self.content().series_length
    }

    /// The settings of the fit that predicting or the reader needs.
    pub fn settings(&self) -> &ClassifierRecord {
        &self.content().settings
    }

    /// The parts, at least one: each hears the series its own way, and the weighted mean of
    /// their scores decides.
    pub fn parts(&self) -> &[Part] {
        &self.content().parts
    }

    /// One part; `part` counts from 0.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownName`]; the message says how many there are.
    pub fn part(&self, part: usize) -> Result<&Part, Error> {
        let parts = self.parts();
        parts.get(part).ok_or_else(|| {
            let (number, parts) = (part + 1, parts.len());
            let message = format!("there is no part {number}, the program has {parts}");
            Error::new(ErrorKind::UnknownName, message)
        })
    }

    /// A series as the transforms take it; `number` counts from 1.
    ///
    /// # Errors
    ///
    /// When it has another length than those that the program was trained on, or a value that is
    /// not finite.
    pub fn scaled(&self, series: &[f64], number: usize) -> Result<Scaled, Error> {
        let (found, expected) = (series.len(), self.series_length());
        if found != expected {
            let message =
                format!("series {number} has {found} samples, the program takes {expected}");
            let error = Error::new(ErrorKind::UnequalLengths, message);
            return Err(error.with_setting("unequal", "resample"));
        }
        check_finite(series, number)?;
        Ok(Scaled::of(
            series,
            self.settings().scaling,
            self.content().level,
        ))
    }
}

/// A series as transforms take it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// Scaled by itself.
    own: Vec<f32>,
    /// Scaled by the training split.
    at_level: Vec<f32>,
}

impl Scaled {
    pub(crate) fn of(series: &[f64], scaling: Scaling, level: Level) -> Self {
        Self {
            own: scaling.apply(series),
            at_level: level.apply(series),
        }
    }

    /// What a transform takes of it.
    pub fn taken_by(&self, transform: &Transform) -> &[f32] {
        match transform.keeps_level() {
            true => &self.at_level,
            false => &self.own,
        }
    }
}

/// Whether all values of a series are finite; `number` counts from 1.
pub(crate) fn check_finite<T: Real>(series: &[T], number: usize) -> Result<(), Error> {
    let Some(place) = series.iter().position(|value| !value.is_real()) else {
        return Ok(());
    };
    let sample = place + 1;
    let message = format!("series {number} holds a value that is not finite, at sample {sample}");
    Err(Error::new(ErrorKind::NotFinite, message).with_setting("missing", "interpolate"))
}
