mod comparing;
mod running;
mod testing;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::{Error, ErrorKind};

fn identity() -> Identity {
    Identity {
        retune: "0.1.0".to_owned(),
        source: "voice2series".to_owned(),
        source_sha256: "0123456789abcdef".repeat(4),
        settings: BTreeMap::new(),
    }
}

/// The same scores in another time, every time.
fn scored(accuracy: f64) -> Outcome {
    Outcome::Scores(scores(accuracy))
}

pub(super) fn scores(accuracy: f64) -> Scores {
    static CLOCK: AtomicU32 = AtomicU32::new(0);
    Scores {
        accuracy,
        log_loss: 0.5,
        brier: 0.25,
        calibration_error: 0.125,
        baselines: BTreeMap::from([("1-NN DTW".to_owned(), 0.7), ("ridge".to_owned(), 0.6)]),
        n_train: 50,
        n_test: 150,
        classes: 2,
        length: 150,
        seconds: Seconds {
            fit: CLOCK.fetch_add(1, Ordering::Relaxed).into(),
            predict: 0.1,
            baselines: 0.2,
        },
        read_as: Vec::new(),
    }
}

/// Saves the result of the preset `default`.
fn save(folder: &Path, dataset: &str, seed: u64, outcome: Outcome) {
    let job = Job {
        dataset: dataset.to_owned(),
        preset: "default".to_owned(),
        mapping: None,
        seed,
    };
    let identity = identity();
    let result = JobResult {
        job,
        identity,
        data_sha256: None,
        outcome,
    };
    result.write(folder).unwrap();
}

fn merged(folders: &[&Path]) -> Result<Results, Error> {
    let folders: Vec<_> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    merge(&folders)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
