//! Forecasts as CSV and JSON.

use std::collections::BTreeMap;

use anyhow::Result;
use retune::forecast::History;
use retune::program::{Calibration, ForecastProgram};
use retune::task::Forecast;
use serde::Serialize;

/// A line for each series and step: its time, the forecast, and the ends of both intervals.
pub fn csv(histories: &[History], forecasts: &[Forecast]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut header = vec![
        "series".to_owned(),
        "time".to_owned(),
        "forecast".to_owned(),
    ];
    for interval in forecasts.first().iter().flat_map(|first| &first.intervals) {
        let level = (interval.level * 100.0).round();
        header.extend([format!("lower_{level}"), format!("upper_{level}")]);
    }
    writer.write_record(&header)?;
    for (history, forecast) in histories.iter().zip(forecasts) {
        let times = times(history, forecast)?;
        for (step, (time, value)) in times.into_iter().zip(&forecast.values).enumerate() {
            let mut row = vec![history.name.clone(), time, value.to_string()];
            for interval in &forecast.intervals {
                row.push(interval.lower[step].to_string());
                row.push(interval.upper[step].to_string());
            }
            writer.write_record(&row)?;
        }
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn times(history: &History, forecast: &Forecast) -> Result<Vec<String>> {
    let start = history.values.len();
    Ok(history
        .timeline
        .stamps(start..start + forecast.values.len())?)
}

/// One series in JSON.
#[derive(Debug, Serialize)]
struct Series<'a> {
    name: &'a str,
    times: Vec<String>,
    #[serde(flatten)]
    forecast: &'a Forecast,
}

/// All of it in JSON.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    context: Option<usize>,
    season: Option<usize>,
    uses_source: Option<bool>,
    scores: Option<&'a BTreeMap<String, f64>>,
    calibration: Option<Calibration>,
    series: Vec<Series<'a>>,
}

/// The same as JSON, with what the fit of the program found where there was one.
pub fn json(
    histories: &[History],
    forecasts: &[Forecast],
    fitted: Option<&ForecastProgram>,
) -> Result<String> {
    let series = histories
        .iter()
        .zip(forecasts)
        .map(|(history, forecast)| {
            Ok(Series {
                name: &history.name,
                times: times(history, forecast)?,
                forecast,
            })
        })
        .collect::<Result<_>>()?;
    let outcome = Outcome {
        context: fitted.map(ForecastProgram::context),
        season: fitted.and_then(|program| program.settings().season),
        uses_source: fitted.map(ForecastProgram::uses_source),
        scores: fitted.map(ForecastProgram::scores),
        calibration: fitted.and_then(ForecastProgram::calibration),
        series,
    };
    Ok(serde_json::to_string_pretty(&outcome)? + "\n")
}
