//! The settings of a fit and their presets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{LabelSettings, ReadoutKind};
use crate::series::Scaling;
use crate::source::{DEFAULT_SOURCE, SourceSpec, SourceWeights};
use crate::train::ScheduleKind;
use crate::transform::{InputTransform, Padding, Position, Transform, Waveform};
use crate::{Error, setting};

/// θ of [`Preset::Words`] starts within ± this amplitude: barely heard beside the transform.
const WORDS_AMPLITUDE: f32 = 0.01;

/// Each costs a fit and a pass through a source.
const MOST_MEMBERS: usize = 256;

/// A named set of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// One source, one transform, four readouts in closed form: seconds.
    Fast,
    /// Both sources and ten transforms with two readouts in closed form each, of which those are kept
    /// that help; see `docs/results.md`.
    #[default]
    Default,
    /// Both sources and all transforms that serve.
    Best,
    /// Voice2Series as good as it gets: its padded series, trained sound and label mapping with what serves
    /// beside them; see `docs/results.md`.
    Voice2series,
    /// Voice2Series as published (arXiv 2106.09296), without the released code's faults.
    Paper,
    /// The label mapping of Voice2Series on a transform that the series modulates, with θ trained on top.
    Words,
    /// A trained convolution makes what the source hears, and a trained linear layer reads its activations
    /// (after Kloberdanz, Tian and Le 2021).
    TrainedEnds,
}

impl Preset {
    /// The names of the sources that hear a series, where no others are asked for.
    pub fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Fast | Self::TrainedEnds => &["speech-embedding"],
            Self::Default | Self::Best => &["speech-embedding", DEFAULT_SOURCE],
            Self::Voice2series | Self::Paper | Self::Words => &[DEFAULT_SOURCE],
        }
    }

    /// The same with their weights.
    ///
    /// # Errors
    ///
    /// None in practice: they are compiled in.
    pub fn find_sources(self) -> Result<Vec<SourceWeights>, Error> {
        let names = self.sources().iter();
        names.map(|name| SourceWeights::find(name)).collect()
    }

    /// The ways in which a source hears series. A source that takes longer planes than its clip's hears
    /// long series at their own length.
    pub fn transforms(self, source: &SourceSpec) -> Vec<Transform> {
        let plane = source.plane.as_ref();
        let any_length = plane.is_some_and(|plane| plane.most_frames > plane.frames);
        let names: &[&str] = match (self, any_length) {
            (Self::Fast, true) => &["formants-level"],
            (Self::Fast, false) => &["formants"],
            (Self::Default, true) => &LONG_PLANES[..DEFAULT_LONG_PLANES],
            (Self::Default, false) => &CLIPS[..DEFAULT_CLIPS],
            (Self::Best, true) => &LONG_PLANES,
            (Self::Best, false) => &CLIPS,
            (Self::Voice2series | Self::Paper, _) => &["padding"],
            (Self::Words, _) => &["vowel"],
            (Self::TrainedEnds, _) => &["convolved"],
        };
        let named = names.iter().filter_map(|name| Transform::named(name));
        match self {
            Self::Words => adjusted(named.collect(), |vowel: Waveform| Waveform {
                theta: Some(WORDS_AMPLITUDE),
                ..vowel
            }),
            Self::Voice2series => adjusted(named.collect(), |padding: Padding| Padding {
                position: Position::Centre,
                ..padding
            }),
            _ => named.collect(),
        }
    }
}

/// What a source hears that takes planes of many lengths, first what serves most; `default` stops
/// after the first few.
const LONG_PLANES: [&str; 13] = [
    "formants-level",
    "formants",
    "statistics-level",
    "scalogram",
    "speaker-2",
    "formants-long",
    "reversed",
    "spectrum",
    "paced",
    "statistics",
    "speaker-1",
    "speech",
    "stretched",
];
const DEFAULT_LONG_PLANES: usize = 4;
/// The same for a source of clips of one length.
const CLIPS: [&str; 15] = [
    "formants",
    "reversed",
    "spectrum",
    "paced",
    "scalogram",
    "stretched",
    "statistics",
    "speaker-1",
    "speaker-2",
    "speaker-3",
    "wavelets",
    "speech",
    "tract",
    "texture",
    "vowel",
];
const DEFAULT_CLIPS: usize = 6;

impl fmt::Display for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&setting::name(self))
    }
}

impl FromStr for Preset {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        setting::named(
            "preset",
            name,
            "fast, default, best, voice2series, paper, words or trained-ends",
        )
    }
}

/// The seed of one of several members, far from the others, so that no seed that a user counts up to
/// begins the same program again.
pub(crate) fn member_seed(seed: u64, member: usize) -> u64 {
    seed.wrapping_add((member as u64) << 32)
}

