//! Writes `models/speech-embedding.safetensors` from the two ONNX files of the speech embedding:
//!
//!     cargo run -p retune-lab --features import --example import_speech_embedding -- \
//!         EMBEDDING.onnx MELSPECTROGRAM.onnx OUT.safetensors

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;

use retune_core::storage::{Stored, sha256, write_whole};
use retune_lab::import_speech_embedding;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [embedding, melspectrogram, out] = &files[..] else {
        return Err("expected EMBEDDING.onnx MELSPECTROGRAM.onnx OUT.safetensors".into());
    };
    let metadata = [
        ("format", "retune-speech-embedding-1"),
        ("labels", "[]"),
        ("name", "speech-embedding"),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let stored = Stored {
        metadata: BTreeMap::from(metadata),
        tensors: import_speech_embedding(embedding, melspectrogram)?,
    };
    let bytes = stored.to_bytes();
    write_whole(out, &bytes)?;
    println!(
        "{}  {} bytes  {}",
        sha256(&bytes),
        bytes.len(),
        out.display()
    );
    Ok(())
}
