//! Voices: sound that a series modulates.
//!
//! A recogniser of words follows pitch and formants, so the series moves a frequency, and does not
//! become the waveform itself. What a voice says is fixed by its numbers and worked out on the host;
//! gradients through a tone's phase lead nowhere, so only the sound θ that may ride on top is
//! trained. [`Painted`](super::Painted) is the voice whose own numbers are trained.

mod formants;
mod noise;
mod tones;
mod wave;

use std::collections::BTreeMap;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

pub use formants::{Formant, Vowel};
pub use noise::Noise;
pub use tones::Tone;

use super::theta;
use super::{Signal, TransformError};
use crate::kernel::mel::CLIP_SAMPLES;
use crate::series::resample_linear;
use crate::source::{SharedSound, Sound};
use crate::storage::HostTensor;

/// A voice, and the trained sound on top of it if there is any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// What sounds.
    pub sound: VoiceSound,
    /// θ, 16,000 trained samples, is added, and starts uniform within ± this amplitude.
    pub theta: Option<f32>,
}

/// What a voice is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "sound", rename_all = "kebab-case")]
pub enum VoiceSound {
    /// The series itself, stretched over the clip.
    Stretched,
    /// The sum of tones, each with a frequency that follows a signal.
    Tones {
        /// The tones.
        tones: Vec<Tone>,
    },
    /// A harmonic voice with formants that follow signals.
    Vowel(Vowel),
    /// Noise with a loudness that follows a signal.
    Noise(Noise),
}

impl Voice {
    pub(super) fn check(&self) -> Result<(), TransformError> {
        theta::check(self.theta.unwrap_or(0.0))?;
        match &self.sound {
            VoiceSound::Stretched => Ok(()),
            VoiceSound::Tones { tones } => tones.iter().try_for_each(Tone::check),
            VoiceSound::Vowel(vowel) => vowel.check(),
            VoiceSound::Noise(noise) => noise.check(),
        }
    }

    pub(super) fn place(&self, series: &[f32]) -> Result<Vec<f32>, TransformError> {
        self.check()?;
        Ok(match &self.sound {
            VoiceSound::Stretched => resample_linear(series, CLIP_SAMPLES),
            VoiceSound::Tones { tones } => tones::clip(tones, series),
            VoiceSound::Vowel(vowel) => vowel.clip(series),
            VoiceSound::Noise(noise) => noise.clip(series),
        })
    }

    /// Whether it tells when something happens: whether any of its signals does.
    pub(super) fn is_timed(&self) -> bool {
        match &self.sound {
            VoiceSound::Stretched => true,
            VoiceSound::Tones { tones } => tones.iter().any(|tone| tone.signal.is_timed()),
            VoiceSound::Vowel(vowel) => vowel
                .formants
                .iter()
                .any(|formant| formant.signal.is_timed()),
            VoiceSound::Noise(noise) => noise.signal.is_timed(),
        }
    }

    pub(super) fn initial(&self, seed: u64) -> BTreeMap<String, HostTensor> {
        match self.theta {
            Some(bound) => theta::initial(bound, seed),
            None => BTreeMap::new(),
        }
    }
}

/// θ on top of a voice, on a device.
#[derive(Module, Debug)]
pub struct TrainedVoice<B: Backend> {
    /// `[16000]`, where there is one.
    theta: Option<Param<Tensor<B, 1>>>,
}

impl<B: Backend> TrainedVoice<B> {
    pub(super) fn new(
        voice: &Voice,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, TransformError> {
        let theta = match voice.theta {
            Some(_) => Some(theta::on_device(tensors, device)?),
            None => None,
        };
        Ok(Self { theta })
    }

    pub(super) fn forward(&self, placed: Tensor<B, 2>, keep: Option<Tensor<B, 1>>) -> Sound<B> {
        let Some(theta) = &self.theta else {
            return Sound::Audio(placed);
        };
        let audio = match keep {
            Some(keep) => theta.val() * keep,
            None => theta.val(),
        };
        let log_mel = None;
        Sound::Over(placed, SharedSound { audio, log_mel })
    }

    pub(super) fn to_host(&self) -> BTreeMap<String, HostTensor> {
        self.theta.as_ref().map(theta::to_host).unwrap_or_default()
    }
}

/// A frequency that a voice can have: audible, and below half the sample rate.
fn check_frequency(setting: &'static str, frequency: f32) -> Result<(), TransformError> {
    check_range(setting, frequency, 20.0, 7800.0, "20 to 7800 Hz")
}

fn check_range(
    setting: &'static str,
    value: f32,
    low: f32,
    high: f32,
    expected: &'static str,
) -> Result<(), TransformError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(TransformError::Setting {
        setting,
        value: value.to_string(),
        expected,
    })
}

/// The signal that moves something, at every sample of the clip.
fn at_every_sample(signal: Signal, series: &[f32]) -> Vec<f32> {
    signal.of(series, CLIP_SAMPLES)
}
