//! WAV files, resampled and cut.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::audio::{load_clip, load_clips, read_wav};

fuzz_target!(|data: &[u8]| {
    let path = retune_fuzz::file("a.wav", data);
    let Some(clip) = retune_fuzz::outcome(read_wav(&path)) else {
        return;
    };
    assert!(clip.samples.iter().all(|sample| sample.is_finite()));
    let clips = load_clips(&path, 16_000, 1000).unwrap_or_default();
    assert!(clips.iter().all(|clip| clip.len() == 1000));
    let head = load_clip(&path, 8000, 500);
    assert!(head.is_ok_and(|head| head.len() == 500) || clips.is_empty());
});
