//! `retune classify --black-box` and `--source-command`: training through answers alone.

use std::slice;
use std::time::Duration;

use retune::source::{BlackBox, Process};
use retune::task::BlackBoxScore;
use retune::transform::Transform;

use super::{Arguments, accuracies, saved_as};
use crate::cli::picture::queries_svg;
use crate::cli::prelude::*;
use crate::cli::scoring::{Controls, fit_and_score};

/// Queries of training where none are given.
const QUERY_BUDGET: u64 = 100_000;

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
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["out", "sources"])]
    source_command: Option<String>,
    /// How long the command may take for an answer
    #[arg(long, value_name = "SECONDS", default_value = "60", requires = "source_command", value_parser = positive)]
    source_timeout: f64,
    /// The most queries that training may make: a case that is asked about is one [default: 100000]
    #[arg(long, value_name = "N", value_parser = count)]
    query_budget: Option<usize>,
    /// Where to draw accuracy and loss on the training series over the queries, as SVG
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    dataset: &'a str,
    n_train: usize,
    n_test: usize,
    source: &'a str,
    labels: usize,
    mapping: &'a str,
    trainer: &'a str,
    query_budget: u64,
    #[serde(flatten)]
    score: BlackBoxScore,
    /// Test accuracies of the controls by name.
    baselines: BTreeMap<String, f64>,
    seconds: f64,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    out: Option<&'a Path>,
    /// The training and the test file.
    read_as: [&'a ReadAs; 2],
}

impl BlackBoxArgs {
    /// Whether a black box was asked for.
    pub fn wanted(&self) -> bool {
        self.black_box || self.source_command.is_some()
    }

    /// The picture to draw, where there is something to draw.
    pub fn plot(&self, inputs: &[&Path]) -> Result<Option<OutputFile>> {
        let of_queries = [
            ("--plot", self.plot.is_some()),
            ("--query-budget", self.query_budget.is_some()),
        ];
        for (option, given) in of_queries {
            let message = format!("{option} is for training by queries, and none are asked");
            let hint = "give --black-box or --source-command as well";
            ensure!(self.wanted() || !given, problem(message, hint));
        }
        OutputFile::check_plot(self.plot.as_ref(), inputs)
    }
}

impl Arguments {
    /// Trains through answers alone, scores and prints.
    pub(super) fn query(
        &self,
        data: &Dataset,
        (out, plot): (Option<&OutputFile>, Option<OutputFile>),
        common: &Common,
    ) -> Result<()> {
        let given = &self.black_box;
        let engine = self.backend.engine(common)?;
        let source = self.fitting.only_source()?;
        let source = &source;
        let black_box: Box<dyn BlackBox> = match &given.source_command {
            Some(command) => {
                let timeout = Duration::try_from_secs_f64(given.source_timeout);
                let timeout = timeout.unwrap_or(Duration::MAX);
                Box::new(Process::start(command, timeout)?)
            }
            None => engine.black_box(source)?,
        };
        let spec = black_box.spec();
        ensure!(spec.audio.is_some(), "a black box has to take audio");
        let mut settings = self.fitting.black_box(spec, common.seed)?;
        let budget = given
            .query_budget
            .map_or(QUERY_BUDGET, |count| count as u64);
        settings.budget = Some(budget);
        let start = Instant::now();
        let mut progress = Progress::new(common, "asking");
        let (program, score) =
            engine.fit_black_box(data, black_box.as_ref(), &settings, &mut |at, asked| {
                let detail = format!("{asked} queries, loss {:.3}", at.training_loss);
                progress.at(asked, budget, &detail);
            })?;
        drop(progress);
        let seconds = start.elapsed().as_secs_f64();
        if let Some(out) = out {
            program.save(&out.target)?;
        }
        if let Some(plot) = plot {
            let title = format!(
                "{}: {} numbers trained by {} through queries of {}",
                data.name, score.numbers, settings.trainer, spec.name
            );
            let notes = [format!(
                "label mapping {}, seed {}; test accuracy {} after {} queries",
                settings.labels.rule,
                common.seed,
                text::accuracy(score.accuracy),
                score.queries
            )];
            plot.write(queries_svg(&title, &notes, &score.curve)?.as_bytes())?;
        }
        let controls = self.controls.controls;
        let mut baselines = controls.of_data(data, FitSettings::default().scaling, common)?;
        let mut add = |name: &str, accuracy| baselines.insert(name.to_owned(), accuracy);
        add("ridge_on_probabilities", score.ridge_on_probabilities);
        add("untrained", score.untrained_accuracy);
        if controls == Controls::All && given.source_command.is_none() {
            let settings = FitSettings {
                transforms: Some(vec![Transform::new(settings.padding)]),
                labels: settings.labels.clone(),
                members: 1,
                seed: common.seed,
                ..FitSettings::preset(Preset::Voice2series)
            };
            let doing = "training by gradient";
            let done = fit_and_score(
                engine,
                data,
                slice::from_ref(source),
                &settings,
                common,
                doing,
            )?;
            add("by_gradient", done.score.accuracy);
        }
        let outcome = Outcome {
            dataset: &data.name,
            n_train: data.train.len(),
            n_test: data.test.len(),
            source: &spec.name,
            labels: spec.labels.len(),
            mapping: &program.settings().mapping,
            trainer: &program.settings().trainer,
            query_budget: budget,
            score,
            baselines,
            seconds,
            seed: common.seed,
            out: self.out.as_deref(),
            read_as: [&data.train.read_as, &data.test.read_as],
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let score = &outcome.score;
    let loss = score.training_loss;
    let loss = loss.map(|loss| format!(", training loss {loss:.3}"));
    let own = "retune, by queries alone";
    let accuracies = accuracies(own, score.accuracy, &outcome.baselines);
    let spent = match score.epochs {
        0 => "the budget was spent before training had gone through the training series once\n",
        _ => "",
    };
    let text = format!(
        "{}: {} training and {} test series\n\n{}\n\
         {} numbers trained by {} with {} queries of at most {} ({} epochs{}), {} queries to predict\n{spent}\
         label mapping {}; source {} with {}, only its probabilities seen; {} (seed {})\n",
        outcome.dataset,
        outcome.n_train,
        outcome.n_test,
        accuracies,
        score.numbers,
        outcome.trainer,
        score.queries,
        outcome.query_budget,
        score.epochs,
        loss.unwrap_or_default(),
        score.test_queries,
        outcome.mapping,
        outcome.source,
        text::counted(outcome.labels, "label", "labels"),
        text::seconds(outcome.seconds),
        outcome.seed,
    );
    text + &saved_as(outcome.out)
}
