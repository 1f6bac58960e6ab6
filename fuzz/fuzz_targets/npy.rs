//! `.npy`, and as the arrays of a `.npz` file: two bytes say how long the first one is.
#![no_main]
use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use retune_core::series::{Missing, ReadOptions, Unequal};
use zip::write::{SimpleFileOptions, ZipWriter};

fuzz_target!(|data: &[u8]| {
    let Some((size, arrays)) = data.split_first_chunk() else {
        return;
    };
    let Some((series, labels)) = arrays.split_at_checked(usize::from(u16::from_le_bytes(*size)))
    else {
        return;
    };
    let options = ReadOptions {
        missing: Missing::Interpolate,
        unequal: Unequal::Resample,
        ..ReadOptions::default()
    };
    retune_fuzz::series(&retune_fuzz::file("a.npy", series), &options);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, array) in [("X.npy", series), ("y.npy", labels)] {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("it is in memory");
        zip.write_all(array).expect("it is in memory");
    }
    let zip = zip.finish().expect("it is in memory").into_inner();
    retune_fuzz::series(&retune_fuzz::file("a.npz", &zip), &options);
});
