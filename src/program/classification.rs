//! Programs that classify: parts, each a transform and a mapping, and how their scores are read.

use std::ops::Range;

use retune_core::table::Real;
use serde::{Deserialize, Serialize};

use super::{Content, Program, Task};
use crate::limits;
use crate::mapping::Mapping;
use crate::parameters::Numbers;
use crate::series::{Classes, ColumnOrder, Level, Scaling, Split};
use crate::source::SourceSpec;
use crate::transform::{Recording, Transform};
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

impl Part {
    /// The rate in Hz of the recordings that it hears; none where it hears series.
    fn rate(&self) -> Option<u32> {
        Some(self.transform.downcast::<Recording>()?.rate)
    }
}

/// What a program that classifies holds beside its trained numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classification {
    pub(crate) labels: Classes,
    /// Samples of the series that the program takes.
    pub(crate) series_length: usize,
    /// How the columns of the training file stood, where it named them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) columns: Option<ColumnOrder>,
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
    /// How the label mapping was found that something was trained through, for the reader; empty where
    /// there was none.
    #[serde(default)]
    pub mapping: String,
}

impl Content for Classification {
    const TASK: Task = Task::Classification;

    fn check(&self, sources: usize, _tensors: &Numbers) -> Result<(), String> {
        if self.parts.iter().any(|part| part.source >= sources) {
            return Err("a part has a source that the program lacks".to_owned());
        }
        limits::names("labels", self.labels.names(), &limits::CLASSES)?;
        limits::within("series length", self.series_length, &limits::VALUES)?;
        if self.columns.as_ref().is_some_and(|order| !order.is_sound()) {
            return Err("it names the order of columns by no sha256".to_owned());
        }
        limits::within("number of parts", self.parts.len(), &limits::PARTS)?;
        for part in &self.parts {
            limits::within("weight of a part", part.weight, &limits::WEIGHT)?;
        }
        let mut rates = self.parts.windows(2);
        if rates.any(|pair| pair[0].rate() != pair[1].rate()) {
            return Err("its parts do not all hear recordings of one rate, or series".to_owned());
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

    fn check_sources(&self, sources: &[&SourceSpec]) -> Result<(), Error> {
        self.parts.iter().try_for_each(|part| {
            let source = sources[part.source];
            part.transform.check(source, self.series_length)?;
            part.mapping.check(source, self.labels.len())
        })
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

    /// How the columns of the training file stood; `None` where it had no names for them.
    pub fn columns(&self) -> Option<&ColumnOrder> {
        self.content().columns.as_ref()
    }

    /// Whether the columns of a file stand in the order of those of the training file. Where either file
    /// has no names for them, or they are others, that is taken to be so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Column`] for the same columns in another order.
    pub fn check_columns(&self, split: &Split) -> Result<(), Error> {
        match self.columns() {
            Some(order) => order.check(split.columns.as_ref(), &split.read_as.file),
            None => Ok(()),
        }
    }

    /// The rate in Hz of the recordings that the program takes; none where it takes series.
    pub fn rate(&self) -> Option<u32> {
        self.parts().first()?.rate()
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
            let error = Error::new(ErrorKind::UnknownName, message);
            error.with_hint("parts count from 1")
        })
    }

    /// A series as the transforms take it; `number` counts from 1.
    ///
    /// # Errors
    ///
    /// When it has another length than those that the program was trained on, or a value that is
    /// not finite.
    pub fn scaled(&self, series: &[f64], number: usize) -> Result<Scaled, Error> {
        let content = self.content();
        let (length, scaling) = (self.series_length(), self.settings().scaling);
        Scaled::checked(series, number, length, (scaling, content.level))
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
    /// A series of a program that takes so many values; `number` counts from 1.
    pub(crate) fn checked(
        series: &[f64],
        number: usize,
        expected: usize,
        (scaling, level): (Scaling, Level),
    ) -> Result<Self, Error> {
        let found = series.len();
        if found != expected {
            let message =
                format!("series {number} has {found} samples, the program takes {expected}");
            let error = Error::new(ErrorKind::UnequalLengths, message);
            return Err(error.with_setting("unequal", "resample"));
        }
        check_finite(series, number)?;
        Ok(Self::of(series, scaling, level))
    }

    pub(crate) fn of(series: &[f64], scaling: Scaling, level: Level) -> Self {
        Self {
            own: scaling.apply(series),
            at_level: level.apply(series),
        }
    }

    /// The same with a stretch of its values on the straight line between those before and after it;
    /// where only one of these is there it goes on as that, and the whole series becomes its mean.
    pub(crate) fn without(&self, stretch: Range<usize>) -> Self {
        let without = |series: &[f32]| {
            let before = stretch.start.checked_sub(1).map(|place| series[place]);
            let after = series.get(stretch.end).copied();
            let mean = || series.iter().sum::<f32>() / series.len() as f32;
            let first = before.or(after).unwrap_or_else(mean);
            let last = after.unwrap_or(first);
            let steps = (stretch.len() + 1) as f32;
            let mut left = series.to_vec();
            for (value, step) in left[stretch.clone()].iter_mut().zip(1..) {
                *value = first + (last - first) * step as f32 / steps;
            }
            left
        };
        Self {
            own: without(&self.own),
            at_level: without(&self.at_level),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand.
    #[test]
    fn a_stretch_becomes_the_line_between_its_neighbours() {
        let series = [1.0, 9.0, 9.0, 4.0];
        let level = Level::of(&[vec![0.0f64, 0.0, 2.0, 2.0]]);
        let scaled = Scaled::of(&series, Scaling::None, level);
        for (stretch, expected) in [
            (1..3, [1.0, 2.0, 3.0, 4.0]),
            (0..2, [9.0, 9.0, 9.0, 4.0]),
            (2..4, [1.0, 9.0, 9.0, 9.0]),
            (0..4, [5.75; 4]),
            (2..2, [1.0, 9.0, 9.0, 4.0]),
        ] {
            let left = scaled.without(stretch);
            assert_eq!(left.own, expected);
            // Less 1, the mean of the level, over its deviation, 1.
            assert_eq!(left.at_level, expected.map(|value| value - 1.0));
        }
    }
}
