//! Classify a UCR data set: read it, fit a program on the training split, score it on the test
//! split, save it, and predict with the saved file.
//!
//!     cargo run --release --example classify_ucr [FOLDER]

use std::path::{Path, PathBuf};

use retune::baseline;
use retune::engine::{Classifier, Engine};
use retune::fit::Preset;
use retune::program::Program;
use retune::series::{Dataset, ReadOptions, Scaling};

fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/ItalyPowerDemand");
    let data = Dataset::read(&folder.unwrap_or(shipped), &ReadOptions::default())?;

    // The sources are compiled in; another one would be a file.
    let sources = Preset::Default.find_sources()?;

    let engine = Engine::cpu()?;
    let classifier = engine
        .classifier()
        .preset(Preset::Default)
        .sources(&sources)
        .on_progress(|progress| eprintln!("{progress:?}"))
        .fit(&data.train)?;
    for (name, score) in classifier.program().scores() {
        println!("{name}: {score:.3}");
    }

    let score = classifier.score(&data.test)?;
    println!("{}: accuracy {:.3}", data.name, score.accuracy);
    println!(
        "always the most frequent class: {:.3}; nearest neighbour: {:.3}",
        baseline::constant(&data.train, &data.test),
        baseline::nearest_neighbour(&data.train, &data.test, Scaling::ZNormalise),
    );

    // A program is one small file; its sources are not in it.
    let path = std::env::temp_dir().join(format!("{}.safetensors", data.name));
    classifier.program().save(&path)?;
    let again = Classifier::new(engine, Program::load(&path)?, &sources)?;
    for prediction in again.predict(&data.test.series[..3])? {
        println!("{} {:?}", prediction.label, prediction.probabilities);
    }
    std::fs::remove_file(path)?;
    Ok(())
}
