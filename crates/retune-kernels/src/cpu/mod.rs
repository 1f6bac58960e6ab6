//! Hand-written operations for backends whose tensors live in the host's memory.
//!
//! Each takes and gives Burn tensors and works on plain slices in between, so any CPU backend can
//! use them. Work is split into fixed parts, whatever the number of threads, so that results are
//! the same on any machine size.

mod activation;
mod attend;
mod bilstm;
mod convolutions;
mod gemm;
mod log_mel;
mod normalise;
mod paint;
mod panels;
mod pool;
pub(crate) mod stack;
mod vectors;

pub use attend::{attend, attend_backward};
pub use bilstm::{bilstm, bilstm_backward, bilstm_output};
pub use convolutions::{convolutions, convolutions_backward};
pub use log_mel::{log_mel, log_mel_backward, log_mel_of_sum, log_mel_of_sum_backward};
pub use normalise::{normalise, normalise_backward};
pub use paint::paint;
pub use pool::pool;
pub use stack::{convolution_stack, convolution_stack_backward};

use std::ops::Deref;

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

/// A backend whose tensors lie in the host's memory.
pub trait HostBackend: Backend {
    /// The values of a float tensor in row-major order, without a copy where they lie so already.
    ///
    /// Apart from [`Tensor::into_data`] because that copies a tensor that others also hold one
    /// element at a time.
    fn values<const D: usize>(tensor: Tensor<Self, D>) -> impl Deref<Target = [f32]>;
}

/// A tensor of row-major `values`.
fn tensor<B: Backend, const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &B::Device,
) -> Tensor<B, D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
