//! Padding a series with trained sound: Voice2Series (Yang, Tsai, Chen 2021, arXiv 2106.09296).
//!
//! `x′ = pad(x) + M ⊙ θ`: the series sits in one or more segments of the clip, and θ fills what is
//! left; the mask `M` is 0 where the series sits and 1 elsewhere. θ is shared by all series.

use std::str::FromStr;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{Basis, InputTransform, Named, THETA, basis, check_theta, initial_theta, tones};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::series::resample_linear;
use crate::source::{AudioInput, Input, SharedAudio, SourceModel, SourceSpec};
use crate::{Error, ErrorKind, setting};

/// The name of the mask, 0 where a series sits and 1 elsewhere.
const MASK: &str = "mask";
/// The name of the plane of the masked θ.
const PLANE: &str = "plane";

/// Where in its segment a series sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// At the segment's start.
    Start,
    /// In its middle.
    #[default]
    Centre,
    /// At its end.
    End,
}

impl FromStr for Position {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "start" => Ok(Self::Start),
            "centre" | "center" => Ok(Self::Centre),
            "end" => Ok(Self::End),
            _ => Err(setting::refused("position", name, "start, centre or end")),
        }
    }
}

/// How a series is placed in the clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Padding {
    /// The clip is cut into so many equal segments, each with a copy of the series.
    pub segments: usize,
    /// Where in its segment a copy sits.
    pub position: Position,
    /// The series is resampled to so many samples first.
    pub stretch: Option<usize>,
    /// θ starts uniform within ± this amplitude. At 0 the clip is silent where no series sits, and
    /// silence passes no gradient: θ then grows only from the series' edges outwards.
    pub initial_amplitude: f32,
    /// θ is a sum of so many sounds at most, and not free in each sample: few numbers can be trained from
    /// few answers.
    #[serde(default)]
    pub dimensions: Option<usize>,
    /// The sounds that it is a sum of.
    #[serde(default)]
    pub basis: Basis,
}

impl Padding {
    /// θ from its numbers, silent where the series sits.
    fn masked_theta<B: Kernels>(&self, numbers: &Parameters<B>) -> Tensor<B, 1> {
        let mask = numbers.get(MASK);
        let [samples] = mask.dims();
        basis::sound(numbers.get(THETA), numbers, samples) * mask
    }

    /// Samples of one segment.
    fn room(&self, audio: AudioInput) -> usize {
        audio.samples / self.segments.max(1)
    }

    /// The series' length in the clip.
    fn placed_length(&self, length: usize) -> usize {
        self.stretch.unwrap_or(length)
    }

    /// Where the copies of a series of `length` samples start.
    fn starts(&self, audio: AudioInput, length: usize) -> impl Iterator<Item = usize> {
        let room = self.room(audio);
        let spare = room.saturating_sub(self.placed_length(length));
        let offset = match self.position {
            Position::Start => 0,
            Position::Centre => spare / 2,
            Position::End => spare,
        };
        (0..self.segments).map(move |segment| segment * room + offset)
    }
}

impl InputTransform for Padding {
    const KIND: &'static str = "padding";

    fn named() -> Vec<Named<Self>> {
        // The paper says nothing of the number of segments; the released code has three.
        let padding = Self {
            segments: 3,
            position: Position::Start,
            stretch: None,
            initial_amplitude: 0.05,
            dimensions: None,
            basis: Basis::Tones,
        };
        vec![
            Named::new("padding", padding)
                .about("the series in a clip of trained sound (Voice2Series)"),
        ]
    }

