//! `.ts`, plain or packed by gzip.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::series::{Missing, ReadOptions, Unequal};

fuzz_target!(|data: &[u8]| {
    let path = retune_fuzz::file("a.ts", data);
    let options = ReadOptions {
        missing: Missing::Interpolate,
        unequal: Unequal::Resample,
        ..ReadOptions::default()
    };
    retune_fuzz::series(&path, &options);
});
