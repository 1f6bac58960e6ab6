//! A transform painted on the mel plane: peaks that follow signals, with trained numbers.
//!
//! It enters the source behind its front end, so it needs no Fourier transform, and a peak's place
//! on the plane has a smooth gradient, where a tone's phase has none.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::{InputTransform, MOST, Named, Signal, View, checked_plane, frame_means};
use crate::kernel::Kernels;
use crate::kernel::mel::{hz_to_mel, mel_to_hz};
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::series::Level;
use crate::source::{Input, PlaneInput, SourceSpec};
use crate::{Error, ErrorKind, setting};

/// Samples of a signal that are averaged for a frame.
const SAMPLES_IN_FRAME: usize = 2;
/// Taps of the trained filter on each signal, in frames; odd, so that the middle one is the frame.
const TAPS: usize = 13;
/// Under the logarithm: what is heard where no peak is.
const FLOOR: f32 = 1e-4;
/// Peaks stay between these, in Hz, and frequencies are meant on the band between 40 and 8,000 Hz: a
/// source with another band hears them at the same place in its own.
const LOWEST: f32 = 60.0;
const HIGHEST: f32 = 7800.0;
const BAND: [f64; 2] = [40.0, 8000.0];
/// A peak is at least as wide as so many filters of the source, or it would fall between two.
const LEAST_FILTERS: f32 = 1.5;
/// The width of a peak, on the mel scale, and how far one deviation of a signal moves it.
const WIDTH: f32 = 60.0;
const DEVIATION: f32 = 0.2;

/// Peaks on the mel plane: frame `t`, filter `m` has
/// `ln(1e-4 + Σ gain · exp(−½ ((m − mel(f(t))) / width)²))` with
/// `f(t) = frequency · (1 + deviation · signal(t))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Painted {
    /// The peaks as they are before training.
    pub peaks: Vec<Peak>,
    /// The way in which it goes through a series.
    pub view: View,
    /// How many frames it paints.
    #[serde(default)]
    pub frames: Frames,
    /// By what its signals are scaled.
    #[serde(default)]
    pub scale: Scale,
}

/// How many frames are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frames {
    /// As many as the source's clip has.
    #[default]
    OfClip,
    /// One for each value of the series, but no fewer than the clip has and no more than the source
    /// takes.
    OfSeries,
}

/// By what the signals of a series are scaled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Each by its own mean and deviation: the level and the scale of a series are not heard.
    #[default]
    OfSeries,
    /// By those of the training split, for each peak; none before they were
    /// [learnt](InputTransform::learnt).
    OfTraining(Vec<Level>),
}

/// One peak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// What it follows; training filters it.
    pub signal: Signal,
    /// Its place where the signal is zero, in Hz.
    pub frequency: f32,
    /// How far the signal moves it, as a share of the frequency for each deviation of the signal.
    pub deviation: f32,
    /// Its width, on the mel scale.
    pub width: f32,
    /// Its height.
    pub gain: f32,
}

impl Painted {
    /// Peaks of height 1 that go forward through a series.
    fn of(width: f32, signals: &[Signal], frequencies: &[f32], deviations: &[f32]) -> Self {
        let peaks = signals.iter().zip(frequencies).zip(deviations);
        let peaks = peaks.map(|((signal, frequency), deviation)| Peak {
            signal: *signal,
            frequency: *frequency,
            deviation: *deviation,
            width,
            gain: 1.0,
        });
        Self {
            peaks: peaks.collect(),
            view: View::Forward,
            frames: Frames::default(),
            scale: Scale::default(),
        }
    }

    /// The frames for series of `length` values.
    fn frames_for(&self, plane: &PlaneInput, length: usize) -> usize {
        match self.frames {
            Frames::OfClip => plane.frames,
            Frames::OfSeries => length.clamp(plane.frames, plane.most_frames),
        }
    }

    fn check_peaks(&self) -> Result<(), Error> {
        for peak in &self.peaks {
            let (hertz, range) = (peak.frequency, LOWEST..=HIGHEST);
            setting::within([
                ("peak frequency", hertz, range, "60 to 7800 Hz"),
                ("peak deviation", peak.deviation, -1.0..=1.0, "-1 to 1"),
                ("peak width", peak.width, 1.0..=1000.0, "1 to 1000 mel"),
                ("peak gain", peak.gain, 1e-6..=1e3, "0.000001 to 1000"),
            ])?;
        }
        if let Scale::OfTraining(levels) = &self.scale
            && !(levels.is_empty()
                || levels.len() == self.peaks.len() && levels.iter().all(Level::is_sound))
        {
            let found = levels.len();
            let expected = "one for each peak, finite and with a deviation above 0";
            return Err(setting::refused("levels", found, expected));
        }
        setting::within([("peaks", self.peaks.len(), 1..=MOST, "1 to 64")])
    }
}

