//! The library on the CPU backend, in one binary: every binary compiles the backend's generics anew.
#![cfg(feature = "cpu")]

mod common;
mod forecasting;
mod kernels;
#[cfg(feature = "import")]
mod pretraining;
mod programs;
mod source;
mod speech_embedding;
