//! The sources that are compiled in.

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

/// The names of the sources that are compiled in, the default one first.
pub fn shipped_sources() -> Vec<&'static str> {
    SHIPPED.iter().map(|(name, _)| *name).collect()
}

/// The bytes of a source that is compiled in.
pub(super) fn shipped(name: &str) -> Option<&'static [u8]> {
    let mut shipped = SHIPPED.iter().filter(|(of, _)| *of == name);
    shipped.next().map(|(_, bytes)| *bytes)
}
