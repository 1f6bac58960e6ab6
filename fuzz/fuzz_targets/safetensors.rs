//! Files of tensors as they are, which nobody made right.
#![no_main]
use libfuzzer_sys::fuzz_target;
use retune_core::storage::Stored;

fuzz_target!(|data: &[u8]| {
    let Some(stored) = retune_fuzz::outcome(Stored::from_bytes(data)) else {
        return;
    };
    assert_eq!(
        Stored::from_bytes(&stored.to_bytes()).expect("what is written can be read"),
        stored
    );
});
