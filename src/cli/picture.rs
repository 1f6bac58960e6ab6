//! The picture of one prediction: the series, what the source model hears of it, and where it listens.

mod axis;
mod canvas;
mod forecast;
mod heat;

use plotters::style::RGBColor;
use retune::kernel::mel::{HIGHEST_HZ, LOWEST_HZ, hz_to_mel};
use thiserror::Error;

pub use forecast::forecast_svg;

use axis::{Axis, ticks};
use canvas::{Canvas, Horizontal, Panel, Vertical};

/// The width of the picture, in pixels.
const WIDTH: f64 = 900.0;
/// The left edge of all panels, in pixels: room for numbers and a turned label.
const LEFT: f64 = 84.0;
/// The right edge of all panels, in pixels: room for the colour key.
const RIGHT: f64 = 812.0;
/// The heights of the panels, in pixels.
const SERIES_HEIGHT: f64 = 170.0;
const MEL_HEIGHT: f64 = 240.0;
const ATTENTION_HEIGHT: f64 = 110.0;
/// What lies below a panel before the next one: numbers, the name of the axis, a heading.
const GAP: f64 = 72.0;
/// About how many characters fit across the picture at the sizes of the title and the notes.
const TITLE_CHARACTERS: usize = 90;
const NOTE_CHARACTERS: usize = 115;

/// How many steps the ground of the series has across.
const SALIENCY_BANDS: usize = 125;

const INK: RGBColor = RGBColor(38, 42, 48);
const FAINT: RGBColor = RGBColor(105, 111, 120);
const GRID: RGBColor = RGBColor(230, 232, 236);
const BLUE: RGBColor = RGBColor(31, 95, 168);
const ORANGE: RGBColor = RGBColor(201, 84, 32);
const LIGHT_ORANGE: RGBColor = RGBColor(249, 214, 193);

/// What [`explain_svg`] draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The name of the series, the predicted class and its probability; wrapped where it is long.
    pub title: String,
    /// The series before scaling, `[samples]`; the line is broken at values that are not finite.
    pub series: Vec<f32>,
    /// How much the prediction rests on each value, `[samples]`, from 0 to 1.
    pub saliency: Vec<f32>,
    /// The log-mel spectrogram that the source hears, `[frames, mels]` row by row, lowest mel first,
    /// natural logarithm of the amplitude.
    pub mel: Vec<f32>,
    /// The number of frames of `mel`, over time.
    pub frames: usize,
    /// The number of filters of `mel`, over frequency.
    pub mels: usize,
    /// How much the source attends to each part of the clip, `[parts]`; parts are of equal length.
    pub attention: Vec<f32>,
    /// The length of the clip that the source hears, in seconds.
    pub duration_seconds: f32,
    /// Small lines at the foot of the picture.
    pub notes: Vec<String>,
}

/// Why a picture could not be drawn.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The spectrogram does not have the shape that is said.
    #[error(
        "the spectrogram has {found} values, expected {frames} frames × {mels} mels = {expected}",
        expected = .frames.saturating_mul(*.mels)
    )]
    SpectrogramShape {
        /// The frames that were said.
        frames: usize,
        /// The mel filters that were said.
        mels: usize,
        /// The values that there are.
        found: usize,
    },
    /// The length of the clip is not a length.
    #[error("the clip lasts {seconds} seconds, expected a finite number above 0")]
    Duration {
        /// The length that was given, in seconds.
        seconds: f32,
    },
    /// The drawing library failed.
    #[error("cannot draw the picture: {reason}")]
    Drawing {
        /// What the drawing library said.
        reason: String,
    },
}

impl PictureError {
    /// What to do about the error, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SpectrogramShape { .. } => {
                Some("pass the values as `[frames, mels]`, row by row".to_owned())
            }
            Self::Duration { .. } => Some("pass the samples divided by the sample rate".to_owned()),
            Self::Drawing { .. } => None,
        }
    }
}

