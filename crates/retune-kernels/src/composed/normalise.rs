//! Normalisation of each clip's plane.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

/// Under the root of a clip's variance, so that silence is divided by something.
pub const VARIANCE_FLOOR: f32 = 1e-12;

/// See [`Kernels::normalise`](crate::Kernels::normalise).
pub fn normalise<B: Backend>(plane: Tensor<B, 3>) -> Tensor<B, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    let (centred, deviation) = parts(plane.reshape([batch, frames * mels]));
    (centred / deviation).reshape(shape)
}

/// See [`Kernels::normalise_backward`](crate::Kernels::normalise_backward).
pub fn normalise_backward<B: Backend>(plane: Tensor<B, 3>, gradient: Tensor<B, 3>) -> Tensor<B, 3> {
    let shape @ [batch, frames, mels] = plane.dims();
    let (centred, deviation) = parts(plane.reshape([batch, frames * mels]));
    let normalised = centred / deviation.clone();
    let gradient: Tensor<B, 2> = gradient.reshape([batch, frames * mels]);
    let along = (gradient.clone() * normalised.clone()).mean_dim(1);
    let gradient = gradient.clone() - gradient.mean_dim(1) - normalised * along;
    (gradient / deviation).reshape(shape)
}

/// Each clip's values less their mean, and their deviation.
fn parts<B: Backend>(flat: Tensor<B, 2>) -> (Tensor<B, 2>, Tensor<B, 2>) {
    let centred = flat.clone() - flat.mean_dim(1);
    let variance = centred.clone().powi_scalar(2).mean_dim(1);
    (centred, variance.add_scalar(VARIANCE_FLOOR).sqrt())
}
