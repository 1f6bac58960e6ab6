//! Amplitude modulation of noise.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::Signal;
use crate::source::AudioInput;
use crate::{Error, setting};

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
    pub(super) fn check(&self) -> Result<(), Error> {
        setting::within([("noise depth", self.depth, -3.0..=3.0, "-3 to 3")])
    }

    pub(super) fn clip(&self, series: &[f32], audio: AudioInput) -> Vec<f32> {
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
