//! Weights before training, drawn on the host so that every backend starts from the same ones.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::storage::HostTensor;

/// What a generator is for: each use draws from a stream of its own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use {
    /// The network's weights.
    Network,
    /// The refurbish module's weights.
    Refurbish,
    /// The order of the windows in an epoch.
    Epoch(usize),
    /// Which stretch of a recording is for adapting.
    Stretch,
}

/// A generator for one use of a seed, independent of all others.
pub(super) fn generator(seed: u64, what: Use) -> ChaCha8Rng {
    let stream = match what {
        Use::Network => 1,
        Use::Refurbish => 2,
        Use::Stretch => 3,
        Use::Epoch(epoch) => 16 + epoch as u64,
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}

/// A kernel `[inputs, outputs]`, uniform within ±1/√inputs.
pub(super) fn kernel(inputs: usize, outputs: usize, random: &mut ChaCha8Rng) -> HostTensor {
    let bound = 1.0 / (inputs as f32).sqrt();
    let count = inputs * outputs;
    HostTensor {
        shape: vec![inputs, outputs],
        values: (0..count)
            .map(|_| random.random_range(-bound..=bound))
            .collect(),
    }
}

/// A tensor of zeros.
pub(super) fn zeros(shape: &[usize]) -> HostTensor {
    HostTensor {
        shape: shape.to_vec(),
        values: vec![0.0; shape.iter().product()],
    }
}
