//! The weights before training.

use rand::RngExt;

use super::ARCHITECTURE;
use crate::parameters::{Numbers, tensor};
use crate::source::generator;

/// Random weights of an attention-RNN: kernels uniform within ±√(6 / (inputs + outputs))
/// (Glorot and Bengio 2010), forget gates biased to 1 (Jozefowicz et al. 2015), norms at rest.
pub fn tensors(seed: u64) -> Numbers {
    let places = ARCHITECTURE.iter().enumerate();
    let tensors = places.map(|(place, (name, shape))| {
        let count: usize = shape.iter().product();
        let mut random = generator(seed, [u64::MAX, place as u64]);
        let values: Vec<f32> = match name.split_once('.') {
            Some((_, "gamma" | "variance")) => vec![1.0; count],
            Some(("lstm1" | "lstm2", "bias")) => {
                let is_forget = |index| index / (count / 8) % 4 == 1;
                (0..count)
                    .map(|index| f32::from(u8::from(is_forget(index))))
                    .collect()
            }
            Some((_, "beta" | "mean" | "bias")) => vec![0.0; count],
            _ => {
                let bound = (6.0 / fan(name, shape)).sqrt();
                (0..count)
                    .map(|_| random.random_range(-bound..=bound))
                    .collect()
            }
        };
        ((*name).to_owned(), tensor(*shape, values))
    });
    tensors.collect()
}

/// Inputs plus outputs of one unit of the layer of a kernel.
fn fan(kernel: &str, shape: &[usize]) -> f32 {
    let sum = match (kernel, shape) {
        ("conv1.kernel", [filters, taps]) => taps + taps * filters,
        ("conv2.kernel", [taps, channels]) => taps * channels + taps,
        // Four gates of 64 units stand beside each other, in each direction.
        ("lstm1.input" | "lstm2.input", [inputs, _]) => inputs + 256,
        (_, [inputs, outputs]) => inputs + outputs,
        (_, [_, inputs, outputs]) => inputs + outputs,
        _ => 1,
    };
    sum as f32
}
