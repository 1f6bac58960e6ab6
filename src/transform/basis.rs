//! Bases in which a sound of many samples has few numbers.

use std::str::FromStr;

use burn::tensor::Tensor;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::tones;
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::source::AudioInput;
use crate::{Error, setting};

/// The name of the sounds that are summed, `[sounds, samples]`.
const SOUNDS: &str = "sounds";
/// The name of what they stand under, `[envelopes, samples]`.
const ENVELOPES: &str = "envelopes";

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

    /// What is summed, by name; noise is so loud that numbers of deviation 1 make a sound of deviation 1.
    pub(super) fn parts(self, most: usize, audio: AudioInput) -> Numbers {
        match self {
            Self::Tones => {
                let [waves, bells] = tones::waves_and_bells(most, audio);
                named([(SOUNDS, waves), (ENVELOPES, bells)])
            }
            Self::Random => {
                let mut random = ChaCha8Rng::seed_from_u64(0);
                let scale = (most as f32).sqrt();
                let noise = (0..most * audio.samples).map(|_| {
                    let value: f32 = StandardNormal.sample(&mut random);
                    value / scale
                });
                named([(SOUNDS, tensor([most, audio.samples], noise))])
            }
        }
    }
}

/// The sound of some numbers, `[samples]`, with these parts on a device. Where there are envelopes, all
/// sounds stand under the first, then all under the second: `Σ envelope · Σ number · sound`.
pub(super) fn sound<B: Kernels>(
    numbers: Tensor<B, 1>,
    parts: &Parameters<B>,
    samples: usize,
) -> Tensor<B, 1> {
    let Some(sounds) = parts.find(SOUNDS) else {
        return numbers;
    };
    let rows = |flat: Tensor<B, 1>, width: usize| {
        let count = flat.dims()[0] / width.max(1);
        flat.reshape([count, width])
    };
    let sounds = rows(sounds, samples);
    let sums = rows(numbers, sounds.dims()[0]).matmul(sounds);
    match parts.find(ENVELOPES) {
        Some(envelopes) => (sums * rows(envelopes, samples)).sum_dim(0).squeeze_dim(0),
        None => sums.squeeze_dim(0),
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
        let noise = &Basis::Random.parts(25, audio)[SOUNDS];
        assert_eq!(noise.shape, [25, 16_000]);
        let row = |index: usize| &noise.values[index * 16_000..(index + 1) * 16_000];
        let sample = |at: usize| (0..25).map(|index| row(index)[at]).sum::<f32>();
        let squares = (0..16_000).map(|at| sample(at).powi(2));
        let deviation = (squares.sum::<f32>() / 16_000.0).sqrt();
        assert!((deviation - 1.0).abs() < 0.02, "{deviation}");
        let products = row(0).iter().zip(row(1)).map(|(one, other)| one * other);
        assert!((products.sum::<f32>() / 16_000.0 * 25.0).abs() < 0.03);
        assert_eq!(noise, &Basis::Random.parts(25, audio)[SOUNDS]);
        assert_eq!(
            (Basis::Random.rounded(25), Basis::Tones.rounded(25)),
            (25, 20)
        );
    }
    /// Every number by hand, one after the other: a wave under a bell, or noise.
    #[cfg(feature = "cpu")]
    #[test]
    fn a_sound_is_the_sum_of_its_parts() {
        use crate::source::rows;
        type Cpu = crate::kernel::Cpu;

        let (audio, device) = (
            AudioInput {
                rate: 800,
                samples: 800,
            },
            Default::default(),
        );
        for basis in [Basis::Tones, Basis::Random] {
            let parts = basis.parts(20, audio);
            let numbers: Vec<f32> = (0..20).map(|at| (at as f32).cos()).collect();
            let [sounds, envelopes] = [SOUNDS, ENVELOPES].map(|name| parts.get(name));
            let sounds = &sounds.expect("there are always some").values;
            let count = sounds.len() / 800;
            let value = |index: usize, sample: usize| {
                let envelope =
                    envelopes.map_or(1.0, |all| all.values[index / count * 800 + sample]);
                envelope * sounds[index % count * 800 + sample]
            };
            let of_numbers = Tensor::<Cpu, 1>::from_data(&numbers[..], &device);
            let found = sound(of_numbers, &Parameters::new(&parts, &device), 800);
            let found = &rows(found.unsqueeze::<2>())[0];
            for (sample, found) in found.iter().enumerate() {
                let terms = numbers.iter().enumerate();
                let sum: f32 = terms.map(|(at, number)| number * value(at, sample)).sum();
                assert!(
                    (sum - found).abs() < 1e-5,
                    "{basis:?}, {sample}: {found}, not {sum}"
                );
            }
        }
    }
}
