//! One generic function on every backend that is compiled in: the same program, the same answers.
//!
//!     cargo run --release --example backend_switch
//!     cargo run --release --features wgpu --example backend_switch

use std::path::Path;
use std::time::Instant;

use retune::Engine;
use retune::fit::Preset;
use retune::kernel::{Cpu, Kernels};
use retune::program::Program;
use retune::series::{Dataset, ReadOptions};
use retune::source::SourceWeights;
use retune::task::{Classifier, Prediction};

/// Predicts with a program. It is written once, and compiled for every backend.
fn predict<B: Kernels>(
    program: &Program,
    sources: &[SourceWeights],
    data: &Dataset,
) -> Result<Vec<Prediction>, retune::Error> {
    let classifier = Classifier::<B>::new(program.clone(), sources, &B::Device::default())?;
    classifier.predict(&data.test.series[..64])
}

fn main() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/GunPoint");
    let data = Dataset::read(&folder, &ReadOptions::default())?;
    let sources = Preset::Fast.find_sources()?;
    let fitted = Engine::cpu()?
        .classifier()
        .preset(Preset::Fast)
        .fit(&data.train)?;
    let program = fitted.program();

    let start = Instant::now();
    let reference = predict::<Cpu>(program, &sources, &data)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("cpu: {} series in {seconds:.2} s", reference.len());

    #[cfg(feature = "wgpu")]
    {
        // Whether there is a driver, and whether it can multiply.
        if let Err(error) = Engine::wgpu() {
            println!("wgpu: {error}");
            return Ok(());
        }
        let start = Instant::now();
        let predictions = predict::<retune::kernel::Wgpu>(program, &sources, &data)?;
        let seconds = start.elapsed().as_secs_f64();
        let off = predictions
            .iter()
            .zip(&reference)
            .flat_map(|(one, other)| one.probabilities.iter().zip(&other.probabilities))
            .fold(0.0f32, |most, (one, other)| most.max((one - other).abs()));
        println!(
            "wgpu: {} series in {seconds:.2} s, probabilities within {off:.1e} of the cpu's",
            predictions.len()
        );
    }
    #[cfg(not(feature = "wgpu"))]
    println!("wgpu: not compiled in; build with --features wgpu");
    Ok(())
}
