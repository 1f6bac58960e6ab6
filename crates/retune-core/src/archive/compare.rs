//! Methods against each other over many data sets.

use std::ops::Range;

use serde::Serialize;

use super::accuracies::parts;
use super::{Accuracies, Wilcoxon, holm, wilcoxon};
use crate::{Error, ErrorKind};

/// Differences less probable than this by chance count.
pub const SIGNIFICANT: f64 = 0.05;

/// How a method stands among the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Its name.
    #[serde(rename = "name")]
    pub method: String,
    /// Its mean accuracy.
    pub mean: f64,
    /// Its median accuracy.
    pub median: f64,
    /// Its mean rank, from 1 for the best; equal accuracies share the mean of their ranks.
    pub mean_rank: f64,
    /// On how many data sets no other method is better.
    pub best: usize,
}

/// One method against another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// One method, by its place.
    #[serde(skip)]
    pub one: usize,
    /// The other.
    #[serde(skip)]
    pub other: usize,
    /// Data sets on which the one is better.
    pub wins: usize,
    /// Data sets on which both are equal.
    pub ties: usize,
    /// Data sets on which the other is better.
    pub losses: usize,
    /// The test of their differences; `greater` is that the one is better.
    #[serde(flatten)]
    pub test: Wilcoxon,
    /// The two-sided probability, corrected for the number of pairs (Holm).
    #[serde(rename = "p_holm")]
    pub holm: f64,
}

/// All methods against each other, on the data sets that all of them have.
///
/// Accuracies are compared at two decimals of a percent, as they are published.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What was compared.
    pub accuracies: Accuracies,
    /// Data sets that a method has no accuracy of.
    pub left_out: Vec<String>,
    /// The methods, in their order.
    pub standings: Vec<Standing>,
    /// Every pair once, the one before the other.
    pub pairs: Vec<Pair>,
    /// The places of the methods by mean rank, the best first.
    pub order: Vec<usize>,
    /// Stretches of `order` within which no two methods differ significantly, none inside another.
    pub cliques: Vec<Range<usize>>,
}

impl Comparison {
    /// Compares all methods.
    ///
    /// # Errors
    ///
    /// When there is only one method, and when no data set has an accuracy of all.
    pub fn of(accuracies: &Accuracies) -> Result<Self, Error> {
        let (accuracies, left_out) = accuracies.complete();
        if accuracies.methods.len() < 2 {
            return Err(Error::new(ErrorKind::TooShort, "there is only one method")
                .with_hint("run a second preset, or give a published table")
                .with_setting("with", ""));
        }
        if accuracies.rows.is_empty() {
            let message = "no data set has an accuracy of every method";
            return Err(Error::new(ErrorKind::Empty, message)
                .with_hint("run the data sets of the published table, or keep fewer of its columns")
                .with_setting("columns", ""));
        }
        let known = |row: &Vec<Option<f64>>| row.iter().flatten().copied().collect();
        let table: Vec<Vec<f64>> = accuracies.rows.values().map(known).collect();
        let standings = standings(&accuracies.methods, &table);
        let pairs = pairs(accuracies.methods.len(), &table);
        let mut order: Vec<usize> = (0..standings.len()).collect();
        let rank = |place: usize| standings[place].mean_rank;
        order.sort_by(|&one, &other| rank(one).total_cmp(&rank(other)));
        let cliques = cliques(&order, &pairs);
        Ok(Self {
            accuracies,
            left_out,
            standings,
            pairs,
            order,
            cliques,
        })
    }

    /// The pair of two methods, seen from the first; `None` when they are the same.
    pub fn pair(&self, one: usize, other: usize) -> Option<Pair> {
        let place = place_of(self.standings.len(), one, other);
        let mut pair = self.pairs.get(place?)?.clone();
        if pair.one != one {
            let test = pair.test;
            (pair.one, pair.other) = (one, other);
            (pair.wins, pair.losses) = (pair.losses, pair.wins);
            (pair.test.positive, pair.test.negative) = (test.negative, test.positive);
            (pair.test.greater, pair.test.less) = (test.less, test.greater);
        }
        Some(pair)
    }
}

