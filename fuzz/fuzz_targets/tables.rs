//! Tables of recordings, published accuracies and results of sweeps.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::archive::{JobResult, read_published};
use retune_core::audio::Recordings;

fuzz_target!(|data: &[u8]| {
    let [kind, text @ ..] = data else { return };
    match kind % 3 {
        0 => {
            retune_fuzz::file("a.wav", b"");
            retune_fuzz::file("b.wav", b"");
            retune_fuzz::file("c.wav", b"");
            retune_fuzz::outcome(Recordings::find(&retune_fuzz::file("a.csv", text)));
        }
        1 => drop(retune_fuzz::outcome(read_published(&retune_fuzz::file(
            "a.tsv", text,
        )))),
        _ => drop(retune_fuzz::outcome(JobResult::read(&retune_fuzz::file(
            "A.fast.0.json",
            text,
        )))),
    }
});
