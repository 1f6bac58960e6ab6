//! Additive formant synthesis: a harmonic voice whose resonances follow signals, as in a vocoder.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::tones::sine;
use super::{MOST, Signal, check_frequency};
use crate::source::AudioInput;
use crate::{Error, setting};

/// The pitch of the voice, in Hz.
const PITCH: usize = 110;
/// Harmonics, up to 4,950 Hz.
const HARMONICS: usize = 45;
/// All harmonics repeat after a tenth of a second, 11 periods of the pitch, so one table serves.
const REPEATS: usize = 10;
/// Samples between two settings of the harmonics' amplitudes, linear in between: formants move
/// slowly against that.
const STEP: usize = 64;
/// Beyond so many deviations a signal moves a formant no further.
const LIMIT: f32 = 2.5;

/// A voice of 110 Hz whose harmonics have the amplitudes of a sum of formants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vowel {
    /// The resonances.
    pub formants: Vec<Formant>,
}

/// A resonance: harmonics at `f` sound with `gain · exp(−½ ((f − centre(t)) / width)²)`, where
/// `centre(t) = frequency · 2^(octaves · signal(t))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Formant {
    /// What it follows.
    pub signal: Signal,
    /// Its centre where the signal is zero, in Hz.
    pub frequency: f32,
    /// Octaves that one deviation of the signal moves it.
    pub octaves: f32,
    /// Its width, in Hz.
    pub width: f32,
    /// Its amplitude.
    pub gain: f32,
}

impl Vowel {
    /// The frequency of a harmonic, from 0, in Hz.
    pub(in crate::transform) fn harmonic_hz(harmonic: usize) -> f64 {
        ((harmonic + 1) * PITCH) as f64
    }

    pub(in crate::transform) fn check(&self) -> Result<(), Error> {
        setting::within([("formants", self.formants.len(), 1..=MOST, "1 to 64")])?;
        for formant in &self.formants {
            check_frequency("formant frequency", formant.frequency)?;
            let (octaves, width, gain) = (formant.octaves, formant.width, formant.gain);
            setting::within([
                ("formant octaves", octaves, -2.0..=2.0, "-2 to 2"),
                ("formant width", width, 10.0..=4000.0, "10 to 4000 Hz"),
                ("formant gain", gain, 0.0..=10.0, "0 to 10"),
            ])?;
        }
        Ok(())
    }

    pub(super) fn clip(&self, series: &[f32], audio: AudioInput) -> Vec<f32> {
        let steps = audio.samples.div_ceil(STEP) + 1;
        let period = audio.rate as usize / REPEATS;
        let table = harmonics(audio.rate);
        let amplitudes = self.amplitudes(series, steps);
        let mut clip = vec![0.0; audio.samples];
        for (index, block) in clip.chunks_mut(STEP).enumerate() {
            let first = index * STEP % period;
            for harmonic in 0..HARMONICS {
                let from = amplitudes[index * HARMONICS + harmonic];
                let to = amplitudes[(index + 1) * HARMONICS + harmonic];
                let slope = (to - from) / STEP as f32;
                let wave = table[harmonic * period..][..period].iter();
                let wave = wave.cycle().skip(first);
                for (place, (sample, wave)) in block.iter_mut().zip(wave).enumerate() {
                    *sample += (from + slope * place as f32) * wave;
                }
            }
        }
        clip
    }

    /// The amplitude of each harmonic at each step, `[steps, harmonics]`.
    pub(in crate::transform) fn amplitudes(&self, series: &[f32], steps: usize) -> Vec<f32> {
        let mut amplitudes = vec![0.0; steps * HARMONICS];
        for formant in &self.formants {
            let signal = formant.signal.of(series, steps);
            for (row, signal) in amplitudes.chunks_exact_mut(HARMONICS).zip(signal) {
                let octaves = formant.octaves * signal.clamp(-LIMIT, LIMIT);
                let centre = formant.frequency * octaves.exp2();
                for (harmonic, amplitude) in row.iter_mut().enumerate() {
                    let away = ((harmonic + 1) * PITCH) as f32 - centre;
                    let away = away / formant.width;
                    *amplitude += formant.gain * (-0.5 * away * away).exp();
                }
            }
        }
        amplitudes
    }
}

/// A tenth of a second of every harmonic at a rate, `[harmonics, rate / 10]`.
fn harmonics(rate: u32) -> Arc<Vec<f32>> {
    static TABLES: Mutex<BTreeMap<u32, Arc<Vec<f32>>>> = Mutex::new(BTreeMap::new());
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    let table = tables.entry(rate).or_insert_with(|| {
        let rate = rate as usize;
        let harmonic = |harmonic: usize| {
            (0..rate / REPEATS).map(move |sample| {
                let cycles = (harmonic + 1) * PITCH * sample;
                // Whole turns go first, while they are exact.
                sine((cycles % rate) as f32 / rate as f32)
            })
        };
        Arc::new((0..HARMONICS).flat_map(harmonic).collect())
    });
    table.clone()
}
