//! Programs of every task, whose checksum is right: text is the header, and tensors follow.
#![no_main]
use std::fs;

use libfuzzer_sys::fuzz_target;
use retune::program::{Classification, Content, Extraction, Forecasting, Motion, Program, Task};

fuzz_target!(|data: &[u8]| {
    let Some((header, tensors)) = retune_fuzz::described(data) else {
        return;
    };
    let bytes = retune_fuzz::program(header, tensors);
    let path = retune_fuzz::file("p.safetensors", &bytes);
    match retune_fuzz::outcome(Task::of_file(&path)) {
        Some(Task::Classification) => load::<Classification>(&path),
        Some(Task::Forecasting) => load::<Forecasting>(&path),
        Some(Task::Motion) => load::<Motion>(&path),
        Some(Task::Features) => load::<Extraction>(&path),
        None => (),
    }
});

/// What is read can be written, and is the same when it is read again.
fn load<T: Content>(path: &std::path::Path) {
    let Some(program) = retune_fuzz::outcome(Program::<T>::load(path)) else {
        return;
    };
    let again = path.with_file_name("again.safetensors");
    program.save(&again).expect("what is read can be written");
    assert_eq!(
        Program::<T>::load(&again).expect("what is written can be read"),
        program
    );
    fs::remove_file(again).ok();
}
