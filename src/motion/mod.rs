//! Joint motion of walking people: recordings, windows, scores, and a frozen network that predicts it.

pub mod model;

pub use retune_core::motion::*;
