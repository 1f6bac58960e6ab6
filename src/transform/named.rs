//! The transforms that have names, with the numbers that they are known by.

use super::{
    Formant, Noise, Padding, Paint, Painted, Peak, Position, Scalogram, Signal, Speech, Tone,
    Transform, View, Voice, VoiceSound, Vowel,
};

/// Names of transforms, and what each is.
pub const NAMES: [(&str, &str); 19] = [
    (
        "formants",
        "four painted peaks: slope, series, slow part, what that leaves",
    ),
    (
        "reversed",
        "the same for the series from its end to its start",
    ),
    (
        "spectrum",
        "the same for its spectrum, from slow turns to fast ones",
    ),
    (
        "paced",
        "the same, slower where the series moves; one peak hears how calm it was so far",
    ),
    (
        "tally",
        "four painted peaks that know how much and how often, not when: the sorted values, steps \
         and sizes of steps, and the autocorrelation",
    ),
    (
        "speaker-1",
        "four painted peaks of another mouth, moved by other signals",
    ),
    ("speaker-2", "and of another"),
    ("speaker-3", "and of another"),
    ("mouth", "three painted peaks: slope, series, slow part"),
    (
        "texture",
        "three painted peaks: series, its fast part, how lively it is",
    ),
    (
        "speech",
        "a painted vowel that follows the series, and a hiss where it jumps",
    ),
    (
        "scalogram",
        "the series speeded up until it can be heard: how loud",
    ),
    (
        "wavelets",
        "the series speeded up until it can be heard: the waves",
    ),
    (
        "vowel",
        "a harmonic voice, as audio, whose formants follow the series",
    ),
    (
        "tones",
        "three tones that follow the series, its slope and its slow part",
    ),
    ("tone", "one tone whose frequency follows the series"),
    ("noise", "noise whose loudness follows the series"),
    (
        "stretched",
        "the series itself as a waveform, stretched over the clip",
    ),
    (
        "padding",
        "the series in a clip of trained sound (Voice2Series)",
    ),
];

/// The width of a peak, on the mel scale, and how far one deviation of a signal moves it.
const WIDTH: f32 = 60.0;
const DEVIATION: f32 = 0.2;

impl Transform {
    /// The voice's name, or the kind of transform where its numbers are not the usual ones.
    pub fn name(&self) -> &'static str {
        let usual = match self {
            // A sound on top makes no other voice of it.
            Self::Voice(voice) => Self::Voice(Voice {
                theta: None,
                ..voice.clone()
            }),
            other => other.clone(),
        };
        let mut names = NAMES.iter().map(|(name, _)| *name);
        let known = names.find(|name| Self::named(name).as_ref() == Some(&usual));
        known.unwrap_or(match self {
            Self::Padding(_) => "padding",
            Self::Voice(_) => "voice",
            Self::Painted(_) => "painted",
            Self::Scalogram(_) => "scalogram",
            Self::Speech(_) => "speech",
        })
    }

    /// The transform of that name; see [`NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        use Signal::{
            Autocorrelation, Calm, Energy, Residual, Series, Slope, Slow, Smooth, SmoothSlope,
            Sorted, SortedStepSizes, SortedSteps,
        };
        let usual = |signals: &[Signal], frequencies: &[f32]| {
            let peaks = signals.iter().zip(frequencies);
            painted(
                peaks.map(|(signal, hertz)| (*signal, *hertz, DEVIATION)),
                WIDTH,
            )
        };
        let four = |signals: [Signal; 4]| usual(&signals, &[400.0, 1100.0, 2300.0, 4000.0]);
        let plain = [Slope, Series, Smooth, Residual];
        Some(match name {
            "formants" => four(plain),
            "reversed" => viewed(four(plain), View::Reversed),
            "spectrum" => viewed(four(plain), View::Spectrum),
            "paced" => viewed(four([Slope, Series, Calm, Smooth]), View::Paced),
            "tally" => four([Sorted, SortedSteps, SortedStepSizes, Autocorrelation]),
            // Drawn at random, and kept by their leave-one-out error on training splits.
            "speaker-1" => painted(
                [
                    (Series, 449.06, 0.252),
                    (Residual, 1071.09, 0.2227),
                    (SmoothSlope, 2443.12, 0.1544),
                    (Smooth, 4012.5, 0.1265),
                ],
                64.577,
            ),
            "speaker-2" => painted(
                [
                    (Energy, 436.32, 0.1982),
                    (Series, 1216.98, 0.2581),
                    (Smooth, 2519.61, 0.2435),
                    (SmoothSlope, 4670.07, 0.1333),
                ],
                63.25,
            ),
            "speaker-3" => painted(
                [
                    (Series, 448.57, 0.1269),
                    (Slow, 1128.71, 0.2506),
                    (Slope, 2243.33, 0.1982),
                    (Residual, 4028.6, 0.2494),
                ],
                67.984,
            ),
            "mouth" => usual(&[Slope, Series, Smooth], &[500.0, 1500.0, 2800.0]),
            "texture" => usual(&[Series, Residual, Energy], &[500.0, 1500.0, 2800.0]),
            "scalogram" => Self::Scalogram(Scalogram {
                lowest_turns: 1.5,
                quality: 5.0,
                paint: Paint::Loudness { floor: 0.1 },
            }),
            "wavelets" => Self::Scalogram(Scalogram {
                lowest_turns: 1.0,
                quality: 2.5,
                paint: Paint::Wave,
            }),
            "speech" => Self::Speech(Speech {
                vowel: vowel(),
                loudness: 0.05,
                growth: 1.2,
            }),
            "vowel" => voice(VoiceSound::Vowel(vowel())),
            "tones" => tones(&[
                (Series, 500.0, 0.2),
                (Slope, 1500.0, 0.2),
                (Smooth, 2800.0, 0.2),
            ]),
            "tone" => tones(&[(Series, 1000.0, 0.25)]),
            "noise" => voice(VoiceSound::Noise(Noise {
                signal: Series,
                depth: 1.0,
            })),
            "stretched" => voice(VoiceSound::Stretched),
            // The paper says nothing of the number of segments; the released code has three.
            "padding" => Self::Padding(Padding {
                segments: 3,
                position: Position::Start,
                stretch: None,
                initial_amplitude: 0.05,
            }),
            _ => return None,
        })
    }
}

