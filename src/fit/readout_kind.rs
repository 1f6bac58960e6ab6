//! The ways in which a fit reads a source's answer, by their names.

use std::fmt;
use std::str::FromStr;

use crate::mapping::{self, Pooling};
use crate::{Error, setting};

/// How the source's answer becomes a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadoutKind {
    /// Labels of the source stand for the classes, by a label mapping (Voice2Series).
    Labels,
    /// A ridge regression, in closed form, on means of the source's activations over the clip.
    Means,
    /// The same on their extremes, deviations and course through the clip too.
    Ridge,
    /// The same on means, extremes and deviations, without the course.
    Clip,
    /// The same on the course alone: means of five segments.
    Segments,
    /// A mapping that is trained by gradient together with the transform, by its name; see
    /// [`mapping::trained_names`].
    Trained(String),
}

impl ReadoutKind {
    /// Whether it is trained by gradient, and alone, where the others are fitted in closed form.
    pub(super) fn by_gradient(&self) -> bool {
        self.pooling().is_none()
    }

    /// What a readout in closed form reads.
    pub(super) fn pooling(&self) -> Option<Pooling> {
        match self {
            Self::Means => Some(Pooling::Means),
            Self::Ridge => Some(Pooling::All),
            Self::Clip => Some(Pooling::Clip),
            Self::Segments => Some(Pooling::Segments),
            Self::Labels | Self::Trained(_) => None,
        }
    }

    /// Those that are no trained mapping, by name.
    fn own() -> [(&'static str, Self); 5] {
        [
            ("clip", Self::Clip),
            ("labels", Self::Labels),
            ("means", Self::Means),
            ("ridge", Self::Ridge),
            ("segments", Self::Segments),
        ]
    }

    /// The names of all, in alphabetical order.
    pub fn names() -> Vec<&'static str> {
        let own = Self::own().into_iter().map(|(name, _)| name);
        let mut names: Vec<_> = own.chain(mapping::trained_names()).collect();
        names.sort_unstable();
        names
    }
}

impl fmt::Display for ReadoutKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Trained(name) = self {
            return formatter.write_str(name);
        }
        let own = Self::own().into_iter().find(|(_, one)| one == self);
        formatter.write_str(own.expect("all that are not trained have a name").0)
    }
}

impl FromStr for ReadoutKind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        if let Some((_, own)) = Self::own().into_iter().find(|(own, _)| *own == name) {
            return Ok(own);
        }
        if mapping::trained_names().contains(&name) {
            return Ok(Self::Trained(name.to_owned()));
        }
        let expected = format!("one of {}", Self::names().join(", "));
        Err(setting::refused("readout", name, expected))
    }
}
