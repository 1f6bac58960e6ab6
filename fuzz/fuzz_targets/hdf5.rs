//! Weights that Keras saved as HDF5.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_lab::{import_keras, keras::read_keras_weights};

fuzz_target!(|data: &[u8]| {
    let path = retune_fuzz::file("a.h5", data);
    let Some(tensors) = retune_fuzz::outcome(read_keras_weights(&path)) else {
        return;
    };
    for tensor in tensors.values() {
        assert_eq!(tensor.values.len(), tensor.shape.iter().product::<usize>());
    }
    let _ = import_keras(&path);
});
