//! Sources: text is metadata as JSON, which is put, as the tensors are, into the place of that of a whole source.
#![no_main]
use std::collections::BTreeMap;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use retune::motion::{MotionSourceWeights, Scaling, SourceSignals};
use retune::source::{DEFAULT_SOURCE, SourceWeights};
use retune_core::storage::Stored;

fuzz_target!(|data: &[u8]| {
    static SPEECH: LazyLock<Stored> = LazyLock::new(|| {
        let path = retune_fuzz::file("s.safetensors", b"");
        SourceWeights::find(DEFAULT_SOURCE)
            .and_then(|source| source.save(&path))
            .expect("it is shipped");
        Stored::from_bytes(&std::fs::read(path).expect("it was saved")).expect("it was saved")
    });
    static MOTION: LazyLock<Stored> = LazyLock::new(|| {
        let joints = ["hip", "knee"].map(str::to_owned).to_vec();
        let signals = SourceSignals {
            input_joints: joints.clone(),
            target_joints: joints.clone(),
            window: 8,
            horizon: 4,
            rate_hz: 50.0,
            scaling: Scaling {
                joints,
                means: vec![0.0; 2],
                deviations: vec![1.0; 2],
            },
        };
        let source = MotionSourceWeights::random("m", signals, 4, 0).expect("it makes sense");
        Stored::from_bytes(&source.to_bytes()).expect("it was just made")
    });
    let Some((kind, data)) = data.split_first() else {
        return;
    };
    let Some((metadata, tensors)) = retune_fuzz::described(data) else {
        return;
    };
    let Ok(metadata) = serde_json::from_str::<BTreeMap<String, String>>(metadata) else {
        return;
    };
    let is_speech = kind % 2 == 0;
    let mut stored = if is_speech {
        SPEECH.clone()
    } else {
        MOTION.clone()
    };
    stored.metadata.extend(metadata);
    for (name, tensor) in tensors {
        match tensor {
            Some(tensor) => stored.tensors.insert(name, tensor),
            None => stored.tensors.remove(&name),
        };
    }
    let bytes = stored.to_bytes();
    if is_speech {
        retune_fuzz::outcome(SourceWeights::from_bytes(&bytes, "s"));
    } else if let Some(source) = retune_fuzz::outcome(MotionSourceWeights::from_bytes(&bytes, "m"))
    {
        let again = MotionSourceWeights::from_bytes(&source.to_bytes(), "m");
        assert_eq!(
            again.expect("what is written can be read").signals(),
            source.signals()
        );
    }
});
