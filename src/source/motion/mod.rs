//! A frozen network of joint angles: windows of motion to the motion that follows.
//!
//! It takes windows, and answers with angles and not with labels. How large its tensors are stands in its
//! file, so its weights have a type of their own beside [`SourceWeights`](super::SourceWeights).

mod network;
mod signals;
mod weights;

pub use network::MotionNetwork;
pub use signals::SourceSignals;
pub(super) use weights::FORMAT;
pub use weights::MotionSourceWeights;
pub(crate) use weights::check_tensors;

use std::fmt::Display;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use retune_core::{Error, ErrorKind};

use crate::parameters::tensor;
use crate::storage::HostTensor;

/// A generator for one use of a seed; the stream tells the uses apart.
pub(crate) fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}

/// A kernel `[inputs, outputs]` before training, uniform within ±1/√inputs; drawn on the host, so that
/// every backend starts from the same one.
pub(crate) fn kernel(inputs: usize, outputs: usize, random: &mut ChaCha8Rng) -> HostTensor {
    let bound = 1.0 / (inputs as f32).sqrt();
    let values = (0..inputs * outputs).map(|_| random.random_range(-bound..=bound));
    tensor([inputs, outputs], values)
}

/// A tensor of zeros.
pub(crate) fn zeros(shape: &[usize]) -> HostTensor {
    tensor(shape, vec![0.0; shape.iter().product()])
}

/// A setting of a network or of its training that makes no sense.
pub(crate) fn setting(setting: &str, found: impl Display, expected: &str) -> Error {
    let message = format!("the {setting} is {found}, expected {expected}");
    Error::new(ErrorKind::Setting, message)
}
