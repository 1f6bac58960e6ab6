//! Training a source on recorded words.
//!
//! A run is a function of its settings, its speech folder and its teacher: every random choice is
//! drawn from the seed and the place of its use, so a run that was interrupted and resumed ends
//! with the same bits as one that was not.

mod augment;
mod checkpoint;
mod forward;
mod settings;
mod train;

use std::path::Path;

use super::AttentionRnnSource;
use crate::Error;
use crate::source::SourceWeights;

pub use settings::{PretrainSettings, Prior};
pub use train::{EpochProgress, pretrain};

/// Reads the attention-RNN that Keras 2 saved as `.h5`, and gives it a name.
///
/// # Errors
///
/// When the file is no Keras weight file, or its layers are not those of the attention-RNN.
pub fn import_keras(path: &Path, name: &str) -> Result<SourceWeights, Error> {
    let tensors = retune_lab::import_keras(path)?;
    // A source that is damaged is made anew by importing; this is the import.
    SourceWeights::new::<AttentionRnnSource>(name, tensors).map_err(|error| {
        let message = format!("{}: no attention-RNN: {error}", path.display());
        Error::new(error.kind(), message)
            .with_hint("only the attention-RNN as Keras 2 saves it can become a source")
    })
}
