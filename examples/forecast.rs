//! Forecast a history: read it, fit a forecaster, judge it beside controls, save it, and forecast
//! with the saved file.
//!
//!     cargo run --release --example forecast [FILE]

use std::path::{Path, PathBuf};

use retune::engine::{Engine, Forecaster};
use retune::fit::ForecastSettings;
use retune::forecast::{History, HistoryOptions, season};
use retune::program::ForecastProgram;
use retune::source::SourceWeights;
use retune::task::BacktestOptions;

const HORIZON: usize = 12;

fn main() -> anyhow::Result<()> {
    // A table with a time column and a column for each history; this one has airline passengers.
    let file = std::env::args_os().nth(1).map(PathBuf::from);
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/Airline/Airline.csv");
    let read = History::read(&file.unwrap_or(shipped), &HistoryOptions::default())?;
    println!("read as: {}", read.read_as);
    let histories = read.histories;

    // The source is compiled in; the random one is the control.
    let source = SourceWeights::find("attrnn-gsc35")?;
    let random = SourceWeights::find("random-0")?;
    let engine = Engine::cpu()?;

    // First on the past alone, judged by the last three years. The fit chooses by itself, on the
    // last part of what it is given, whether what the source hears helps.
    let season = season::period(&histories[0].values);
    let mut past = histories.clone();
    let after: Vec<Vec<f64>> = past
        .iter_mut()
        .map(|history| history.values.split_off(history.values.len() - 3 * HORIZON))
        .collect();
    let settings = ForecastSettings::new(&past, HORIZON, season)?;
    let report = engine.backtest(
        &past,
        &after,
        [&source, &random],
        &settings,
        &BacktestOptions {
            stride: 1,
            standardised: false,
        },
        &mut |_| {},
    )?;
    println!(
        "season {season:?}, {} forecasts of {HORIZON} values:",
        report.forecasts
    );
    for row in &report.rows {
        let scores = &row.scores;
        let covered: Vec<String> = scores
            .intervals
            .iter()
            .map(|interval| {
                format!(
                    "{:.0} % in {:.0} %",
                    100.0 * interval.coverage,
                    100.0 * interval.level
                )
            })
            .collect();
        println!(
            "{:20} mean absolute error {:6.2}  {}",
            row.name,
            scores.mae,
            covered.join(", ")
        );
    }

    // Then on all of it, to look ahead.
    let settings = ForecastSettings::new(&histories, HORIZON, season)?;
    let forecaster = Forecaster::fit(engine, &histories, &source, &settings, &mut |_| {})?;
    let path = std::env::temp_dir().join("forecast-example.safetensors");
    forecaster.program().save(&path)?;
    let again = Forecaster::new(engine, ForecastProgram::load(&path)?, &source)?;
    for (history, forecast) in histories
        .iter()
        .zip(again.forecast(&[&histories[0].values[..]])?)
    {
        for (step, value) in forecast.values.iter().enumerate() {
            let stamp = history.timeline.stamp(history.values.len() + step)?;
            let likely = &forecast.intervals[0];
            println!(
                "{stamp} {value:7.1}  ({:.1} to {:.1})",
                likely.lower[step], likely.upper[step]
            );
        }
    }
    std::fs::remove_file(path)?;
    Ok(())
}