/// Draws a prediction as one SVG file that needs no other file: the series, the spectrogram and the
/// attention below each other.
///
/// A panel without data says so. Values that are not finite are left out.
///
/// # Errors
///
/// `mel` is not of `frames · mels` values, or the duration is not a finite number above zero.
pub fn explain_svg(input: &Picture) -> Result<String, PictureError> {
    if input.frames.checked_mul(input.mels) != Some(input.mel.len()) {
        return Err(PictureError::SpectrogramShape {
            frames: input.frames,
            mels: input.mels,
            found: input.mel.len(),
        });
    }
    if !(input.duration_seconds.is_finite() && input.duration_seconds > 0.0) {
        return Err(PictureError::Duration {
            seconds: input.duration_seconds,
        });
    }
    let title = wrap(&input.title, TITLE_CHARACTERS);
    let notes: Vec<String> = input
        .notes
        .iter()
        .flat_map(|note| wrap(note, NOTE_CHARACTERS))
        .collect();

    let mut top = 30.0 + 24.0 * title.len() as f64 + 22.0;
    let mut panel = |height: f64| {
        let panel = Panel {
            left: LEFT,
            right: RIGHT,
            top,
            bottom: top + height,
        };
        top = panel.bottom + GAP;
        panel
    };
    let (series, mel, attention) = (
        panel(SERIES_HEIGHT),
        panel(MEL_HEIGHT),
        panel(ATTENTION_HEIGHT),
    );
    let notes_top = attention.bottom + 58.0;
    let height = notes_top + 17.0 * notes.len() as f64 + 8.0;

    canvas::draw(WIDTH, height, |canvas| {
        for (line, text) in title.iter().enumerate() {
            canvas.bold(text, 17.0, INK, (LEFT, 30.0 + 24.0 * line as f64))?;
        }
        draw_series(canvas, series, &input.series, &input.saliency)?;
        let seconds = f64::from(input.duration_seconds);
        draw_mel(canvas, mel, input, seconds)?;
        draw_attention(canvas, attention, &input.attention, seconds)?;
        for (line, text) in notes.iter().enumerate() {
            let place = (LEFT, notes_top + 17.0 * line as f64);
            canvas.text(text, 12.0, FAINT, place, Horizontal::Left, Vertical::Center)?;
        }
        Ok(())
    })
}

fn draw_series(
    canvas: &mut Canvas,
    panel: Panel,
    series: &[f32],
    saliency: &[f32],
) -> Result<(), PictureError> {
    canvas.heading(
        panel,
        "The series; the darker the ground, the more the prediction rests on it",
    )?;
    let Some((lowest, highest)) = extent(series) else {
        return canvas.no_data(panel);
    };
    let last = series.len().saturating_sub(1).max(1) as f64;
    let across = Axis::new(0.0, last, panel.left, panel.right);
    let margin = match highest - lowest {
        0.0 => highest.abs().max(1.0) * 0.5,
        range => range * 0.06,
    };
    let up = Axis::new(lowest - margin, highest + margin, panel.bottom, panel.top);
    draw_saliency(canvas, panel, saliency)?;
    canvas.grid(panel, &up, 5)?;
    for run in line_runs(series, (panel.right - panel.left) as usize) {
        let points: Vec<(f64, f64)> = run
            .iter()
            .map(|&(index, value)| (across.place(index as f64), up.place(value)))
            .collect();
        canvas.path(&points, BLUE, 1.6)?;
    }
    canvas.frame(panel)?;
    canvas.numbers_below(panel, &across, 8, 1.0)?;
    canvas.name_below(panel, "sample")?;
    canvas.name_left(panel, "value")
}

/// Bands of the panel, each as dark as the most salient value in it.
fn draw_saliency(canvas: &mut Canvas, panel: Panel, saliency: &[f32]) -> Result<(), PictureError> {
    let bands = saliency.len().min(SALIENCY_BANDS);
    let across = Axis::new(0.0, bands.max(1) as f64, panel.left, panel.right);
    for band in 0..bands {
        let values =
            &saliency[band * saliency.len() / bands..((band + 1) * saliency.len() / bands)];
        let highest = values.iter().copied().fold(0.0f32, f32::max).min(1.0);
        let mix = |white: u8, dark: u8| {
            let share = f64::from(highest);
            (f64::from(white) + (f64::from(dark) - f64::from(white)) * share).round() as u8
        };
        let RGBColor(red, green, blue) = LIGHT_ORANGE;
        let cell = Panel {
            left: across.place(band as f64),
            right: (across.place((band + 1) as f64) + 1.0).min(panel.right),
            ..panel
        };
        let colour = RGBColor(mix(255, red), mix(255, green), mix(255, blue));
        canvas.fill(cell, colour)?;
    }
    Ok(())
}

