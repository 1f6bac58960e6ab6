//! The library on the CPU backend, in one binary: every binary compiles the backend's generics anew.
#![allow(clippy::unwrap_used, reason = "a test that panics fails")]
#![cfg(feature = "cpu")]

mod common;
mod forecasting;
mod labels;
#[cfg(feature = "import")]
mod pretraining;
mod programs;
mod refused;
mod several;
mod source;
mod speech_embedding;
mod trained_ends;
