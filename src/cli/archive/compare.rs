//! `retune archive compare`: results beside published accuracies.

use retune::archive::{Pair, Standing};

use super::CompareArgs;
use crate::cli::prelude::*;

/// Compare results with each other and with published accuracies
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    compare: CompareArgs,
}

#[derive(Debug, Serialize)]
struct Outcome<'a> {
    reference: String,
    datasets: usize,
    left_out: &'a [String],
    methods: Vec<Method<'a>>,
}

#[derive(Debug, Serialize)]
struct Method<'a> {
    #[serde(flatten)]
    standing: &'a Standing,
    /// The reference against this method; nothing for the reference itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Pair>,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        let (_, comparison, reference) = self.compare.compare()?;
        let place = comparison.accuracies.place_of(&reference)?;
        let method = |&other: &usize| Method {
            standing: &comparison.standings[other],
            against: comparison.pair(place, other),
        };
        let outcome = Outcome {
            reference,
            datasets: comparison.accuracies.rows.len(),
            left_out: &comparison.left_out,
            methods: comparison.order.iter().map(method).collect(),
        };
        output::show(common, &outcome, describe)
    }
}

fn describe(outcome: &Outcome) -> String {
    let head = "method,mean,median,mean rank,best,wins,ties,losses,p,p better,p Holm";
    let rows = outcome.methods.iter().map(|Method { standing, against }| {
        let own = [
            standing.method.clone(),
            text::accuracy(standing.mean),
            text::accuracy(standing.median),
            format!("{:.2}", standing.mean_rank),
            standing.best.to_string(),
        ];
        let against = against.as_ref().map(|pair| {
            let counts = [pair.wins, pair.ties, pair.losses].map(|count| count.to_string());
            let probabilities = [pair.test.two_sided, pair.test.greater, pair.holm];
            [counts, probabilities.map(text::accuracy)].concat()
        });
        [own.to_vec(), against.unwrap_or_default()].concat()
    });
    let mut text = format!(
        "{}; wins, ties, losses and p better (one-sided) are those of {}\n\n{}",
        text::counted(outcome.datasets, "data set", "data sets"),
        outcome.reference,
        text::headed(&[Left, Right], head, rows)
    );
    if !outcome.left_out.is_empty() {
        let names = outcome.left_out.join(", ");
        text += &format!("\nleft out, for a method has no accuracy: {names}\n");
    }
    text
}
