//! A picture of numbers: bars of the same measure below each other.

use anyhow::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{BLUE, FAINT, INK, ORANGE, UNITS, page, text};

/// The height of a bar with what parts it from the next, and of a heading, in pixels.
const BAR: u32 = 17;
const HEADING: u32 = 30;
/// Where bars begin, and how wide the longest is, in pixels.
const LEFT: u32 = 140;
const WIDEST: f64 = 640.0;

/// One measure: a bar for each of those that are compared.
#[derive(Debug)]
pub struct Bars {
    pub heading: String,
    /// The number, and how it is written.
    pub values: Vec<(f64, String)>,
}

/// Draws a panel for each measure, whose longest bar fills the width.
pub fn bars_svg(title: &str, notes: &[String], names: &[&str], bars: &[Bars]) -> Result<String> {
    let heights = vec![HEADING + BAR * names.len() as u32; bars.len()];
    page(title, notes, &heights, |panels| {
        for (panel, bars) in panels.iter().zip(bars) {
            let heading = [bars.heading.clone()];
            text(panel, &heading, (12, FontStyle::Bold, INK), 12)?;
            let most = bars
                .values
                .iter()
                .map(|(value, _)| *value)
                .fold(0.0, f64::max);
            for (row, ((value, written), name)) in bars.values.iter().zip(names).enumerate() {
                let down = ((HEADING + BAR * row as u32) * UNITS) as i32;
                let (middle, bottom) = (
                    down + (BAR * UNITS / 2) as i32,
                    down + ((BAR - 3) * UNITS) as i32,
                );
                let share = if most > 0.0 && value.is_finite() {
                    value / most
                } else {
                    0.0
                };
                let left = (LEFT * UNITS) as i32;
                let right = left + (share * WIDEST * f64::from(UNITS)) as i32;
                let colour = if row == 0 { BLUE } else { ORANGE };
                panel.draw(&Rectangle::new(
                    [(left, down), (right.max(left + 2), bottom)],
                    colour.filled(),
                ))?;
                let style = |side| {
                    let font = TextStyle::from(("sans-serif", (11 * UNITS) as i32)).color(&FAINT);
                    font.pos(Pos::new(side, VPos::Center))
                };
                let gap = (6 * UNITS) as i32;
                panel.draw_text(name, &style(HPos::Right), (left - gap, middle - 4))?;
                panel.draw_text(written, &style(HPos::Left), (right + gap, middle - 4))?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_a_bar_beside_its_name() {
        let bars = [[2.0, 1.0], [0.0, f64::NAN]].map(|values| Bars {
            heading: "speed".to_owned(),
            values: values.map(|value| (value, value.to_string())).to_vec(),
        });
        let svg = bars_svg("title", &["a note".to_owned()], &["cpu", "wgpu"], &bars).unwrap();
        // The page is one too.
        assert_eq!(svg.matches("<rect").count(), 5, "{svg}");
        assert_eq!(svg.matches("wgpu").count(), 2, "{svg}");
        let none = bars_svg("title", &[], &[], &[]).unwrap();
        assert!(none.starts_with("<svg"), "{none}");
    }
}