/// Where the pair of two of so many methods stands among all of them; `None` when they are the same.
fn place_of(methods: usize, one: usize, other: usize) -> Option<usize> {
    let (one, other) = (one.min(other), one.max(other));
    // Before those of one method are those of all methods before it.
    let before = one * (2 * methods - one - 1) / 2;
    (one != other).then(|| before + other - one - 1)
}

fn standings(methods: &[String], table: &[Vec<f64>]) -> Vec<Standing> {
    let count = table.len() as f64;
    let ranks: Vec<Vec<f64>> = table.iter().map(|row| ranks(row)).collect();
    let standing = |(place, method): (usize, &String)| {
        let mut column: Vec<f64> = table.iter().map(|row| row[place]).collect();
        column.sort_by(f64::total_cmp);
        let middle = column.len() / 2;
        let median = match column.len() % 2 {
            1 => column[middle],
            _ => (column[middle - 1] + column[middle]) / 2.0,
        };
        let best = |row: &&Vec<f64>| row.iter().all(|other| parts(*other) <= parts(row[place]));
        Standing {
            method: method.clone(),
            mean: column.iter().sum::<f64>() / count,
            median,
            mean_rank: ranks.iter().map(|row| row[place]).sum::<f64>() / count,
            best: table.iter().filter(best).count(),
        }
    };
    methods.iter().enumerate().map(standing).collect()
}

/// The rank of each accuracy among them, from 1 for the highest.
fn ranks(row: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let differences = || row.iter().map(|other| parts(*other) - parts(*value));
        let better = differences().filter(|more| *more > 0.0).count();
        let equal = differences().filter(|more| *more == 0.0).count();
        better as f64 + (equal as f64 + 1.0) / 2.0
    };
    row.iter().map(rank).collect()
}

fn pairs(methods: usize, table: &[Vec<f64>]) -> Vec<Pair> {
    let places = (0..methods).flat_map(|one| (one + 1..methods).map(move |other| (one, other)));
    let mut pairs: Vec<Pair> = places
        .map(|(one, other)| {
            let difference = |row: &Vec<f64>| parts(row[one]) - parts(row[other]);
            let differences: Vec<f64> = table.iter().map(difference).collect();
            let wins = differences.iter().filter(|value| **value > 0.0).count();
            let losses = differences.iter().filter(|value| **value < 0.0).count();
            let test = wilcoxon(&differences);
            Pair {
                one,
                other,
                wins,
                ties: table.len() - wins - losses,
                losses,
                holm: test.two_sided,
                test,
            }
        })
        .collect();
    let alone: Vec<f64> = pairs.iter().map(|pair| pair.test.two_sided).collect();
    for (pair, adjusted) in pairs.iter_mut().zip(holm(&alone)) {
        pair.holm = adjusted;
    }
    pairs
}

fn cliques(order: &[usize], pairs: &[Pair]) -> Vec<Range<usize>> {
    let differ = |one: usize, other: usize| {
        let pair = place_of(order.len(), one, other).and_then(|place| pairs.get(place));
        pair.is_some_and(|pair| pair.holm < SIGNIFICANT)
    };
    let joins = |range: &[usize], next: usize| range.iter().all(|one| !differ(*one, next));
    let mut cliques: Vec<Range<usize>> = Vec::new();
    // What joins from one start on joins from a later one too.
    let mut end = 0;
    for start in 0..order.len() {
        end = end.max(start + 1);
        while end < order.len() && joins(&order[start..end], order[end]) {
            end += 1;
        }
        let inside = cliques.last().is_some_and(|last| end <= last.end);
        if end - start > 1 && !inside {
            cliques.push(start..end);
        }
    }
    cliques
}
