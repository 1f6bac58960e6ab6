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
use retune::transform::Position;

const SETS: [&str; 4] = ["ECG200", "GunPoint", "ItalyPowerDemand", "Lightning2"];

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

/// The candidates: the paper's settings, variations of them, and a slower walk from silence.
fn candidates() -> Vec<(&'static str, FitSettings)> {
    let paper = FitSettings::preset(Preset::Paper);
    let stretched = FitSettings {
        segments: 1,
        stretch: Some(4000),
        ..paper.clone()
    };
    let from_silence = FitSettings {
        position: Position::Centre,
        initial_amplitude: 0.0,
        dropout: 0.0,
        epochs: 40,
        batch: 8,
        learning_rate: 0.03,
        learning_rate_decay: 0.0,
        weight_decay: 0.0,
        ..stretched.clone()
    };
    let ten_segments = FitSettings {
        segments: 10,
        ..paper.clone()
    };
    vec![
        ("paper", paper),
        ("paper, 10 segments", ten_segments),
        ("paper, one segment stretched to 4000", stretched),
        (
            "one segment stretched to 4000, θ from 0, rate 0.03, batch 8, 40 epochs, no dropout",
            from_silence,
        ),
    ]
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
