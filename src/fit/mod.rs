//! How programs are trained: by gradient through the frozen source.

mod error;
mod gradient;
mod settings;

pub use error::FitError;
pub use gradient::{Examples, FitProgress, Fitted, fit};
pub use settings::{FitSettings, Preset};
