//! `retune classify --black-box` and `--source-command`: training through answers alone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use retune::fit::{FitSettings, Preset};
use retune::series::Dataset;
use retune::source::{BlackBox, Process, SourceWeights};
use retune::task::{BlackBoxScore, BlackBoxSettings};
use serde::Serialize;

use super::super::args::{BackendArgs, Common, count, positive};
use super::super::output;
use super::super::problem::Problem;
use super::super::progress::Progress;
use super::super::scoring::{ControlArgs, Controls, FitAndScore};
use super::super::text::{self, Column};
use super::label_of;

/// The names of the controls beside those of every classification.
const RIDGE_ON_PROBABILITIES: &str = "ridge_on_probabilities";
const UNTRAINED: &str = "untrained";
const BY_GRADIENT: &str = "by_gradient";
/// Epochs of the same program by gradient.
const GRADIENT_EPOCHS: usize = 40;

/// A source of which only the answers are seen.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Black box")]
pub struct BlackBoxArgs {
    /// Train a sound around the series through the source's probabilities alone, by zeroth order
    #[arg(long)]
    black_box: bool,
    /// The same with a model that another program serves. It is asked a line of JSON on its standard
    /// input, first {"describe": true} and then {"kind": "audio", "inputs": [[…], …]}, and answers with a
    /// line: {"name": …, "labels": […], "audio": {"rate": …, "samples": …}} and
    /// {"probabilities": [[…], …]}
    #[arg(long, value_name = "COMMAND", conflicts_with = "out")]
    source_command: Option<String>,
    /// How long the command may take for an answer
    #[arg(long, value_name = "SECONDS", default_value = "60", requires = "source_command", value_parser = positive)]
    source_timeout: f64,
    /// The most queries that training may make: a case that is asked about is one
    #[arg(long, value_name = "N", default_value = "100000", value_parser = count)]
    query_budget: usize,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    dataset: String,
    n_train: usize,
    n_test: usize,
    source: String,
    labels: usize,
    query_budget: usize,
    #[serde(flatten)]
    score: BlackBoxScore,
    /// Test accuracies of the controls by name.
    baselines: BTreeMap<String, f64>,
    seconds: f64,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<PathBuf>,
}

/// What `classify` was given beside.
pub struct Given<'a> {
    pub data: &'a Dataset,
    pub source: &'a SourceWeights,
    pub backend: &'a BackendArgs,
    pub controls: &'a ControlArgs,
    pub out: Option<&'a output::OutputFile>,
    pub dimensions: Option<usize>,
}

impl BlackBoxArgs {
    /// Whether a black box was asked for.
    pub fn wanted(&self) -> bool {
        self.black_box || self.source_command.is_some()
    }

    /// Trains, scores and prints.
    pub fn run(&self, given: &Given, common: &Common) -> Result<()> {
        let Given {
            data,
            source,
            backend,
            controls,
            out,
            dimensions,
        } = *given;
        let engine = backend.engine()?;
        let black_box: Box<dyn BlackBox> = match &self.source_command {
            Some(command) => {
                let timeout = Duration::from_secs_f64(self.source_timeout);
                Box::new(Process::start(command, timeout)?)
            }
            None => engine.black_box(source)?,
        };
        if black_box.spec().audio.is_none() {
            return Err(Problem::new("a black box has to take audio").into());
        }
        let mut settings = BlackBoxSettings::default();
        settings.budget = Some(self.query_budget as u64);
        settings.dimensions = dimensions.unwrap_or(settings.dimensions);
        settings.trainer.plan.seed = common.seed;
        let start = Instant::now();
        let mut progress = Progress::new(common, "asking");
        let budget = self.query_budget as u64;
        let per_epoch = (data.train.len() * (1 + settings.trainer.directions)) as u64;
        let (program, score) =
            engine.fit_black_box(data, black_box.as_ref(), &settings, &mut |at| {
                let asked = (at.epoch as u64 * per_epoch).min(budget);
                let detail = format!("{asked} queries, loss {:.3}", at.training_loss);
                progress.at(asked, budget, &detail);
            })?;
        drop(progress);
        let seconds = start.elapsed().as_secs_f64();
        if let Some(out) = out {
            program.save(out.target())?;
        }
        let mut baselines =
            controls
                .controls
                .of_data(data, FitSettings::default().scaling, common)?;
        baselines.insert(
            RIDGE_ON_PROBABILITIES.to_owned(),
            score.ridge_on_probabilities,
        );
        baselines.insert(UNTRAINED.to_owned(), score.untrained_accuracy);
        if controls.controls >= Controls::All && self.source_command.is_none() {
            let settings = FitSettings {
                transforms: vec![
                    settings.transform(source.spec().audio.map_or(0, |one| one.samples)),
                ],
                epochs: GRADIENT_EPOCHS,
                dropout: 0.0,
                weight_decay: 0.0,
                learning_rate_decay: 0.02,
                seed: common.seed,
                ..FitSettings::preset(Preset::Paper)
            };
            let done = FitAndScore {
                data,
                source,
                settings: &settings,
                common,
                doing: "training by gradient",
            }
            .run(engine)?;
            baselines.insert(BY_GRADIENT.to_owned(), done.score.accuracy);
        }
        let outcome = Outcome {
            dataset: data.name.clone(),
            n_train: data.train.len(),
            n_test: data.test.len(),
            source: black_box.spec().name.clone(),
            labels: black_box.spec().labels.len(),
            query_budget: self.query_budget,
            score,
            baselines,
            seconds,
            seed: common.seed,
            out: out.map(|out| out.path().to_owned()),
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let row = |name: &str, accuracy: f64| vec![name.to_owned(), text::accuracy(accuracy)];
        let mut rows = vec![
            vec![String::new(), "accuracy".to_owned()],
            row("retune, by queries alone", self.score.accuracy),
        ];
        for (name, accuracy) in &self.baselines {
            let name = match name.as_str() {
                RIDGE_ON_PROBABILITIES => "ridge on the source's probabilities, untrained",
                UNTRAINED => "the same before training",
                BY_GRADIENT => "the same trained by gradient",
                other => label_of(other),
            };
            rows.push(row(name, *accuracy));
        }
        let loss = match self.score.training_loss {
            Some(loss) => format!(", training loss {loss:.3}"),
            None => String::new(),
        };
        let mut text = format!(
            "{}: {} training and {} test series\n\n{}\n\
             {} numbers trained with {} queries of at most {} ({} epochs{loss}), {} queries to \
             predict\n\
             source {} with {}, only its probabilities seen; {} (seed {})\n",
            self.dataset,
            self.n_train,
            self.n_test,
            text::table(&[Column::Left, Column::Right], rows),
            self.score.numbers,
            self.score.queries,
            self.query_budget,
            self.score.epochs,
            self.score.test_queries,
            self.source,
            text::counted(self.labels, "label", "labels"),
            text::seconds(self.seconds),
            self.seed,
        );
        if let Some(out) = &self.out {
            text.push_str(&format!("program saved as {}\n", out.display()));
        }
        text
    }
}
