//! What every backend is given: the same series, and two ways to train on them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use retune::fit::{FitSettings, Preset, ReadoutKind};
use retune::series::Split;
use retune::transform::{Basis, Carrier, Padding, Position, Transform, Waveform};

/// Series that are predicted: one batch of the classifier.
pub(super) const SERIES: usize = 64;
/// Series that are predicted at once, more than a batch.
pub(super) const LARGE_BATCH: usize = 1024;
/// Those of them that are trained on: one batch, so that an epoch is a step.
pub(super) const TRAINED_ON: usize = 32;
/// Values of each series.
pub(super) const SAMPLES: usize = 500;
/// θ starts uniform within ± this.
const INITIAL_AMPLITUDE: f32 = 0.05;

/// Series of the length that everything but products is measured on.
pub(super) fn series(count: usize, seed: u64) -> Split {
    made(count, SAMPLES, seed)
}

/// Random walks of two classes in turn, of which one swings too, so that there is something to learn.
pub(super) fn made(count: usize, samples: usize, seed: u64) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut walk = |place: usize| {
        let swing = (place % 2) as f64;
        let mut value = 0.0;
        let step = |at: usize| {
            value += random.random_range(-1.0..1.0) + swing * (at as f64 / 3.0).cos();
            value
        };
        (0..samples).map(step).collect()
    };
    Split {
        series: (0..count).map(&mut walk).collect(),
        labels: (0..count)
            .map(|place| ["even", "odd"][place % 2].to_owned())
            .collect(),
        ..Split::default()
    }
}

/// The series to train on.
pub(super) fn training(mut all: Split) -> Split {
    all.series.truncate(TRAINED_ON);
    all.labels.truncate(TRAINED_ON);
    all
}

/// One copy of the series in the middle of the clip, θ around it.
pub(super) fn padded() -> Transform {
    Transform::new(Padding {
        segments: 1,
        position: Position::Centre,
        stretch: None,
        initial_amplitude: INITIAL_AMPLITUDE,
        dimensions: None,
        basis: Basis::Tones,
    })
}

/// The series over the whole clip, θ on top.
pub(super) fn stretched() -> Transform {
    Transform::new(Waveform {
        sound: Carrier::Stretched,
        theta: Some(INITIAL_AMPLITUDE),
    })
}

/// θ is trained for so many steps through groups of the source's words.
pub(super) fn settings(transform: Transform, steps: usize, seed: u64) -> FitSettings {
    FitSettings {
        transforms: Some(vec![transform]),
        readouts: vec![ReadoutKind::Labels],
        epochs: steps,
        batch: TRAINED_ON,
        validation: 0.0,
        seed,
        ..FitSettings::preset(Preset::Paper)
    }
}