/// Everything that decides a fit, beside the data and the source.
#[derive(Debug, Clone, PartialEq)]
pub struct FitSettings {
    /// The preset that the others started from.
    pub preset: Preset,
    /// The ways in which each source hears a series; none for those of the preset.
    pub transforms: Option<Vec<Transform>>,
    /// How the source's answer becomes a class: one that is trained by gradient alone, or readouts in
    /// closed form, each of which is tried on each transform.
    pub readouts: Vec<ReadoutKind>,
    /// The most parts that a program with readouts in closed form keeps of all transforms and
    /// readouts; none for as many as help.
    pub parts: Option<usize>,
    /// Programs by gradient that differ by their seeds alone, from the same transforms; the mean of their
    /// scores decides, which under a label mapping are logarithms of probabilities.
    pub members: usize,
    /// The trainer, by its name; see [`train::names`](crate::train::names).
    pub trainer: String,
    /// How the label mapping is found that transforms are trained through.
    pub labels: LabelSettings,
    /// The share of θ that is silenced at each step, in training only.
    pub dropout: f64,
    /// The most passes over the training series that train the transforms by gradient; 0 where their
    /// numbers stay as they are.
    pub epochs: usize,
    /// The most steps that these passes may take, beyond the first: a large training split is passed over
    /// less often. None for as many as they need.
    pub steps: Option<usize>,
    /// Series in one step.
    pub batch: usize,
    /// The learning rate at the first step.
    pub learning_rate: f64,
    /// How fast the learning rate falls, where its schedule has a decay.
    pub learning_rate_decay: f64,
    /// How the learning rate falls.
    pub schedule: ScheduleKind,
    /// Random directions that a step averages over, for trainers that estimate gradients; none for as
    /// many as the trainer has.
    pub directions: Option<usize>,
    /// How far such a direction is followed; none for as far as the trainer does.
    pub smoothing: Option<f64>,
    /// Decoupled weight decay of what is trained.
    pub weight_decay: f32,
    /// The share of the training series that early stopping watches; 0 for none.
    pub validation: f64,
    /// Epochs without a better validation loss before training stops.
    pub patience: usize,
    /// How series are scaled before anything else.
    pub scaling: Scaling,
    /// The seed of everything random.
    pub seed: u64,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self::preset(Preset::Default)
    }
}

impl FitSettings {
    /// The settings of a preset, with seed 0.
    pub fn preset(preset: Preset) -> Self {
        // Training by gradient, as the paper has it; `None` for readouts in closed form.
        let epochs = match preset {
            Preset::Fast | Preset::Default | Preset::Best => None,
            Preset::Voice2series => Some(150),
            Preset::Paper => Some(100),
            Preset::Words => Some(40),
            Preset::TrainedEnds => Some(60),
        };
        let settings = Self {
            preset,
            transforms: None,
            readouts: match (preset, epochs) {
                (Preset::TrainedEnds, _) => vec![ReadoutKind::Trained("linear".to_owned())],
                (_, Some(_)) => vec![ReadoutKind::Labels],
                // One transform gains by more ways to read it, several hardly.
                (Preset::Fast, None) => vec![
                    ReadoutKind::Means,
                    ReadoutKind::Ridge,
                    ReadoutKind::Clip,
                    ReadoutKind::Segments,
                ],
                (_, None) => vec![ReadoutKind::Means, ReadoutKind::Ridge],
            },
            parts: None,
            members: 1,
            trainer: "adam".to_owned(),
            labels: LabelSettings::default(),
            dropout: 0.4,
            epochs: epochs.unwrap_or(0),
            steps: None,
            batch: 32,
            learning_rate: 0.05,
            learning_rate_decay: 0.48,
            schedule: ScheduleKind::Inverse,
            directions: None,
            smoothing: None,
            weight_decay: 0.04,
            validation: 0.0,
            patience: 20,
            scaling: Scaling::ZNormalise,
            seed: 0,
        };
        match preset {
            Preset::Voice2series => Self {
                labels: LabelSettings {
                    rule: "linear".to_owned(),
                    ..settings.labels
                },
                members: 3,
                steps: Some(500),
                dropout: 0.0,
                learning_rate_decay: 0.02,
                weight_decay: 0.0,
                ..settings
            },
            // The paper's numbers suit θ alone; a transform needs a steady rate and nothing left out.
            Preset::Words => Self {
                dropout: 0.0,
                learning_rate_decay: 0.02,
                weight_decay: 0.0,
                ..settings
            },
            Preset::TrainedEnds => Self {
                dropout: 0.0,
                learning_rate: 0.01,
                learning_rate_decay: 0.02,
                ..settings
            },
            _ => settings,
        }
    }