fn draw_mel(
    canvas: &mut Canvas,
    panel: Panel,
    input: &Picture,
    seconds: f64,
) -> Result<(), PictureError> {
    canvas.heading(panel, "What the source model hears: log-mel spectrogram")?;
    let Some(map) = heat::HeatMap::new(&input.mel, input.frames, input.mels) else {
        return canvas.no_data(panel);
    };
    let across = Axis::new(0.0, map.columns() as f64, panel.left, panel.right);
    let up = Axis::new(0.0, map.rows() as f64, panel.bottom, panel.top);
    canvas.fill(panel, map.background())?;
    for block in map.blocks() {
        // Cells reach a pixel under those that are drawn after them, or the white page would show
        // through the seams.
        let cell = Panel {
            left: across.place(block.columns.start as f64),
            right: (across.place(block.columns.end as f64) + 1.0).min(panel.right),
            top: (up.place(block.rows.end as f64) - 1.0).max(panel.top),
            bottom: up.place(block.rows.start as f64),
        };
        canvas.fill(cell, block.colour)?;
    }
    canvas.frame(panel)?;
    let time = Axis::new(0.0, seconds, panel.left, panel.right);
    canvas.numbers_below(panel, &time, 10, 0.0)?;
    canvas.name_below(panel, "time in the clip (s)")?;
    for hertz in [100.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0] {
        let row = mel_row(hertz, input.mels) / input.mels as f64;
        let place = panel.bottom - row.clamp(0.0, 1.0) * (panel.bottom - panel.top);
        canvas.number_left(panel, place, &axis::number(hertz, 1.0))?;
    }
    canvas.name_left(panel, "frequency (Hz, mel scale)")?;
    draw_key(canvas, panel, &map)
}

/// The key to the colours of the spectrogram, at its right.
fn draw_key(canvas: &mut Canvas, panel: Panel, map: &heat::HeatMap) -> Result<(), PictureError> {
    let key = Panel {
        left: panel.right + 14.0,
        right: panel.right + 26.0,
        ..panel
    };
    let colours = map.colours();
    let up = Axis::new(0.0, colours.len() as f64, key.bottom, key.top);
    for (level, &colour) in colours.iter().enumerate() {
        let step = Panel {
            top: (up.place((level + 1) as f64) - 1.0).max(key.top),
            bottom: up.place(level as f64),
            ..key
        };
        canvas.fill(step, colour)?;
    }
    canvas.frame(key)?;
    let (lowest, highest) = map.range();
    let values = Axis::new(lowest, highest, key.bottom, key.top);
    for tick in ticks(lowest, highest, 6) {
        let place = (key.right + 5.0, values.place(tick.value));
        canvas.text(
            &tick.label,
            11.0,
            FAINT,
            place,
            Horizontal::Left,
            Vertical::Center,
        )?;
    }
    let place = (key.right + 34.0, (key.top + key.bottom) / 2.0);
    canvas.turned("ln amplitude", 12.0, FAINT, place)
}

