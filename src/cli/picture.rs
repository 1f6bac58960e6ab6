//! Pictures as SVG files that need no other file.

mod bars;
mod explain;
mod forecast;
mod heat;
mod queries;

use std::ops::Range;

use anyhow::Result;
use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::data::float::FloatPrettyPrinter;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub use bars::{Bars, bars_svg};
pub use explain::{Picture, explain_svg};
pub use forecast::forecast_svg;
pub use queries::queries_svg;

/// Drawing units in a pixel: the drawing library rounds to whole units, which would show in lines.
const UNITS: u32 = 4;
/// The width of a picture, in pixels.
const WIDTH: u32 = 900;
/// About how many characters of the size of a note fit across the picture.
const NOTE_CHARACTERS: usize = 115;

const INK: RGBColor = RGBColor(38, 42, 48);
const FAINT: RGBColor = RGBColor(105, 111, 120);
const GRID: RGBColor = RGBColor(230, 232, 236);
const BLUE: RGBColor = RGBColor(31, 95, 168);
const ORANGE: RGBColor = RGBColor(201, 84, 32);
const LIGHT_ORANGE: RGBColor = RGBColor(249, 214, 193);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, Y>>;

/// Draws on a white page with a title and notes at its foot; each panel has its height, in pixels.
fn page(
    title: &str,
    notes: &[String],
    heights: &[u32],
    draw: impl FnOnce(&[Area]) -> Result<()>,
) -> Result<String> {
    let title = wrap(title, NOTE_CHARACTERS * 12 / 17);
    let notes = notes.iter().flat_map(|note| wrap(note, NOTE_CHARACTERS));
    let notes: Vec<String> = notes.collect();
    let mut down = 20 + 24 * title.len() as u32;
    let foot = down + heights.iter().sum::<u32>();
    let height = foot + 20 + 17 * notes.len() as u32;
    let mut svg = String::new();
    {
        let size = (WIDTH * UNITS, height * UNITS);
        let page = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        page.fill(&WHITE)?;
        text(&page, &title, (17, FontStyle::Bold, INK), 18)?;
        text(&page, &notes, (12, FontStyle::Normal, FAINT), foot + 6)?;
        let panel = |height: &u32| {
            let corner = (0, down * UNITS);
            down += height;
            page.clone().shrink(corner, (WIDTH * UNITS, height * UNITS))
        };
        draw(&heights.iter().map(panel).collect::<Vec<_>>())?;
        page.present()?;
    }
    // The coordinates stay in units and the size is in pixels.
    for (name, pixels) in [("width", WIDTH), ("height", height)] {
        let units = format!("{name}=\"{}\"", pixels * UNITS);
        svg = svg.replacen(&units, &format!("{name}=\"{pixels}\""), 1);
    }
    // What holds anyway; a title cannot contain it, for its quotation marks are escaped.
    let svg = svg.replace(" opacity=\"1\"", "");
    let svg = svg.replace(" stroke=\"none\"", "");
    // XML knows no control characters.
    Ok(retune::wording::escaped_lines(&svg).into_owned())
}

/// Lines of text from a height downwards, in pixels.
fn text(
    area: &Area,
    lines: &[String],
    (size, style, colour): (u32, FontStyle, RGBColor),
    top: u32,
) -> Result<()> {
    let font = ("sans-serif", f64::from(size * UNITS), style);
    let style = TextStyle::from(font).color(&colour);
    for (line, text) in lines.iter().enumerate() {
        let down = top + line as u32 * size * 7 / 5;
        area.draw_text(text, &style, ((84 * UNITS) as i32, (down * UNITS) as i32))?;
    }
    Ok(())
}

/// How the numbers of axes are written.
struct Numbers<'a> {
    /// Along the time axis, so many at most.
    x: (&'a dyn Fn(&f64) -> String, usize),
    y: &'a dyn Fn(&f64) -> String,
}

impl<'a> Numbers<'a> {
    /// Plain numbers along the time axis.
    fn plain(y: &'a dyn Fn(&f64) -> String) -> Self {
        let x = (&number as &dyn Fn(&f64) -> String, 10);
        Self { x, y }
    }
}

/// The axes of a panel, a number at each round value, and lines across it.
fn chart<'a, 'b, Y>(
    area: &'a Area<'b>,
    heading: &str,
    (x, x_name): (Range<f64>, &str),
    (y, y_name): (Y, &str),
    numbers: &Numbers,
) -> Result<Chart<'a, 'b, Y::CoordDescType>>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let units = UNITS as i32;
    let font = |size: i32| TextStyle::from(("sans-serif", size * units)).color(&FAINT);
    let mut chart = ChartBuilder::on(area)
        .margin_right(88 * units)
        .margin_top(34 * units)
        .margin_left(14 * units)
        .set_label_area_size(LabelAreaPosition::Left, 70 * units)
        .set_label_area_size(LabelAreaPosition::Bottom, 44 * units)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(GRID.stroke_width(UNITS))
        .light_line_style(TRANSPARENT)
        .axis_style(FAINT.stroke_width(UNITS))
        .set_all_tick_mark_size(5 * units)
        .label_style(font(12))
        .axis_desc_style(font(12).color(&INK))
        .x_desc(x_name)
        .y_desc(y_name)
        .x_label_formatter(numbers.x.0)
        .y_label_formatter(numbers.y)
        .x_labels(numbers.x.1)
        .y_labels(6)
        .draw()?;
    text(area, &[heading.to_owned()], (13, FontStyle::Bold, INK), 14)?;
    Ok(chart)
}

