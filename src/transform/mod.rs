//! Input transforms: how a series becomes the sound that a source model hears.
//!
//! A [`Transform`] is the choice, as a program stores it. [`Transform::place`] does its fixed part
//! on the host, one series at a time; [`TrainedTransform`] holds the trained part on a device. The
//! sound enters the source by one of its two doors, as audio or as a log-mel plane.

mod batch;
mod fourier;
mod named;
mod padding;
mod painted;
mod scalogram;
mod signal;
mod speech;
mod theta;
mod view;
mod voice;

pub use named::NAMES;
pub use padding::{Padding, Position};
pub use painted::{Painted, Peak};
pub use scalogram::{Paint, Scalogram};
pub use signal::Signal;
pub use speech::Speech;
pub use view::View;
pub use voice::{Formant, Noise, Tone, Voice, VoiceSound, Vowel};

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::Kernels;
use crate::kernel::mel::CLIP_SAMPLES;
use crate::kernel::mel::{FRAMES, MELS};
use crate::source::Sound;
use crate::storage::HostTensor;
use padding::TrainedPadding;
use painted::TrainedPainted;
use voice::TrainedVoice;

/// Why a series cannot be transformed.
#[derive(Debug, Error)]
pub enum TransformError {
    /// The series does not fit into its segment.
    #[error(
        "a series of {samples} samples does not fit: {segments} segment(s) of the clip have room \
         for {room} samples each"
    )]
    TooLong {
        /// The series' length after stretching.
        samples: usize,
        /// The segments that were asked for.
        segments: usize,
        /// Samples in one segment.
        room: usize,
    },
    /// A setting that no series can meet.
    #[error("{setting} is {value}, expected {expected}")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A program without its trained numbers, or with too many or too few of them.
    #[error("the transform's tensor {tensor} is missing or has another length than {expected}")]
    Tensor {
        /// The tensor's name.
        tensor: &'static str,
        /// The length that the transform gives it.
        expected: usize,
    },
}

impl TransformError {
    /// What to do next, where there is something to say.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooLong { room, .. } => Some(format!(
                "use fewer --segments, or shorten the series with --stretch {room}"
            )),
            Self::Setting { .. } | Self::Tensor { .. } => None,
        }
    }
}

/// The input transforms; a new one is one more variant here and in [`TrainedTransform`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Transform {
    /// The series in a clip of trained sound (Voice2Series).
    Padding(Padding),
    /// A voice that the series modulates, as audio.
    Voice(Voice),
    /// Peaks on the mel plane that the series moves.
    Painted(Painted),
    /// The series speeded up until it can be heard.
    Scalogram(Scalogram),
    /// A voice with vowels and consonants, painted.
    Speech(Speech),
}

impl Transform {
    /// Whether series of `length` samples can go through, checked before any of them does.
    ///
    /// # Errors
    ///
    /// When a setting is out of range, or such a series does not fit into the clip.
    pub fn check(&self, length: usize) -> Result<(), TransformError> {
        match self {
            Self::Padding(padding) => padding.check(length),
            Self::Voice(voice) => voice.check(),
            Self::Painted(painted) => painted.check(),
            Self::Scalogram(scalogram) => scalogram.check(),
            Self::Speech(speech) => speech.check(),
        }
    }

    /// How many numbers [`Transform::place`] makes of a series.
    pub fn placed_samples(&self) -> usize {
        match self {
            Self::Padding(_) | Self::Voice(_) => CLIP_SAMPLES,
            Self::Painted(painted) => painted.placed_samples(),
            Self::Scalogram(_) | Self::Speech(_) => FRAMES * MELS,
        }
    }

    /// The fixed part: a scaled series gives `[placed_samples]` numbers, what
    /// [`TrainedTransform::forward`] takes.
    ///
    /// # Errors
    ///
    /// See [`Transform::check`].
    pub fn place(&self, series: &[f32]) -> Result<Vec<f32>, TransformError> {
        match self {
            Self::Padding(padding) => padding.place(series),
            Self::Voice(voice) => voice.place(series),
            Self::Painted(painted) => painted.place(series),
            Self::Scalogram(scalogram) => scalogram.place(series),
            Self::Speech(speech) => speech.place(series),
        }
    }

    /// When a series sounds: for each copy of it in the clip, the sample of the clip at which each
    /// of its values is heard. No copy, where the sound does not tell when something happens.
    pub fn heard_at(&self, series: &[f32]) -> Vec<Vec<f32>> {
        match self {
            Self::Padding(padding) => padding.heard_at(series.len()),
            Self::Painted(painted) => painted.heard_at(series).into_iter().collect(),
            Self::Voice(voice) if !voice.is_timed() => Vec::new(),
            Self::Voice(_) | Self::Scalogram(_) | Self::Speech(_) => {
                vec![evenly(series.len(), 0.0, CLIP_SAMPLES as f32)]
            }
        }
    }

