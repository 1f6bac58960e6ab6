//! Forecasts as CSV and JSON.

use retune::forecast::History;
use retune::program::{Calibration, ForecastProgram};
use retune::task::Forecast;

use crate::cli::prelude::*;

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

/// A line of CSV for each series and step: its time, the forecast, and the ends of both intervals; or
/// all as JSON, with what the fit of the program found where there was one.
pub fn show(
    common: &Common,
    histories: &[History],
    forecasts: &[Forecast],
    fitted: Option<&ForecastProgram>,
) -> Result<String> {
    let series = histories.iter().zip(forecasts).map(|(history, forecast)| {
        let start = history.values.len();
        Ok(Series {
            name: &history.name,
            times: history
                .timeline
                .stamps(start..start + forecast.values.len())?,
            forecast,
        })
    });
    let series = series.collect::<Result<Vec<Series>>>()?;
    if common.json {
        return output::json(&Outcome {
            context: fitted.map(ForecastProgram::context),
            season: fitted.and_then(|program| program.settings().season),
            uses_source: fitted.map(ForecastProgram::uses_source),
            scores: fitted.map(ForecastProgram::scores),
            calibration: fitted.and_then(ForecastProgram::calibration),
            series,
        });
    }
    let mut head = ["series", "time", "forecast"].map(str::to_owned).to_vec();
    for interval in forecasts.first().iter().flat_map(|first| &first.intervals) {
        let level = (interval.level * 100.0).round();
        head.extend([format!("lower_{level}"), format!("upper_{level}")]);
    }
    let mut rows = vec![head];
    for one in series {
        for (step, (time, value)) in one.times.into_iter().zip(&one.forecast.values).enumerate() {
            let mut row = vec![one.name.to_owned(), time, value.to_string()];
            for interval in &one.forecast.intervals {
                row.extend([&interval.lower, &interval.upper].map(|end| end[step].to_string()));
            }
            rows.push(row);
        }
    }
    output::csv(rows)
}
