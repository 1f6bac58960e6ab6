//! How a program is fitted: what `fit` and `classify` share.

use clap::builder::PossibleValuesParser;
use retune::fit::{FitProgress, ReadoutKind};
use retune::source::SourceSpec;
use retune::task::BlackBoxSettings;
use retune::train::ScheduleKind;
use retune::transform::{
    Added, Basis, Padding, Pattern, Position, Recording, Transform, Waveform, names,
};

use super::mapping::MappingArgs;
use super::prelude::*;

/// The presets by name.
pub const PRESETS: [&str; 7] = [
    "fast",
    "default",
    "best",
    "voice2series",
    "paper",
    "words",
    "trained-ends",
];

/// How a program is fitted; what is not given is as the preset has it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Fitting")]
pub struct FitArgs {
    /// Where all settings start: one transform on one source, ten on two, 28 on two, Voice2Series at its best
    /// and as published, its label mapping on a transform with a trained sound on top, or a trained layer at
    /// each end
    #[arg(long, value_name = "PRESET", default_value = "default", value_parser = choice::<Preset>(&PRESETS))]
    pub preset: Preset,
    /// A source model: one that is shipped, or a file; several in as many options [default: those of the
    /// preset]
    #[arg(long = "source", value_name = "NAME|FILE")]
    sources: Vec<String>,
    /// How the source hears the series: a transform by its name, and several in as many options
    #[arg(long = "transform", alias = "voice", value_name = "NAME", value_parser = PossibleValuesParser::new(names().into_iter().map(|named| named.name)))]
    transforms: Vec<String>,
    /// How the source's answer becomes a class: groups of its words; a linear layer on its activations or
    /// its logits, trained by gradient; or a ridge regression on means of its activations or on more of
    /// them, several in as many options
    #[arg(long = "readout", value_name = "READOUT", value_parser = choice::<ReadoutKind>(ReadoutKind::names()))]
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
    /// Transform pattern: which trained patterns are added to the series, one that depends on it, one that is
    /// the same for all, or both
    #[arg(long, value_name = "WHICH", value_parser = choice::<Added>(&["both", "dependent", "independent"]))]
    pattern: Option<Added>,
    /// Transform padding: the trained sound is a sum of so many sounds at most, or none for one that is
    /// free in each sample
    #[arg(long, value_name = "N", value_parser = |text: &str| OrNone::parse(text, "a number of sounds"))]
    dimensions: Option<OrNone>,
    /// Transform padding: the sounds that such a trained sound is a sum of, short tones or noise
    #[arg(long, value_name = "BASIS", value_parser = choice::<Basis>(&["tones", "random"]))]
    basis: Option<Basis>,
    /// How the numbers are found, where a transform has some: adam by gradient, random-directions and
    /// spsa by losses alone
    #[arg(long, value_name = "NAME", value_parser = trainer)]
    trainer: Option<String>,
    /// Trainers by losses alone: random directions that each step averages over
    #[arg(long, value_name = "N", value_parser = count)]
    directions: Option<usize>,
    /// Trainers by losses alone: how far a direction is followed
    #[arg(long, value_name = "DISTANCE", value_parser = positive)]
    smoothing: Option<f64>,
    /// Programs by gradient that differ by their seeds alone and whose mean decides
    #[arg(long, value_name = "N", value_parser = count)]
    members: Option<usize>,
    /// The share of what is learnt that is left out in each step
    #[arg(long, value_name = "SHARE", value_parser = share)]
    dropout: Option<f64>,
    /// Passes over the training series that train what a transform has to train, on sources with words or
    /// under a linear layer; 0 for none
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// The most steps that these passes may take, so that a large training split is passed over less often
    #[arg(long, value_name = "N", value_parser = count)]
    steps: Option<usize>,
    /// Series in each step
    #[arg(long, value_name = "N", value_parser = count)]
    batch: Option<usize>,
    /// The learning rate of the first step
    #[arg(long, value_name = "RATE", value_parser = positive)]
    learning_rate: Option<f64>,
    /// How fast the learning rate falls
    #[arg(long, value_name = "RATE", value_parser = not_negative)]
    learning_rate_decay: Option<f64>,
    /// How the learning rate falls: over 1 + decay · step, times e to the −decay · step, or to nothing
    /// over the epochs
    #[arg(long, value_name = "HOW", value_parser = choice::<ScheduleKind>(&["inverse", "exponential", "half-cosine"]))]
    schedule: Option<ScheduleKind>,
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
    #[command(flatten)]
    mapping: MappingArgs,
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
        for (option, names) in [("source", &self.sources), ("transform", &self.transforms)] {
            let twice = |(place, name)| names[..place].contains(name);
            if let Some((_, name)) = names.iter().enumerate().find(|one| twice(*one)) {
                let message = format!("--{option} {name} was given twice");
                bail!(problem(
                    message,
                    "once is enough: parts that are the same add nothing"
                ));
            }
        }
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
        let settings = FitSettings {
            transforms,
            ..preset
        };
        self.given(settings, seed)
    }

    /// The same for recordings at a rate in Hz, which go into a source as they are.
    pub fn settings_of_recordings(&self, rate: u32, seed: u64) -> Result<FitSettings> {
        ensure!(
            !matches!(
                self.preset,
                Preset::Voice2series | Preset::Words | Preset::TrainedEnds
            ),
            problem(
                format!("the preset {} is for series", self.preset),
                "for recordings, --preset paper trains a sound on top through a label mapping"
            )
        );
        let mut settings = FitSettings::of_recordings(self.preset, rate);
        for transform in settings.transforms.iter_mut().flatten() {
            self.adjust(transform);
        }
        self.check_padding(&[])?;
        self.given(settings, seed)
    }

    /// Settings with what was given in the place of theirs, but for transforms.
    fn given(&self, mut settings: FitSettings, seed: u64) -> Result<FitSettings> {
        if !self.readouts.is_empty() {
            settings.readouts.clone_from(&self.readouts);
        }
        settings.parts = self.parts.or(settings.parts);
        set(&mut settings.members, &self.members);
        settings.steps = self.steps.or(settings.steps);
        settings.directions = self.directions.or(settings.directions);
        settings.smoothing = self.smoothing.or(settings.smoothing);
        settings.seed = seed;
        set(&mut settings.trainer, &self.trainer);
        set(&mut settings.dropout, &self.dropout);
        set(&mut settings.epochs, &self.epochs);
        set(&mut settings.batch, &self.batch);
        set(&mut settings.learning_rate, &self.learning_rate);
        set(&mut settings.learning_rate_decay, &self.learning_rate_decay);
        set(&mut settings.schedule, &self.schedule);
        set(&mut settings.weight_decay, &self.weight_decay);
        set(&mut settings.validation, &self.validation);
        set(&mut settings.patience, &self.patience);
        set(&mut settings.scaling, &self.scaling);
        self.check_training(&settings)?;
        self.mapping.check(&settings)?;
        settings.labels = self.mapping.of_sources(settings.labels, &self.sources()?)?;
        Ok(settings)
    }

    /// An option of training is a mistake where nothing is trained, or not by what takes it up.
    fn check_training(&self, settings: &FitSettings) -> Result<()> {
        let by_losses = [
            ("--directions", self.directions.is_some()),
            ("--smoothing", self.smoothing.is_some()),
        ];
        let by_gradient = [
            ("--dropout", self.dropout.is_some()),
            ("--weight-decay", self.weight_decay.is_some()),
            ("--validation", self.validation.is_some()),
            ("--patience", self.patience.is_some()),
        ];
        let in_steps = [
            ("--trainer", self.trainer.is_some()),
            ("--dropout", self.dropout.is_some()),
            ("--steps", self.steps.is_some()),
            ("--batch", self.batch.is_some()),
            ("--learning-rate", self.learning_rate.is_some()),
            ("--learning-rate-decay", self.learning_rate_decay.is_some()),
            ("--schedule", self.schedule.is_some()),
            ("--weight-decay", self.weight_decay.is_some()),
            ("--validation", self.validation.is_some()),
            ("--patience", self.patience.is_some()),
        ];
        let trained = settings.epochs > 0;
        for (option, given) in by_losses {
            let message =
                format!("{option} is for trainers by losses alone, and adam follows gradients");
            let hint = "give --trainer random-directions or --trainer spsa as well";
            let unused = given && trained && settings.trainer == "adam";
            ensure!(!unused, problem(message, hint));
        }
        for (option, given) in by_gradient {
            let trainer = &settings.trainer;
            let message =
                format!("{option} is for the trainer adam, and {trainer} follows losses alone");
            let unused = given && trained && trainer != "adam";
            ensure!(!unused, problem(message, "leave it out"));
        }
        ensure!(
            !trained || self.patience.is_none() || settings.validation > 0.0,
            problem(
                "--patience waits for a better validation loss, and no series are held out",
                "give --validation 0.2 as well, or leave it out"
            )
        );
        let falls_by_itself = settings.schedule == ScheduleKind::HalfCosine;
        let message = "--learning-rate-decay is not for a half cosine, which falls over the epochs";
        let unused = self.learning_rate_decay.is_some() && falls_by_itself;
        ensure!(!unused, problem(message, "leave it out"));
        for (option, given) in in_steps.into_iter().chain(by_losses) {
            let message = format!("{option} is for training in steps, and nothing is trained so");
            let hint = "give --preset paper or another that trains, or --epochs 20 with a transform that has \
                        something to train, or leave it out";
            ensure!(trained || !given, problem(message, hint));
        }
        Ok(())
    }

    /// How a black box is trained on: what was given of how numbers are found, in the place of what the
    /// trainer has.
    pub fn black_box(&self, source: &SourceSpec, seed: u64) -> Result<BlackBoxSettings> {
        for (option, given) in self.beside_a_black_box() {
            let message =
                format!("{option} has no meaning for a black box, of which only answers are seen");
            let hint = "leave it out: a padded series with a trained sound goes through a label mapping, and \
                        --query-budget says when training ends";
            ensure!(!given, problem(message, hint));
        }
        ensure!(
            self.epochs != Some(0),
            problem(
                "--epochs 0 trains nothing, and a black box is for training",
                "give 1 or more, or leave it out"
            )
        );
        let mut settings = match &self.trainer {
            Some(trainer) => BlackBoxSettings::by(trainer),
            None => BlackBoxSettings::default(),
        };
        self.adjust_padding(&mut settings.padding);
        settings.labels = self.mapping.settings(settings.labels, source)?;
        let plan = &mut settings.plan;
        plan.seed = seed;
        plan.directions = self.directions;
        plan.smoothing = self.smoothing;
        set(&mut plan.epochs, &self.epochs);
        set(&mut plan.batch, &self.batch);
        set(&mut plan.learning_rate, &self.learning_rate);
        if self.schedule.is_some() || self.learning_rate_decay.is_some() {
            let decay = self.learning_rate_decay.unwrap_or(0.01);
            plan.schedule = self.schedule.unwrap_or_default().with(decay);
        }
        Ok(settings)
    }

    /// The options that training through answers alone does not take up, and whether they were given.
    fn beside_a_black_box(&self) -> [(&'static str, bool); 12] {
        [
            ("--preset", self.preset != Preset::Default),
            ("--transform", !self.transforms.is_empty()),
            ("--readout", !self.readouts.is_empty()),
            ("--parts", self.parts.is_some()),
            ("--pattern", self.pattern.is_some()),
            ("--members", self.members.is_some()),
            ("--dropout", self.dropout.is_some()),
            ("--steps", self.steps.is_some()),
            ("--weight-decay", self.weight_decay.is_some()),
            ("--validation", self.validation.is_some()),
            ("--patience", self.patience.is_some()),
            ("--scaling", self.scaling.is_some()),
        ]
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
        let mut patterns = transforms.iter().filter_map(Transform::downcast::<Pattern>);
        if self.pattern.is_some() && patterns.next().is_none() {
            let message =
                "--pattern is for the transform pattern, which is not among the transforms";
            bail!(problem(message, "give --transform pattern as well"));
        }
        Ok((!transforms.is_empty()).then_some(transforms))
    }

    /// The options of the transform padding, and whether they were given.
    fn padding_options(&self) -> [(&'static str, bool); 5] {
        [
            ("--segments", self.segments.is_some()),
            ("--position", self.position.is_some()),
            ("--stretch", self.stretch.is_some()),
            ("--dimensions", self.dimensions.is_some()),
            ("--basis", self.basis.is_some()),
        ]
    }

    /// Puts what was given for the transform padding into one.
    fn adjust_padding(&self, padding: &mut Padding) {
        set(&mut padding.segments, &self.segments);
        set(&mut padding.position, &self.position);
        set(&mut padding.stretch, &self.stretch.map(|given| given.0));
        set(&mut padding.initial_amplitude, &self.initial_amplitude);
        let dimensions = self.dimensions.map(|given| given.0);
        set(&mut padding.dimensions, &dimensions);
        set(&mut padding.basis, &self.basis);
    }

    /// Puts what was given for a kind of transform into a transform of that kind.
    fn adjust(&self, transform: &mut Transform) {
        if let Some(mut padding) = transform.downcast::<Padding>().cloned() {
            self.adjust_padding(&mut padding);
            *transform = Transform::new(padding);
        } else if let Some(mut pattern) = transform.downcast::<Pattern>().cloned() {
            set(&mut pattern.added, &self.pattern);
            *transform = Transform::new(pattern);
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
    /// How the label mapping was found that something was trained through.
    #[serde(skip_serializing_if = "String::is_empty")]
    mapping: String,
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
            mapping: program.settings().mapping.clone(),
            sources: program.sources().to_vec(),
            frozen: program.frozen(),
        }
    }

    /// The sources, as a line, below one on the label mapping where there is one.
    pub fn sources(&self) -> String {
        let sources = text::checked_sources(&self.sources, self.frozen);
        match self.mapping.as_str() {
            "" => sources,
            mapping => format!("label mapping {mapping}\n{sources}"),
        }
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
        FitProgress::NotFitted {
            readouts,
            of,
            most_features: most,
        } => progress.note(&format!(
            "readouts: {readouts} of {of} are not fitted: of more than {most} features, a ridge on more than \
             {most} series takes too long"
        )),
    }
}
