mod comparing;
mod running;
mod testing;

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::{Error, ErrorKind};

fn identity() -> Identity {
    Identity {
        retune: "0.1.0".to_owned(),
        source: "voice2series".to_owned(),
        source_sha256: "0123456789abcdef".repeat(4),
    }
}

fn scored(accuracy: f64, seconds: f64) -> Outcome {
    Outcome::Scores(Scores {
        accuracy,
        log_loss: 0.5,
        brier: 0.25,
        baselines: BTreeMap::from([("1-NN DTW".to_owned(), 0.7), ("ridge".to_owned(), 0.6)]),
        n_train: 50,
        n_test: 150,
        classes: 2,
        length: 150,
        seconds: Seconds {
            fit: seconds,
            predict: 0.1,
            baselines: 0.2,
        },
    })
}

fn save(folder: &Path, dataset: &str, preset: &str, seed: u64, outcome: Outcome) {
    let result = JobResult {
        job: Job {
            dataset: dataset.to_owned(),
            preset: preset.to_owned(),
            seed,
        },
        identity: identity(),
        outcome,
    };
    result.write(folder).unwrap();
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
