//! The kinds of source.

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
