//! Programs on disk and the sources that they were made for.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use retune::program::{ForecastProgram, Part, Program, SourceReference, Task};
use retune::series::Split;
use retune::source::{SourceWeights, shipped_sources};
use serde::Serialize;

use super::args::{ReadArgs, count};
use super::problem::Problem;
use super::text::{self, Column};

/// A program, and its source where that is not shipped.
#[derive(Debug, Clone, Args)]
pub struct ProgramArgs {
    /// The program that `retune fit`, `classify` or `forecast` wrote
    pub program: PathBuf,
    /// The source that the program was made for, where it is not a shipped one
    #[arg(long, value_name = "NAME|FILE")]
    source: Option<String>,
}

impl ProgramArgs {
    /// What the program predicts.
    pub fn task(&self) -> Result<Task> {
        Ok(Task::of_file(&self.program)?)
    }

    /// Reads a program that classifies, and finds its source.
    pub fn load(&self) -> Result<(Program, SourceWeights)> {
        let program = Program::load(&self.program)?;
        let source = self.source_of(program.source())?;
        Ok((program, source))
    }

    /// Reads a program that forecasts, and finds its source.
    pub fn load_forecast(&self) -> Result<(ForecastProgram, SourceWeights)> {
        let program = ForecastProgram::load(&self.program)?;
        let source = self.source_of(program.source())?;
        Ok((program, source))
    }

    fn source_of(&self, wanted: &SourceReference) -> Result<SourceWeights> {
        if let Some(name) = &self.source {
            return Ok(SourceWeights::find(name)?);
        }
        for name in shipped_sources() {
            let source = SourceWeights::find(name)?;
            if source.sha256() == wanted.sha256 {
                return Ok(source);
            }
        }
        match SourceWeights::find(&wanted.name) {
            // Perhaps another version of it; that is for the task to say.
            Ok(source) => Ok(source),
            Err(_) => Err(Problem::new(format!(
                "{}: the program was made for the source `{}`, which is not shipped",
                self.program.display(),
                wanted.name
            ))
            .with_hint("give the source's file with --source")
            .into()),
        }
    }

    /// The files that must not be written over.
    pub fn inputs(&self) -> Vec<&Path> {
        let mut inputs = vec![self.program.as_path()];
        inputs.extend(self.source.as_deref().map(Path::new));
        inputs
    }
}

/// One series of a file.
#[derive(Debug, Clone, Args)]
pub struct RowArgs {
    /// The file with the series
    pub series: PathBuf,
    /// Which series of the file, counted from 1
    #[arg(long, value_name = "N", default_value = "1", value_parser = count)]
    pub row: usize,
    /// Which part of the program hears it, counted from 1
    #[arg(long, value_name = "N", default_value = "1", value_parser = count)]
    pub part: usize,
    #[command(flatten)]
    read: ReadArgs,
}

impl RowArgs {
    /// Reads the series, and its label where it has one.
    pub fn read(&self, program: &Program) -> Result<(Vec<f64>, Option<String>)> {
        let length = program.series_length();
        let split =
            Split::read_for_length(&self.series, length, program.labels(), &self.read.options())?;
        let place = self.row - 1;
        match split.series.get(place) {
            Some(series) => Ok((series.clone(), split.labels.get(place).cloned())),
            None => Err(Problem::new(format!(
                "{}: there is no series {}, the last one is {}",
                self.series.display(),
                self.row,
                split.len()
            ))
            .into()),
        }
    }
}

/// How results name a part of a program.
#[derive(Debug, Clone, Serialize)]
pub struct PartName {
    transform: &'static str,
    readout: &'static str,
    weight: f32,
}

impl PartName {
    /// All parts of a program, in the order in which `--part` counts them.
    pub fn all(program: &Program) -> Vec<Self> {
        let name = |part: &Part| Self {
            transform: part.transform.name(),
            readout: part.mapping.name(),
            weight: part.weight,
        };
        program.parts().iter().map(name).collect()
    }

    /// Their numbers, names and weights, on lines of their own.
    pub fn table(parts: &[Self]) -> String {
        let row = |(place, part): (usize, &Self)| {
            [
                format!("part {}", place + 1),
                part.transform.to_owned(),
                part.readout.to_owned(),
                format!("{:.1} %", 100.0 * part.weight),
            ]
        };
        let columns = [Column::Left, Column::Left, Column::Left, Column::Right];
        text::table(&columns, parts.iter().enumerate().map(row))
    }
}
