//! The result as bars: a panel for each measure, a bar for each backend.

use std::fmt::Display;

use plotters::backend::SVGBackend;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, TextStyle, WHITE};

use super::super::problem::Problem;
use super::measure::{MEASURES, Measure, Measured, significant};

/// Lengths are in pixels.
const WIDTH: i32 = 900;
const MARGIN: i32 = 32;
/// What lies above the first panels: the title.
const TOP: i32 = 64;
const COLUMNS: usize = 2;
const BETWEEN_COLUMNS: i32 = 44;
/// A panel's heading and the line below it.
const HEADING: i32 = 46;
const BAR: i32 = 20;
const BETWEEN_BARS: i32 = 8;
const BETWEEN_PANELS: i32 = 30;
/// Room for the names of the backends, and for the numbers behind the longest bars.
const NAMES: i32 = 48;
const NUMBERS: i32 = 64;

const INK: RGBColor = RGBColor(38, 42, 48);
const FAINT: RGBColor = RGBColor(105, 111, 120);
const GRID: RGBColor = RGBColor(230, 232, 236);
/// One for each backend, in turn.
const COLOURS: [RGBColor; 2] = [RGBColor(31, 95, 168), RGBColor(201, 84, 32)];

/// Draws an SVG file that needs no other file.
///
/// # Errors
///
/// When the drawing library fails.
pub(super) fn draw(title: &str, backends: &[Measured]) -> Result<String, Problem> {
    let bars = backends.len() as i32;
    let panel_height = HEADING + bars * (BAR + BETWEEN_BARS) + BETWEEN_PANELS;
    let rows = MEASURES.len().div_ceil(COLUMNS) as i32;
    let height = TOP + rows * panel_height;
    let columns = COLUMNS as i32;
    let panel_width = (WIDTH - 2 * MARGIN - (columns - 1) * BETWEEN_COLUMNS) / columns;

    let mut svg = String::new();
    let size = (WIDTH.unsigned_abs(), height.unsigned_abs());
    let mut canvas = Canvas {
        backend: SVGBackend::with_string(&mut svg, size),
    };
    canvas.rectangle((0, 0), (WIDTH, height), WHITE)?;
    canvas.text(title, 17, FontStyle::Bold, INK, (MARGIN, 32))?;
    for (index, measure) in MEASURES.iter().enumerate() {
        let column = (index % COLUMNS) as i32;
        let row = (index / COLUMNS) as i32;
        let corner = (
            MARGIN + column * (panel_width + BETWEEN_COLUMNS),
            TOP + row * panel_height,
        );
        canvas.panel(measure, backends, corner, panel_width)?;
    }
    canvas.backend.present().map_err(failed)?;
    drop(canvas);
    Ok(svg)
}

struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

impl Canvas<'_> {
    /// One measure; its longest bar takes all the room there is.
    fn panel(
        &mut self,
        measure: &Measure,
        backends: &[Measured],
        (left, top): (i32, i32),
        width: i32,
    ) -> Result<(), Problem> {
        let direction = match measure.more_is_better {
            true => "more is better",
            false => "less is better",
        };
        let below = format!("{}, {direction}", measure.unit);
        self.text(measure.name, 13, FontStyle::Bold, INK, (left, top + 8))?;
        self.text(&below, 12, FontStyle::Normal, FAINT, (left, top + 26))?;

        let values: Vec<Option<f64>> = backends.iter().map(measure.value).collect();
        let highest = values.iter().flatten().copied().fold(0.0, f64::max);
        let room = width - NAMES - NUMBERS;
        let from = left + NAMES;
        for (index, (measured, value)) in backends.iter().zip(&values).enumerate() {
            let upper = top + HEADING + index as i32 * (BAR + BETWEEN_BARS);
            let middle = upper + BAR / 2;
            let name = &measured.backend;
            self.text(name, 12, FontStyle::Normal, INK, (left, middle))?;
            let share =
                value.filter(|_| highest > 0.0).unwrap_or(0.0) / highest.max(f64::MIN_POSITIVE);
            let length = (share * f64::from(room)).round() as i32;
            if length > 0 {
                let colour = COLOURS[index % COLOURS.len()];
                self.rectangle((from, upper), (from + length, upper + BAR), colour)?;
            }
            let number = value.map_or_else(|| "unknown".to_owned(), significant);
            let place = (from + length + 6, middle);
            self.text(&number, 12, FontStyle::Normal, INK, place)?;
        }
        // The line that the bars start from.
        let bottom = top + HEADING + backends.len() as i32 * (BAR + BETWEEN_BARS);
        self.rectangle((from - 1, top + HEADING - 4), (from, bottom - 4), GRID)
    }

    fn rectangle(
        &mut self,
        upper_left: (i32, i32),
        lower_right: (i32, i32),
        colour: RGBColor,
    ) -> Result<(), Problem> {
        self.backend
            .draw_rect(upper_left, lower_right, &colour, true)
            .map_err(failed)
    }

    /// Text that starts at a place, its middle at that height.
    fn text(
        &mut self,
        text: &str,
        size: i32,
        style: FontStyle,
        colour: RGBColor,
        place: (i32, i32),
    ) -> Result<(), Problem> {
        // The drawing library divides by this factor, to turn the height of a line into that of a
        // font.
        let font = FontDesc::new(FontFamily::SansSerif, f64::from(size) * 1.24, style);
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(HPos::Left, VPos::Center));
        self.backend.draw_text(text, &style, place).map_err(failed)
    }
}

fn failed(error: impl Display) -> Problem {
    Problem::new(format!("cannot draw the chart: {error}"))
}

#[cfg(test)]
mod tests {
    use retune::backend::BackendChoice;

    use super::super::measure::tests::measured;
    use super::*;

    #[test]
    fn every_backend_has_a_bar_in_every_panel_that_knows_its_number() {
        let backends = [
            measured(BackendChoice::Cpu, 0.5, 0.0),
            measured(BackendChoice::Wgpu, 0.25, 1e-5),
        ];
        let svg = draw("a <title>", &backends).unwrap();
        assert!(svg.contains("a &lt;title&gt;"));
        assert!(svg.trim_end().ends_with("</svg>") && !svg.contains("NaN"));
        // A difference of nothing and a memory that nobody knows have none.
        let bars = |colour: &str| svg.matches(&format!("fill=\"{colour}\"")).count();
        assert_eq!(bars("#1F5FA8"), MEASURES.len() - 2);
        assert_eq!(bars("#C95420"), MEASURES.len() - 1);
        assert_eq!(svg.matches("unknown").count(), 2);
    }
}
