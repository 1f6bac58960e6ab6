//! The sources compiled into the binary, and how a source is found by name.

use std::path::Path;

use super::random::random_weights;
use super::{SourceError, SourceWeights};

/// The name of the source that is used unless another is asked for.
pub const DEFAULT_SOURCE: &str = "attrnn-gsc35";

/// How the names of random sources start.
const RANDOM: &str = "random-";

const SHIPPED: [(&str, &[u8]); 1] = [(
    DEFAULT_SOURCE,
    include_bytes!("../../models/attrnn-gsc35.safetensors"),
)];

/// The names of the sources that are compiled in.
pub fn shipped_sources() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).collect()
}

impl SourceWeights {
    /// A shipped source by its name, a source file by its path, or for `random-N` random weights
    /// from the seed N: the control that shows what the trained ones are worth.
    ///
    /// # Errors
    ///
    /// [`SourceError::Unknown`] when it is neither, and whatever reading the file finds.
    pub fn find(name: &str) -> Result<Self, SourceError> {
        if let Some((name, bytes)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::from_bytes(bytes, name);
        }
        if let Some(seed) = name.strip_prefix(RANDOM)
            && let Ok(seed) = seed.parse()
        {
            return random_weights(name, seed);
        }
        let path = Path::new(name);
        if path.exists() {
            return Self::load(path);
        }
        Err(SourceError::Unknown {
            name: name.to_owned(),
        })
    }
}
