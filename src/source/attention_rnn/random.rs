//! The weights before training.

use std::collections::BTreeMap;

use rand::RngExt;

use super::ARCHITECTURE;
use crate::source::generator;
use crate::storage::HostTensor;

/// Random weights of an attention-RNN: kernels uniform within ±√(6 / (inputs + outputs))
/// (Glorot and Bengio 2010), forget gates biased to 1 (Jozefowicz et al. 2015), norms at rest.
pub fn tensors(seed: u64) -> BTreeMap<String, HostTensor> {
    let mut tensors = BTreeMap::new();
    for (place, (tensor, shape)) in ARCHITECTURE.iter().enumerate() {
        let count: usize = shape.iter().product();
        let mut random = generator(seed, [u64::MAX, place as u64]);
        let values = match tensor.split_once('.') {
            Some((_, "gamma" | "variance")) => vec![1.0; count],
            Some(("lstm1" | "lstm2", "bias")) => {
                let gate = count / 8;
                (0..count)
                    .map(|index| f32::from(u8::from(index / gate % 4 == 1)))
                    .collect()
            }
            Some((_, "beta" | "mean" | "bias")) => vec![0.0; count],
            Some((layer, _)) => {
                let bound = (6.0 / fan(layer, shape)).sqrt();
                (0..count)
                    .map(|_| random.random_range(-bound..=bound))
                    .collect()
            }
            None => Vec::new(),
        };
        let shape = shape.to_vec();
        tensors.insert((*tensor).to_owned(), HostTensor { shape, values });
    }
    tensors
}

/// Inputs plus outputs of one unit of the layer.
fn fan(layer: &str, shape: &[usize]) -> f32 {
    let sum = match (layer, shape) {
        ("conv1", [filters, taps]) => taps + taps * filters,
        ("conv2", [taps, channels]) => taps * channels + taps,
        // Four gates of 64 units stand beside each other, in each direction.
        ("lstm1" | "lstm2", [inputs, _]) => inputs + 256,
        (_, [inputs, outputs]) => inputs + outputs,
        (_, [_, inputs, outputs]) => inputs + outputs,
        _ => 1,
    };
    sum as f32
}
