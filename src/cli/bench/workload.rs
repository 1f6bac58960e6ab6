//! What every backend is given: the same series, and two ways to train on them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use retune::fit::{FitSettings, Preset, ReadoutKind};
use retune::series::Split;
use retune::transform::{Basis, Carrier, Padding, Position, Transform, Waveform};

/// Series that are predicted: one batch of the classifier.
pub(super) const SERIES: usize = 64;
/// Those of them that are trained on: one batch, so that an epoch is a step.
pub(super) const TRAINED_ON: usize = 32;
/// Values of each series.
pub(super) const SAMPLES: usize = 500;
/// θ starts uniform within ± this.
const INITIAL_AMPLITUDE: f32 = 0.05;

/// Random walks of two classes in turn. Speed does not depend on their values.
pub(super) fn series(seed: u64) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut walk = || {
        let mut value = 0.0;
        let step = |_| {
            value += random.random_range(-1.0..1.0);
            value
        };
        (0..SAMPLES).map(step).collect()
    };
    let labels = ["even", "odd"].repeat(SERIES / 2).into_iter();
    Split {
        series: (0..SERIES).map(|_| walk()).collect(),
        labels: labels.map(str::to_owned).collect(),
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
