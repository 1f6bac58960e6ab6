//! `retune motion compare`: adapting to people who walk otherwise, beside its baselines.

use retune::motion::Trial;
use retune::task::{LeaveOneOut, MotionRow};

use super::reading::{ReadingArgs, Recordings, WindowArgs, unknown_person};
use crate::cli::prelude::*;

/// Compare ways to adapt to people who are left out, beside training from scratch and fine-tuning
///
/// A network is trained on the able-bodied people and frozen. For each other person, one stretch of
/// one trial is for adapting, and all windows whose targets lie outside it are scored.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Recordings of all people
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An able-bodied person; all of them, in as many options or with commas between
    #[arg(long, value_name = "PERSON", required = true, value_delimiter = ',')]
    able_bodied: Vec<String>,
    /// The share of a person's samples that adapting may see
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = some_share)]
    share: f64,
    /// How many seeds, from 0
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u64).range(1..1000))]
    seeds: u64,
    #[command(flatten)]
    windows: WindowArgs,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

#[derive(Debug, Serialize)]
struct Outcome {
    people: Vec<String>,
    share: f64,
    seeds: u64,
    seconds: f64,
    rows: Vec<MotionRow>,
    read_as: Vec<ReadAs>,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        common.refuse_seed()?;
        let Recordings { trials, read_as } = self.reading.read_all(&self.files, common)?;
        let people = self.reading.by_person(trials)?;
        for person in &self.able_bodied {
            if !people.iter().any(|trials| trials[0].person == *person) {
                return Err(unknown_person(person, &people));
            }
        }
        let is_able_bodied = |trials: &Vec<Trial>| self.able_bodied.contains(&trials[0].person);
        let (able_bodied, people): (Vec<_>, Vec<_>) = people.into_iter().partition(is_able_bodied);
        let names = people.iter().map(|trials| trials[0].person.clone());
        let names = names.collect();
        let start = Instant::now();
        let comparison = LeaveOneOut {
            able_bodied,
            people,
            layout: self.windows.layout(),
            share: self.share,
            seeds: self.seeds,
        };
        let mut progress = Progress::new(common, "comparing");
        let engine = self.backend.engine(common)?;
        let rows = engine.compare_motion(&comparison, &mut |done, of| {
            progress.at(done as u64, of as u64, &format!("{done} of {of} fits"));
        })?;
        drop(progress);
        let outcome = Outcome {
            people: names,
            share: self.share,
            seeds: self.seeds,
            seconds: start.elapsed().as_secs_f64(),
            rows,
            read_as,
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let mut methods: Vec<&str> = outcome.rows.iter().map(|row| row.method).collect();
    let mut seen = Vec::new();
    methods.retain(|method| !seen.contains(method) && (seen.push(*method), true).1);
    let head = ["", "R²", "spread", "worst", "RMSE °", "nRMSE"].map(str::to_owned);
    let head = [&head[..], &outcome.people].concat();
    let row = |method: &str| {
        let rows = || outcome.rows.iter().filter(move |row| row.method == method);
        let r_squared: Vec<f64> = rows().filter_map(|row| row.score.r_squared).collect();
        let centre = mean(r_squared.iter().copied());
        let squares = |centre| {
            mean(
                r_squared
                    .iter()
                    .map(|value| (value - centre) * (value - centre)),
            )
        };
        let worst = r_squared.iter().copied().reduce(f64::min);
        let cells = [
            method.to_owned(),
            shown(centre, 3),
            shown(centre.and_then(squares).map(f64::sqrt), 3),
            shown(worst, 3),
            shown(mean(rows().map(|row| row.score.rmse_degrees)), 2),
            shown(mean(rows().filter_map(|row| row.score.normalised_rmse)), 3),
        ];
        let own = |person: &String| {
            let rows = rows().filter(|row| row.person == *person);
            shown(mean(rows.filter_map(|row| row.score.r_squared)), 3)
        };
        let own = outcome.people.iter().map(own);
        cells.into_iter().chain(own).collect::<Vec<_>>()
    };
    let rows = once(head).chain(methods.into_iter().map(row));
    let table = text::table(&[Left, Right], rows);
    format!(
        "{table}\nmean R² of the joints over people and seeds, its deviation and lowest; {} % of each \
         person's samples for adapting, {}, {}\n",
        outcome.share * 100.0,
        text::counted(outcome.seeds as usize, "seed", "seeds"),
        text::seconds(outcome.seconds),
    )
}

/// Nothing where there are none: R² is not defined for a joint that does not move.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
}
