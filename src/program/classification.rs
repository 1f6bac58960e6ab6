//! Programs that classify: parts, each a transform and a mapping, and how their scores are read.

use serde::{Deserialize, Serialize};

use super::{Content, Program, Task, check_finite};
use crate::fit::FitSettings;
use crate::mapping::Mapping;
use crate::parameters::Numbers;
use crate::series::Classes;
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// A transform and the mapping that reads what the source makes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
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
    pub(crate) parts: Vec<Part>,
    /// What the weighted mean of the parts' scores is multiplied by before the softmax that makes
    /// probabilities of it.
    pub(crate) inverse_temperature: f32,
    /// With the scaling and the seed.
    pub(crate) settings: FitSettings,
}

impl Content for Classification {
    const TASK: Task = Task::Classification;

    fn check(&self, _tensors: &Numbers) -> Result<(), String> {
        let numbers = self.parts.iter().map(|part| part.weight);
        let mut numbers = numbers.chain([self.inverse_temperature]);
        match !self.parts.is_empty() && numbers.all(f32::is_finite) {
            true => Ok(()),
            false => Err("it has no parts".to_owned()),
        }
    }
}

impl Program {
    /// The class labels, as the training split writes them.
    pub fn labels(&self) -> &[String] {
        self.header.content.labels.names()
    }

    /// Samples of the series that the program takes.
    pub fn series_length(&self) -> usize {
        self.header.content.series_length
    }

    /// The settings that the program was fitted with.
    pub fn settings(&self) -> &FitSettings {
        &self.header.content.settings
    }

    /// The parts, at least one: each hears the series its own way, and the weighted mean of
    /// their scores decides.
    pub fn parts(&self) -> &[Part] {
        &self.header.content.parts
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

    /// What the mean of the parts' scores is multiplied by before the softmax.
    pub fn inverse_temperature(&self) -> f32 {
        self.header.content.inverse_temperature
    }

    /// Whether a series suits the program; `number` counts from 1.
    ///
    /// # Errors
    ///
    /// When it has another length than those that the program was trained on, or a value that is
    /// not finite.
    pub fn check_series(&self, series: &[f64], number: usize) -> Result<(), Error> {
        if series.len() != self.series_length() {
            let (found, expected) = (series.len(), self.series_length());
            let message =
                format!("series {number} has {found} samples, the program takes {expected}");
            return Err(
                Error::new(ErrorKind::UnequalLengths, message).with_setting("unequal", "resample")
            );
        }
        check_finite(series, number)
    }
}