/// A number of an axis.
fn number(value: &f64) -> String {
    let printer = FloatPrettyPrinter {
        allow_scientific: true,
        min_decimal: 0,
        max_decimal: 4,
    };
    let text = match value.abs() {
        0.0 | 1e-3..1e6 => printer.print(*value),
        // Three digits, which the printer does not cut.
        _ => format!("{value:.2e}"),
    };
    text.replace('-', "−")
}

/// A note at the right of a chart, at a height of its axis.
fn note_at_right<Y: Ranged<ValueType = f64>>(
    chart: &Chart<Y>,
    area: &Area,
    value: f64,
    text: &str,
) -> Result<()> {
    let (x, y) = chart.backend_coord(&(chart.x_range().end, value));
    let origin = area.get_base_pixel();
    let style = TextStyle::from(("sans-serif", (11 * UNITS) as i32))
        .color(&FAINT)
        .pos(Pos::new(HPos::Left, VPos::Center));
    let at = (x - origin.0 + 6 * UNITS as i32, y - origin.1);
    Ok(area.draw_text(text, &style, at)?)
}

/// A range that holds all finite values with some room; none where there are none.
fn span<T: Into<f64>>(values: impl IntoIterator<Item = T>) -> Option<Range<f64>> {
    let finite = values.into_iter().map(Into::into);
    let finite = finite.filter(|value: &f64| value.is_finite());
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let wider = |(lowest, highest): (f64, f64), value: f64| (value.min(lowest), value.max(highest));
    let (lowest, highest) = finite.fold(none, wider);
    let size = lowest.abs().max(highest.abs());
    // A constant has room too; so has what differs by less than an axis can tell.
    let room = match highest - lowest {
        range if range > size * 1e-5 => range * 0.06,
        _ => size.max(1.0) * 0.5,
    };
    (lowest <= highest).then_some(lowest - room..highest + room)
}

/// The unbroken runs of finite values, as `(index, value)`, for a chart of so many pixels.
///
/// Where there are more values than twice the pixels, each pixel keeps its lowest and its highest,
/// which look the same and keep the file small.
fn line_runs<T: Copy + Into<f64>>(values: &[T], pixels: usize) -> Vec<Vec<(f64, f64)>> {
    let bucket = (values.len() / pixels).max(1);
    let points = values.iter().zip(0..);
    let points: Vec<_> = points
        .map(|(value, at)| (f64::from(at), (*value).into()))
        .collect();
    let by_value = |one: &(f64, f64), other: &(f64, f64)| one.1.total_cmp(&other.1);
    let mut runs = vec![Vec::new()];
    for points in points.chunks(bucket) {
        let finite = || {
            points
                .iter()
                .copied()
                .filter(|(_, value)| value.is_finite())
        };
        let (lowest, highest) = (finite().min_by(by_value), finite().max_by(by_value));
        let mut ends: Vec<_> = lowest.into_iter().chain(highest).collect();
        ends.sort_by(|one, other| one.0.total_cmp(&other.0));
        ends.dedup();
        match runs.last_mut() {
            Some(run) if !ends.is_empty() => run.extend(ends),
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    for run in &mut runs {
        // A value between two gaps is drawn as a short stroke, for a point has no length.
        if let [(index, value)] = run[..] {
            run.push((index + 0.2, value));
        }
    }
    runs
}

/// Breaks text into lines at spaces. Control characters, which SVG does not allow, become spaces.
fn wrap(text: &str, characters: usize) -> Vec<String> {
    let text = text.replace(char::is_control, " ");
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= characters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_break_the_line_and_long_series_keep_their_extremes() {
        let runs = line_runs(&[1.0, 2.0, f32::NAN, 3.0], 100);
        let expected = [vec![(0.0, 1.0), (1.0, 2.0)], vec![(3.0, 3.0), (3.2, 3.0)]];
        assert_eq!(runs, expected);
        let mut long = vec![0.0; 10_000];
        long[5_003] = 9.0;
        long[5_004] = -9.0;
        let points = line_runs(&long, 100).concat();
        assert!(points.len() <= 200);
        assert!(points.contains(&(5_003.0, 9.0)) && points.contains(&(5_004.0, -9.0)));
    }

    #[test]
    fn text_is_wrapped_at_spaces() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), Vec::<String>::new());
        assert_eq!(wrap("indivisible", 4), ["indivisible"]);
    }
}
