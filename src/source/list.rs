//! The kinds of source, and the sources that are compiled in.

use std::marker::PhantomData;

use super::attention_rnn::AttentionRnnSource;
use super::speech_embedding::SpeechEmbeddingSource;
use super::weights::{OnDevice, OnHost, Source};
use crate::kernel::Kernels;
use crate::registry::{self, Entry, for_each_backend};

/// The one list: a new kind of source is a line here, beside its folder.
macro_rules! each_kind {
    ($table:expr) => {
        vec![
            $table.of::<AttentionRnnSource>(),
            $table.of::<SpeechEmbeddingSource>(),
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
        each_kind!(HostTable)
    }
}

impl<B: Kernels> Entry for OnDevice<B> {
    fn own() -> Vec<(&'static str, Self)> {
        each_kind!(DeviceTable(PhantomData::<B>))
    }
}

struct HostTable;
struct DeviceTable<B>(PhantomData<B>);

impl HostTable {
    fn of<S: Source>(&self) -> (&'static str, OnHost) {
        OnHost::of::<S>()
    }
}

impl<B: Kernels> DeviceTable<B> {
    fn of<S: Source>(&self) -> (&'static str, OnDevice<B>) {
        OnDevice::of::<S>()
    }
}

/// Makes a kind of source known on the backends that are compiled in.
pub fn register<S: Source>() {
    let (name, entry) = OnHost::of::<S>();
    registry::add(name, entry);
    for_each_backend!(B => {
        let (name, entry) = OnDevice::<B>::of::<S>();
        registry::add(name, entry);
    });
}

/// The names of the sources that are compiled in, the default one first.
pub fn shipped_sources() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).collect()
}

/// The bytes of a source that is compiled in.
pub(super) fn shipped(name: &str) -> Option<&'static [u8]> {
    let mut shipped = SHIPPED.iter();
    shipped
        .find(|(shipped, _)| *shipped == name)
        .map(|(_, bytes)| *bytes)
}