    /// Passes over so many training series.
    pub(crate) fn epochs_over(&self, series: usize) -> usize {
        let steps = series.div_ceil(self.batch).max(1);
        let most = self.steps.map_or(usize::MAX, |most| (most / steps).max(1));
        self.epochs.min(most)
    }

    /// The seeds of what is trained by gradient, the first as it is given.
    pub(crate) fn member_seeds(&self) -> impl Iterator<Item = u64> {
        let seed = self.seed;
        (0..self.members).map(move |member| member_seed(seed, member))
    }

    /// The ways in which a source hears series of `length` values.
    pub(crate) fn transforms_for(&self, source: &SourceSpec, length: usize) -> Vec<Transform> {
        match &self.transforms {
            Some(transforms) => transforms.clone(),
            None => {
                let mut transforms = self.preset.transforms(source);
                transforms.retain(|transform| transform.adds(source, length));
                transforms
            }
        }
    }

    /// The name of the mapping that is trained together with the transforms, where one is.
    pub(super) fn trained(&self) -> Option<&str> {
        match &self.readouts[..] {
            [ReadoutKind::Trained(name)] => Some(name),
            _ => None,
        }
    }

    /// Whether all is trained by gradient, and nothing fitted in closed form.
    pub(crate) fn by_gradient(&self) -> bool {
        self.readouts.iter().all(|readout| readout.by_gradient())
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setting`](crate::ErrorKind::Setting) names the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let mut readouts = self.readouts.iter();
        let trained = readouts.find(|readout| readout.by_gradient());
        if let (Some(trained), true) = (trained, self.readouts.len() > 1) {
            let found = format!("{trained} and {} more", self.readouts.len() - 1);
            let expected = format!("{trained} alone, or some of means, ridge, clip and segments");
            return Err(setting::refused("readout", found, expected));
        }
        if let (Some(parts), Some(trained)) = (self.parts, trained) {
            let expected = format!("none with the readout {trained}");
            let refused = setting::refused("parts", parts, expected);
            return Err(refused
                .with_setting("readout", "means")
                .with_setting("readout", "ridge"));
        }
        if self.members > 1 && trained.is_none() {
            let expected = "1 with readouts in closed form, which are the same for every seed";
            let refused = setting::refused("members", self.members, expected);
            return Err(refused.with_setting("preset", "voice2series"));
        }
        if self.members > MOST_MEMBERS {
            let expected = format!("{MOST_MEMBERS} at most");
            return Err(setting::refused("members", self.members, expected));
        }
        let count = |name, count: usize| (name, count as f64, count > 0, "at least 1");
        let share = |name, share: f64| {
            let good = (0.0..1.0).contains(&share);
            (name, share, good, "0 to less than 1")
        };
        let not_negative = |name, value: f64| {
            let good = value.is_finite() && value >= 0.0;
            (name, value, good, "0 or more")
        };
        self.labels.check()?;
        let above_zero = |name, value: f64| {
            let good = value.is_finite() && value > 0.0;
            (name, value, good, "a number above 0")
        };
        setting::check([
            share("dropout", self.dropout),
            count("transforms", self.transforms.as_ref().map_or(1, Vec::len)),
            count("readouts", self.readouts.len()),
            count("parts", self.parts.unwrap_or(1)),
            count("members", self.members),
            count("steps", self.steps.unwrap_or(1)),
            count("batch", self.batch),
            count("patience", self.patience),
            count("directions", self.directions.unwrap_or(1)),
            above_zero("learning-rate", self.learning_rate),
            above_zero("smoothing", self.smoothing.unwrap_or(1.0)),
            not_negative("learning-rate-decay", self.learning_rate_decay),
            not_negative("weight-decay", f64::from(self.weight_decay)),
            share("validation", self.validation),
        ])
    }
}

/// These transforms of one kind with something else of theirs.
fn adjusted<T: InputTransform + Clone>(
    transforms: Vec<Transform>,
    adjust: fn(T) -> T,
) -> Vec<Transform> {
    let adjust =
        |transform: &Transform| Some(Transform::new(adjust(transform.downcast::<T>()?.clone())));
    transforms.iter().filter_map(adjust).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_end_passes_but_the_first() {
        let settings = FitSettings {
            epochs: 40,
            batch: 32,
            steps: Some(50),
            ..FitSettings::default()
        };
        // 2, 4 and 113 steps in a pass.
        let passes = [64, 100, 3_601].map(|series| settings.epochs_over(series));
        assert_eq!(passes, [25, 12, 1]);
        let unbounded = FitSettings {
            steps: None,
            ..settings
        };
        assert_eq!(unbounded.epochs_over(3_601), 40);
    }
}
