//! The transforms that have names, with the numbers that they are known by.

use super::{
    Formant, Noise, Padding, Painted, Peak, Position, Scalogram, Signal, Tone, Transform, Voice,
    VoiceSound, Vowel,
};

/// Names of transforms, and what each is.
pub const NAMES: [(&str, &str); 8] = [
    (
        "padding",
        "the series in a clip of trained sound (Voice2Series)",
    ),
    (
        "stretched",
        "the series itself as a waveform, stretched over the clip",
    ),
    ("tone", "one tone whose frequency follows the series"),
    (
        "formants",
        "three tones that follow the series, its slope and its slow part",
    ),
    (
        "vowel",
        "a harmonic voice whose formants follow the same three",
    ),
    ("noise", "noise whose loudness follows the series"),
    ("scalogram", "the series speeded up until it can be heard"),
    (
        "painted",
        "three peaks painted on the mel plane, which can be trained",
    ),
];

impl Transform {
    /// The transform of that name; see [`NAMES`].
    pub fn named(name: &str) -> Option<Self> {
        let sound = match name {
            "padding" => return Some(Self::Padding(voice2series())),
            "painted" => return Some(Self::Painted(painted())),
            "scalogram" => return Some(Self::Scalogram(scalogram())),
            "stretched" => VoiceSound::Stretched,
            "tone" => VoiceSound::Tones {
                tones: vec![tone(Signal::Series, 1000.0, 0.25)],
            },
            "formants" => VoiceSound::Tones {
                tones: vec![
                    tone(Signal::Series, 500.0, 0.2),
                    tone(Signal::Slope, 1500.0, 0.2),
                    tone(Signal::Smooth, 2800.0, 0.2),
                ],
            },
            "vowel" => VoiceSound::Vowel(vowel()),
            "noise" => VoiceSound::Noise(Noise {
                signal: Signal::Series,
                depth: 1.0,
            }),
            _ => return None,
        };
        Some(Self::Voice(Voice { sound, theta: None }))
    }
}

/// The paper says nothing of the number of segments; the released code has three.
fn voice2series() -> Padding {
    Padding {
        segments: 3,
        position: Position::Start,
        stretch: None,
        initial_amplitude: 0.05,
    }
}

fn tone(signal: Signal, frequency: f32, deviation: f32) -> Tone {
    Tone {
        signal,
        frequency,
        deviation,
    }
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

fn scalogram() -> Scalogram {
    Scalogram {
        lowest_turns: 1.5,
        quality: 5.0,
        floor: 0.1,
    }
}

fn painted() -> Painted {
    let peak = |signal, frequency| Peak {
        signal,
        frequency,
        deviation: 0.2,
        width: 60.0,
        gain: 1.0,
    };
    Painted {
        peaks: vec![
            peak(Signal::Slope, 500.0),
            peak(Signal::Series, 1500.0),
            peak(Signal::Smooth, 2800.0),
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
}
