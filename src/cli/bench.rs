//! `retune bench`: how fast each backend is, and how far its answers are from the first one's.
//!
//! Single operations are measured by `cargo bench`, and other frameworks by `benches/peers`; `docs/speed.md`
//! has the commands.

mod adapters;
mod backend;
mod cold;
mod product;
mod timing;
mod workload;

use retune::Error;

use super::picture::{Bars, bars_svg};
use super::prelude::*;
use super::problem::hint;
use backend::{Measure, Measured, Reference};
use product::Data;

/// Measure how fast each backend trains and predicts
///
/// All backends get the same series and the same program, which the first backend fits. Training steps, inference
/// and latency are measured on series that are made from the seed; the presets fast and default on GunPoint where
/// data/GunPoint is there, else on a made set of its size. Each workload goes on for the time of --seconds, and is
/// done once at least. Cold start is a process of its own, from its start to a printed prediction: the median of
/// three.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A backend to measure, and several in as many options; without it, all that are compiled in
    #[arg(long = "backend", value_name = "BACKEND", value_parser = ["cpu", "wgpu"])]
    backends: Vec<String>,
    /// For the backend wgpu: the graphics card, by part of its name or by its number in --adapters
    #[arg(long, value_name = "NAME|N")]
    adapter: Option<String>,
    /// List the graphics adapters, the most wanted first, and measure nothing
    #[arg(long, conflicts_with_all = ["backends", "adapter", "seconds", "large", "plot"])]
    adapters: bool,
    /// How long each workload is measured
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = up_to_an_hour)]
    seconds: f64,
    /// Fit and predict 10,000 made series of 500 values too, once: many minutes on two cores
    #[arg(long)]
    large: bool,
    /// Draw the numbers of all backends beside each other, as SVG
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    threads: usize,
    seed: u64,
    backends: Vec<Measured>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<Failure>,
}

/// A backend that could not be measured.
#[derive(Debug, Serialize)]
struct Failure {
    backend: String,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Arguments {
    pub fn run(&self, common: &Common) -> Result<()> {
        if self.adapters {
            return adapters::list(common);
        }
        let plot = OutputFile::check_plot(self.plot.as_ref(), &[])?;
        let mut names = match self.backends.is_empty() {
            true => Engine::compiled(),
            false => self.backends.iter().map(String::as_str).collect(),
        };
        let mut seen = Vec::new();
        names.retain(|name| !seen.contains(name) && (seen.push(*name), true).1);
        // Where no backend would take it, the first one refuses it.
        let takes = |name: &str| name == "wgpu" || !names.contains(&"wgpu");
        let mut sets = vec![Data::small(common.seed)?];
        sets.extend(self.large.then(|| Data::large(common.seed)));
        let mut reference: Option<Reference> = None;
        let (mut backends, mut failed) = (Vec::new(), Vec::<(&str, Error)>::new());
        for name in &names {
            let adapter = self.adapter.as_deref().filter(|_| takes(name));
            match engine(name, adapter, common) {
                Ok(engine) => {
                    let what = format!("measuring the {name} backend");
                    let measure = || {
                        let mut found =
                            Measured::of(engine, &mut reference, self.seconds, common.seed)?;
                        if let Some((program, _)) = &reference {
                            found.cold_start_ms = cold::start(engine, program, adapter)?;
                        }
                        for data in &sets {
                            found.product.extend(data.measure(
                                engine,
                                self.seconds,
                                common.seed,
                            )?);
                        }
                        Ok::<_, anyhow::Error>(found)
                    };
                    backends.push(Waiting::during(common, what, measure)?);
                }
                Err(error) => failed.push((name, error)),
            }
        }
        if backends.is_empty() && !failed.is_empty() {
            return Err(failed.swap_remove(0).1.into());
        }
        let failure = |(name, error): &(&str, Error)| Failure {
            backend: (*name).to_owned(),
            error: error.to_string(),
            hint: hint(error),
        };
        let outcome = Outcome {
            threads: rayon::current_num_threads(),
            seed: common.seed,
            backends,
            failed: failed.iter().map(failure).collect(),
        };
        if let Some(plot) = plot {
            plot.write(outcome.svg()?.as_bytes())?;
        }
        output::show(common, &outcome, Outcome::describe)
    }
}

impl Outcome {
    /// What was measured, and of each backend the value.
    fn rows(&self) -> Vec<(Measure, Vec<f64>)> {
        let mut measures = self.backends.iter().map(Measured::measures);
        let first = measures.next().unwrap_or_default();
        let mut rows: Vec<_> = first
            .into_iter()
            .map(|(name, value)| (name, vec![value]))
            .collect();
        for more in measures {
            for ((_, values), (_, value)) in rows.iter_mut().zip(more) {
                values.push(value);
            }
        }
        rows
    }

    /// Under what conditions.
    fn conditions(&self) -> String {
        let threads = text::counted(self.threads, "thread", "threads");
        let adapters = self
            .backends
            .iter()
            .filter_map(|one| one.adapter.as_deref());
        let adapters: String = adapters.map(|name| format!(", wgpu on {name}")).collect();
        format!("{threads}, seed {}{adapters}", self.seed)
    }

    fn describe(&self) -> String {
        let names = self.backends.iter().map(|one| one.backend.clone());
        let head = once(String::new()).chain(names).collect::<Vec<_>>();
        let rows = self.rows().into_iter().map(|(measure, values)| {
            let values = values.into_iter().map(significant);
            once(measure.name)
                .chain(values)
                .chain(once(measure.unit.to_owned()))
                .collect()
        });
        let mut columns = vec![Right; 1 + self.backends.len()];
        columns[0] = Left;
        columns.push(Left);
        let table = text::table(&columns, once(head).chain(rows));
        let mut text = format!("{}\n\n{table}\n", self.conditions());
        for one in &self.backends {
            text.push_str(&format!("{}: {}\n", one.backend, one.timed()));
        }
        for failure in &self.failed {
            text.push_str(&format!("{}: {}\n", failure.backend, failure.error));
        }
        text
    }

    fn svg(&self) -> Result<String> {
        let bars = self.rows().into_iter().map(|(measure, values)| Bars {
            heading: format!("{}, {}", measure.name, measure.unit),
            values: values
                .into_iter()
                .map(|value| (value, significant(value)))
                .collect(),
        });
        let names: Vec<_> = self
            .backends
            .iter()
            .map(|one| one.backend.as_str())
            .collect();
        bars_svg(
            "Speed of each backend",
            &[self.conditions()],
            &names,
            &bars.collect::<Vec<_>>(),
        )
    }
}

/// Three digits that matter.
fn significant(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 1e-3 => {
            let digits = (2 - value.log10().floor() as i32).max(0) as usize;
            format!("{value:.digits$}")
        }
        value => format!("{value:.1e}"),
    }
}
