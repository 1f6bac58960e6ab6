//! Input transforms: how a series becomes the audio that a source model hears.
//!
//! A [`Transform`] is the choice, as a program stores it. [`Transform::place`] does its fixed part
//! on the host, one series at a time; [`TrainedTransform`] holds the trained part on a device.

mod padding;

pub use padding::{Padding, Position};

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::storage::HostTensor;
use padding::TrainedPadding;

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
        }
    }

    /// The fixed part: a scaled series gives a clip `[16000]` at 16 kHz.
    ///
    /// # Errors
    ///
    /// See [`Transform::check`].
    pub fn place(&self, series: &[f32]) -> Result<Vec<f32>, TransformError> {
        match self {
            Self::Padding(padding) => padding.place(series),
        }
    }

    /// The trained part before training, by name; the same for the same seed.
    pub fn initial(&self, seed: u64) -> BTreeMap<String, HostTensor> {
        match self {
            Self::Padding(padding) => padding.initial(seed),
        }
    }

    /// Puts the trained part on a device, for series of `length` samples.
    ///
    /// # Errors
    ///
    /// When a tensor is missing or has another length.
    pub fn on_device<B: Backend>(
        &self,
        tensors: &BTreeMap<String, HostTensor>,
        length: usize,
        device: &B::Device,
    ) -> Result<TrainedTransform<B>, TransformError> {
        match self {
            Self::Padding(padding) => {
                TrainedPadding::new(padding, tensors, length, device).map(TrainedTransform::Padding)
            }
        }
    }

    /// How many numbers training may drop at each step; see [`TrainedTransform::forward`].
    pub fn droppable(&self) -> usize {
        match self {
            Self::Padding(_) => crate::audio::CLIP_SAMPLES,
        }
    }
}

/// The trained part of a [`Transform`], on a device.
#[derive(Module, Debug)]
pub enum TrainedTransform<B: Backend> {
    /// θ and its mask.
    Padding(TrainedPadding<B>),
}

impl<B: Backend> TrainedTransform<B> {
    /// Placed series `[batch, 16000]` give the audio that the source hears, `[batch, 16000]`.
    ///
    /// `keep` multiplies the trained numbers (dropout, in training only).
    pub fn forward(&self, placed: Tensor<B, 2>, keep: Option<Tensor<B, 1>>) -> Tensor<B, 2> {
        match self {
            Self::Padding(padding) => padding.forward(placed, keep),
        }
    }

    /// The trained numbers on the host, by name.
    pub fn to_host(&self) -> BTreeMap<String, HostTensor> {
        match self {
            Self::Padding(padding) => padding.to_host(),
        }
    }
}
