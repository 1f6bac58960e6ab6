//! Adapt a frozen motion model to people whose gait differs: pretrain it on able-bodied walking,
//! adapt it to a person from a few seconds, compare, save, and predict sample by sample.
//!
//! The walking in `data/walking` is made up, from published mean curves of able-bodied and altered gait.
//!
//!     cargo run --release --example prosthesis_motion

use std::time::Instant;

use retune::Engine;
use retune::engine::MotionStream;
use retune::motion::{
    AdaptSettings, CsvOptions, LeaveOneOut, MotionProgram, MotionSourceWeights, PretrainSettings,
    SampleTimes, Scaling, Trial, WindowLayout, read_csv,
};

fn main() -> anyhow::Result<()> {
    let engine = Engine::cpu()?;
    let recordings = |file: &str| -> anyhow::Result<Vec<Trial>> {
        let options = CsvOptions {
            person: Some("person".to_owned()),
            trial: vec!["trial".to_owned()],
            ..CsvOptions::new(SampleTimes::Column("time".to_owned()))
        };
        Ok(read_csv(format!("data/walking/{file}").as_ref(), &options)?)
    };

    // 160 ms of six joint angles give the next 100 ms. A power of two goes in.
    let layout = WindowLayout::new(16, 10);

    // Five able-bodied people; the last one says when to stop.
    let able_bodied = recordings("able-bodied.csv")?;
    let (training, validation) = able_bodied.split_at(4);
    let windows = layout.cut_all(training)?;
    let pretrained = engine.pretrain_motion(
        &windows,
        &layout.cut_all(validation)?,
        &Scaling::fit(training)?,
        100.0,
        &PretrainSettings::default(),
        &mut |_| {},
    )?;
    let source = pretrained.weights;
    println!(
        "source: {} weights, epoch {}",
        source.parameters(),
        pretrained.epoch
    );

    // A person with a transfemoral prosthesis: two seconds of walking are enough to adapt to.
    let altered = recordings("altered.csv")?;
    let [person, later, others @ ..] = &altered[..] else {
        anyhow::bail!("data/walking/altered.csv has fewer than two trials");
    };
    let program = engine.adapt_motion(
        &source,
        &layout.cut_all(std::slice::from_ref(person))?,
        Some(&windows),
        &AdaptSettings::default(),
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
    let mut stream = MotionStream::new(engine, &source, Some(&program))?;
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
    let alone = |people: &[Trial]| people.iter().map(|one| vec![one.clone()]).collect();
    let comparison = LeaveOneOut {
        able_bodied: alone(&able_bodied),
        people: alone(others),
        layout,
        share: 0.1,
        seeds: 1,
    };
    for row in engine.compare_motion(&comparison, &mut |_, _| {})? {
        let r_squared = row.score.r_squared.unwrap_or(f64::NAN);
        println!("{:24} {:22} R² {r_squared:.3}", row.person, row.method);
    }
    Ok(())
}
