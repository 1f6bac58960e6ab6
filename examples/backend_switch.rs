//! The same work on every backend that is compiled in: the same program, the same answers.
//!
//!     cargo run --release --example backend_switch
//!     cargo run --release --features wgpu --example backend_switch

use std::path::Path;
use std::time::Instant;

use retune::engine::Classifier;
use retune::fit::Preset;
use retune::series::{Dataset, ReadOptions};
use retune::{Engine, Error};

fn main() -> Result<(), Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/GunPoint");
    let data = Dataset::read(&folder, &ReadOptions::default())?;
    for (name, preset) in [("fast", Preset::Fast), ("default", Preset::Default)] {
        let sources = preset.find_sources()?;
        let mut first = None;
        for backend in Engine::compiled() {
            let engine = match Engine::named(backend) {
                Ok(engine) => engine,
                Err(error) => {
                    println!("{backend}: {error}");
                    continue;
                }
            };
            let start = Instant::now();
            let fitted = engine.classifier().preset(preset).fit(&data.train)?;
            let fit = start.elapsed().as_secs_f64();
            // What the first backend has fitted runs on all of them.
            let (program, expected) = first.get_or_insert((fitted.program().clone(), None));
            let classifier = Classifier::new(engine, program.clone(), &sources)?;
            let start = Instant::now();
            let predictions = classifier.predict(&data.test)?;
            let predict = start.elapsed().as_secs_f64();
            let found: Vec<f32> = predictions
                .into_iter()
                .flat_map(|one| one.probabilities)
                .collect();
            let expected = expected.get_or_insert_with(|| found.clone());
            let off = found
                .iter()
                .zip(expected)
                .map(|(one, other)| (one - *other).abs());
            println!(
                "{name} on {backend}: fit {fit:.2} s, predict {predict:.2} s, probabilities within {:.1e}",
                off.fold(0.0, f32::max)
            );
        }
    }
    Ok(())
}
