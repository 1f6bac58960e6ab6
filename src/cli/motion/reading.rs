//! Recordings of motion and how they are read and cut.

use std::collections::BTreeSet;

use retune::motion::{
    AngleUnit, CsvOptions, HeaderCounts, JointSelection, OpenSimOptions, SampleTimes, Target,
    Trial, UnevenTime, WindowLayout, read_csv, read_opensim,
};
use retune::wording::list;

use crate::cli::prelude::*;
use crate::cli::problem::about;

/// What was read.
#[derive(Debug, Default)]
pub struct Recordings {
    pub trials: Vec<Trial>,
    /// How, of each file.
    pub read_as: Vec<ReadAs>,
}

/// How the trials of a file were read, as one.
fn read_as(trials: &[Trial]) -> ReadAs {
    let [first, _, ..] = trials else {
        return trials
            .first()
            .map(|one| one.read_as.clone())
            .unwrap_or_default();
    };
    let samples: usize = trials.iter().map(Trial::len).sum();
    let people: BTreeSet<&str> = trials.iter().map(|trial| trial.person.as_str()).collect();
    let joints = first.joints.len();
    let rates = || trials.iter().map(|trial| trial.rate_hz);
    let (slowest, fastest) = (
        rates().fold(f32::INFINITY, f32::min),
        rates().fold(0.0, f32::max),
    );
    let rate = match slowest == fastest {
        true => slowest.to_string(),
        false => format!("{slowest} to {fastest}"),
    };
    let found = format!("{samples} samples of {joints} joints at {rate} Hz");
    let mut read_as = ReadAs::new(&first.read_as.file, found);
    let people = text::counted(people.len(), "person", "people");
    read_as.add("trials", format!("{} of {people}", trials.len()));
    let others = first.read_as.decisions.iter();
    let others = others.filter(|(about, _)| *about != "trial").cloned();
    read_as.decisions.extend(others);
    read_as
}

/// Whether trials have the rate of a network, in Hz.
pub fn check_rate(trials: &[Trial], expected: f32) -> Result<()> {
    let differs = |trial: &&Trial| (trial.rate_hz - expected).abs() > 1e-3 * expected;
    let Some(trial) = trials.iter().find(differs) else {
        return Ok(());
    };
    let message = format!(
        "{}: {} samples a second, the network takes {expected}",
        trial.read_as.file.display(),
        trial.rate_hz
    );
    let hint = match trial.read_as.about("times") {
        Some(doubtful) if doubtful != "seconds" => "write the times as seconds".to_owned(),
        _ => format!("give --resample {expected}"),
    };
    Err(problem(message, hint).into())
}

/// Whether a file is one of OpenSim, by its name.
fn is_opensim(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".mot", ".sto"].iter().any(|end| name.ends_with(end))
}

/// How recordings are read.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reading recordings")]
pub struct ReadingArgs {
    /// A joint to take, by the name of its column; several in as many options, else all columns
    #[arg(long = "joint", value_name = "COLUMN")]
    joints: Vec<String>,
    /// Tables: the column with the times in seconds
    #[arg(long, value_name = "COLUMN", conflicts_with = "rate")]
    time: Option<String>,
    /// Tables: samples a second, where there are no times
    #[arg(long, value_name = "HZ", value_parser = positive)]
    rate: Option<f64>,
    /// Tables: the column that says who walks; else, and of OpenSim files, each file is a person of its name
    #[arg(long, value_name = "COLUMN")]
    person: Option<String>,
    /// Tables: a column that tells the trials of a person apart; several in as many options
    #[arg(long, value_name = "COLUMN")]
    trial: Vec<String>,
    /// Angles are radians or degrees: of OpenSim files whatever the header says, of tables degrees where it is
    /// not given
    #[arg(long, value_name = "UNIT", value_parser = ["degrees", "radians"])]
    angles: Option<String>,
    /// OpenSim files: do not check the header's numbers of rows and columns
    #[arg(long)]
    ignore_counts: bool,
    /// Interpolate where the times are not evenly spaced
    #[arg(long)]
    uneven: bool,
    /// Resample to so many samples a second
    #[arg(long, value_name = "HZ", value_parser = positive)]
    resample: Option<f64>,
}

impl ReadingArgs {
    /// All trials of the files of a command; says of each file how it was read.
    pub fn read_all(&self, files: &[PathBuf], common: &Common) -> Result<Recordings> {
        self.check_kinds(files)?;
        self.read(files, common)
    }

    /// All trials of some of them; says of each file how it was read.
    pub fn read(&self, files: &[PathBuf], common: &Common) -> Result<Recordings> {
        let mut recordings = Recordings::default();
        for file in files {
            let named = |error| about(error, Some(file));
            let mut trials = self.read_file(file).map_err(named)?;
            let mut read_as = read_as(&trials);
            if let Some(rate) = self.resample {
                for trial in &mut trials {
                    *trial = trial.resampled(rate as f32)?;
                }
                read_as.add("resampled", format!("to {rate} Hz"));
            }
            output::read_as(common, &read_as);
            recordings.trials.extend(trials);
            recordings.read_as.push(read_as);
        }
        Ok(recordings)
    }

