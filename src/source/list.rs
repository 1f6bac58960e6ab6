//! The kinds of source, and the sources that are compiled in.

use super::attention_rnn::AttentionRnnSource;
use super::speech_embedding::SpeechEmbeddingSource;
use super::weights::{OnDevice, OnHost, Source};
use crate::kernel::Kernels;
use crate::registry::{self, Entry, add_on_each_backend};

/// The one list: a new kind of source is a line here, beside its folder.
macro_rules! each_kind {
    ($table:ty) => {
        vec![
            <$table>::of::<AttentionRnnSource>(),
            <$table>::of::<SpeechEmbeddingSource>(),
        ]
    };
}

const SHIPPED: [(&str, &[u8]); 2] = [
    (
        DEFAULT_SOURCE,
        include_bytes!("../../models/attrnn-gsc35.safetensors"),
    ),
    (
        "speech-embedding",
        include_bytes!("../../models/speech-embedding.safetensors"),
    ),
];

/// The name of the source that is used unless another is asked for.
pub const DEFAULT_SOURCE: &str = "attrnn-gsc35";

impl Entry for OnHost {
    fn own() -> Vec<(&'static str, Self)> {
        each_kind!(Self)
    }
}

impl<B: Kernels> Entry for OnDevice<B> {
    fn own() -> Vec<(&'static str, Self)> {
        each_kind!(Self)
    }
}

/// Makes a kind of source known on the backends that are compiled in.
pub fn register<S: Source>() {
    registry::add(OnHost::of::<S>());
    add_on_each_backend!(OnDevice, S);
}

/// The names of the sources that are compiled in, the default one first.
pub fn shipped_sources() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).collect()
}

/// The bytes of a source that is compiled in.
pub(super) fn shipped(name: &str) -> Option<&'static [u8]> {
    let mut shipped = SHIPPED.iter().filter(|(of, _)| *of == name);
    shipped.next().map(|(_, bytes)| *bytes)
}
