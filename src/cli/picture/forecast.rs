//! The picture of forecasts: the end of each history, what is forecast, and its intervals.

use retune::forecast::History;
use retune::task::Forecast;

use super::axis::Axis;
use super::canvas::{self, Canvas, Horizontal, Panel, Vertical};
use super::{
    BLUE, FAINT, GAP, INK, LEFT, LIGHT_ORANGE, ORANGE, PictureError, RIGHT, WIDTH, extent,
};
use plotters::style::RGBColor;

/// Histories that are drawn, at most: the first ones.
const MOST: usize = 12;
const HEIGHT: f64 = 190.0;
/// Values of a history that are drawn for each one of the forecast.
const BEFORE: usize = 4;
const LIGHTER_ORANGE: RGBColor = RGBColor(253, 237, 227);

/// Draws forecasts as one SVG file that needs no other file, a panel for each history.
///
/// # Errors
///
/// When the drawing library fails.
pub fn forecast_svg(histories: &[History], forecasts: &[Forecast]) -> Result<String, PictureError> {
    let shown: Vec<_> = histories.iter().zip(forecasts).take(MOST).collect();
    let height = 70.0 + shown.len() as f64 * (HEIGHT + GAP) + 20.0;
    canvas::draw(WIDTH, height, |canvas| {
        canvas.bold(
            "Forecasts with intervals of 80 % and 95 %",
            17.0,
            INK,
            (LEFT, 30.0),
        )?;
        for (place, (history, forecast)) in shown.iter().enumerate() {
            let top = 70.0 + place as f64 * (HEIGHT + GAP);
            let panel = Panel {
                left: LEFT,
                right: RIGHT,
                top,
                bottom: top + HEIGHT,
            };
            draw(canvas, panel, history, forecast)?;
        }
        if histories.len() > shown.len() {
            let note = format!("and {} more", histories.len() - shown.len());
            let place = (LEFT, height - 14.0);
            canvas.text(
                &note,
                12.0,
                FAINT,
                place,
                Horizontal::Left,
                Vertical::Center,
            )?;
        }
        Ok(())
    })
}

fn draw(
    canvas: &mut Canvas,
    panel: Panel,
    history: &History,
    forecast: &Forecast,
) -> Result<(), PictureError> {
    canvas.heading(panel, &history.name)?;
    let horizon = forecast.values.len();
    let length = history.values.len();
    let start = length.saturating_sub((BEFORE * horizon).max(24));
    let before = &history.values[start..];
    let mut all = before.to_vec();
    all.extend(&forecast.values);
    for interval in &forecast.intervals {
        all.extend(interval.lower.iter().chain(&interval.upper));
    }
    let Some((lowest, highest)) = extent(&all) else {
        return canvas.no_data(panel);
    };
    let margin = match highest - lowest {
        0.0 => highest.abs().max(1.0) * 0.5,
        range => range * 0.06,
    };
    let last = (length - start + horizon).saturating_sub(1).max(1) as f64;
    let across = Axis::new(0.0, last, panel.left, panel.right);
    let up = Axis::new(lowest - margin, highest + margin, panel.bottom, panel.top);
    let place = |index: usize, value: f32| (across.place(index as f64), up.place(f64::from(value)));
    canvas.grid(panel, &up, 5)?;
    let first = length - start;
    // The wider ones lie below.
    let mut intervals: Vec<_> = forecast.intervals.iter().collect();
    intervals.sort_by(|one, other| other.level.total_cmp(&one.level));
    for (interval, colour) in intervals.iter().zip([LIGHTER_ORANGE, LIGHT_ORANGE]) {
        let upper = interval.upper.iter().enumerate();
        let lower = interval.lower.iter().enumerate().rev();
        let around: Vec<_> = upper
            .chain(lower)
            .map(|(step, value)| place(first + step, *value))
            .collect();
        canvas.area(&around, colour)?;
    }
    let points = |from: usize, values: &[f32]| -> Vec<(f64, f64)> {
        values
            .iter()
            .enumerate()
            .map(|(step, value)| place(from + step, *value))
            .collect()
    };
    canvas.path(&points(0, before), BLUE, 1.6)?;
    let mut ahead: Vec<(f64, f64)> = before
        .last()
        .map(|value| place(first - 1, *value))
        .into_iter()
        .collect();
    ahead.extend(points(first, &forecast.values));
    canvas.path(&ahead, ORANGE, 1.6)?;
    canvas.frame(panel)?;
    let stamp = |place: usize| history.timeline.stamp(place).unwrap_or_default();
    for (index, side) in [
        (0, Horizontal::Left),
        (first.min(first + horizon - 1), Horizontal::Center),
        (first + horizon - 1, Horizontal::Right),
    ] {
        let at = (across.place(index as f64), panel.bottom + 14.0);
        canvas.text(
            &stamp(start + index),
            12.0,
            FAINT,
            at,
            side,
            Vertical::Center,
        )?;
    }
    Ok(())
}
