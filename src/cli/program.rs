//! Programs on disk and the sources that they were made for.

use std::fmt;

use retune::audio::read_case;
use retune::program::{Content, ForecastProgram, Part};

use super::prelude::*;

/// A program, and its sources where they are not shipped.
#[derive(Debug, Clone, Args)]
pub struct ProgramArgs {
    /// The program, a file that another command saved
    pub program: PathBuf,
    /// A source that the program was made for, where it is not a shipped one; several in as many
    /// options
    #[arg(long = "source", value_name = "NAME|FILE")]
    sources: Vec<String>,
}

impl ProgramArgs {
    /// Reads a program that classifies, and finds its sources, in its order.
    pub fn load(&self) -> Result<(Program, Vec<SourceWeights>)> {
        let program = Program::load(&self.program)?;
        let sources = self.find(&program)?;
        Ok((program, sources))
    }

    /// Reads a program that forecasts, and finds its source.
    pub fn load_forecast(&self) -> Result<(ForecastProgram, SourceWeights)> {
        let program = ForecastProgram::load(&self.program)?;
        let mut sources = self.find(&program)?;
        Ok((program, sources.swap_remove(0)))
    }

    /// The sources of the program, in its order.
    fn find<T: Content>(
        &self,
        program: &retune::program::Program<T>,
    ) -> Result<Vec<SourceWeights>> {
        let found = program.find_sources(&self.given()?);
        Ok(found.map_err(|error| error.of_file(&self.program))?)
    }

    /// The sources that were given.
    fn given(&self) -> Result<Vec<SourceWeights>> {
        let names = self.sources.iter();
        names.map(|name| Ok(SourceWeights::find(name)?)).collect()
    }

    /// The files that must not be written over.
    pub fn inputs_and<'a>(&'a self, series: &'a Path) -> Vec<&'a Path> {
        let sources = self.sources.iter().map(Path::new);
        [series, &self.program].into_iter().chain(sources).collect()
    }
}

/// One series of a file, and a program that hears it.
#[derive(Debug, Clone, Args)]
pub struct RowArgs {
    #[command(flatten)]
    pub program: ProgramArgs,
    /// The file with the series, or the recording
    pub series: PathBuf,
    /// Which series of the file, counted from 1
    #[arg(long, value_name = "N", default_value = "1", value_parser = count)]
    pub row: usize,
    /// Which part of the program hears it, counted from 1
    #[arg(long, value_name = "N", default_value = "1", value_parser = count)]
    pub part: usize,
    #[command(flatten)]
    read: SeriesArgs,
}

/// All that was opened.
pub struct Opened {
    pub out: OutputFile,
    pub program: Program,
    pub sources: Vec<SourceWeights>,
    pub series: Vec<f64>,
    pub label: Option<String>,
    pub part: OnePart,
    pub read_as: ReadAs,
}

impl RowArgs {
    /// Checks where to write, by the ending that such files have, and reads the program and the series, with its label where it has one.
    pub fn open(&self, out: &Path, kind: &str, common: &Common) -> Result<Opened> {
        let out =
            OutputFile::check(out, &self.program.inputs_and(&self.series))?.check_kind(kind)?;
        let (program, sources) = self.program.load()?;
        let length = program.series_length();
        let split = match program.rate() {
            Some(rate) => {
                let (series, read_as) = read_case(&self.series, rate, length)?;
                Split {
                    read_as,
                    ..Split::new(vec![series], Vec::new())
                }
            }
            None => {
                let options = self.read.options();
                Split::read_for_length(&self.series, length, program.labels(), &options)?
            }
        };
        output::read_as(common, &split.read_as);
        program.check_columns(&split)?;
        let (file, row, last) = (self.series.display(), self.row, split.len());
        let missing = || anyhow!("{file}: there is no series {row}, the last one is {last}");
        let series = split.series.get(row - 1).cloned().ok_or_else(missing)?;
        program.part(self.part - 1)?;
        let mut parts = PartName::all(&program);
        let part = OnePart {
            part: self.part,
            parts: parts.len(),
            name: parts.swap_remove(self.part - 1),
        };
        Ok(Opened {
            out,
            part,
            program,
            sources,
            series,
            label: split.labels.get(row - 1).cloned(),
            read_as: split.read_as,
        })
    }
}

/// How results name a part of a program.
#[derive(Debug, Clone, Serialize)]
pub struct PartName {
    source: String,
    transform: &'static str,
    readout: &'static str,
    weight: f32,
}

/// One part of a program, among all.
#[derive(Debug, Clone, Serialize)]
pub struct OnePart {
    part: usize,
    parts: usize,
    #[serde(flatten)]
    name: PartName,
}

impl fmt::Display for OnePart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PartName {
            source, transform, ..
        } = &self.name;
        let (part, parts) = (self.part, self.parts);
        write!(formatter, "part {part} of {parts}, {transform} on {source}")
    }
}

impl PartName {
    /// All parts of a program, in the order in which `--part` counts them.
    pub fn all(program: &Program) -> Vec<Self> {
        let name = |part: &Part| Self {
            source: program.sources()[part.source].name.clone(),
            transform: part.transform.name(),
            readout: part.mapping.name(),
            weight: part.weight,
        };
        program.parts().iter().map(name).collect()
    }

    /// Their numbers, names and weights, on lines of their own.
    pub fn table(parts: &[Self]) -> String {
        let row = |(part, place): (&Self, usize)| {
            [
                format!("part {place}"),
                part.source.clone(),
                part.transform.to_owned(),
                part.readout.to_owned(),
                format!("{:.1} %", 100.0 * part.weight),
            ]
        };
        text::table(
            &[Left, Left, Left, Left, Right],
            parts.iter().zip(1..).map(row),
        )
    }
}
