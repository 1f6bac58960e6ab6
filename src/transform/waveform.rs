//! Sound that a series modulates.
//!
//! A recogniser of words follows pitch and formants, so the series moves a frequency, and does not
//! become the waveform itself. What sounds is fixed by its numbers and worked out on the host;
//! gradients through a tone's phase lead nowhere, so only the sound θ that may ride on top is
//! trained. [`Painted`](super::Painted) is the transform whose own numbers are trained.

mod formants;
mod tones;

use burn::tensor::Tensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

pub use formants::{Formant, Vowel};
pub use tones::Tone;

use super::{InputTransform, MOST, Named, Signal, THETA, check_theta, theta_on_top, with_theta};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters};
use crate::series::resample_linear;
use crate::source::{AudioInput, Input, SourceSpec};
use crate::{Error, setting};

/// A sound, and the trained one on top of it if there is any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waveform {
    /// What sounds.
    pub sound: Carrier,
    /// θ, a clip of trained samples, is added, and starts uniform within ± this amplitude.
    pub theta: Option<f32>,
}

/// What sounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "sound", rename_all = "kebab-case")]
pub enum Carrier {
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

impl InputTransform for Waveform {
    const KIND: &'static str = "waveform";

    fn named() -> Vec<Named<Self>> {
        let tone = |signal, frequency, deviation| Tone {
            signal,
            frequency,
            deviation,
        };
        let tones = |tones: &[Tone]| Carrier::Tones {
            tones: tones.to_vec(),
        };
        let three = tones(&[
            tone(Signal::Series, 500.0, 0.2),
            tone(Signal::Slope, 1500.0, 0.2),
            tone(Signal::Smooth, 2800.0, 0.2),
        ]);
        let one = tones(&[tone(Signal::Series, 1000.0, 0.25)]);
        let noise = Noise {
            signal: Signal::Series,
            depth: 1.0,
        };
        let of = |sound| Self { sound, theta: None };
        vec![
            Named::new("stretched", of(Carrier::Stretched))
                .about("the series itself as a waveform, stretched over the clip"),
            Named::new("vowel", of(Carrier::Vowel(vowel())))
                .about("a harmonic voice, as audio, whose formants follow the series"),
            Named::new("tones", of(three))
                .about("three tones that follow the series, its slope and its slow part"),
            Named::new("tone", of(one)).about("one tone whose frequency follows the series"),
            Named::new("noise", of(Carrier::Noise(noise)))
                .about("noise whose loudness follows the series"),
        ]
    }

    /// A sound on top makes no other voice of it.
    fn usual(&self) -> Self {
        Self {
            theta: None,
            ..self.clone()
        }
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        source.audio_input()?;
        check_theta(self.theta.unwrap_or(0.0))?;
        match &self.sound {
            Carrier::Stretched => Ok(()),
            Carrier::Tones { tones } => {
                setting::within([("tones", tones.len(), 1..=MOST, "1 to 64")])?;
                tones.iter().try_for_each(Tone::check)
            }
            Carrier::Vowel(vowel) => vowel.check(),
            Carrier::Noise(noise) => noise.check(),
        }
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let audio = source.audio_input()?;
        Ok(match &self.sound {
            Carrier::Stretched => resample_linear(series, audio.samples),
            Carrier::Tones { tones } => tones::clip(tones, series, audio),
            Carrier::Vowel(vowel) => vowel.clip(series, audio),
            Carrier::Noise(noise) => noise.clip(series, audio),
        })
    }

    fn forward<B: Kernels>(
        &self,
        _source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        with_theta(prepared, numbers)
    }

    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        theta_on_top(self.theta, source, seed)
    }

    fn dropped(&self) -> Option<&'static str> {
        self.theta.map(|_| THETA)
    }
}

/// One fixed second of white noise with a loudness that follows a signal:
/// `exp(depth · signal(t)) · noise(t)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// What its loudness follows.
    pub signal: Signal,
    /// How far the signal moves the logarithm of the amplitude.
    pub depth: f32,
}

impl Noise {
    fn check(&self) -> Result<(), Error> {
        setting::within([("noise depth", self.depth, -3.0..=3.0, "-3 to 3")])
    }

    fn clip(&self, series: &[f32], audio: AudioInput) -> Vec<f32> {
        let signal = self.signal.of(series, audio.samples).into_iter();
        // Uniform noise of deviation 1, always the same.
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let bound = 3f32.sqrt();
        let mut noise = || random.random_range(-bound..=bound);
        signal
            .map(|signal| (self.depth * signal).exp() * noise())
            .collect()
    }
}

/// The first three resonances of an open mouth, roughly.
pub(super) fn vowel() -> Vowel {
    let formant = |signal, frequency, octaves, width, gain| Formant {
        signal,
        frequency,
        octaves,
        width,
        gain,
    };
    Vowel {
        formants: vec![
            formant(Signal::Series, 500.0, 0.5, 90.0, 1.0),
            formant(Signal::Slope, 1500.0, 0.35, 120.0, 0.7),
            formant(Signal::Smooth, 2700.0, 0.2, 180.0, 0.4),
        ],
    }
}

/// Whether a voice can have a frequency: audible, and below half the sample rate.
fn check_frequency(name: &'static str, frequency: f32) -> Result<(), Error> {
    setting::within([(name, frequency, 20.0..=7800.0, "20 to 7800 Hz")])
}
