//! How a label mapping is found: what `fit`, `classify` and `archive run` share.

use std::sync::Arc;

use retune::fit::{LabelSettings, ReadoutKind};
use retune::mapping::{LabelRule, Sees, rule_names};
use retune::source::SourceSpec;

use super::prelude::*;

/// The mappings in which every label counts for every class.
const OF_ALL_LABELS: [&str; 3] = ["bayesian", "bayesian-plus", "linear"];

/// How a label mapping is found, and what is made small through it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Label mapping")]
pub struct MappingArgs {
    /// How the source's words stand for classes, where something is trained through them: random,
    /// consecutive, frequency, iterative, bayesian, bayesian-plus, similarity or linear
    #[arg(long, value_name = "NAME", value_parser = rule)]
    pub mapping: Option<String>,
    /// Words of each class, for mappings that make groups
    #[arg(long, value_name = "N", value_parser = count)]
    labels_per_class: Option<usize>,
    /// Mapping similarity: recorded words, as DIR/WORD/*.wav, or as DIR/train/WORD/*.wav and so on; the
    /// train part is compared with the series
    #[arg(long, value_name = "DIR")]
    speech: Option<PathBuf>,
    /// Make a focal loss with this γ small, each class weighted by the inverse of its size
    #[arg(long, value_name = "GAMMA", value_parser = not_negative)]
    focal: Option<f64>,
}

/// `--mapping`: one that is known.
fn rule(name: &str) -> Result<String, String> {
    match LabelRule::named(name) {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err(format!("expected one of {}", rule_names().join(", "))),
    }
}

impl MappingArgs {
    /// The option that was given first, if any was.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            ("--mapping", self.mapping.is_some()),
            ("--labels-per-class", self.labels_per_class.is_some()),
            ("--speech", self.speech.is_some()),
            ("--focal", self.focal.is_some()),
        ];
        let given = given.into_iter().find(|(_, given)| *given);
        given.map(|(option, _)| option)
    }

    /// What was given in the place of `base`, with the recordings that a source of these labels hears.
    pub fn settings(&self, base: LabelSettings, source: &SourceSpec) -> Result<LabelSettings> {
        let rule = self.mapping.clone().unwrap_or(base.rule);
        if self.speech.is_some() && LabelRule::named(&rule)?.sees != Sees::Similarity {
            let message =
                format!("--speech is for the mapping similarity, and {rule} compares nothing");
            bail!(problem(message, "give --mapping similarity as well"));
        }
        if self.labels_per_class.is_some() && OF_ALL_LABELS.contains(&&*rule) {
            let message = format!(
                "--labels-per-class is for mappings that make groups, and {rule} weighs all labels"
            );
            bail!(problem(message, "leave it out, or give another --mapping"));
        }
        let speech = self.speech.as_ref();
        let speech = speech.map(|folder| SpeechFolder::read(folder, None, source));
        Ok(LabelSettings {
            rule,
            per_class: self.labels_per_class,
            speech: speech.transpose()?.map(|found| Arc::new(found.train)),
            focal: self.focal,
        })
    }

    /// The same for a fit on some sources.
    pub fn of_sources(
        &self,
        base: LabelSettings,
        sources: &[SourceWeights],
    ) -> Result<LabelSettings> {
        let mut specs = sources.iter().map(SourceWeights::spec);
        // A source without words is refused with its name by the fit.
        let spec = specs.find(|spec| !spec.labels.is_empty());
        match (self.given(), spec) {
            (Some(_), Some(spec)) => self.settings(base, spec),
            _ => Ok(base),
        }
    }

    /// An option that nothing takes up is a mistake: there must be training through labels.
    pub fn check(&self, settings: &FitSettings) -> Result<()> {
        let is_layer = |readout: &ReadoutKind| matches!(readout, ReadoutKind::Trained(_));
        let by_words = settings.epochs > 0 && !settings.readouts.iter().any(is_layer);
        let Some(option) = self.given().filter(|_| !by_words) else {
            return Ok(());
        };
        let preset = settings.preset;
        let message = format!(
            "{option} is for training through the source's words, which the preset {preset} does not"
        );
        let hint = "give a preset that trains through words, such as paper, voice2series or words";
        Err(problem(message, hint).into())
    }
}
