//! `retune archive compare`: results beside published accuracies.

use anyhow::Result;
use clap::Args;
use retune::archive::{Comparison, Pair};
use serde::Serialize;

use super::{CompareArgs, reference};
use crate::cli::args::Common;
use crate::cli::output;
use crate::cli::text::{self, Column};

/// Compare results with each other and with published accuracies
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    compare: CompareArgs,
    /// The method that is compared with all others; the first if not given
    #[arg(long, value_name = "METHOD")]
    reference: Option<String>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    reference: String,
    datasets: usize,
    left_out: Vec<String>,
    methods: Vec<Method>,
}

#[derive(Debug, Serialize)]
struct Method {
    name: String,
    mean: f64,
    median: f64,
    mean_rank: f64,
    best: usize,
    /// The reference against this method; nothing for the reference itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Against>,
}

#[derive(Debug, Serialize)]
struct Against {
    wins: usize,
    ties: usize,
    losses: usize,
    p_two_sided: f64,
    p_greater: f64,
    p_less: f64,
    p_holm: f64,
}

impl From<Pair> for Against {
    fn from(pair: Pair) -> Self {
        Self {
            wins: pair.wins,
            ties: pair.ties,
            losses: pair.losses,
            p_two_sided: pair.test.two_sided,
            p_greater: pair.test.greater,
            p_less: pair.test.less,
            p_holm: pair.holm,
        }
    }
}

impl Arguments {
    /// Compares and prints the standings.
    pub fn run(&self, common: &Common) -> Result<()> {
        let (_, comparison) = self.compare.compare()?;
        let outcome = Outcome::of(&comparison, reference(self.reference.as_ref(), &comparison))?;
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    fn of(comparison: &Comparison, reference: String) -> Result<Self, retune::Error> {
        let place = comparison.accuracies.place_of(&reference)?;
        let method = |&other: &usize| {
            let standing = &comparison.standings[other];
            Method {
                name: standing.method.clone(),
                mean: standing.mean,
                median: standing.median,
                mean_rank: standing.mean_rank,
                best: standing.best,
                against: comparison.pair(place, other).map(Against::from),
            }
        };
        Ok(Self {
            datasets: comparison.accuracies.rows.len(),
            left_out: comparison.left_out.clone(),
            methods: comparison.order.iter().map(method).collect(),
            reference,
        })
    }

    fn describe(&self) -> String {
        let head = [
            "method",
            "mean",
            "median",
            "mean rank",
            "best",
            "wins",
            "ties",
            "losses",
            "p",
            "p better",
            "p Holm",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        for method in &self.methods {
            let mut row = vec![
                method.name.clone(),
                text::accuracy(method.mean),
                text::accuracy(method.median),
                format!("{:.2}", method.mean_rank),
                method.best.to_string(),
            ];
            if let Some(against) = &method.against {
                let counts = [against.wins, against.ties, against.losses];
                row.extend(counts.map(|count| count.to_string()));
                let probabilities = [against.p_two_sided, against.p_greater, against.p_holm];
                row.extend(probabilities.map(|value| format!("{value:.4}")));
            } else {
                row.extend(std::iter::repeat_n(String::new(), 6));
            }
            rows.push(row);
        }
        let mut columns = vec![Column::Left];
        columns.resize(head.len(), Column::Right);
        let mut text = format!(
            "{}; wins, ties, losses and p better (one-sided) are those of {}\n\n{}",
            text::counted(self.datasets, "data set", "data sets"),
            self.reference,
            text::table(&columns, rows)
        );
        if !self.left_out.is_empty() {
            let names = self.left_out.join(", ");
            text.push_str(&format!(
                "\nleft out, for a method has no accuracy: {names}\n"
            ));
        }
        text
    }
}
