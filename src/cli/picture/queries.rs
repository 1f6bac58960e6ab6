//! The picture of training by queries: accuracy and loss over what was asked.

use anyhow::Result;
use plotters::prelude::*;
use retune::fit::QueryPoint;

use super::{Area, BLUE, Numbers, ORANGE, UNITS, chart, number, page, span};

/// The height of a panel with its axes, in pixels.
const HEIGHT: u32 = 268;

/// Draws accuracy and loss on the training series, a panel each.
pub fn queries_svg(title: &str, notes: &[String], curve: &[QueryPoint]) -> Result<String> {
    page(title, notes, &[HEIGHT; 2], |panels| {
        let accuracy = |point: &QueryPoint| 100.0 * point.accuracy;
        draw(
            &panels[0],
            "Accuracy on the training series, in %",
            BLUE,
            curve,
            accuracy,
        )?;
        draw(
            &panels[1],
            "Loss on the training series",
            ORANGE,
            curve,
            |point| point.loss,
        )
    })
}

fn draw(
    panel: &Area,
    heading: &str,
    colour: RGBColor,
    curve: &[QueryPoint],
    value: impl Fn(&QueryPoint) -> f64,
) -> Result<()> {
    let points = curve
        .iter()
        .map(|point| (point.queries as f64, value(point)));
    let mut points: Vec<(f64, f64)> = points.collect();
    let last = points.last().map_or(1.0, |(queries, _)| *queries);
    let up = span(points.iter().map(|(_, value)| *value)).unwrap_or(0.0..1.0);
    if let [(queries, value)] = points[..] {
        // A point has no length.
        points.insert(0, (0.0, value));
        points[1].0 = queries.max(1.0);
    }
    let numbers = Numbers::plain(&number);
    let across = (0.0..last.max(1.0), "queries");
    let mut chart = chart(panel, heading, across, (up, ""), &numbers)?;
    let line = colour.stroke_width(UNITS * 3 / 2);
    chart.draw_series(LineSeries::new(points, line))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_of_any_length_is_drawn() {
        let point = |queries| QueryPoint {
            queries,
            accuracy: 0.5,
            loss: 1.0,
        };
        // The colours of the curves, which nothing else has.
        let colours = [BLUE, ORANGE].map(|RGBColor(r, g, b)| format!("#{r:02X}{g:02X}{b:02X}"));
        for points in [vec![], vec![point(3)], vec![point(3), point(9), point(27)]] {
            let svg = queries_svg("title", &["a note".to_owned()], &points).unwrap();
            assert!(svg.starts_with("<svg") && svg.contains("Accuracy on the training"));
            for colour in &colours {
                let mut lines = svg.split("<polyline").skip(1);
                let drawn = lines.any(|line| line.contains(colour));
                assert!(drawn || points.is_empty(), "{colour}: {svg}");
            }
        }
    }
}
