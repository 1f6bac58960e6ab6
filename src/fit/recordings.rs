//! The settings of a fit on recordings.

use super::{FitSettings, Preset, ReadoutKind};
use crate::series::Scaling;
use crate::transform::{Recording, Transform};

/// θ starts within ± this amplitude: barely heard beside speech.
const AMPLITUDE: f32 = 0.01;

impl FitSettings {
    /// The settings of a preset for recordings at a rate in Hz: the samples stay as they are, the sources
    /// hear the recording itself, and a ridge regression reads the taps that tell speech apart.
    ///
    /// [`Preset::Paper`] is AR-SCR (Yen et al. 2023, arXiv 2110.03894): θ on the recording, trained through a label
    /// mapping, with the settings of the released code for Arabic.
    pub fn of_recordings(preset: Preset, rate: u32) -> Self {
        let hears = |theta| Some(vec![Transform::new(Recording { rate, theta })]);
        let settings = Self {
            scaling: Scaling::None,
            ..Self::preset(preset)
        };
        match preset {
            Preset::Fast | Preset::Default | Preset::Best => Self {
                transforms: hears(None),
                readouts: vec![ReadoutKind::Ridge],
                ..settings
            },
            Preset::Voice2series | Preset::Paper | Preset::Words | Preset::TrainedEnds => Self {
                transforms: hears(Some(AMPLITUDE)),
                dropout: 0.5,
                epochs: 50,
                learning_rate: 0.001,
                learning_rate_decay: 0.0,
                weight_decay: 0.05,
                patience: 10,
                ..settings
            },
        }
    }
}
