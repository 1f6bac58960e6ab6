//! The picture of forecasts: the end of each history, what is forecast, and its intervals.

use std::ops::Range;

use anyhow::Result;
use plotters::prelude::*;
use retune::forecast::History;
use retune::task::Forecast;

use super::{Area, BLUE, LIGHT_ORANGE, Numbers, ORANGE, UNITS, WIDTH, chart, number, page, span};

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
    match room > 1e-14 * highest.abs().max(lowest.abs()) {
        true => lowest - room..highest + room,
        false => span(values).expect("histories are finite: `History` checks them"),
    }
}

/// How the values of a range are written: an axis has a label at a sixth of it, or farther apart.
struct Level {
    /// What labels count from; where it is not 0, the heading says so.
    from: f64,
    decimals: usize,
    /// Whether a few digits tell values apart.
    plain: bool,
}

impl Level {
    fn of(range: &Range<f64>) -> Self {
        /// The longest label beside an axis, in characters.
        const LONGEST: usize = 10;
        let (size, highest) = (
            range.end - range.start,
            range.end.abs().max(range.start.abs()),
        );
        let decimals = (-(size / 6.0).log10().floor()).clamp(0.0, 17.0) as usize;
        let mut level = Self {
            from: 0.0,
            decimals,
            plain: size > 0.1 * highest,
        };
        let ends = [range.start, range.end];
        if !level.plain
            && ends
                .iter()
                .any(|end| level.write(*end).chars().count() > LONGEST)
        {
            let unit = 10f64.powf(size.log10().ceil());
            level.from = (range.start / unit).floor() * unit;
        }
        level
    }

    fn write(&self, value: f64) -> String {
        if self.plain {
            return number(&value);
        }
        let text = format!("{:.*}", self.decimals, value - self.from);
        text.replace('-', "−")
    }

    /// The name of a series, with what labels count from.
    fn heading(&self, name: &str) -> String {
        match self.from {
            0.0 => name.to_owned(),
            from => {
                let from = format!("{from:.*}", self.decimals).replace('-', "−");
                format!("{name}, counted from {from}")
            }
        }
    }
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
    let level = Level::of(&up);
    let last = (length - start + horizon).saturating_sub(1).max(1) as f64;
    let stamp = |place: f64| {
        let stamp = history.timeline.stamp(start + place as usize);
        stamp.unwrap_or_default()
    };
    let time = format!(
        "{} to {}, forecast from {}",
        stamp(0.0),
        stamp(last),
        stamp((length - start) as f64)
    );
    // Labels stand in the middle of their places, and must not touch each other.
    let longest = stamp(last).chars().count().max(stamp(0.0).chars().count());
    let room = WIDTH as usize * 4 / 5 / (longest * 7 + 24);
    let stamp_at = |place: &f64| match place.fract() == 0.0 {
        true => stamp(*place),
        false => String::new(),
    };
    let numbers = Numbers {
        x: (&stamp_at, room.clamp(2, 10)),
        y: &|value| level.write(*value),
    };
    let heading = level.heading(&history.name);
    let mut chart = chart(panel, &heading, (0.0..last, &time), (up, ""), &numbers)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_the_values_of_a_range_apart() {
        for (range, value, expected, heading) in [
            (75.0..125.0, 80.0, "80", "y"),
            (48_211_934.5..48_211_941.5, 48_211_938.0, "48211938", "y"),
            (-1_236_200.0..-1_232_900.0, -1_235_000.0, "−1235000", "y"),
            (
                1e12 - 3.5..1e12 + 3.5,
                1e12 + 2.0,
                "12",
                "y, counted from 999999999990",
            ),
            (0.123_456_1..0.123_456_9, 0.123_456_2, "0.1234562", "y"),
        ] {
            let level = Level::of(&range);
            assert_eq!(
                (level.write(value), level.heading("y")),
                (expected.to_owned(), heading.to_owned())
            );
        }
    }
}
