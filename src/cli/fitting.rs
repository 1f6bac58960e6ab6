//! How a program is fitted: what `fit` and `classify` share.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;
use retune::fit::{FitProgress, FitSettings, Preset, ReadoutKind};
use retune::series::Scaling;
use retune::source::DEFAULT_SOURCE;
use retune::transform::{Padding, Position, Transform, Waveform, names};

use super::args::{choice, count, not_negative, not_negative_single, part, positive, share};
use super::problem::Problem;
use super::progress::Progress;

/// How a program is fitted; what is not given is as the preset has it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fitting")]
pub struct FitArgs {
    /// Where all settings start: one transform, twelve, fifteen, Voice2Series as published, or its label
    /// mapping on a transform with a trained sound on top
    #[arg(long, value_name = "PRESET", default_value = "default", value_parser = choice::<Preset>(&["fast", "default", "best", "paper", "words"]))]
    pub preset: Preset,
    /// The source model: one that is shipped, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_SOURCE)]
    pub source: String,
    /// How the source hears the series: a transform by its name, and several in as many options
    #[arg(long = "transform", alias = "voice", value_name = "NAME", value_parser = PossibleValuesParser::new(names().into_iter().map(|named| named.name)))]
    transforms: Vec<String>,
    /// How the source's answer becomes a class: groups of its words, or a ridge regression on means
    /// of its activations or on more of them; several in as many options
    #[arg(long = "readout", value_name = "READOUT", value_parser = choice::<ReadoutKind>(&["labels", "means", "ridge"]))]
    readouts: Vec<ReadoutKind>,
    /// The most pairs of a transform and a ridge that the program keeps; fewer are smaller and faster
    #[arg(long, value_name = "N", value_parser = count)]
    parts: Option<usize>,
    /// Transform padding: how often the series is repeated in the clip
    #[arg(long, value_name = "N", value_parser = count)]
    segments: Option<usize>,
    /// Transform padding: where the series stands in its segment
    #[arg(long, value_name = "WHERE", value_parser = choice::<Position>(&["start", "centre", "end"]))]
    position: Option<Position>,
    /// Transform padding: samples that each series is resampled to first, or none
    #[arg(long, value_name = "SAMPLES")]
    stretch: Option<Stretch>,
    /// A trained sound is added to the transform, and starts uniform within plus or minus this amplitude
    #[arg(long, value_name = "AMPLITUDE", value_parser = part)]
    initial_amplitude: Option<f32>,
    /// Transform padding: the trained sound is a sum of so many short tones at most, and not free in each
    /// sample
    #[arg(long, value_name = "N", value_parser = count)]
    pub dimensions: Option<usize>,
    /// How the numbers are found, where a transform has some: adam by gradient, random-directions by
    /// losses alone
    #[arg(long, value_name = "NAME", value_parser = trainer)]
    trainer: Option<String>,
    /// Train how much each of the source's words counts for each class as well
    #[arg(long)]
    train_mapping: bool,
    /// The share of what is learnt that is left out in each step
    #[arg(long, value_name = "SHARE", value_parser = share)]
    dropout: Option<f64>,
    /// Passes over the training series that train what a transform has to train; 0 for none
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Series in each step
    #[arg(long, value_name = "N", value_parser = count)]
    batch: Option<usize>,
    /// The learning rate of Adam
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,
    /// How fast the learning rate falls
    #[arg(long, value_name = "RATE", value_parser = not_negative)]
    learning_rate_decay: Option<f64>,
    /// The weight decay
    #[arg(long, value_name = "RATE", value_parser = not_negative_single)]
    weight_decay: Option<f32>,
    /// The share of the training series held out to know when to stop; 0 for none
    #[arg(long, value_name = "SHARE", value_parser = share)]
    validation: Option<f64>,
    /// Epochs without a better validation loss before fitting stops
    #[arg(long, value_name = "N", value_parser = count)]
    patience: Option<usize>,
    /// How each series is scaled
    #[arg(long, value_name = "HOW", value_parser = choice::<Scaling>(&["z-normalise", "none"]))]
    scaling: Option<Scaling>,
}

/// `--stretch`: a number of samples, or none.
#[derive(Debug, Clone, Copy)]
struct Stretch(Option<usize>);

impl FromStr for Stretch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self(None)),
            _ => match text.parse() {
                Ok(0) | Err(_) => Err("expected a number of samples from 1, or none".to_owned()),
                Ok(samples) => Ok(Self(Some(samples))),
            },
        }
    }
}

