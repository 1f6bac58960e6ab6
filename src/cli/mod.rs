//! The command line: one file for each command, with its `Arguments`, the `Outcome` that it prints,
//! and `run`, which does it.

mod archive;
mod args;
mod bench;
mod classify;
mod common;
mod completions;
mod data;
mod distance;
mod evaluate;
mod explain;
mod fit;
mod fitting;
mod forecast;
mod hear;
mod histories;
mod listen;
mod man;
mod mapping;
mod motion;
mod output;
mod picture;
mod predict;
mod problem;
mod program;
mod progress;
mod scoring;
mod source;
mod text;

/// What most commands use.
mod prelude {
    pub use std::collections::BTreeMap;
    pub use std::iter::once;
    pub use std::path::{Path, PathBuf};
    pub use std::time::Instant;

    pub use anyhow::{Result, anyhow, bail, ensure};
    pub use clap::{Args, Subcommand, ValueEnum};
    pub use retune::Engine;
    pub use retune::engine::Classifier;
    pub use retune::fit::{FitSettings, Preset};
    pub use retune::program::Program;
    pub use retune::series::{Dataset, ReadOptions, Scaling, Split};
    pub use retune::source::{DEFAULT_SOURCE, SourceReference, SourceWeights, SpeechFolder};
    pub use retune::table::ReadAs;
    pub use serde::Serialize;

    pub(super) use super::args::*;
    pub(super) use super::common::Common;
    pub(super) use super::output::{self, OutputFile};
    pub(super) use super::problem::problem;
    pub(super) use super::progress::{Progress, Waiting};
    pub(super) use super::text::{self, Column::Left, Column::Right};
}

use std::process::ExitCode;

use std::collections::BTreeSet;

use clap::{CommandFactory, Parser};

use prelude::*;

/// The options of the command that these arguments name, with their dashes.
fn options_of(arguments: &[String]) -> BTreeSet<String> {
    let mut whole = Cli::command();
    whole.build();
    let mut command = &whole;
    for argument in arguments {
        command = command.find_subcommand(argument).unwrap_or(command);
    }
    let options = command.get_arguments().filter_map(clap::Arg::get_long);
    options.map(|option| format!("--{option}")).collect()
}

/// Classify and forecast time series with a frozen speech model
///
/// Retune reprograms speech models that stay as they are: a transform makes something of each series
/// that they hear, and what they make of it is read by an output mapping. Only these two are learnt. The
/// result is a program, one small file.
#[derive(Debug, Parser)]
#[command(name = "retune", version, after_help = EXAMPLES)]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  retune classify data/GunPoint
  retune fit data/GunPoint/GunPoint_TRAIN.ts --out gun.safetensors
  retune predict gun.safetensors mine.csv
  retune forecast sales.csv --horizon 12";

#[derive(Debug, Subcommand)]
enum Command {
    Classify(Box<classify::Arguments>),
    Fit(Box<fit::Arguments>),
    Evaluate(evaluate::Arguments),
    Predict(predict::Arguments),
    Forecast(forecast::Arguments),
    Hear(hear::Arguments),
    Explain(explain::Arguments),
    Distance(distance::Arguments),
    Listen(listen::Arguments),
    #[command(subcommand)]
    Motion(motion::Command),
    #[command(subcommand)]
    Archive(archive::Command),
    #[command(subcommand)]
    Source(source::Command),
    #[command(subcommand)]
    Data(data::Command),
    Bench(bench::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Does what the arguments say: exit code 0 when it is done, 1 when it failed, 2 when the arguments
/// are wrong.
pub fn run() -> ExitCode {
    let Cli { common, command } = Cli::parse();
    match command.run(&common) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let error = problem::about_program(error, command.program());
            problem::report(&problem::about(error, command.data()), common.json);
            ExitCode::FAILURE
        }
    }
}

impl Command {
    /// The file or folder of data, of commands that read one.
    fn data(&self) -> Option<&Path> {
        match self {
            Self::Classify(arguments) => arguments.data(),
            Self::Fit(arguments) => Some(&arguments.train),
            Self::Evaluate(arguments) => Some(&arguments.test),
            Self::Predict(arguments) => Some(&arguments.series),
            Self::Forecast(arguments) => Some(&arguments.file.file),
            Self::Hear(arguments) => Some(&arguments.row.series),
            Self::Explain(arguments) => Some(&arguments.row.series),
            _ => None,
        }
    }

    /// The file of the program, of commands that use one.
    fn program(&self) -> Option<&Path> {
        match self {
            Self::Evaluate(arguments) => Some(&arguments.program.program),
            Self::Predict(arguments) => Some(&arguments.program.program),
            Self::Hear(arguments) => Some(&arguments.row.program.program),
            Self::Explain(arguments) => Some(&arguments.row.program.program),
            _ => None,
        }
    }

    fn run(&self, common: &Common) -> Result<()> {
        match self {
            Self::Classify(arguments) => arguments.run(common),
            Self::Fit(arguments) => arguments.run(common),
            Self::Evaluate(arguments) => arguments.run(common),
            Self::Predict(arguments) => arguments.run(common),
            Self::Forecast(arguments) => arguments.run(common),
            Self::Hear(arguments) => arguments.run(common),
            Self::Explain(arguments) => arguments.run(common),
            Self::Distance(arguments) => arguments.run(common),
            Self::Listen(arguments) => arguments.run(common),
            Self::Motion(command) => command.run(common),
            Self::Archive(command) => command.run(common),
            Self::Source(command) => command.run(common),
            Self::Data(command) => command.run(common),
            Self::Bench(arguments) => arguments.run(common),
            Self::Completions(arguments) => arguments.run(),
            Self::Man(arguments) => arguments.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
