//! The picture of one prediction: the series, what the source hears of it, and where it listens.

use std::ops::Range;

use anyhow::Result;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use retune::kernel::mel::{hz_to_mel, mel_to_hz};

use super::heat::HeatMap;
use super::{
    Area, BLUE, FAINT, INK, LIGHT_ORANGE, Numbers, ORANGE, UNITS, WIDTH, chart, line_runs,
    note_at_right, number, page, span, text,
};

/// The heights of the panels with their axes, in pixels.
const HEIGHTS: [u32; 3] = [256, 326, 196];
/// How many steps the ground of the series has across.
const SALIENCY_BANDS: usize = 125;
/// Frequencies that get a number.
const HERTZ: [f64; 7] = [100.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0];
const CLOCK: &str = "time in the clip (s)";

/// What [`explain_svg`] draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The name of the series, the predicted class and its probability; wrapped where it is long.
    pub title: String,
    /// The series before scaling, `[samples]`; the line is broken at values that are not finite.
    pub series: Vec<f64>,
    /// How much the prediction rests on each value, `[samples]`, from 0 to 1.
    pub saliency: Vec<f32>,
    /// The plane that the source hears, `[frames, filters]` row by row, lowest filter first.
    pub plane: Vec<f32>,
    /// The centres of the filters on the mel scale, `[filters]`, at equal distances.
    pub centres: Vec<f32>,
    /// How much the source attends to each part of the clip, `[parts]`; parts are of equal length.
    pub attention: Vec<f32>,
    /// The length of the clip that the source hears, in seconds.
    pub seconds: f32,
    /// Small lines at the foot of the picture.
    pub notes: Vec<String>,
}

/// Draws a prediction: the series, the plane and the attention below each other.
///
/// A panel without data says so. Values that are not finite are left out.
pub fn explain_svg(picture: &Picture) -> Result<String> {
    page(&picture.title, &picture.notes, &HEIGHTS, |panels| {
        draw_series(&panels[0], picture)?;
        draw_plane(&panels[1], picture)?;
        draw_attention(&panels[2], picture)
    })
}

fn no_data(panel: &Area, heading: &str) -> Result<()> {
    let lines = [heading.to_owned(), String::new(), "no data".to_owned()];
    text(panel, &lines, (13, FontStyle::Bold, INK), 14)
}

fn draw_series(panel: &Area, picture: &Picture) -> Result<()> {
    let heading = "The series; the darker the ground, the more the prediction rests on it";
    let Some(up) = span(picture.series.iter().copied()) else {
        return no_data(panel, heading);
    };
    let last = picture.series.len().saturating_sub(1).max(1) as f64;
    let across = (0.0..last, "sample");
    let mut chart = chart(
        panel,
        heading,
        across,
        (up.clone(), "value"),
        &Numbers::plain(&number),
    )?;
    let saliency = &picture.saliency;
    let bands = saliency.len().min(SALIENCY_BANDS);
    chart.draw_series((0..bands).map(|band| {
        // Each is as dark as the most salient value in it.
        let values = band * saliency.len() / bands..(band + 1) * saliency.len() / bands;
        let highest = saliency[values].iter().copied().fold(0.0, f32::max);
        let edge = |band: usize| band as f64 / bands as f64 * last;
        let corners = [(edge(band), up.start), (edge(band + 1), up.end)];
        Rectangle::new(corners, blend(highest.min(1.0)).filled())
    }))?;
    for run in line_runs(&picture.series, WIDTH as usize) {
        chart.draw_series(LineSeries::new(run, BLUE.stroke_width(UNITS * 3 / 2)))?;
    }
    Ok(())
}

/// White at 0, light orange at 1.
fn blend(share: f32) -> RGBColor {
    let mix = |dark: u8| (255.0 + (f32::from(dark) - 255.0) * share).round() as u8;
    let RGBColor(red, green, blue) = LIGHT_ORANGE;
    RGBColor(mix(red), mix(green), mix(blue))
}

fn draw_plane(panel: &Area, picture: &Picture) -> Result<()> {
    let heading = "What the source model hears: how loud each frequency is";
    let centres = &picture.centres;
    let map = HeatMap::new(&picture.plane, centres.len());
    let (Some(map), [first, .., last]) = (map, &centres[..]) else {
        return no_data(panel, heading);
    };
    let half = f64::from(last - first) / (2.0 * (centres.len() - 1) as f64);
    let mels = f64::from(*first) - half..f64::from(*last) + half;
    let up = (Mels(mels.clone().into()), "frequency (Hz, mel scale)");
    let hertz = |mel: &f64| format!("{:.0}", mel_to_hz(*mel));
    let mut chart = chart(
        panel,
        heading,
        (clip(picture), CLOCK),
        up,
        &Numbers::plain(&hertz),
    )?;
    let (wide, high) = (clip(picture).end, mels.end - mels.start);
    chart.draw_series(map.cells.iter().map(|([from, to, low, top], place)| {
        // Cells reach a little under those that are drawn after them, or the page would show through.
        let [to, top] = [to, top].map(|edge| (edge + 0.003).min(1.0));
        let lower = (from * wide, mels.start + low * high);
        let upper = (to * wide, mels.start + top * high);
        Rectangle::new([lower, upper], ViridisRGB.get_color(*place).filled())
    }))?;
    let end = |value: f32| number(&f64::from(value));
    for (place, note) in [
        (mels.end, "bright: loud"),
        (mels.end - 0.08 * high, &end(map.highest)),
        (mels.start + 0.08 * high, "dark: quiet"),
        (mels.start, &end(map.lowest)),
    ] {
        note_at_right(&chart, panel, place, note)?;
    }
    Ok(())
}