fn draw_attention(
    canvas: &mut Canvas,
    panel: Panel,
    attention: &[f32],
    seconds: f64,
) -> Result<(), PictureError> {
    canvas.heading(panel, "Where the source model listens: attention")?;
    let Some((lowest, highest)) = extent(attention) else {
        return canvas.no_data(panel);
    };
    let floor = lowest.min(0.0);
    let even = 1.0 / attention.len() as f64;
    let ceiling = highest.max(even).max(floor + f64::from(f32::MIN_POSITIVE));
    let across = Axis::new(0.0, attention.len() as f64, panel.left, panel.right);
    let up = Axis::new(
        floor,
        floor + (ceiling - floor) * 1.08,
        panel.bottom,
        panel.top,
    );
    canvas.grid(panel, &up, 4)?;
    for run in line_runs(attention, (panel.right - panel.left) as usize) {
        let mut points: Vec<(f64, f64)> = run
            .iter()
            .map(|&(index, value)| (across.place(index as f64 + 0.5), up.place(value)))
            .collect();
        let line = points.clone();
        if let (Some(first), Some(last)) = (line.first(), line.last()) {
            points.push((last.0, panel.bottom));
            points.push((first.0, panel.bottom));
        }
        canvas.area(&points, LIGHT_ORANGE)?;
        canvas.path(&line, ORANGE, 1.6)?;
    }
    canvas.path(
        &[(panel.left, up.place(even)), (panel.right, up.place(even))],
        FAINT,
        0.8,
    )?;
    let beside = (panel.right + 6.0, up.place(even));
    canvas.text(
        "even share",
        11.0,
        FAINT,
        beside,
        Horizontal::Left,
        Vertical::Center,
    )?;
    canvas.frame(panel)?;
    let time = Axis::new(0.0, seconds, panel.left, panel.right);
    canvas.numbers_below(panel, &time, 10, 0.0)?;
    canvas.name_below(panel, "time in the clip (s)")?;
    canvas.name_left(panel, "weight")
}

/// The row of a frequency in a spectrogram, where row 0 spans 0 to 1 and its filter peaks at 0.5.
fn mel_row(hertz: f64, mels: usize) -> f64 {
    let lowest = hz_to_mel(LOWEST_HZ);
    let share = (hz_to_mel(hertz) - lowest) / (hz_to_mel(HIGHEST_HZ) - lowest);
    // Filters peak at equal steps of the mel scale; both ends of the range lie a step outside.
    share * (mels as f64 + 1.0) - 0.5
}

/// The lowest and the highest of the finite values.
fn extent(values: &[f32]) -> Option<(f64, f64)> {
    values
        .iter()
        .filter(|value| value.is_finite())
        .map(|&value| f64::from(value))
        .fold(None, |extent, value| match extent {
            None => Some((value, value)),
            Some((lowest, highest)) => Some((value.min(lowest), value.max(highest))),
        })
}

