//! Random Fourier features: a kernel ridge at the price and the size of a linear one.
//!
//! `φ(x) = [cos(z S), sin(z S)]`, where `z` are the `n` standardised features that vary and `S`
//! holds random signs over `√(2 n)`. The product `φ(x) · φ(y)` comes near the Gaussian kernel
//! `exp(−|z − z′|² / 4n)` (Rahimi and Recht 2007; signs in the place of normal numbers as in
//! Achlioptas 2003), whose exponent is −½ at the mean squared distance of two training series.
//! A program stores the seed of the signs, and no training series.

use std::collections::BTreeMap;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::MappingError;
use super::pooling::FEATURES;
use super::readout::stored;
use crate::storage::HostTensor;

/// Random directions; each gives a cosine and a sine.
const DIRECTIONS: usize = 256;
/// How many features [`RandomFeatures::of`] gives.
pub const RANDOM_FEATURES: usize = 2 * DIRECTIONS;

/// The names of the numbers in a program.
const MEAN: &str = "mean";
const FACTOR: &str = "factor";

/// What the features are standardised by: both `[FEATURES]`.
#[derive(Debug, Clone)]
pub struct Standardising {
    /// What is taken from each feature.
    pub mean: Vec<f32>,
    /// What each is then multiplied by; 0 for a feature that was constant.
    pub factor: Vec<f32>,
}

impl Standardising {
    /// The numbers by name.
    pub fn tensors(self) -> BTreeMap<String, HostTensor> {
        let tensor = |values: Vec<f32>| HostTensor {
            shape: vec![values.len()],
            values,
        };
        BTreeMap::from([
            (MEAN.to_owned(), tensor(self.mean)),
            (FACTOR.to_owned(), tensor(self.factor)),
        ])
    }
}

/// Random Fourier features on a device.
#[derive(Debug, Clone)]
pub struct RandomFeatures<B: Backend> {
    /// `[1, FEATURES]`.
    mean: Tensor<B, 2>,
    /// `[1, FEATURES]`.
    factor: Tensor<B, 2>,
    /// `[FEATURES, DIRECTIONS]`.
    signs: Tensor<B, 2>,
}

impl<B: Backend> RandomFeatures<B> {
    /// The features whose signs come from a stream of `seed`; `tensors` are those of
    /// [`Standardising`].
    ///
    /// # Errors
    ///
    /// [`MappingError::Damaged`] when a tensor is missing or has another shape.
    pub fn new(
        seed: u64,
        stream: u64,
        tensors: &BTreeMap<String, HostTensor>,
        device: &B::Device,
    ) -> Result<Self, MappingError> {
        let row = |name| stored(tensors, name, &[FEATURES], [1, FEATURES], device);
        let factor: Tensor<B, 2> = row(FACTOR)?;
        let varying = tensors[FACTOR].values.iter().filter(|value| **value != 0.0);
        let scale = (2.0 * varying.count().max(1) as f32).sqrt().recip();
        let signs = TensorData::new(signs(seed, stream), [FEATURES, DIRECTIONS]);
        Ok(Self {
            mean: row(MEAN)?,
            factor: factor * scale,
            signs: Tensor::from_data(signs, device),
        })
    }

    /// `[batch, RANDOM_FEATURES]` of `[batch, FEATURES]`.
    pub fn of(&self, features: Tensor<B, 2>) -> Tensor<B, 2> {
        let standard = (features - self.mean.clone()) * self.factor.clone();
        let along = standard.matmul(self.signs.clone());
        Tensor::cat(vec![along.clone().cos(), along.sin()], 1)
    }
}

/// +1 or −1 for each bit of the generator.
fn signs(seed: u64, stream: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    let words = (0..FEATURES * DIRECTIONS / 32).map(|_| random.next_u32());
    let bits = words.flat_map(|word| (0..32).map(move |bit| word >> bit & 1));
    bits.map(|bit| if bit == 1 { 1.0 } else { -1.0 }).collect()
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::backend::Cpu;

    /// A program stores the seed alone, so that what comes of it must never change. Expected words
    /// from ChaCha8 written anew in Python after its definition (Bernstein 2008), with the key that
    /// `SeedableRng::seed_from_u64` documents.
    #[test]
    fn the_signs_of_a_seed_stay_what_they_are() {
        for (stream, expected) in [
            (0, [2_811_902_828, 3_045_455_719, 3_847_774_692]),
            (3, [1_111_394_473, 168_234_244, 2_583_826_270]),
        ] {
            let signs = signs(0, stream);
            assert_eq!(signs.len(), FEATURES * DIRECTIONS);
            let word = |first: usize| {
                let bits = signs[32 * first..32 * (first + 1)].iter().enumerate();
                bits.fold(0u32, |word, (bit, sign)| {
                    word | u32::from(*sign > 0.0) << bit
                })
            };
            assert_eq!([word(0), word(1), word(1000)], expected);
        }
    }

    /// Their products come near the Gaussian kernel, by about 1 / √DIRECTIONS.
    #[test]
    fn products_are_those_of_the_kernel() {
        let row = |place: usize| -> Vec<f32> {
            let value =
                |index: usize| ((index * 7 + place * 13) as f32 * 0.37).sin() + place as f32;
            (0..FEATURES).map(value).collect()
        };
        let standardising = Standardising {
            mean: vec![0.5; FEATURES],
            factor: (0..FEATURES)
                .map(|index| if index % 4 == 0 { 0.0 } else { 0.8 })
                .collect(),
        };
        let device = Default::default();
        let random = RandomFeatures::<Cpu>::new(3, 1, &standardising.tensors(), &device).unwrap();
        let rows: Vec<Vec<f32>> = (0..3).map(row).collect();
        let data = TensorData::new(rows.concat(), [3, FEATURES]);
        let found = random.of(Tensor::from_data(data, &device)).into_data();
        let found: Vec<f32> = found.into_vec().unwrap();
        let product = |one: usize, other: usize| {
            let at = |row: usize| &found[row * RANDOM_FEATURES..(row + 1) * RANDOM_FEATURES];
            let products = at(one).iter().zip(at(other)).map(|(a, b)| a * b);
            products.sum::<f32>() / DIRECTIONS as f32
        };
        let kernel = |one: usize, other: usize| {
            let squares = (0..FEATURES)
                .filter(|index| index % 4 != 0)
                .map(|index| (0.8 * (rows[one][index] - rows[other][index])).powi(2));
            let varying = FEATURES as f32 * 0.75;
            (-squares.sum::<f32>() / (4.0 * varying)).exp()
        };
        for (one, other) in [(0, 0), (0, 1), (0, 2), (1, 2)] {
            let off = (product(one, other) - kernel(one, other)).abs();
            assert!(off < 0.1, "{one} and {other} are off by {off}");
        }
    }
}
