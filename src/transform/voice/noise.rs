//! Amplitude modulation of noise.

use std::sync::OnceLock;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Signal, at_every_sample, check_range};
use crate::kernel::mel::CLIP_SAMPLES;
use crate::transform::TransformError;

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
    pub(super) fn check(&self) -> Result<(), TransformError> {
        check_range("noise depth", self.depth, -3.0, 3.0, "-3 to 3")
    }

    pub(super) fn clip(&self, series: &[f32]) -> Vec<f32> {
        at_every_sample(self.signal, series)
            .into_iter()
            .zip(white_noise())
            .map(|(signal, noise)| (self.depth * signal).exp() * noise)
            .collect()
    }
}

/// The same noise for every series, so that it tells nothing apart: uniform, deviation 1.
fn white_noise() -> &'static [f32] {
    static NOISE: OnceLock<Vec<f32>> = OnceLock::new();
    NOISE.get_or_init(|| {
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let bound = 3f32.sqrt();
        (0..CLIP_SAMPLES)
            .map(|_| random.random_range(-bound..=bound))
            .collect()
    })
}
