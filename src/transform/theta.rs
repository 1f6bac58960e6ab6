//! θ: a clip of trained sound, shared by all series.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::parameters::{Numbers, named, tensor};
use crate::{Error, setting};

/// The name of θ in a program.
pub const THETA: &str = "theta";

/// Whether θ may start within ± this amplitude.
pub fn check(amplitude: f32) -> Result<(), Error> {
    setting::within([("initial-amplitude", amplitude, 0.0..=1.0, "0 to 1")])
}

/// θ before training: uniform within ± `bound`, the same for the same seed.
pub fn initial(bound: f32, samples: usize, seed: u64) -> Numbers {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let values = (0..samples).map(|_| random.random_range(-bound..=bound));
    named([(THETA, tensor([samples], values))])
}
