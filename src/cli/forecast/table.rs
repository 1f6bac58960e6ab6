//! Forecasts as CSV and JSON.

use retune::forecast::History;
use retune::program::{Calibration, ForecastProgram};
use retune::task::Forecast;

use crate::cli::prelude::*;

/// A number to the digits that mean something beside an interval of this width.
fn shown(value: f64, width: f64) -> String {
    const DIGITS: i32 = 6;
    if width == 0.0 || !width.is_finite() {
        return value.to_string();
    }
    let decimals = DIGITS - width.log10().floor() as i32;
    if decimals > 17 {
        return format!("{value:e}");
    }
    let decimals = decimals.max(0) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
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

/// A line of CSV for each series and step: its time, the forecast, and the ends of both intervals; or
/// all as JSON, with what the fit of the program found where there was one.
pub fn show(
    common: &Common,
    (histories, read_as): (&[History], &ReadAs),
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
            read_as,
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
            let ends = one.forecast.intervals.iter();
            let ends = ends.flat_map(|interval| [interval.lower[step], interval.upper[step]]);
            let wider = |width: f64, end: f64| width.max((end - value).abs());
            let width = ends.clone().fold(0.0, wider);
            let mut row = vec![one.name.to_owned(), time, shown(*value, width)];
            row.extend(ends.map(|end| shown(end, width)));
            rows.push(row);
        }
    }
    output::csv(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_to_the_digits_that_mean_something() {
        assert_eq!(shown(445.928_381_234_5, 60.0), "445.92838");
        assert_eq!(shown(48_211_941.182_736_45, 0.5), "48211941.1827364");
        assert_eq!(shown(1200.0, 1e9), "1200");
        assert_eq!(shown(1.5e-28, 1e-29), "1.5e-28");
        assert_eq!(shown(0.1 + 0.2, 0.0), "0.30000000000000004");
    }
}
