//! The operations of [`Kernels`](super::Kernels) made of Burn tensor operations, for any backend.

mod attend;
mod bilstm;
mod convolutions;
mod dense;
mod log_mel;
mod normalise;
mod paint;
mod pool;
mod stack;

pub use attend::{attend, attend_backward};
pub use bilstm::{bilstm, bilstm_backward};
pub use convolutions::{
    MARGIN, TAPS, convolutions, convolutions_backward, first_convolution, second_convolution,
};
pub use dense::{dense, dense_backward};
pub use log_mel::{log_mel, log_mel_backward};
pub use normalise::{VARIANCE_FLOOR, normalise, normalise_backward};
pub use paint::paint;
pub use pool::{POOLED, SEGMENTS, pool};
pub use stack::{convolution_stack, convolution_stack_backward};