/// The unbroken runs of finite values, as `(index, value)`.
///
/// Where there are more values than twice the pixels, each pixel keeps its lowest and its highest,
/// which look the same and keep the file small.
fn line_runs(values: &[f32], pixels: usize) -> Vec<Vec<(usize, f64)>> {
    let bucket = (values.len() / pixels.max(1)).max(1);
    let mut runs = vec![Vec::new()];
    let points: Vec<(usize, f64)> = values
        .iter()
        .map(|&value| f64::from(value))
        .enumerate()
        .collect();
    for points in points.chunks(bucket) {
        let finite = || points.iter().filter(|(_, value)| value.is_finite());
        let lowest = finite().min_by(|a, b| a.1.total_cmp(&b.1));
        let highest = finite().max_by(|a, b| a.1.total_cmp(&b.1));
        match (lowest, highest, runs.last_mut()) {
            (Some(&lowest), Some(&highest), Some(run)) => {
                run.push(if lowest.0 <= highest.0 {
                    lowest
                } else {
                    highest
                });
                if lowest.0 != highest.0 {
                    run.push(if lowest.0 <= highest.0 {
                        highest
                    } else {
                        lowest
                    });
                }
            }
            _ => runs.push(Vec::new()),
        }
    }
    runs.retain(|run| !run.is_empty());
    for run in &mut runs {
        // A value between two gaps is drawn as a short stroke, for a point has no length.
        if let [(index, value)] = run[..] {
            run.push((index, value));
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
    use proptest::prelude::*;

    fn picture() -> Picture {
        Picture {
            title: "A <series> & its \u{1} class".to_owned(),
            series: (0..150).map(|index| (index as f32 * 0.1).sin()).collect(),
            saliency: (0..150).map(|index| index as f32 / 150.0).collect(),
            mel: (0..125 * 80)
                .map(|index| (index % 80) as f32 * 0.1)
                .collect(),
            frames: 125,
            mels: 80,
            attention: vec![1.0 / 125.0; 125],
            duration_seconds: 1.0,
            notes: vec!["a note".to_owned()],
        }
    }

    #[test]
    fn the_file_is_whole_small_and_needs_no_other() {
        let svg = explain_svg(&picture()).unwrap();
        assert!(svg.starts_with("<svg width=\"900\""), "{}", &svg[..60]);
        assert!(svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("A &lt;series&gt; &amp; its class"));
        assert!(svg.contains("a note"));
        assert!(svg.contains("frequency (Hz, mel scale)"));
        assert!(!svg.contains("href") && !svg.contains("NaN"));
        assert!(svg.len() < 100_000, "{}", svg.len());
    }

    #[test]
    fn noise_stays_below_the_size_that_is_promised() {
        let noise = |index: u32| (index.wrapping_mul(2_654_435_761) >> 8) as f32;
        let mut picture = picture();
        picture.mel = (0..125 * 80).map(noise).collect();
        picture.series = (0..100_000).map(noise).collect();
        let svg = explain_svg(&picture).unwrap();
        assert!(svg.len() < 400_000, "{}", svg.len());
    }

    #[test]
    fn panels_without_data_say_so() {
        let empty = Picture {
            series: vec![f32::NAN],
            mel: Vec::new(),
            frames: 0,
            attention: Vec::new(),
            ..picture()
        };
        assert_eq!(explain_svg(&empty).unwrap().matches("no data").count(), 3);
    }

    #[test]
    fn wrong_shapes_and_lengths_are_refused() {
        let mut wrong = picture();
        wrong.frames = 124;
        let message = explain_svg(&wrong).unwrap_err().to_string();
        assert!(
            message.ends_with("124 frames × 80 mels = 9920"),
            "{message}"
        );
        for seconds in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let mut wrong = picture();
            wrong.duration_seconds = seconds;
            let error = explain_svg(&wrong).unwrap_err();
            assert!(matches!(error, PictureError::Duration { .. }), "{error}");
        }
    }

    #[test]
    fn gaps_break_the_line_and_long_series_keep_their_extremes() {
        let runs = line_runs(&[1.0, 2.0, f32::NAN, 3.0], 100);
        assert_eq!(runs, [vec![(0, 1.0), (1, 2.0)], vec![(3, 3.0), (3, 3.0)]]);
        let mut long = vec![0.0; 10_000];
        long[5_003] = 9.0;
        long[5_004] = -9.0;
        let points = line_runs(&long, 100).concat();
        assert!(points.len() <= 200);
        assert!(points.contains(&(5_003, 9.0)) && points.contains(&(5_004, -9.0)));
    }

    #[test]
    fn text_is_wrapped_at_spaces() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), Vec::<String>::new());
        assert_eq!(wrap("indivisible", 4), ["indivisible"]);
    }

    #[test]
    fn the_ends_of_the_mel_range_lie_half_a_row_outside_the_peaks() {
        assert!((mel_row(LOWEST_HZ, 80) + 0.5).abs() < 1e-9);
        assert!((mel_row(HIGHEST_HZ, 80) - 80.5).abs() < 1e-9);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_values_panic(
            series in proptest::collection::vec(any::<f32>(), 0..50),
            attention in proptest::collection::vec(any::<f32>(), 0..50),
            mel in proptest::collection::vec(any::<f32>(), 12),
            frames in prop::sample::select(vec![1usize, 2, 3, 4, 6, 12]),
            duration_seconds in any::<f32>(),
            title in any::<String>(),
        ) {
            let mels = 12 / frames;
            let input = Picture {
                notes: vec![title.clone()],
                title, saliency: series.clone(), series, mel, frames, mels, attention, duration_seconds,
            };
            if let Ok(svg) = explain_svg(&input) {
                prop_assert!(svg.trim_end().ends_with("</svg>"));
            }
        }
    }
}
