//! One page about a comparison, which needs nothing but itself.

mod diagram;
mod scatter;
mod svg;

use std::collections::BTreeSet;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::accuracies::parts;
use super::{Comparison, Job, Pair, Results, SIGNIFICANT, Standing};
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
    let accuracies = &comparison.accuracies;
    let place = accuracies.place_of(reference)?;
    let order = || comparison.order.iter();
    let rival = |&other: &usize| {
        let pair = comparison.pair(place, other)?;
        Some(Rival {
            method: &accuracies.methods[other],
            significant: pair.holm < SIGNIFICANT,
            pair,
            scatter: scatter::draw(comparison, place, other),
        })
    };
    let rows = accuracies.rows.iter();
    let rows = rows.map(|(name, values)| (name.as_str(), cells(values)));
    let page = Page {
        origins: origins(results),
        reference,
        sets: accuracies.rows.len(),
        level: SIGNIFICANT,
        standings: order().map(|&place| &comparison.standings[place]).collect(),
        diagram: diagram::draw(comparison),
        rivals: order().filter_map(rival).collect(),
        methods: &accuracies.methods,
        rows: rows.collect(),
        left_out: &comparison.left_out,
        failures: results.failures().collect(),
    };
    let page = page.render();
    Ok(page.expect("the template is part of the library and fits `Page`"))
}

/// All that the template shows.
#[derive(Debug, Serialize)]
struct Page<'a> {
    origins: String,
    reference: &'a str,
    sets: usize,
    level: f64,
    standings: Vec<&'a Standing>,
    diagram: String,
    rivals: Vec<Rival<'a>>,
    methods: &'a [String],
    rows: Vec<(&'a str, Vec<Cell>)>,
    left_out: &'a [String],
    failures: Vec<(&'a Job, &'a str)>,
}

#[derive(Debug, Serialize)]
struct Rival<'a> {
    method: &'a str,
    #[serde(flatten)]
    pair: Pair,
    significant: bool,
    scatter: String,
}

/// What made the results: once for all methods, or each with its own.
fn origins(results: &Results) -> String {
    let all = results.identities.values().collect::<BTreeSet<_>>();
    if let (1, Some(one)) = (all.len(), all.first()) {
        return one.to_string();
    }
    let each = results.identities.iter();
    let each = each.map(|(method, identity)| format!("{method}: {identity}"));
    each.collect::<Vec<_>>().join("; ")
}

/// An accuracy, and whether no other of its row is better.
type Cell = (Option<f64>, bool);

impl Page<'_> {
    fn render(self) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        let mut syntax = SyntaxConfig::builder();
        environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
        environment.add_filter("percent", scatter::percent);
        environment.add_filter("decimals", |value: f64| format!("{value:.2}"));
        environment.add_filter("probability", |value: f64| match value {
            0.0..0.0001 => "< 0.0001".to_owned(),
            _ => format!("{value:.4}"),
        });
        environment.add_template("page.html", PAGE)?;
        environment.get_template("page.html")?.render(Serde(self))
    }
}

fn cells(values: &[Option<f64>]) -> Vec<Cell> {
    let known = values.iter().flatten();
    let best = known.map(|value| parts(*value)).fold(0.0, f64::max);
    let is_best = |value| parts(value) >= best;
    let cell = |value: &Option<f64>| (*value, value.is_some_and(is_best));
    values.iter().map(cell).collect()
}
