//! Test accuracies over data sets of the Voice2Series paper.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use burn::backend::Autodiff;
use retune::backend::Cpu;
use retune::baseline;
use retune::fit::{FitSettings, Preset};
use retune::series::{Dataset, ReadOptions};
use retune::source::SourceWeights;
use retune::task::Classifier;

const SETS: [&str; 17] = [
    "Coffee",
    "DistalPhalanxTW",
    "Earthquakes",
    "ECG200",
    "ECG5000",
    "FordA",
    "GunPoint",
    "Ham",
    "Haptics",
    "Herring",
    "ItalyPowerDemand",
    "Lightning2",
    "MiddlePhalanxOutlineCorrect",
    "MiddlePhalanxTW",
    "Plane",
    "ProximalPhalanxOutlineAgeGroup",
    "ProximalPhalanxOutlineCorrect",
];

/// Prints the table; a row as soon as it is known.
pub fn print(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let folder = PathBuf::from(arguments.next().context("expected a FOLDER of data sets")?);
    let preset: Preset = arguments.next().context("expected a PRESET")?.parse()?;
    let mut sets: Vec<String> = arguments.collect();
    if sets.is_empty() {
        sets = SETS.map(str::to_owned).to_vec();
    }
    let source = SourceWeights::find("attrnn-gsc35")?;
    println!(
        "| data set | train | test | classes | constant | 1-NN | {preset} | epochs | seconds |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut sums = [0.0; 3];
    for set in &sets {
        let (name, cap) = match set.split_once('=') {
            Some((name, epochs)) => (name, Some(epochs.parse::<usize>()?)),
            None => (set.as_str(), None),
        };
        let row = run(&folder.join(name), &source, preset, cap)?;
        for (sum, accuracy) in sums.iter_mut().zip(row) {
            *sum += accuracy;
        }
    }
    let [constant, nearest, ours] = sums.map(|sum| 100.0 * sum / sets.len() as f64);
    println!(
        "| mean of {} | | | | {constant:.1} | {nearest:.1} | {ours:.1} | | |",
        sets.len()
    );
    Ok(())
}

/// Prints one row and gives the accuracies: constant, nearest neighbour, program.
fn run(
    folder: &Path,
    source: &SourceWeights,
    preset: Preset,
    cap: Option<usize>,
) -> anyhow::Result<[f64; 3]> {
    let data = Dataset::read(folder, &ReadOptions::default())?;
    let mut settings = FitSettings::preset(preset);
    if let Some(cap) = cap {
        settings.epochs = settings.epochs.min(cap);
    }
    let started = Instant::now();
    let classifier = Classifier::<Cpu>::fit::<Autodiff<Cpu>>(
        &data.train,
        source,
        &settings,
        &Default::default(),
        &mut |_| {},
    )?;
    let ours = classifier.score(&data.test)?.accuracy;
    let seconds = started.elapsed().as_secs_f64();
    let constant = baseline::constant(&data.train, &data.test);
    let nearest = baseline::nearest_neighbour(&data.train, &data.test, settings.scaling);
    println!(
        "| {} | {} | {} | {} | {:.1} | {:.1} | {:.1} | {} | {seconds:.0} |",
        data.name,
        data.train.len(),
        data.test.len(),
        classifier.program().labels().len(),
        100.0 * constant,
        100.0 * nearest,
        100.0 * ours,
        classifier.program().scores()["epochs"],
    );
    std::io::stdout().flush()?;
    Ok([constant, nearest, ours])
}