/// `--trainer`: one that is known.
fn trainer(name: &str) -> Result<String, String> {
    let known = retune::train::names();
    match known.iter().any(|one| one == name) {
        true => Ok(name.to_owned()),
        false => Err(format!("expected {}", known.join(" or "))),
    }
}

impl FitArgs {
    /// The preset with what was given in its place.
    ///
    /// # Errors
    ///
    /// When an option of one transform is given and there is no such transform.
    pub fn settings(&self, seed: u64) -> Result<FitSettings> {
        let preset = FitSettings::preset(self.preset);
        let mut transforms = preset.transforms.clone();
        if !self.transforms.is_empty() {
            let named = self.transforms.iter();
            transforms = named.filter_map(|name| Transform::named(name)).collect();
        }
        for transform in &mut transforms {
            self.adjust(transform);
        }
        self.check_padding(&transforms)?;
        Ok(FitSettings {
            transforms,
            readouts: match self.readouts.is_empty() {
                true => preset.readouts,
                false => self.readouts.clone(),
            },
            parts: self.parts.or(preset.parts),
            trainer: self.trainer.clone().unwrap_or(preset.trainer),
            train_mapping: self.train_mapping || preset.train_mapping,
            dropout: self.dropout.unwrap_or(preset.dropout),
            epochs: self.epochs.unwrap_or(preset.epochs),
            batch: self.batch.unwrap_or(preset.batch),
            learning_rate: self.learning_rate.unwrap_or(preset.learning_rate),
            learning_rate_decay: self
                .learning_rate_decay
                .unwrap_or(preset.learning_rate_decay),
            weight_decay: self.weight_decay.unwrap_or(preset.weight_decay),
            validation: self.validation.unwrap_or(preset.validation),
            patience: self.patience.unwrap_or(preset.patience),
            scaling: self.scaling.unwrap_or(preset.scaling),
            seed,
            ..preset
        })
    }

    /// Puts what was given for a kind of transform into a transform of that kind.
    fn adjust(&self, transform: &mut Transform) {
        if let Some(padding) = transform.downcast::<Padding>() {
            *transform = Transform::new(Padding {
                segments: self.segments.unwrap_or(padding.segments),
                position: self.position.unwrap_or(padding.position),
                stretch: self
                    .stretch
                    .map_or(padding.stretch, |Stretch(samples)| samples),
                initial_amplitude: self.initial_amplitude.unwrap_or(padding.initial_amplitude),
                dimensions: self.dimensions.or(padding.dimensions),
            });
        } else if let Some(sound) = transform.downcast::<Waveform>() {
            *transform = Transform::new(Waveform {
                theta: self.initial_amplitude.or(sound.theta),
                ..sound.clone()
            });
        }
    }

    /// An option that nothing takes up is a mistake.
    fn check_padding(&self, transforms: &[Transform]) -> Result<()> {
        let padding = |transform: &Transform| transform.downcast::<Padding>().is_some();
        let given = [
            ("--segments", self.segments.is_some()),
            ("--position", self.position.is_some()),
            ("--stretch", self.stretch.is_some()),
            ("--dimensions", self.dimensions.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) if !transforms.iter().any(padding) => Err(Problem::new(format!(
                "{option} is for the transform padding, which is not among the transforms"
            ))
            .with_hint("give --transform padding or --preset paper as well")
            .into()),
            _ => Ok(()),
        }
    }

    /// The source as a file, to be compared with outputs.
    pub fn source_path(&self) -> PathBuf {
        PathBuf::from(&self.source)
    }
}

/// Shows how far fitting has come.
pub fn show_progress(progress: &mut Progress, at: &FitProgress) {
    match *at {
        FitProgress::Epoch(at) => {
            let (epoch, epochs, training_loss) = (at.epoch, at.epochs, at.training_loss);
            let validation = match at.validation_loss {
                Some(loss) => format!(", validation {loss:.3}"),
                None => String::new(),
            };
            let detail = format!("epoch {epoch} of {epochs}, loss {training_loss:.3}{validation}");
            progress.at(epoch as u64, epochs as u64, &detail);
        }
        FitProgress::Forwarded { done, of } => {
            let detail = format!("{done} of {of} series forwarded");
            progress.at(done as u64, of as u64, &detail);
        }
    }
}
