//! Which taps of a source are read, and how many features are pooled of them.

use serde::{Deserialize, Serialize};

use super::{SourceSpec, Tap, TapOf};
use crate::kernel::composed::POOLED;

/// Which taps of a source readouts read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TapSet {
    /// Those that tell series apart: [`Tap::read`].
    #[default]
    Series,
    /// Those that tell speech apart: [`Tap::of_speech`].
    Speech,
}

impl TapSet {
    /// The places of the taps.
    pub fn places(self, source: &SourceSpec) -> Vec<usize> {
        let taps = source.taps.iter().enumerate();
        let read = taps.filter(|(_, tap)| match self {
            Self::Series => tap.read,
            Self::Speech => tap.of_speech,
        });
        read.map(|(place, _)| place).collect()
    }

    /// How many features [`pool`](crate::mapping::pool) gives of them: of each, in their order, the tap itself where it is of the
    /// clip, and where it is of frames their mean, maximum, minimum, deviation, share of positive values
    /// and the segments' means.
    pub fn width(self, source: &SourceSpec) -> usize {
        self.of(source).map(Tap::pooled_width).sum()
    }

    /// The taps.
    pub(crate) fn of(self, source: &SourceSpec) -> impl Iterator<Item = &Tap> {
        self.places(source)
            .into_iter()
            .map(|place| &source.taps[place])
    }
}

/// The [width](TapSet::width) of what is pooled for series.
pub fn pooled_width(source: &SourceSpec) -> usize {
    TapSet::Series.width(source)
}

impl Tap {
    /// How many features are pooled of it.
    pub(crate) fn pooled_width(&self) -> usize {
        match self.of {
            TapOf::Frames => self.width * POOLED,
            TapOf::Mean | TapOf::Clip => self.width,
        }
    }
}
