//! Drawing by pixels, and the parts that all panels have.

use plotters::backend::SVGBackend;
use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::Pos;
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle, WHITE,
};

use super::axis::{Axis, round_step, ticks, ticks_with_step};
use super::{FAINT, GRID, INK, PictureError};

pub(super) use plotters::style::text_anchor::{HPos as Horizontal, VPos as Vertical};

/// Drawing units in a pixel: the drawing library rounds to whole units, which would show in lines.
const UNITS: f64 = 4.0;

/// A rectangle, in pixels from the upper left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// What is drawn on.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Draws on a white canvas of a size in pixels and returns the SVG file.
pub(super) fn draw(
    width: f64,
    height: f64,
    content: impl FnOnce(&mut Canvas) -> Result<(), PictureError>,
) -> Result<String, PictureError> {
    let mut svg = String::new();
    let (wide, high) = (units(width), units(height));
    let mut canvas = Canvas {
        backend: SVGBackend::with_string(&mut svg, (wide.unsigned_abs(), high.unsigned_abs())),
    };
    let page = Panel {
        left: 0.0,
        right: width,
        top: 0.0,
        bottom: height,
    };
    canvas.fill(page, WHITE)?;
    content(&mut canvas)?;
    canvas.backend.present().map_err(failed)?;
    drop(canvas);
    // The coordinates stay in units and the size is in pixels. Attributes that say what holds
    // anyway are dropped; a title cannot contain them, for its quotation marks are escaped.
    Ok(svg
        .replacen(
            &format!("width=\"{wide}\""),
            &format!("width=\"{width}\""),
            1,
        )
        .replacen(
            &format!("height=\"{high}\""),
            &format!("height=\"{height}\""),
            1,
        )
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", ""))
}

fn units(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn place((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn failed(error: impl std::fmt::Display) -> PictureError {
    PictureError::Drawing {
        reason: error.to_string(),
    }
}

impl Canvas<'_> {
    pub(super) fn fill(&mut self, panel: Panel, colour: RGBColor) -> Result<(), PictureError> {
        let upper_left = place((panel.left, panel.top));
        let lower_right = place((panel.right, panel.bottom));
        self.backend
            .draw_rect(upper_left, lower_right, &colour, true)
            .map_err(failed)
    }

    pub(super) fn path(
        &mut self,
        points: &[(f64, f64)],
        colour: RGBColor,
        width: f64,
    ) -> Result<(), PictureError> {
        let style = stroke(colour, width);
        let points = points.iter().map(|&point| place(point));
        self.backend.draw_path(points, &style).map_err(failed)
    }

    pub(super) fn area(
        &mut self,
        points: &[(f64, f64)],
        colour: RGBColor,
    ) -> Result<(), PictureError> {
        let points = points.iter().map(|&point| place(point));
        self.backend.fill_polygon(points, &colour).map_err(failed)
    }

    pub(super) fn text(
        &mut self,
        text: &str,
        size: f64,
        colour: RGBColor,
        at: (f64, f64),
        horizontal: Horizontal,
        vertical: Vertical,
    ) -> Result<(), PictureError> {
        let style = TextStyle::from(font(size, FontStyle::Normal))
            .color(&colour)
            .pos(Pos::new(horizontal, vertical));
        self.backend
            .draw_text(text, &style, place(at))
            .map_err(failed)
    }

    pub(super) fn bold(
        &mut self,
        text: &str,
        size: f64,
        colour: RGBColor,
        at: (f64, f64),
    ) -> Result<(), PictureError> {
        let style = TextStyle::from(font(size, FontStyle::Bold))
            .color(&colour)
            .pos(Pos::new(Horizontal::Left, Vertical::Center));
        self.backend
            .draw_text(text, &style, place(at))
            .map_err(failed)
    }

    /// Text that is read from below, centred on a place.
    pub(super) fn turned(
        &mut self,
        text: &str,
        size: f64,
        colour: RGBColor,
        at: (f64, f64),
    ) -> Result<(), PictureError> {
        let style = TextStyle::from(font(size, FontStyle::Normal))
            .color(&colour)
            .transform(FontTransform::Rotate270)
            .pos(Pos::new(Horizontal::Center, Vertical::Center));
        self.backend
            .draw_text(text, &style, place(at))
            .map_err(failed)
    }

    pub(super) fn heading(&mut self, panel: Panel, text: &str) -> Result<(), PictureError> {
        self.bold(text, 13.0, INK, (panel.left, panel.top - 13.0))
    }

    /// The border of a panel.
    pub(super) fn frame(&mut self, panel: Panel) -> Result<(), PictureError> {
        let corners = [
            (panel.left, panel.top),
            (panel.right, panel.top),
            (panel.right, panel.bottom),
            (panel.left, panel.bottom),
            (panel.left, panel.top),
        ];
        self.path(&corners, FAINT, 1.0)
    }

    pub(super) fn no_data(&mut self, panel: Panel) -> Result<(), PictureError> {
        self.frame(panel)?;
        let middle = (
            (panel.left + panel.right) / 2.0,
            (panel.top + panel.bottom) / 2.0,
        );
        self.text(
            "no data",
            13.0,
            FAINT,
            middle,
            Horizontal::Center,
            Vertical::Center,
        )
    }

    /// Lines across a panel at round values of the upright axis, with their numbers.
    pub(super) fn grid(
        &mut self,
        panel: Panel,
        up: &Axis,
        wanted: usize,
    ) -> Result<(), PictureError> {
        for tick in ticks(up.first, up.last, wanted) {
            let y = up.place(tick.value);
            self.path(&[(panel.left, y), (panel.right, y)], GRID, 1.0)?;
            self.number_left(panel, y, &tick.label)?;
        }
        Ok(())
    }

    /// A number with its mark at the left of a panel.
    pub(super) fn number_left(
        &mut self,
        panel: Panel,
        y: f64,
        label: &str,
    ) -> Result<(), PictureError> {
        self.path(&[(panel.left - 5.0, y), (panel.left, y)], FAINT, 1.0)?;
        let at = (panel.left - 8.0, y);
        self.text(label, 12.0, FAINT, at, Horizontal::Right, Vertical::Center)
    }

    /// Numbers with their marks below a panel, no closer than `least_step` in value.
    pub(super) fn numbers_below(
        &mut self,
        panel: Panel,
        across: &Axis,
        wanted: usize,
        least_step: f64,
    ) -> Result<(), PictureError> {
        let step = round_step((across.last - across.first) / wanted.max(1) as f64);
        for tick in ticks_with_step(across.first, across.last, step.max(least_step)) {
            let x = across.place(tick.value);
            self.path(&[(x, panel.bottom), (x, panel.bottom + 5.0)], FAINT, 1.0)?;
            let at = (x, panel.bottom + 14.0);
            self.text(
                &tick.label,
                12.0,
                FAINT,
                at,
                Horizontal::Center,
                Vertical::Center,
            )?;
        }
        Ok(())
    }

    pub(super) fn name_below(&mut self, panel: Panel, name: &str) -> Result<(), PictureError> {
        let at = ((panel.left + panel.right) / 2.0, panel.bottom + 31.0);
        self.text(name, 12.0, INK, at, Horizontal::Center, Vertical::Center)
    }

    pub(super) fn name_left(&mut self, panel: Panel, name: &str) -> Result<(), PictureError> {
        let at = (panel.left - 62.0, (panel.top + panel.bottom) / 2.0);
        self.turned(name, 12.0, INK, at)
    }
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    colour.stroke_width(units(width).unsigned_abs())
}

/// A font that every viewer of SVG has; `size` in pixels.
fn font(size: f64, style: FontStyle) -> FontDesc<'static> {
    // The drawing library divides by this factor, to turn the height of a line into that of a font.
    FontDesc::new(FontFamily::SansSerif, size * UNITS * 1.24, style)
}