    fn check(&self, source: &SourceSpec, length: usize) -> Result<(), Error> {
        let audio = source.audio_input()?;
        if !(1..=audio.samples).contains(&self.segments) {
            let expected = format!("1 to {}", audio.samples);
            return Err(setting::refused("segments", self.segments, expected));
        }
        check_theta(self.initial_amplitude)?;
        let least = match self.basis {
            Basis::Tones => tones::LEAST,
            Basis::Random => 1,
        };
        let range = least..=tones::MOST;
        if let Some(dimensions) = self.dimensions.filter(|count| !range.contains(count)) {
            let expected = format!("{least} to {}", tones::MOST);
            return Err(setting::refused("dimensions", dimensions, expected));
        }
        if self.stretch == Some(0) {
            return Err(setting::refused("stretch", 0, "at least 1 sample"));
        }
        let samples = self.placed_length(length);
        let room = self.room(audio);
        if samples > room {
            let segments = self.segments;
            let room_for =
                format!("{segments} segment(s) of the clip have room for {room} samples each");
            let message = format!("a series of {samples} samples does not fit: {room_for}");
            let hint = format!("use fewer segments, or shorten the series to {room} samples");
            return Err(Error::new(ErrorKind::Mismatch, message)
                .with_hint(hint)
                .with_setting("segments", "")
                .with_setting("stretch", ""));
        }
        Ok(())
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let audio = source.audio_input()?;
        let mut clip = vec![0.0; audio.samples];
        let placed = match self.stretch {
            Some(length) => resample_linear(series, length),
            None => series.to_vec(),
        };
        for start in self.starts(audio, series.len()) {
            clip[start..start + placed.len()].copy_from_slice(&placed);
        }
        Ok(clip)
    }

    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        let audio = self.masked_theta(numbers);
        let plane = numbers.find(PLANE).zip(source.plane.as_ref());
        let plane = plane.map(|(plane, of)| plane.reshape([1, of.frames, of.filters()]));
        Input::Sum(prepared, SharedAudio { audio, plane })
    }

    fn settle<B: Kernels>(
        &self,
        source: &dyn SourceModel<B>,
        mut numbers: Parameters<B>,
    ) -> Parameters<B> {
        if source.spec().plane.is_none() {
            return numbers;
        }
        let audio = self.masked_theta(&numbers);
        let plane = source.plane(Input::Audio(audio.unsqueeze::<2>()));
        let count = plane.shape().num_elements();
        numbers.insert(PLANE, plane.reshape([count]));
        numbers
    }

    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        let samples = source.audio.map_or(0, |audio| audio.samples);
        let count = self
            .dimensions
            .map_or(samples, |most| self.basis.rounded(most));
        initial_theta(self.initial_amplitude, count, seed)
    }

    fn fixed(&self, source: &SourceSpec, length: usize) -> Numbers {
        let Some(audio) = source.audio else {
            return Numbers::new();
        };
        let mut mask = vec![1.0; audio.samples];
        for start in self.starts(audio, length) {
            mask[start..start + self.placed_length(length)].fill(0.0);
        }
        let mut fixed = named([(MASK, tensor([audio.samples], mask))]);
        if let Some(dimensions) = self.dimensions {
            fixed.extend(self.basis.parts(dimensions, audio));
        }
        fixed
    }

    fn dropped(&self) -> Option<&'static str> {
        Some(THETA)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_segment_holds_the_series_and_the_rest_is_silent(
            length in 1usize..400,
            segments in 1usize..=10,
            position in prop::sample::select(&[Position::Start, Position::Centre, Position::End]),
            stretch in prop::option::of(1usize..1600),
        ) {
            let audio = AudioInput { rate: 16_000, samples: 16_000 };
            let source = SourceSpec { audio: Some(audio), ..SourceSpec::default() };
            let padding = Padding { segments, position, stretch, initial_amplitude: 0.0, dimensions: None, basis: Basis::Tones };
            // No value is zero, so that silence can be told from the series.
            let series: Vec<f32> = (0..length).map(|index| 1.0 + index as f32).collect();
            let clip = padding.prepare(&source, &series).unwrap();
            let placed = stretch.unwrap_or(length);
            prop_assert_eq!(clip.len(), 16_000);
            let sounding = clip.iter().filter(|sample| **sample != 0.0).count();
            prop_assert_eq!(sounding, placed * segments);
            for start in padding.starts(audio, length) {
                prop_assert_eq!(clip[start], series[0]);
            }
            let longest = 16_000 / segments;
            let padding = Padding { stretch: None, ..padding };
            prop_assert!(padding.prepare(&source, &vec![0.0; longest]).is_ok());
            let error = padding.prepare(&source, &vec![0.0; longest + 1]).unwrap_err();
            let hint = format!("to {longest} samples");
            prop_assert!(error.hint().unwrap().contains(&hint), "{}", error);
        }
    }
}