fn not_learnt() -> Error {
    let message = "the transform scales signals by those of a training split, and has seen none";
    Error::new(ErrorKind::Setting, message).with_hint("fit it first")
}

/// How a source's band lies beside the one that frequencies are meant on: a factor and a shift of
/// places on the mel scale. Exactly 1 and 0 for the band itself.
fn band_of(plane: &PlaneInput) -> (f32, f32) {
    let meant = BAND.map(hz_to_mel);
    let (Some(first), Some(last)) = (plane.centres.first(), plane.centres.last()) else {
        return (1.0, 0.0);
    };
    let (lowest, highest) = (first - plane.spacing(), last + plane.spacing());
    let factor = (highest - lowest) / (meant[1] - meant[0]) as f32;
    // The same band but for rounding.
    if (factor - 1.0).abs() < 1e-3 && (mel_to_hz(f64::from(lowest)) - BAND[0]).abs() < 1.0 {
        return (1.0, 0.0);
    }
    (factor, lowest - factor * meant[0] as f32)
}

impl InputTransform for Painted {
    const KIND: &'static str = "painted";

    fn named() -> Vec<Named<Self>> {
        use Signal::{
            Autocorrelation, Calm, Energy, Residual, Series, Slope, Slow, Smooth, SmoothSlope,
            Sorted, SortedStepSizes, SortedSteps,
        };
        let usual = |signals, frequencies| Self::of(WIDTH, signals, frequencies, &[DEVIATION; 4]);
        let four = |signals| usual(signals, &[400.0, 1100.0, 2300.0, 4000.0]);
        let three = |signals| usual(signals, &[500.0, 1500.0, 2800.0]);
        let plain = &[Slope, Series, Smooth, Residual];
        let viewed = |signals, view| Self {
            view,
            ..four(signals)
        };
        let at_level = |painted| Self {
            scale: Scale::OfTraining(Vec::new()),
            ..painted
        };
        let long = |painted| Self {
            frames: Frames::OfSeries,
            ..painted
        };
        // Drawn at random, and kept by their left-out error on training splits.
        let first = Self::of(
            64.577,
            &[Series, Residual, SmoothSlope, Smooth],
            &[449.06, 1071.09, 2443.12, 4012.5],
            &[0.252, 0.2227, 0.1544, 0.1265],
        );
        let second = Self::of(
            63.25,
            &[Energy, Series, Smooth, SmoothSlope],
            &[436.32, 1216.98, 2519.61, 4670.07],
            &[0.1982, 0.2581, 0.2435, 0.1333],
        );
        let third = Self::of(
            67.984,
            &[Series, Slow, Slope, Residual],
            &[448.57, 1128.71, 2243.33, 4028.6],
            &[0.1269, 0.2506, 0.1982, 0.2494],
        );
        let calm = viewed(&[Slope, Series, Calm, Smooth], View::Paced);
        let counted = &[Sorted, SortedSteps, SortedStepSizes, Autocorrelation];
        let counts = four(counted);
        vec![
            Named::new("formants", four(plain))
                .about("four painted peaks: slope, series, slow part, what that leaves"),
            Named::new("formants-long", long(four(plain)))
                .about("the same with a frame for each value of a long series"),
            Named::new("formants-level", at_level(long(four(plain)))).about(
                "the same, scaled by the training split: it hears the level and the scale of a series",
            ),
            Named::new("reversed", viewed(plain, View::Reversed))
                .about("the same for the series from its end to its start"),
            Named::new("spectrum", viewed(plain, View::Spectrum))
                .about("the same for its spectrum, from slow turns to fast ones"),
            Named::new("paced", calm).about(
                "the same, slower where the series moves; one peak hears how calm it was so far",
            ),
            Named::new("statistics", counts).about(
                "four painted peaks that know how much and how often, not when: the sorted values, \
                 steps and sizes of steps, and the autocorrelation",
            ),
            Named::new("statistics-level", at_level(four(counted)))
                .about("the same, scaled by the training split"),
            Named::new("speaker-1", first)
                .about("four painted peaks of another vocal tract, moved by other signals"),
            Named::new("speaker-2", second).about("and of another"),
            Named::new("speaker-3", third).about("and of another"),
            Named::new("tract", three(&[Slope, Series, Smooth]))
                .about("three painted peaks: slope, series, slow part"),
            Named::new("texture", three(&[Series, Residual, Energy]))
                .about("three painted peaks: series, its fast part, how lively it is"),
        ]
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        source.plane_input()?;
        self.check_peaks()
    }