fn voice(sound: VoiceSound) -> Transform {
    Transform::Voice(Voice { sound, theta: None })
}

fn tones(tones: &[(Signal, f32, f32)]) -> Transform {
    let tones = tones
        .iter()
        .map(|&(signal, frequency, deviation)| Tone {
            signal,
            frequency,
            deviation,
        })
        .collect();
    voice(VoiceSound::Tones { tones })
}

fn viewed(transform: Transform, view: View) -> Transform {
    match transform {
        Transform::Painted(painted) => Transform::Painted(Painted { view, ..painted }),
        other => other,
    }
}

fn painted(peaks: impl IntoIterator<Item = (Signal, f32, f32)>, width: f32) -> Transform {
    let peaks = peaks
        .into_iter()
        .map(|(signal, frequency, deviation)| Peak {
            signal,
            frequency,
            deviation,
            width,
            gain: 1.0,
        })
        .collect();
    Transform::Painted(Painted {
        peaks,
        view: View::Forward,
    })
}

/// The first three resonances of an open mouth, roughly.
fn vowel() -> Vowel {
    let formant = |signal, frequency, octaves, width, gain| Formant {
        signal,
        frequency,
        octaves,
        width,
        gain,
    };
    Vowel {
        formants: vec![
            formant(Signal::Series, 500.0, 0.5, 90.0, 1.0),
            formant(Signal::Slope, 1500.0, 0.35, 120.0, 0.7),
            formant(Signal::Smooth, 2700.0, 0.2, 180.0, 0.4),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_a_transform_that_takes_any_series() {
        for (name, _) in NAMES {
            let transform = Transform::named(name).unwrap();
            for length in [1, 2, 24, 500] {
                let series: Vec<f32> = (0..length).map(|at| (at as f32 * 0.3).sin()).collect();
                let placed = transform.place(&series).unwrap();
                assert_eq!(placed.len(), transform.placed_samples(), "{name}");
                assert!(placed.iter().all(|value| value.is_finite()), "{name}");
            }
        }
        assert!(Transform::named("none of them").is_none());
    }

    #[test]
    fn a_transform_tells_when_each_value_sounds_or_that_nothing_has_a_time() {
        let series = [0.0, 1.0, -1.0, 0.5];
        for (name, _) in NAMES {
            let copies = Transform::named(name).unwrap().heard_at(&series);
            let expected = match name {
                "spectrum" | "tally" => 0,
                "padding" => 3,
                _ => 1,
            };
            assert_eq!(copies.len(), expected, "{name}");
            assert!(
                copies.iter().all(|copy| copy.len() == series.len()),
                "{name}"
            );
        }
        let sorted = voice(VoiceSound::Noise(Noise {
            signal: Signal::Sorted,
            depth: 1.0,
        }));
        assert!(sorted.heard_at(&series).is_empty());
    }
}
