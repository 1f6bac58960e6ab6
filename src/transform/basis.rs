//! Bases in which a sound of many samples has few numbers.

use std::str::FromStr;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::tones;
use crate::parameters::tensor;
use crate::source::AudioInput;
use crate::storage::HostTensor;
use crate::{Error, setting};

/// What a sound of few numbers is a sum of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Short tones, spread over time and frequency.
    #[default]
    Tones,
    /// Noise, always the same, as in random embeddings for searches in many dimensions.
    Random,
}

impl FromStr for Basis {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        setting::named("basis", name, "tones or random")
    }
}

impl Basis {
    /// How many numbers a sound has, of at most `most`.
    pub(super) fn rounded(self, most: usize) -> usize {
        match self {
            Self::Tones => tones::rounded(most),
            Self::Random => most,
        }
    }

    /// What is summed, `[numbers, samples]`. Noise is so loud that numbers of deviation 1 make a sound of
    /// deviation 1.
    pub(super) fn sounds(self, most: usize, audio: AudioInput) -> HostTensor {
        match self {
            Self::Tones => tones::basis(most, audio),
            Self::Random => {
                let mut random = ChaCha8Rng::seed_from_u64(0);
                let scale = (most as f32).sqrt();
                let noise = (0..most * audio.samples).map(|_| {
                    let value: f32 = StandardNormal.sample(&mut random);
                    value / scale
                });
                tensor([most, audio.samples], noise)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sum of noise with numbers of 1 has the deviation 1, and two of them have nothing in common but
    /// what chance makes.
    #[test]
    fn noise_is_as_loud_as_it_should_be_and_always_the_same() {
        let audio = AudioInput {
            rate: 16_000,
            samples: 16_000,
        };
        let noise = Basis::Random.sounds(25, audio);
        assert_eq!(noise.shape, [25, 16_000]);
        let row = |index: usize| &noise.values[index * 16_000..(index + 1) * 16_000];
        let sample = |at: usize| (0..25).map(|index| row(index)[at]).sum::<f32>();
        let squares = (0..16_000).map(|at| sample(at).powi(2));
        let deviation = (squares.sum::<f32>() / 16_000.0).sqrt();
        assert!((deviation - 1.0).abs() < 0.02, "{deviation}");
        let products = row(0).iter().zip(row(1)).map(|(one, other)| one * other);
        assert!((products.sum::<f32>() / 16_000.0 * 25.0).abs() < 0.03);
        assert_eq!(noise, Basis::Random.sounds(25, audio));
        assert_eq!(
            (Basis::Random.rounded(25), Basis::Tones.rounded(25)),
            (25, 20)
        );
    }
}
