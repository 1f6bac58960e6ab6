//! Programs of every task, whose checksum is right: text is the header, and tensors follow.
#![no_main]
use std::fs;

use libfuzzer_sys::fuzz_target;
use retune::program::{Classification, Content, Extraction, Forecasting, Motion, Program, Task};
use retune_core::storage::{HashSum, Stored};

fuzz_target!(|data: &[u8]| {
    let Some((header, tensors)) = retune_fuzz::described(data) else {
        return;
    };
    let mut stored = Stored::default();
    stored.tensors = tensors
        .into_iter()
        .filter_map(|(name, tensor)| Some((name, tensor?)))
        .collect();
    let mut sum = HashSum::default();
    sum.add(header.as_bytes());
    for (name, tensor) in &stored.tensors {
        let shape = serde_json::json!(tensor.shape);
        sum.add(format!("\n{name} {shape}\n").as_bytes());
        tensor
            .values
            .iter()
            .for_each(|value| sum.add(&value.to_le_bytes()));
    }
    let entries = [
        ("version", "8".to_owned()),
        ("program", header.to_owned()),
        ("sha256", sum.finish()),
    ];
    stored.metadata = entries
        .map(|(name, text)| (format!("retune.{name}"), text))
        .into();
    let path = retune_fuzz::file("p.safetensors", &stored.to_bytes());
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
