//! One page about a comparison, which needs nothing but itself.

mod diagram;
mod scatter;
mod svg;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::accuracies::parts;
use super::{Comparison, Results, SIGNIFICANT};
use crate::Error;

/// The page as a template; it escapes all text that it shows.
const PAGE: &str = include_str!("report/page.html");

/// An HTML page with the summary, the critical-difference diagram, `reference` against every other
/// method, and all accuracies. It loads nothing, and the same input gives the same bytes.
///
/// `results` are what the accuracies come from; failed jobs are listed.
///
/// # Errors
///
/// When `reference` is none of the methods.
pub fn report(
    results: &Results,
    comparison: &Comparison,
    reference: &str,
) -> Result<String, Error> {
    let place = comparison.accuracies.place_of(reference)?;
    let failures = results.failures().map(|(job, error)| Failure {
        dataset: job.dataset.clone(),
        preset: job.preset.clone(),
        seed: job.seed,
        error: error.to_owned(),
    });
    let page = Page {
        identity: results.identity().to_string(),
        reference: reference.to_owned(),
        sets: comparison.accuracies.rows.len(),
        level: format!("{SIGNIFICANT}"),
        standings: standings(comparison),
        diagram: diagram::draw(comparison),
        rivals: rivals(comparison, place),
        methods: comparison.accuracies.methods.clone(),
        rows: rows(comparison),
        left_out: comparison.left_out.clone(),
        failures: failures.collect(),
    };
    Ok(page
        .render()
        .expect("the template is part of the library and fits `Page`"))
}

/// All that the template shows; numbers are text already.
#[derive(Debug, Serialize)]
struct Page {
    identity: String,
    reference: String,
    sets: usize,
    level: String,
    standings: Vec<StandingRow>,
    diagram: String,
    rivals: Vec<Rival>,
    methods: Vec<String>,
    rows: Vec<AccuracyRow>,
    left_out: Vec<String>,
    failures: Vec<Failure>,
}

impl Page {
    fn render(self) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?;
        environment.set_syntax(syntax);
        environment.add_template("page.html", PAGE)?;
        environment.get_template("page.html")?.render(Serde(self))
    }
}

#[derive(Debug, Serialize)]
struct StandingRow {
    method: String,
    mean: String,
    median: String,
    mean_rank: String,
    best: usize,
}

#[derive(Debug, Serialize)]
struct Rival {
    method: String,
    wins: usize,
    ties: usize,
    losses: usize,
    two_sided: String,
    greater: String,
    less: String,
    holm: String,
    significant: bool,
    scatter: String,
}

#[derive(Debug, Serialize)]
struct AccuracyRow {
    dataset: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    text: String,
    best: bool,
}

#[derive(Debug, Serialize)]
struct Failure {
    dataset: String,
    preset: String,
    seed: u64,
    error: String,
}

fn standings(comparison: &Comparison) -> Vec<StandingRow> {
    let order = comparison.order.iter();
    let row = |&place: &usize| {
        let standing = &comparison.standings[place];
        StandingRow {
            method: standing.method.clone(),
            mean: percent(standing.mean),
            median: percent(standing.median),
            mean_rank: format!("{:.2}", standing.mean_rank),
            best: standing.best,
        }
    };
    order.map(row).collect()
}

fn rivals(comparison: &Comparison, reference: usize) -> Vec<Rival> {
    let order = comparison.order.iter();
    let rival = |&place: &usize| {
        let pair = comparison.pair(reference, place)?;
        Some(Rival {
            method: comparison.accuracies.methods[place].clone(),
            wins: pair.wins,
            ties: pair.ties,
            losses: pair.losses,
            two_sided: probability(pair.test.two_sided),
            greater: probability(pair.test.greater),
            less: probability(pair.test.less),
            holm: probability(pair.holm),
            significant: pair.holm < SIGNIFICANT,
            scatter: scatter::draw(comparison, reference, place),
        })
    };
    order.filter_map(rival).collect()
}

fn rows(comparison: &Comparison) -> Vec<AccuracyRow> {
    let row = |row: &super::Row| {
        let known = row.values.iter().flatten();
        let best = known.map(|value| parts(*value)).fold(0.0, f64::max);
        let cell = |value: &Option<f64>| Cell {
            text: value.map(percent).unwrap_or_default(),
            best: value.is_some_and(|value| parts(value) >= best),
        };
        AccuracyRow {
            dataset: row.dataset.clone(),
            cells: row.values.iter().map(cell).collect(),
        }
    };
    comparison.accuracies.rows.iter().map(row).collect()
}

fn percent(share: f64) -> String {
    format!("{:.2}", share * 100.0)
}

fn probability(value: f64) -> String {
    if value < 0.0001 {
        "< 0.0001".to_owned()
    } else {
        format!("{value:.4}")
    }
}
