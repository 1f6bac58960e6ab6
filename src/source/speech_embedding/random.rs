//! The weights before any training: the control that shows what the trained ones are worth.

use rand::RngExt;

use super::NAME;
use super::network::architecture;
use crate::parameters::{Numbers, tensor};
use crate::source::{SourceWeights, generator};

/// Random weights behind the front end of the shipped ones: kernels uniform within ±√(6 / inputs of a
/// unit) (He et al. 2015, arXiv 1502.01852), biases zero.
pub(super) fn tensors(seed: u64) -> Numbers {
    let shipped = SourceWeights::find(NAME).expect("a test reads the shipped weights");
    let mut tensors = shipped.tensors().clone();
    for (place, (name, shape)) in architecture().into_iter().enumerate() {
        let count = shape.iter().product();
        let values = match name.split_once('.') {
            Some((_, "kernel")) => {
                let inputs: usize = shape[1..].iter().product();
                let bound = (6.0 / inputs as f32).sqrt();
                let mut random = generator(seed, [u64::MAX - 1, place as u64]);
                (0..count)
                    .map(|_| random.random_range(-bound..=bound))
                    .collect()
            }
            Some((_, "bias")) => vec![0.0; count],
            _ => continue,
        };
        tensors.insert(name, tensor(shape, values));
    }
    tensors
}
