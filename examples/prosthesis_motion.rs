//! Adapt a frozen motion model to people whose gait differs: pretrain it on able-bodied walking,
//! adapt it to a person from a few seconds, compare, save, and predict sample by sample.
//!
//! The walking is made here, from published mean curves of able-bodied and altered gait.
//!
//!     cargo run --release --example prosthesis_motion

use std::time::Instant;

use burn::backend::Autodiff;
use retune::kernel::Cpu;
use retune::motion::{
    AdaptSettings, LeaveOneOut, MotionForecaster, MotionProgram, MotionSourceWeights, MotionStream,
    PretrainSettings, Scaling, Trial, WindowLayout, adapt, pretrain,
};
use retune_lab::{GaitGenerator, GaitKind};

fn main() -> anyhow::Result<()> {
    let device = Default::default();
    let generator = GaitGenerator::new(100.0, 0);
    let walking = |kind, number, seconds| -> anyhow::Result<Vec<Trial>> {
        let person = generator.person(kind, number);
        Ok(vec![generator.trial(&person, 0, seconds)?])
    };

    // 160 ms of six joint angles give the next 100 ms. A power of two goes in.
    let layout = WindowLayout::new(16, 10);

    // Five able-bodied people; the last one says when to stop.
    let able_bodied = (0..5)
        .map(|number| walking(GaitKind::AbleBodied, number, 8.0))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let training = able_bodied[..4].concat();
    let windows = layout.cut_all(&training)?;
    let pretrained = pretrain::<Autodiff<Cpu>>(
        &windows,
        &layout.cut_all(&able_bodied[4])?,
        &Scaling::fit(&training)?,
        100.0,
        &PretrainSettings::default(),
        &device,
        &mut |_| {},
    )?;
    let source = pretrained.weights;
    println!(
        "source: {} weights, epoch {}",
        source.parameters(),
        pretrained.epoch
    );

    // A person with a transfemoral prosthesis: two seconds of walking are enough to adapt to.
    let person = walking(GaitKind::TransfemoralProsthesis, 0, 2.0)?;
    let program = adapt::<Autodiff<Cpu>>(
        &source,
        &layout.cut_all(&person)?,
        Some(&windows),
        &AdaptSettings::default(),
        &device,
        &mut |_| {},
    )?;
    let folder = std::env::temp_dir();
    let (source_path, program_path) = (
        folder.join("motion-source.safetensors"),
        folder.join("motion-program.safetensors"),
    );
    source.save(&source_path)?;
    program.save(&program_path)?;

    // On the device: samples come one at a time.
    let source = MotionSourceWeights::load(&source_path)?;
    let program = MotionProgram::load(&program_path)?;
    let forecaster = MotionForecaster::<Cpu>::new(&source, Some(&program), &device)?;
    let mut stream = MotionStream::new(forecaster);
    let later = generator.trial(
        &generator.person(GaitKind::TransfemoralProsthesis, 0),
        1,
        4.0,
    )?;
    let mut times = Vec::new();
    let mut last = None;
    for sample in later.samples.chunks(later.joints.len()) {
        let start = Instant::now();
        if let Some(forecast) = stream.push(sample)? {
            times.push(start.elapsed());
            last = Some(forecast);
        }
    }
    times.sort();
    println!(
        "{} predictions, median {:?}",
        times.len(),
        times[times.len() / 2]
    );
    if let Some(forecast) = last {
        let ahead = forecast
            .angles
            .chunks(later.joints.len())
            .last()
            .unwrap_or_default();
        for (joint, angle) in later.joints.iter().zip(ahead) {
            println!(
                "100 ms after sample {}: {joint} {angle:.1} degrees",
                forecast.sample
            );
        }
    }
    std::fs::remove_file(source_path)?;
    std::fs::remove_file(program_path)?;

    // How good is that? Three people who were left out, a tenth of their samples for adapting.
    let rows = LeaveOneOut {
        able_bodied,
        people: vec![
            walking(GaitKind::StiffKnee, 0, 8.0)?,
            walking(GaitKind::StiffKnee, 1, 8.0)?,
            walking(GaitKind::TransfemoralProsthesis, 1, 8.0)?,
        ],
        layout,
        share: 0.1,
        seeds: 1,
    }
    .run::<Autodiff<Cpu>>(&device, &mut |_, _| {})?;
    for row in rows {
        let r_squared = row.score.r_squared.unwrap_or(f64::NAN);
        println!("{:24} {:22} R² {r_squared:.3}", row.person, row.method);
    }
    Ok(())
}
