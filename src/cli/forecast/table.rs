//! Forecasts as CSV and JSON.

use std::collections::BTreeMap;

use anyhow::Result;
use retune::forecast::History;
use retune::program::{Calibration, ForecastProgram};
use retune::table::ReadAs;
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
            let ends = forecast.intervals.iter();
            let ends = ends.flat_map(|interval| [interval.lower[step], interval.upper[step]]);
            let width = ends
                .clone()
                .fold(0.0f64, |width, end| width.max((end - value).abs()));
            let mut row = vec![history.name.clone(), time, shown(*value, width)];
            row.extend(ends.map(|end| shown(end, width)));
            writer.write_record(&row)?;
        }
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A number to the digits that mean something beside an interval of this width.
fn shown(value: f64, width: f64) -> String {
    const DIGITS: i32 = 6;
    if width == 0.0 || !width.is_finite() {
        return value.to_string();
    }
    let decimals = (DIGITS - width.log10().floor() as i32).clamp(0, 17) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
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
    read_as: &'a ReadAs,
    series: Vec<Series<'a>>,
}

/// The same as JSON, with what the fit of the program found where there was one.
pub fn json(
    (histories, read_as): (&[History], &ReadAs),
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
        read_as,
        series,
    };
    Ok(serde_json::to_string_pretty(&outcome)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_to_the_digits_that_mean_something() {
        assert_eq!(shown(445.928_381_234_5, 60.0), "445.92838");
        assert_eq!(shown(48_211_941.182_736_45, 0.5), "48211941.1827364");
        assert_eq!(shown(1200.0, 1e9), "1200");
        assert_eq!(shown(0.1 + 0.2, 0.0), "0.30000000000000004");
    }
}