    /// The levels that the signals are scaled by are no part of a name.
    fn usual(&self) -> Self {
        let scale = match self.scale {
            Scale::OfTraining(_) => Scale::OfTraining(Vec::new()),
            Scale::OfSeries => Scale::OfSeries,
        };
        Self {
            scale,
            ..self.clone()
        }
    }

    fn keeps_level(&self) -> bool {
        matches!(self.scale, Scale::OfTraining(_))
    }

    fn learnt(&self, source: &SourceSpec, series: &[&[f32]]) -> Result<Self, Error> {
        if !self.keeps_level() {
            return Ok(self.clone());
        }
        let plane = source.plane_input()?;
        let viewed = |series: &&[f32]| {
            let frames = self.frames_for(plane, series.len());
            self.view.of(series, frames)
        };
        let viewed: Vec<Vec<f32>> = series.iter().map(viewed).collect();
        let level = |peak: &Peak| {
            let signals = viewed.iter().map(|series| peak.signal.unscaled(series));
            Level::of(&signals.collect::<Vec<_>>())
        };
        Ok(Self {
            scale: Scale::OfTraining(self.peaks.iter().map(level).collect()),
            ..self.clone()
        })
    }

    fn adds(&self, source: &SourceSpec, length: usize) -> bool {
        let plane = source.plane.as_ref();
        let more = |plane| self.frames_for(plane, length) > plane.frames;
        self.frames == Frames::OfClip || self.keeps_level() || plane.is_some_and(more)
    }

    /// For each peak and frame, the signal around it.
    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        self.check(source, series.len())?;
        let frames = self.frames_for(source.plane_input()?, series.len());
        let mut prepared = Vec::with_capacity(self.peaks.len() * frames * TAPS);
        let series = self.view.of(series, frames);
        let length = frames * SAMPLES_IN_FRAME;
        for (place, peak) in self.peaks.iter().enumerate() {
            let signal = match &self.scale {
                Scale::OfSeries => peak.signal.of(&series, length),
                Scale::OfTraining(levels) => {
                    let level = levels.get(place).ok_or_else(not_learnt)?;
                    peak.signal.at_level(&series, *level, length)
                }
            };
            let signal = frame_means(&signal, SAMPLES_IN_FRAME);
            for frame in 0..frames {
                prepared.extend((0..TAPS).map(|tap| {
                    // The ends repeat their last value.
                    let place = (frame + tap).saturating_sub(TAPS / 2).min(frames - 1);
                    signal[place]
                }));
            }
        }
        Ok(prepared)
    }

    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        let plane = checked_plane(source);
        let (factor, shift) = band_of(plane);
        let [batch, width] = prepared.dims();
        let count = self.peaks.len();
        let frames = width / (count * TAPS);
        let column = |values: Tensor<B, 1>| values.reshape([1, count, 1]);
        let windows = prepared.reshape([batch, count, frames, TAPS]);
        let filters = numbers.get("filters").reshape([1, count, 1, TAPS]);
        let signal: Tensor<B, 3> = (windows * filters).sum_dim(3).squeeze_dim(3);
        let moved = signal * column(numbers.get("deviation")) + 1.0;
        let hertz = moved * column(numbers.get("frequency").exp() * 1000.0);
        let mut mel = (hertz.clamp(LOWEST, HIGHEST) / 700.0).log1p() * 1127.0;
        let mut width = numbers.get("width").exp() * 100.0;
        if (factor, shift) != (1.0, 0.0) {
            mel = mel * factor + shift;
            width = (width * factor).clamp_min(LEAST_FILTERS * plane.spacing());
        }
        let heights = numbers.get("gain").exp();
        let mut painted = B::paint(mel, width, heights, FLOOR, &plane.centres);
        if (plane.offset, plane.slope) != (0.0, 1.0) {
            painted = painted * plane.slope + plane.offset;
        }
        Input::Plane(painted)
    }

    fn initial(&self, _source: &SourceSpec, _seed: u64) -> Numbers {
        let count = self.peaks.len();
        let each = |value: fn(&Peak) -> f32| tensor([count], self.peaks.iter().map(value));
        let filters = (0..count * TAPS).map(|at| f32::from(u8::from(at % TAPS == TAPS / 2)));
        named([
            ("frequency", each(|peak| (peak.frequency / 1000.0).ln())),
            ("deviation", each(|peak| peak.deviation)),
            ("width", each(|peak| (peak.width / 100.0).ln())),
            ("gain", each(|peak| peak.gain.ln())),
            ("filters", tensor([count, TAPS], filters)),
        ])
    }
}
