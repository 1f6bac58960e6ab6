//! The operations of [`Kernels`](super::Kernels) made of Burn tensor operations, for any backend.

mod bilstm;
mod convolutions;
mod log_mel;

pub use bilstm::{bilstm, bilstm_backward};
pub use convolutions::{
    MARGIN, TAPS, convolutions, convolutions_backward, first_convolution, second_convolution,
};
pub use log_mel::{log_mel, log_mel_backward};
