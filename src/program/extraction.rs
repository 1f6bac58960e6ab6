//! Programs that give features: what sources make of series, without any answer.

use serde::{Deserialize, Serialize};

use super::{Content, Program, Scaled, Task};
use crate::mapping::Pooling;
use crate::parameters::Numbers;
use crate::series::{Level, Scaling};
use crate::source::SourceSpec;
use crate::transform::Transform;
use crate::{Error, limits};

/// A program that gives features.
pub type FeatureProgram = Program<Extraction>;

/// A way in which a source hears the series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeaturePart {
    /// The place of its source among the program's.
    pub source: usize,
    /// The input transform.
    pub transform: Transform,
}

/// What a program that gives features holds beside the numbers of its transforms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// Samples of the series that the program takes.
    pub(crate) series_length: usize,
    /// The level of the series that it was made for, for transforms that keep it.
    pub(crate) level: Level,
    /// How series are scaled before anything else.
    pub(crate) scaling: Scaling,
    /// Which of the activations are features.
    pub(crate) pooling: Pooling,
    pub(crate) parts: Vec<FeaturePart>,
}

impl Content for Extraction {
    const TASK: Task = Task::Features;

    fn check(&self, sources: usize, _tensors: &Numbers) -> Result<(), String> {
        limits::within("series length", self.series_length, &limits::VALUES)?;
        limits::within("number of parts", self.parts.len(), &limits::PARTS)?;
        if self.parts.iter().any(|part| part.source >= sources) {
            return Err("a part has a source that the program lacks".to_owned());
        }
        match self.level.is_sound() {
            true => Ok(()),
            false => Err("its level is not finite, or its deviation not above 0".to_owned()),
        }
    }

    fn check_sources(&self, sources: &[&SourceSpec]) -> Result<(), Error> {
        let mut parts = self.parts.iter();
        parts.try_for_each(|part| {
            part.transform
                .check(sources[part.source], self.series_length)
        })
    }
}

impl FeatureProgram {
    /// Samples of the series that the program takes.
    pub fn series_length(&self) -> usize {
        self.content().series_length
    }

    /// The ways in which its sources hear a series, at least one.
    pub fn feature_parts(&self) -> &[FeaturePart] {
        &self.content().parts
    }

    /// A series as the transforms take it; `number` counts from 1.
    ///
    /// # Errors
    ///
    /// When it has another length than those that the program was made for, or a value that is not finite.
    pub fn scaled(&self, series: &[f64], number: usize) -> Result<Scaled, Error> {
        let content = self.content();
        let scaling = (content.scaling, content.level);
        Scaled::checked(series, number, content.series_length, scaling)
    }
}
