//! Padding a series with trained sound: Voice2Series (Yang, Tsai, Chen 2021, arXiv 2106.09296).
//!
//! `x′ = pad(x) + M ⊙ θ`: the series sits in one or more segments of the clip, and θ fills what is
//! left; the mask `M` is 0 where the series sits and 1 elsewhere. θ is shared by all series.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use burn::module::{Module, Param};
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::{TransformError, evenly, theta};
use crate::kernel::Kernels;
use crate::kernel::mel::CLIP_SAMPLES;
use crate::series::resample_linear;
use crate::source::{SharedSound, Sound};
use crate::storage::HostTensor;

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

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Start => "start",
            Self::Centre => "centre",
            Self::End => "end",
        })
    }
}

impl FromStr for Position {
    type Err = TransformError;

    fn from_str(name: &str) -> Result<Self, TransformError> {
        match name {
            "start" => Ok(Self::Start),
            "centre" | "center" => Ok(Self::Centre),
            "end" => Ok(Self::End),
            _ => Err(TransformError::Setting {
                setting: "position",
                value: name.to_owned(),
                expected: "start, centre or end",
            }),
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
}

impl Padding {
    /// Samples of one segment.
    fn room(&self) -> usize {
        CLIP_SAMPLES / self.segments.max(1)
    }

    /// The series' length in the clip.
    fn placed_length(&self, length: usize) -> usize {
        self.stretch.unwrap_or(length)
    }

    /// Where the copies of a series of `length` samples start.
    fn starts(&self, length: usize) -> impl Iterator<Item = usize> {
        let room = self.room();
        let spare = room.saturating_sub(self.placed_length(length));
        let offset = match self.position {
            Position::Start => 0,
            Position::Centre => spare / 2,
            Position::End => spare,
        };
        (0..self.segments).map(move |segment| segment * room + offset)
    }

    pub(super) fn heard_at(&self, length: usize) -> Vec<Vec<f32>> {
        let placed = self.placed_length(length) as f32;
        self.starts(length)
            .map(|start| evenly(length, start as f32, start as f32 + placed))
            .collect()
    }

    pub(super) fn check(&self, length: usize) -> Result<(), TransformError> {
        if !(1..=CLIP_SAMPLES).contains(&self.segments) {
            return Err(TransformError::Setting {
                setting: "segments",
                value: self.segments.to_string(),
                expected: "1 to 16000",
            });
        }
        theta::check(self.initial_amplitude)?;
        if self.stretch == Some(0) {
            return Err(TransformError::Setting {
                setting: "stretch",
                value: "0".to_owned(),
                expected: "at least 1 sample",
            });
        }
        let samples = self.placed_length(length);
        if samples > self.room() {
            return Err(TransformError::TooLong {
                samples,
                segments: self.segments,
                room: self.room(),
            });
        }
        Ok(())
    }

    pub(super) fn place(&self, series: &[f32]) -> Result<Vec<f32>, TransformError> {
        self.check(series.len())?;
        let mut clip = vec![0.0; CLIP_SAMPLES];
        let stretched;
        let placed = match self.stretch {
            Some(length) => {
                stretched = resample_linear(series, length);
                &stretched
            }
            None => series,
        };
        for start in self.starts(series.len()) {
            clip[start..start + placed.len()].copy_from_slice(placed);
        }
        Ok(clip)
    }

    pub(super) fn initial(&self, seed: u64) -> BTreeMap<String, HostTensor> {
        theta::initial(self.initial_amplitude, seed)
    }
}

/// θ on a device.
#[derive(Module, Debug)]
pub struct TrainedPadding<B: Backend> {
    /// `[16000]`.
    theta: Param<Tensor<B, 1>>,
    /// 0 where the series sits, 1 elsewhere, `[16000]`.
    mask: Tensor<B, 1>,
    /// The log-mel plane of the masked θ, `[1, 125, 80]`, once θ is final.
    log_mel: Option<Tensor<B, 3>>,
}

impl<B: Backend> TrainedPadding<B> {
    pub(super) fn new(
        padding: &Padding,
        tensors: &BTreeMap<String, HostTensor>,
        length: usize,
        device: &B::Device,
    ) -> Result<Self, TransformError> {
        padding.check(length)?;
        let mut mask = vec![1.0; CLIP_SAMPLES];
        for start in padding.starts(length) {
            mask[start..start + padding.placed_length(length)].fill(0.0);
        }
        Ok(Self {
            theta: theta::on_device(tensors, device)?,
            mask: Tensor::from_data(TensorData::new(mask, [CLIP_SAMPLES]), device),
            log_mel: None,
        })
    }

    /// The same, with the plane of θ worked out once and for all.
    pub(super) fn settled(self) -> Self
    where
        B: Kernels,
    {
        let sound = self.theta.val() * self.mask.clone();
        let log_mel = Some(B::log_mel(sound.unsqueeze::<2>()));
        Self { log_mel, ..self }
    }

    pub(super) fn forward(&self, placed: Tensor<B, 2>, keep: Option<Tensor<B, 1>>) -> Sound<B> {
        let masked = self.theta.val() * self.mask.clone();
        let shared = match keep {
            Some(keep) => SharedSound {
                audio: masked * keep,
                log_mel: None,
            },
            None => SharedSound {
                audio: masked,
                log_mel: self.log_mel.clone(),
            },
        };
        Sound::Over(placed, shared)
    }

    pub(super) fn to_host(&self) -> BTreeMap<String, HostTensor> {
        theta::to_host(&self.theta)
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
            position in prop_oneof![
                Just(Position::Start),
                Just(Position::Centre),
                Just(Position::End)
            ],
            stretch in prop::option::of(1usize..1600),
        ) {
            let padding = Padding { segments, position, stretch, initial_amplitude: 0.0 };
            // No value is zero, so that silence can be told from the series.
            let series: Vec<f32> = (0..length).map(|index| 1.0 + index as f32).collect();
            let clip = padding.place(&series).unwrap();
            let placed = stretch.unwrap_or(length);
            prop_assert_eq!(clip.len(), CLIP_SAMPLES);
            let sounding = clip.iter().filter(|sample| **sample != 0.0).count();
            prop_assert_eq!(sounding, placed * segments);
            for start in padding.starts(length) {
                prop_assert_eq!(clip[start], series[0]);
            }
        }
    }

    #[test]
    fn a_series_that_does_not_fit_is_refused_with_the_room_there_is() {
        let padding = Padding {
            segments: 10,
            position: Position::Centre,
            stretch: None,
            initial_amplitude: 0.0,
        };
        let error = padding.place(&[0.0; 1601]).unwrap_err();
        assert!(error.to_string().contains("1600"), "{error}");
        assert!(error.hint().unwrap().contains("--stretch 1600"));
        assert!(padding.place(&[0.0; 1600]).is_ok());
    }
}