    /// Whether there is anything that training could change.
    pub fn trainable(&self) -> bool {
        match self {
            Self::Padding(_) | Self::Painted(_) => true,
            Self::Voice(voice) => voice.theta.is_some(),
            Self::Scalogram(_) | Self::Speech(_) => false,
        }
    }

    /// The trained part before training, by name; the same for the same seed.
    pub fn initial(&self, seed: u64) -> BTreeMap<String, HostTensor> {
        match self {
            Self::Padding(padding) => padding.initial(seed),
            Self::Voice(voice) => voice.initial(seed),
            Self::Painted(painted) => painted.initial(),
            Self::Scalogram(_) | Self::Speech(_) => BTreeMap::new(),
        }
    }

    /// Puts the trained part on a device, for series of `length` samples.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or has another length.
    pub fn on_device<B: Kernels>(
        &self,
        tensors: &BTreeMap<String, HostTensor>,
        length: usize,
        device: &B::Device,
    ) -> Result<TrainedTransform<B>, TransformError> {
        Ok(match self {
            Self::Padding(padding) => {
                TrainedTransform::Padding(TrainedPadding::new(padding, tensors, length, device)?)
            }
            Self::Voice(voice) => {
                voice.check()?;
                TrainedTransform::Voice(TrainedVoice::new(voice, tensors, device)?)
            }
            Self::Painted(painted) => {
                TrainedTransform::Painted(TrainedPainted::new(painted, tensors, device)?)
            }
            Self::Scalogram(_) | Self::Speech(_) => {
                self.check(length)?;
                TrainedTransform::Plane(FixedPlane::new())
            }
        })
    }

    /// How many numbers training may drop at each step; see [`TrainedTransform::forward`].
    pub fn droppable(&self) -> usize {
        match self {
            Self::Padding(_) => CLIP_SAMPLES,
            Self::Voice(voice) if voice.theta.is_some() => CLIP_SAMPLES,
            Self::Voice(_) | Self::Painted(_) | Self::Scalogram(_) | Self::Speech(_) => 0,
        }
    }
}

/// The samples of the clip in the middle of `length` values that sound one after the other from
/// sample `first` to `last`.
fn evenly(length: usize, first: f32, last: f32) -> Vec<f32> {
    let share = |index| (index as f32 + 0.5) / length as f32;
    (0..length)
        .map(|index| first + share(index) * (last - first))
        .collect()
}

/// The trained part of a [`Transform`], on a device.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a program has a handful, and a module cannot be boxed"
)]
pub enum TrainedTransform<B: Backend> {
    /// θ and its mask.
    Padding(TrainedPadding<B>),
    /// θ on top of a voice.
    Voice(TrainedVoice<B>),
    /// The numbers of the peaks.
    Painted(TrainedPainted<B>),
    /// Nothing: what was placed is the plane.
    Plane(FixedPlane<B>),
}

impl<B: Kernels> TrainedTransform<B> {
    /// Placed series `[batch, placed_samples]` give the sound that the source hears.
    ///
    /// `keep` multiplies the [`Transform::droppable`] numbers (dropout, in training only).
    pub fn forward(&self, placed: Tensor<B, 2>, keep: Option<Tensor<B, 1>>) -> Sound<B> {
        match self {
            Self::Padding(padding) => padding.forward(placed, keep),
            Self::Voice(voice) => voice.forward(placed, keep),
            Self::Painted(painted) => Sound::Plane(painted.forward(placed)),
            Self::Plane(_) => {
                let [batch, _] = placed.dims();
                Sound::Plane(placed.reshape([batch, FRAMES, MELS]))
            }
        }
    }

    /// The same, ready to predict with: what depends on the trained numbers alone is worked out once
    /// and for all. A transform that is still trained must not be settled.
    pub fn settled(self) -> Self {
        match self {
            Self::Padding(padding) => Self::Padding(padding.settled()),
            Self::Voice(_) | Self::Painted(_) | Self::Plane(_) => self,
        }
    }

    /// The trained numbers on the host, by name.
    pub fn to_host(&self) -> BTreeMap<String, HostTensor> {
        match self {
            Self::Padding(padding) => padding.to_host(),
            Self::Voice(voice) => voice.to_host(),
            Self::Painted(painted) => painted.to_host(),
            Self::Plane(_) => BTreeMap::new(),
        }
    }
}

/// A transform without trained numbers whose placed series are planes.
#[derive(Module, Debug)]
pub struct FixedPlane<B: Backend> {
    backend: std::marker::PhantomData<B>,
}

impl<B: Backend> FixedPlane<B> {
    fn new() -> Self {
        Self {
            backend: std::marker::PhantomData,
        }
    }
}
