//! One generic function on every backend that is compiled in: the same program, the same answers.
//!
//!     cargo run --release --example backend_switch
//!     cargo run --release --features wgpu --example backend_switch

use std::path::Path;
use std::time::Instant;

use burn::tensor::backend::AutodiffBackend;
use retune::backend::{BackendChoice, BackendError, BackendTask};
use retune::fit::{FitSettings, Preset};
use retune::kernel::Kernels;
use retune::program::Program;
use retune::series::{Dataset, ReadOptions};
use retune::source::SourceWeights;
use retune::task::{Classifier, Prediction};

/// Fits a program.
struct Fit<'a> {
    data: &'a Dataset,
    source: &'a SourceWeights,
}

/// Predicts with it. What is inside `run` is written once, and compiled for every backend.
struct Predict<'a> {
    program: &'a Program,
    data: &'a Dataset,
    source: &'a SourceWeights,
}

impl BackendTask for Fit<'_> {
    type Output = Result<Program, retune::Error>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels,
    {
        let settings = FitSettings::preset(Preset::Fast);
        let classifier = Classifier::<B::InnerBackend>::fit::<B>(
            &self.data.train,
            self.source,
            &settings,
            device,
            &mut |_| {},
        )?;
        Ok(classifier.program().clone())
    }
}

impl BackendTask for Predict<'_> {
    type Output = Result<Vec<Prediction>, retune::Error>;

    fn run<B>(self, device: &B::Device) -> Self::Output
    where
        B: AutodiffBackend + Kernels,
        B::InnerBackend: Kernels,
    {
        let classifier =
            Classifier::<B::InnerBackend>::new(self.program.clone(), self.source, device)?;
        classifier.predict(&self.data.test.series[..64])
    }
}

fn main() -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/GunPoint");
    let data = Dataset::read(&folder, &ReadOptions::default())?;
    let source = SourceWeights::find("attrnn-gsc35")?;
    let program = BackendChoice::Cpu.run(Fit {
        data: &data,
        source: &source,
    })??;

    let mut reference: Option<Vec<Prediction>> = None;
    for backend in [BackendChoice::Cpu, BackendChoice::Wgpu] {
        let start = Instant::now();
        let predictions = match backend.run(Predict {
            program: &program,
            data: &data,
            source: &source,
        }) {
            // No such feature, or no graphics driver.
            Err(error @ (BackendError::NotCompiled { .. } | BackendError::NoAdapter)) => {
                println!("{backend}: {error}");
                continue;
            }
            predictions => predictions??,
        };
        let seconds = start.elapsed().as_secs_f64();
        let reference = reference.get_or_insert_with(|| predictions.clone());
        let off = predictions
            .iter()
            .zip(reference.iter())
            .flat_map(|(one, other)| one.probabilities.iter().zip(&other.probabilities))
            .fold(0.0f32, |most, (one, other)| most.max((one - other).abs()));
        println!(
            "{backend}: {} series in {seconds:.2} s, probabilities within {off:.1e} of the first backend's",
            predictions.len()
        );
    }
    Ok(())
}