    /// Refuses options of a kind of file that is not among those of a command.
    pub fn check_kinds(&self, files: &[PathBuf]) -> Result<()> {
        let of_tables = [
            ("--time", self.time.is_some()),
            ("--rate", self.rate.is_some()),
            ("--person", self.person.is_some()),
            ("--trial", !self.trial.is_empty()),
        ];
        let of_opensim = [("--ignore-counts", self.ignore_counts)];
        let kinds = files
            .iter()
            .map(|file| is_opensim(file))
            .collect::<BTreeSet<_>>();
        let kinds = [
            ("tables", false, &of_tables[..]),
            ("OpenSim files", true, &of_opensim),
        ]
        .into_iter()
        .filter(|(_, opensim, _)| !kinds.contains(opensim) && !files.is_empty());
        for (kind, _, options) in kinds {
            if let Some((option, _)) = options.iter().find(|(_, given)| *given) {
                let message = format!("{option} is for {kind}, and none is read");
                bail!(problem(message, "leave it out"));
            }
        }
        Ok(())
    }

    /// The trials of each person, in the order in which they come. Where the name of a file stands for the
    /// person, two files of one name are refused: nobody knows whether they are of one.
    pub fn by_person(&self, trials: Vec<Trial>) -> Result<Vec<Vec<Trial>>> {
        let mut people: Vec<Vec<Trial>> = Vec::new();
        for trial in trials {
            let same = |known: &&mut Vec<Trial>| known[0].person == trial.person;
            let Some(known) = people.iter_mut().find(same) else {
                people.push(vec![trial]);
                continue;
            };
            let [one, other] = [&known[0], &trial].map(|trial| &trial.read_as.file);
            if self.person.is_none() && one != other {
                let [one, other] = [one, other].map(|file| file.display());
                let message = format!(
                    "{one} and {other} are both of `{}`, for files are named after people",
                    trial.person
                );
                let hint = "give files of different names, or one table with a column of people: `--person`";
                bail!(problem(message, hint));
            }
            known.push(trial);
        }
        Ok(people)
    }

    /// Refuses recordings that a column says to be of several people. Files are recordings of one
    /// person where nothing says more.
    pub fn check_one_person(&self, trials: &[Trial]) -> Result<()> {
        let people: BTreeSet<&str> = trials.iter().map(|trial| trial.person.as_str()).collect();
        if self.person.is_none() || people.len() < 2 {
            return Ok(());
        }
        let people = list(&people);
        let message = format!("the recordings are of {people}; expected those of one person");
        Err(problem(message, "give a table with the rows of one person alone").into())
    }

    /// The column that says who walks, where it is given.
    pub fn person(&self) -> Option<&str> {
        self.person.as_deref()
    }

    fn read_file(&self, file: &Path) -> Result<Vec<Trial>> {
        let joints = match self.joints.is_empty() {
            true => JointSelection::All,
            false => JointSelection::names(&self.joints),
        };
        let uneven_time = match self.uneven {
            true => UnevenTime::Interpolate,
            false => UnevenTime::Refuse,
        };
        let angles = match self.angles.as_deref() {
            Some("degrees") => AngleUnit::Degrees,
            Some(_) => AngleUnit::Radians,
            None => AngleUnit::FromHeader,
        };
        if is_opensim(file) {
            let options = OpenSimOptions {
                joints,
                angles,
                uneven_time,
                counts: match self.ignore_counts {
                    true => HeaderCounts::Ignore,
                    false => HeaderCounts::Check,
                },
                person: None,
            };
            return Ok(vec![read_opensim(file, &options)?]);
        }
        let times = match (&self.time, self.rate) {
            (Some(column), _) => SampleTimes::Column(column.clone()),
            (None, Some(rate)) => SampleTimes::Rate(rate as f32),
            (None, None) => {
                let file = file.display();
                let message =
                    format!("{file}: nothing says when the samples of a table were taken");
                let hint = "give --time COLUMN, or --rate 100 for a hundred samples a second";
                bail!(problem(message, hint));
            }
        };
        let options = CsvOptions {
            joints,
            person: self.person.clone(),
            trial: self.trial.clone(),
            uneven_time,
            angles,
            ..CsvOptions::new(times)
        };
        Ok(read_csv(file, &options)?)
    }
}

/// How windows are cut.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Windows")]
pub struct WindowArgs {
    /// Samples that a prediction is made from: a power of two
    #[arg(long, value_name = "N", default_value = "16", value_parser = count)]
    window: usize,
    /// Samples that are predicted
    #[arg(long, value_name = "N", default_value = "10", value_parser = count)]
    horizon: usize,
    /// Predict this joint from the others and not all from all
    #[arg(long, value_name = "COLUMN")]
    target: Option<String>,
    /// Trials are cycles: a window goes on at the start where the trial ends
    #[arg(long)]
    cyclic: bool,
}

impl WindowArgs {
    /// The same as the library takes it.
    pub fn layout(&self) -> WindowLayout {
        WindowLayout {
            cyclic: self.cyclic,
            target: match &self.target {
                Some(joint) => Target::Joint(joint.clone()),
                None => Target::All,
            },
            ..WindowLayout::new(self.window, self.horizon)
        }
    }
}

/// A person whom nobody knows.
pub fn unknown_person(person: &str, people: &[Vec<Trial>]) -> anyhow::Error {
    let known = people.iter().map(|trials| trials[0].person.as_str());
    let hint = format!("the people are {}", known.collect::<Vec<_>>().join(", "));
    problem(format!("there is no person `{person}`"), hint).into()
}
