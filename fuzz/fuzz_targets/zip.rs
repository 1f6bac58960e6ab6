//! Zip files: as `.npz`, and as `data get` unpacks them.
#![no_main]
use std::fs::{self, File};

use libfuzzer_sys::fuzz_target;
use retune_core::series::{ReadOptions, Split, unpack};

/// What may be unpacked, in bytes.
const MOST: u64 = 4096;

fuzz_target!(|data: &[u8]| {
    let path = retune_fuzz::file("a.npz", data);
    let _ = Split::read(&path, &ReadOptions::default());
    let zip = File::open(&path).expect("it was just written");
    let folder = path.with_file_name("unpacked");
    let unpacked = unpack("u", zip, ("A", MOST), &folder);
    let files: Vec<_> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    let size: u64 = files
        .iter()
        .flat_map(|file| file.metadata())
        .map(|found| found.len())
        .sum();
    assert!(size <= MOST && files.len() <= 2);
    fs::remove_dir_all(&folder).ok();
    retune_fuzz::outcome(unpacked);
});
