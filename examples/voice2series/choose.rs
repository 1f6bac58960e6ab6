//! How the `default` preset was chosen: two-fold cross-validation inside the training splits of
//! the small data sets, for a grid of settings. No test split is looked at.

use std::path::PathBuf;

use anyhow::Context;
use burn::backend::Autodiff;
use retune::backend::Cpu;
use retune::fit::{FitSettings, Preset};
use retune::series::{Dataset, ReadOptions, Split};
use retune::source::SourceWeights;
use retune::task::Classifier;

const SETS: [&str; 4] = ["ECG200", "GunPoint", "ItalyPowerDemand", "Lightning2"];
const EPOCHS: usize = 40;

/// Prints the accuracy of every candidate.
pub fn print(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let folder = PathBuf::from(arguments.next().context("expected a FOLDER of data sets")?);
    let mut sets: Vec<String> = arguments.collect();
    if sets.is_empty() {
        sets = SETS.map(str::to_owned).to_vec();
    }
    let source = SourceWeights::find("attrnn-gsc35")?;
    let splits = sets
        .iter()
        .map(|set| Ok(Dataset::read(&folder.join(set), &ReadOptions::default())?.train))
        .collect::<anyhow::Result<Vec<Split>>>()?;
    println!("| settings | {} | mean |", sets.join(" | "));
    println!("|---{}|---|", "|---".repeat(sets.len()));
    for (name, settings) in candidates() {
        print!("| {name}");
        let mut sum = 0.0;
        for split in &splits {
            let accuracy = cross_validate(split, &source, &settings)?;
            sum += accuracy;
            print!(" | {:.1}", 100.0 * accuracy);
        }
        println!(" | {:.1} |", 100.0 * sum / splits.len() as f64);
    }
    Ok(())
}

/// The grid: how long the series lies in the clip, how θ starts, how fast and how freely it moves.
fn candidates() -> Vec<(String, FitSettings)> {
    let mut found = Vec::new();
    for (stretch, initial_amplitude, learning_rate, dropout) in [
        (2000, 0.0, 0.03, 0.0),
        (4000, 0.0, 0.01, 0.0),
        (4000, 0.0, 0.03, 0.0),
        (4000, 0.0, 0.1, 0.0),
        (4000, 0.5, 0.03, 0.0),
        (4000, 0.0, 0.03, 0.4),
        (8000, 0.0, 0.03, 0.0),
    ] {
        let name = format!(
            "stretch {stretch}, θ within ±{initial_amplitude}, rate {learning_rate}, dropout {dropout}"
        );
        let settings = FitSettings {
            stretch: Some(stretch),
            initial_amplitude,
            learning_rate,
            dropout,
            epochs: EPOCHS,
            validation: 0.0,
            ..FitSettings::preset(Preset::Default)
        };
        found.push((name, settings));
    }
    found
}

/// The mean accuracy on each half of the split after training on the other.
fn cross_validate(
    split: &Split,
    source: &SourceWeights,
    settings: &FitSettings,
) -> anyhow::Result<f64> {
    let mut halves = [Split::default(), Split::default()];
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    // Every other series of a class goes to the other half.
    for (series, label) in split.series.iter().zip(&split.labels) {
        let count = seen.entry(label).or_default();
        let half = &mut halves[*count % 2];
        half.series.push(series.clone());
        half.labels.push(label.clone());
        *count += 1;
    }
    let mut sum = 0.0;
    for (train, held_out) in [(0, 1), (1, 0)] {
        let classifier = Classifier::<Cpu>::fit::<Autodiff<Cpu>>(
            &halves[train],
            source,
            settings,
            &Default::default(),
            &mut |_| {},
        )?;
        sum += classifier.score(&halves[held_out])?.accuracy;
    }
    Ok(sum / 2.0)
}
