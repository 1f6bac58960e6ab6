//! θ: a second of trained sound, shared by all series.

use std::collections::BTreeMap;

use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::TransformError;
use crate::kernel::mel::CLIP_SAMPLES;
use crate::source::host;
use crate::storage::HostTensor;

/// The name of θ in a program.
const THETA: &str = "theta";

/// Whether θ may start within ± this amplitude.
pub fn check(amplitude: f32) -> Result<(), TransformError> {
    if (0.0..=1.0).contains(&amplitude) {
        return Ok(());
    }
    Err(TransformError::Setting {
        setting: "initial-amplitude",
        value: amplitude.to_string(),
        expected: "0 to 1",
    })
}

/// θ before training: uniform within ± `bound`, the same for the same seed.
pub fn initial(bound: f32, seed: u64) -> BTreeMap<String, HostTensor> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let theta = HostTensor {
        shape: vec![CLIP_SAMPLES],
        values: (0..CLIP_SAMPLES)
            .map(|_| random.random_range(-bound..=bound))
            .collect(),
    };
    BTreeMap::from([(THETA.to_owned(), theta)])
}

/// θ on a device, `[16000]`.
pub fn on_device<B: Backend>(
    tensors: &BTreeMap<String, HostTensor>,
    device: &B::Device,
) -> Result<Param<Tensor<B, 1>>, TransformError> {
    let theta = tensors
        .get(THETA)
        .filter(|theta| theta.shape == [CLIP_SAMPLES])
        .ok_or(TransformError::Tensor {
            tensor: THETA,
            expected: CLIP_SAMPLES,
        })?;
    let theta = TensorData::new(theta.values.clone(), [CLIP_SAMPLES]);
    Ok(Param::from_data(theta, device))
}

/// θ back on the host, by its name.
pub fn to_host<B: Backend>(theta: &Param<Tensor<B, 1>>) -> BTreeMap<String, HostTensor> {
    BTreeMap::from([(THETA.to_owned(), host(theta.val()))])
}