/// An axis in mel with a number at round frequencies.
struct Mels(RangedCoordf64);

impl Ranged for Mels {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.0.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        let inside = |mel: &f64| self.range().contains(mel);
        HERTZ.map(hz_to_mel).into_iter().filter(inside).collect()
    }

    fn range(&self) -> Range<f64> {
        self.0.range()
    }
}

fn draw_attention(panel: &Area, picture: &Picture) -> Result<()> {
    let heading = "Where the source model listens: attention";
    let attention = &picture.attention;
    let even = 1.0 / attention.len() as f64;
    // The axis starts at zero and shows an even share.
    let Some(up) = span(attention.iter().copied()) else {
        return no_data(panel, heading);
    };
    let floor = match attention.iter().all(|weight| *weight >= 0.0) {
        true => 0.0,
        false => up.start,
    };
    let up = floor..up.end.max(even * 1.1);
    let across = (clip(picture), CLOCK);
    let mut chart = chart(
        panel,
        heading,
        across,
        (up.clone(), "weight"),
        &Numbers::plain(&number),
    )?;
    let seconds = clip(picture).end;
    for run in line_runs(attention, WIDTH as usize) {
        let place = |(index, value): &(f64, f64)| ((index + 0.5) * even * seconds, *value);
        let line: Vec<(f64, f64)> = run.iter().map(place).collect();
        let area = AreaSeries::new(line, up.start, LIGHT_ORANGE);
        chart.draw_series(area.border_style(ORANGE.stroke_width(UNITS * 3 / 2)))?;
    }
    let level = vec![(0.0, even), (seconds, even)];
    chart.draw_series(LineSeries::new(level, FAINT.stroke_width(UNITS)))?;
    note_at_right(&chart, panel, even, "even share")
}

/// The times of the clip; a source without a length has one second.
fn clip(picture: &Picture) -> Range<f64> {
    let known = picture.seconds.is_finite() && picture.seconds > 0.0;
    0.0..f64::from(if known { picture.seconds } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture() -> Picture {
        Picture {
            title: "A <series> & its \u{1} class".to_owned(),
            series: (0..150).map(|at| (f64::from(at) * 0.1).sin()).collect(),
            saliency: (0..150).map(|at| at as f32 / 150.0).collect(),
            plane: (0..125 * 80).map(|at| (at % 80) as f32 * 0.1).collect(),
            centres: (0..80).map(|at| 90.0 + 34.0 * at as f32).collect(),
            attention: vec![1.0 / 125.0; 125],
            seconds: 1.0,
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn the_file_is_whole_small_and_needs_no_other() {
        let svg = explain_svg(&picture()).unwrap();
        assert!(svg.starts_with("<svg width=\"900\""), "{}", &svg[..60]);
        for part in [
            "A &lt;series&gt; &amp; its class",
            "a note",
            "(Hz, mel scale)",
            "4000",
        ] {
            assert!(svg.contains(part), "{part}");
        }
        assert!(!svg.contains("href") && !svg.contains("NaN"));
        assert!(svg.len() < 100_000, "{}", svg.len());
        // Noise stays below the size that is promised.
        let noise = |index: u32| (index.wrapping_mul(2_654_435_761) >> 8) as f32;
        let loud = Picture {
            plane: (0..125 * 80).map(noise).collect(),
            series: (0..100_000).map(|at| noise(at).into()).collect(),
            ..picture()
        };
        let svg = explain_svg(&loud).unwrap();
        assert!(svg.len() < 600_000, "{}", svg.len());
        let empty = Picture {
            series: vec![f64::NAN],
            plane: Vec::new(),
            attention: Vec::new(),
            ..picture()
        };
        assert_eq!(explain_svg(&empty).unwrap().matches("no data").count(), 3);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_values_panic(
            series in proptest::collection::vec(any::<f32>(), 0..50),
            attention in proptest::collection::vec(any::<f32>(), 0..50),
            plane in proptest::collection::vec(any::<f32>(), 12),
            filters in prop::sample::select(vec![1usize, 2, 3, 4, 6, 12]),
            seconds in any::<f32>(),
            title in any::<String>(),
        ) {
            let centres = picture().centres[..filters].to_vec();
            let input = Picture {
                notes: vec![title.clone()],
                title, saliency: series.clone(), series: series.into_iter().map(f64::from).collect(), plane, centres, attention, seconds,
            };
            let svg = explain_svg(&input).unwrap();
            prop_assert!(svg.trim_end().ends_with("</svg>"));
        }
    }
}
