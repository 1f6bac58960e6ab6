//! `retune motion compare`: adapting to people who walk otherwise, beside its baselines.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use clap::Args;
use retune::task::{LeaveOneOut, MotionRow};
use serde::Serialize;

use super::super::args::{BackendArgs, Common, share};
use super::super::output;
use super::super::progress::Progress;
use super::super::text::{self, Column};
use super::reading::{ReadingArgs, WindowArgs, by_person, unknown_person};

/// Compare ways to adapt to people who are left out, beside training from scratch and fine-tuning
///
/// A network is trained on the able-bodied people and frozen. For each other person, one stretch of
/// one trial is for adapting, and all windows whose targets lie outside it are judged.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Recordings of all people
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An able-bodied person; all of them, in as many options or with commas between
    #[arg(long, value_name = "PERSON", required = true, value_delimiter = ',')]
    able_bodied: Vec<String>,
    /// The share of a person's samples that adapting may see
    #[arg(long, value_name = "SHARE", default_value = "0.1", value_parser = share)]
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

/// What is printed.
#[derive(Debug, Serialize)]
struct Outcome {
    people: Vec<String>,
    share: f64,
    seeds: u64,
    seconds: f64,
    rows: Vec<MotionRow>,
}

impl Arguments {
    /// Compares and prints.
    pub fn run(&self, common: &Common) -> Result<()> {
        let people = by_person(self.reading.read(&self.files)?);
        let is = |person: &str, wanted: &String| person == wanted;
        for person in &self.able_bodied {
            if !people.iter().any(|trials| is(&trials[0].person, person)) {
                return Err(unknown_person(person, &people));
            }
        }
        let (able_bodied, people): (Vec<_>, Vec<_>) = people.into_iter().partition(|trials| {
            let person = &trials[0].person;
            self.able_bodied.iter().any(|wanted| is(person, wanted))
        });
        let names = people
            .iter()
            .map(|trials| trials[0].person.clone())
            .collect();
        let start = Instant::now();
        let comparison = LeaveOneOut {
            able_bodied,
            people,
            layout: self.windows.layout(),
            share: self.share,
            seeds: self.seeds,
        };
        let mut progress = Progress::new(common, "comparing");
        let rows = self
            .backend
            .engine()?
            .compare_motion(&comparison, &mut |done, of| {
                progress.at(done as u64, of as u64, &format!("{done} of {of} fits"));
            })?;
        drop(progress);
        let outcome = Outcome {
            people: names,
            share: self.share,
            seeds: self.seeds,
            seconds: start.elapsed().as_secs_f64(),
            rows,
        };
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn describe(&self) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !methods.contains(&row.method) {
                methods.push(row.method);
            }
        }
        let mut columns = vec![Column::Left];
        columns.resize(6 + self.people.len(), Column::Right);
        let fixed = ["", "R²", "spread", "worst", "RMSE °", "nRMSE"].map(str::to_owned);
        let mut table = vec![[fixed.as_slice(), &self.people].concat()];
        for method in methods {
            let rows: Vec<&MotionRow> = self
                .rows
                .iter()
                .filter(|row| row.method == method)
                .collect();
            let of = |value: fn(&MotionRow) -> Option<f64>| -> Vec<f64> {
                rows.iter().filter_map(|row| value(row)).collect()
            };
            let r_squared = of(|row| row.score.r_squared);
            let mut cells = vec![
                method.to_owned(),
                format!("{:.3}", mean(&r_squared)),
                format!("{:.3}", deviation(&r_squared)),
                format!(
                    "{:.3}",
                    r_squared.iter().copied().fold(f64::INFINITY, f64::min)
                ),
                format!("{:.2}", mean(&of(|row| Some(row.score.rmse_degrees)))),
                format!("{:.3}", mean(&of(|row| row.score.normalised_rmse))),
            ];
            for person in &self.people {
                let own = rows.iter().filter(|row| row.person == *person);
                let own: Vec<f64> = own.filter_map(|row| row.score.r_squared).collect();
                cells.push(format!("{:.3}", mean(&own)));
            }
            table.push(cells);
        }
        text::table(&columns, table)
            + &format!(
                "\nmean R² of the joints over people and seeds, its deviation and lowest; {} % of \
                 each person's samples for adapting, {}, {}\n",
                self.share * 100.0,
                text::counted(self.seeds as usize, "seed", "seeds"),
                text::seconds(self.seconds),
            )
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn deviation(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value - centre).powi(2))
        .collect();
    mean(&squares).sqrt()
}
