//! What makes the things that Retune ships and tests with; it is no part of the product.
//!
//! - [`generator`]: made-up walking
//! - `keras`, `attention_rnn`: weights that Keras saved (feature `import`)
//! - `onnx`, `speech_embedding`: weights in ONNX files (feature `import`)
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "import")]
mod attention_rnn;
pub mod generator;
#[cfg(feature = "import")]
pub mod keras;
#[cfg(feature = "import")]
pub mod onnx;
#[cfg(feature = "import")]
mod speech_embedding;

#[cfg(feature = "import")]
pub use attention_rnn::import_keras;
pub use generator::{GaitGenerator, GaitKind, Person};
#[cfg(feature = "import")]
pub use speech_embedding::import_speech_embedding;
