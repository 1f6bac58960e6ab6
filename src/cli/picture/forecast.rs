//! The picture of forecasts: the end of each history, what is forecast, and its intervals.

use std::ops::Range;

use anyhow::Result;
use plotters::prelude::*;
use retune::forecast::History;
use retune::task::Forecast;

use super::{Area, BLUE, LIGHT_ORANGE, ORANGE, UNITS, chart, number, page, span};

/// Histories that are drawn, at most: the first ones.
const MOST: usize = 12;
/// The height of a panel with its axes, in pixels.
const HEIGHT: u32 = 268;
/// Values of a history that are drawn for each one of the forecast.
const BEFORE: usize = 4;
const LIGHTER_ORANGE: RGBColor = RGBColor(253, 237, 227);

/// Draws forecasts, a panel for each history.
pub fn forecast_svg(histories: &[History], forecasts: &[Forecast]) -> Result<String> {
    let shown = histories.len().min(forecasts.len()).min(MOST);
    let notes: Vec<String> = match histories.len() - shown {
        0 => Vec::new(),
        more => vec![format!("and {more} more")],
    };
    let title = "Forecasts with intervals of 80 % and 95 %";
    page(title, &notes, &vec![HEIGHT; shown], |panels| {
        for ((panel, history), forecast) in panels.iter().zip(histories).zip(forecasts) {
            draw(panel, history, forecast)?;
        }
        Ok(())
    })
}

/// A range that holds all values with some room, however high they are.
fn range(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let lowest = values.clone().fold(f64::INFINITY, f64::min);
    let highest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    let room = 0.06 * (highest - lowest);
    match room > 1e-12 * highest.abs().max(lowest.abs()) {
        true => lowest - room..highest + room,
        false => span(values).expect("histories are finite: `History` checks them"),
    }
}

/// A number with all digits that differ within a range.
fn exact(value: f64, range: f64) -> String {
    let decimals = (1 - range.log10().floor() as i32).clamp(0, 9) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}

fn draw(panel: &Area, history: &History, forecast: &Forecast) -> Result<()> {
    let horizon = forecast.values.len();
    let length = history.values.len();
    let start = length.saturating_sub((BEFORE * horizon).max(24));
    let before = &history.values[start..];
    // The wider intervals lie below.
    let mut intervals: Vec<_> = forecast.intervals.iter().collect();
    intervals.sort_by(|one, other| other.level.total_cmp(&one.level));
    let around = intervals.iter();
    let around = around.flat_map(|interval| interval.lower.iter().chain(&interval.upper));
    let all = before.iter().chain(&forecast.values).chain(around);
    let up = range(all.copied());
    let size = up.end - up.start;
    let far = size < 1e-3 * up.end.abs();
    let number = |value: &f64| {
        if far {
            exact(*value, size)
        } else {
            number(value)
        }
    };
    let last = (length - start + horizon).saturating_sub(1).max(1) as f64;
    let stamp = |place: f64| history.timeline.stamp(place as usize).unwrap_or_default();
    let time = format!(
        "{} to {}, forecast from {}",
        stamp(start as f64),
        stamp((length + horizon - 1) as f64),
        stamp(length as f64)
    );
    let mut chart = chart(panel, &history.name, (0.0..last, &time), (up, ""), &number)?;
    let place = |from: usize, values: &[f64]| -> Vec<(f64, f64)> {
        let values = values.iter().zip(from..);
        values.map(|(value, at)| (at as f64, *value)).collect()
    };
    let first = length - start;
    for (interval, colour) in intervals.iter().zip([LIGHTER_ORANGE, LIGHT_ORANGE]) {
        let mut corners = place(first, &interval.upper);
        corners.extend(place(first, &interval.lower).into_iter().rev());
        chart.draw_series([Polygon::new(corners, colour)])?;
    }
    let line = |colour: RGBColor| colour.stroke_width(UNITS * 3 / 2);
    chart.draw_series(LineSeries::new(place(0, before), line(BLUE)))?;
    let mut ahead = place(0, before).split_off(before.len().saturating_sub(1));
    ahead.extend(place(first, &forecast.values));
    chart.draw_series(LineSeries::new(ahead, line(ORANGE)))?;
    Ok(())
}
