//! How a program is fitted: what `fit` and `classify` share.

use clap::builder::PossibleValuesParser;
use retune::fit::{FitProgress, ReadoutKind};
use retune::transform::{Padding, Position, Recording, Transform, Waveform, names};

use super::prelude::*;

/// The presets by name.
pub const PRESETS: [&str; 5] = ["fast", "default", "best", "paper", "words"];

/// How a program is fitted; what is not given is as the preset has it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fitting")]
pub struct FitArgs {
    /// Where all settings start: one transform on one source, ten on two, all, Voice2Series as published,
    /// or its label mapping on a transform with a trained sound on top
    #[arg(long, value_name = "PRESET", default_value = "default", value_parser = choice::<Preset>(&PRESETS))]
    pub preset: Preset,
    /// A source model: one that is shipped, or a file; several in as many options [default: those of the
    /// preset]
    #[arg(long = "source", value_name = "NAME|FILE")]
    sources: Vec<String>,
    /// How the source hears the series: a transform by its name, and several in as many options
    #[arg(long = "transform", alias = "voice", value_name = "NAME", value_parser = PossibleValuesParser::new(names().into_iter().map(|named| named.name)))]
    transforms: Vec<String>,
    /// How the source's answer becomes a class: groups of its words, or a ridge regression on means
    /// of its activations or on more of them; several in as many options
    #[arg(long = "readout", value_name = "READOUT", value_parser = choice::<ReadoutKind>(&["labels", "means", "ridge"]))]
    readouts: Vec<ReadoutKind>,
    /// The most readouts, each of a source and a transform, that the program keeps; fewer are smaller and faster
    #[arg(long, value_name = "N", value_parser = count)]
    parts: Option<usize>,
    /// Transform padding: how often the series is repeated in the clip
    #[arg(long, value_name = "N", value_parser = count)]
    segments: Option<usize>,
    /// Transform padding: where the series stands in its segment
    #[arg(long, value_name = "WHERE", value_parser = choice::<Position>(&["start", "centre", "end"]))]
    position: Option<Position>,
    /// Transform padding: samples that each series is resampled to first, or none
    #[arg(long, value_name = "SAMPLES", value_parser = |text: &str| OrNone::parse(text, "a number of samples"))]
    stretch: Option<OrNone>,
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
    /// Passes over the training series that train what a transform has to train, on sources with words; 0
    /// for none
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

/// Puts what was given in the place of a setting.
fn set<T: Clone>(setting: &mut T, given: &Option<T>) {
    if let Some(given) = given {
        setting.clone_from(given);
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
    /// The sources, with their weights.
    pub fn sources(&self) -> Result<Vec<SourceWeights>> {
        if self.sources.is_empty() {
            return Ok(self.preset.find_sources()?);
        }
        let names = self.sources.iter();
        names.map(|name| Ok(SourceWeights::find(name)?)).collect()
    }

    /// The one source of a black box; of itself the one with words.
    pub fn only_source(&self) -> Result<SourceWeights> {
        match &self.sources[..] {
            [] => Ok(SourceWeights::find(DEFAULT_SOURCE)?),
            [name] => Ok(SourceWeights::find(name)?),
            _ => bail!(problem("a black box is one source", "give --source once")),
        }
    }

    /// The files that must not be written over.
    pub fn inputs(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().map(Path::new)
    }

    /// The preset with what was given in its place. An option of one transform needs that transform.
    pub fn settings(&self, seed: u64) -> Result<FitSettings> {
        let preset = FitSettings::preset(self.preset);
        let transforms = self.transforms()?;
        Ok(self.given(
            FitSettings {
                transforms,
                ..preset
            },
            seed,
        ))
    }

    /// The same for recordings at a rate in Hz, which go into a source as they are.
    pub fn settings_of_recordings(&self, rate: u32, seed: u64) -> Result<FitSettings> {
        ensure!(
            self.preset != Preset::Words,
            problem(
                "the preset words is for series",
                "for recordings, --preset paper trains a sound on top through a label mapping"
            )
        );
        let mut settings = FitSettings::of_recordings(self.preset, rate);
        for transform in settings.transforms.iter_mut().flatten() {
            self.adjust(transform);
        }
        self.check_padding(&[])?;
        Ok(self.given(settings, seed))
    }

    /// Settings with what was given in the place of theirs, but for transforms.
    fn given(&self, mut settings: FitSettings, seed: u64) -> FitSettings {
        if !self.readouts.is_empty() {
            settings.readouts.clone_from(&self.readouts);
        }
        settings.parts = self.parts.or(settings.parts);
        settings.train_mapping |= self.train_mapping;
        settings.seed = seed;
        set(&mut settings.trainer, &self.trainer);
        set(&mut settings.dropout, &self.dropout);
        set(&mut settings.epochs, &self.epochs);
        set(&mut settings.batch, &self.batch);
        set(&mut settings.learning_rate, &self.learning_rate);
        set(&mut settings.learning_rate_decay, &self.learning_rate_decay);
        set(&mut settings.weight_decay, &self.weight_decay);
        set(&mut settings.validation, &self.validation);
        set(&mut settings.patience, &self.patience);
        set(&mut settings.scaling, &self.scaling);
        settings
    }

    /// The transforms that were asked for, by name or by what is adjusted in them.
    fn transforms(&self) -> Result<Option<Vec<Transform>>> {
        let named = self.transforms.iter();
        let mut transforms: Vec<_> = named.filter_map(|name| Transform::named(name)).collect();
        let adjusted = self.padding_options().iter().any(|(_, given)| *given);
        if transforms.is_empty() && (adjusted || self.initial_amplitude.is_some()) {
            transforms = self.preset.transforms(self.only_source()?.spec());
        }
        for transform in &mut transforms {
            self.adjust(transform);
        }
        self.check_padding(&transforms)?;
        Ok((!transforms.is_empty()).then_some(transforms))
    }

    /// The options of the transform padding, and whether they were given.
    fn padding_options(&self) -> [(&'static str, bool); 4] {
        [
            ("--segments", self.segments.is_some()),
            ("--position", self.position.is_some()),
            ("--stretch", self.stretch.is_some()),
            ("--dimensions", self.dimensions.is_some()),
        ]
    }

    /// Puts what was given for a kind of transform into a transform of that kind.
    fn adjust(&self, transform: &mut Transform) {
        if let Some(mut padding) = transform.downcast::<Padding>().cloned() {
            set(&mut padding.segments, &self.segments);
            set(&mut padding.position, &self.position);
            set(&mut padding.stretch, &self.stretch.map(|given| given.0));
            set(&mut padding.initial_amplitude, &self.initial_amplitude);
            padding.dimensions = self.dimensions.or(padding.dimensions);
            *transform = Transform::new(padding);
        } else if let Some(mut sound) = transform.downcast::<Waveform>().cloned() {
            sound.theta = self.initial_amplitude.or(sound.theta);
            *transform = Transform::new(sound);
        } else if let Some(mut recording) = transform.downcast::<Recording>().cloned() {
            recording.theta = self.initial_amplitude.or(recording.theta);
            *transform = Transform::new(recording);
        }
    }

    /// An option that nothing takes up is a mistake.
    fn check_padding(&self, transforms: &[Transform]) -> Result<()> {
        let mut transforms = transforms.iter();
        let padded = transforms.any(|transform| transform.downcast::<Padding>().is_some());
        for (option, given) in self.padding_options() {
            if given && !padded {
                let message = format!(
                    "{option} is for the transform padding, which is not among the transforms"
                );
                let hint = "give --transform padding or --preset paper as well";
                bail!(problem(message, hint));
            }
        }
        Ok(())
    }
}

/// Fits a program, and says how many seconds it took; progress calls it `doing`.
pub fn fit(
    engine: Engine,
    train: &Split,
    sources: &[SourceWeights],
    settings: &FitSettings,
    common: &Common,
    doing: &str,
) -> Result<(Classifier, f64)> {
    let start = Instant::now();
    let mut progress = Progress::new(common, doing);
    let builder = engine.classifier().sources(sources);
    let builder = builder.settings(settings.clone());
    let builder = builder.on_progress(|at| show_progress(&mut progress, at));
    let classifier = builder.fit(train)?;
    Ok((classifier, start.elapsed().as_secs_f64()))
}

/// The end of what is said of a fit.
#[derive(Debug, Serialize)]
pub struct Fitted {
    pub backend: String,
    pub preset: String,
    pub seed: u64,
    sources: Vec<SourceReference>,
    frozen: bool,
}

impl Fitted {
    /// What a program was fitted with.
    pub fn new(program: &Program, preset: Preset, backend: &BackendArgs, seed: u64) -> Self {
        Self {
            backend: backend.backend.clone(),
            preset: preset.to_string(),
            seed,
            sources: program.sources().to_vec(),
            frozen: program.frozen(),
        }
    }

    /// The sources, as a line.
    pub fn sources(&self) -> String {
        text::checked_sources(&self.sources, self.frozen)
    }
}

/// Shows how far fitting has come.
pub fn show_progress(progress: &mut Progress, at: &FitProgress) {
    match *at {
        FitProgress::Epoch(at) => {
            progress.epoch(at.epoch, at.epochs, at.training_loss, at.validation_loss, 3);
        }
        FitProgress::Forwarded { done, of } => {
            let detail = format!("{done} of {of} series forwarded");
            progress.at(done as u64, of as u64, &detail);
        }
    }
}
