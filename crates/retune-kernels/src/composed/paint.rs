//! Peaks on the mel plane.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// See [`Kernels::paint`](crate::Kernels::paint).
pub fn paint<B: Backend>(
    place: Tensor<B, 3>,
    width: Tensor<B, 1>,
    height: Tensor<B, 1>,
    floor: f32,
    centres: &[f32],
) -> Tensor<B, 3> {
    let device = place.device();
    let [batch, peaks, frames] = place.dims();
    let place = place.reshape([batch, peaks, frames, 1]);
    let each = |values: Tensor<B, 1>| values.reshape([1, peaks, 1, 1]);
    let centres = TensorData::new(centres.to_vec(), [1, 1, 1, centres.len()]);
    let away = (Tensor::<B, 4>::from_data(centres, &device) - place) / each(width);
    let shapes = (away.powi_scalar(2) * -0.5).exp() * each(height);
    let sum: Tensor<B, 3> = shapes.sum_dim(1).squeeze_dim(1);
    (sum + floor).log()
}
