//! Weights in ONNX files. No small seed is the whole model, so none is taken.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_lab::import_speech_embedding;

fuzz_target!(|data: &[u8]| {
    let path = retune_fuzz::file("a.onnx", data);
    assert!(import_speech_embedding(&path, &path).is_err());
});
