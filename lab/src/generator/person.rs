//! One person's way of walking.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::JOINTS;
use super::alteration::{Alteration, swing_peak};
use super::fourier::Fourier;
use super::kind::GaitKind;
use super::normative::{SPEEDS, curves};
use super::random::normal;
use retune_core::Error;
use retune_core::motion::{Trial, bad_setting};

/// Deviation of a joint's angles from person to person in degrees: hip, knee, ankle. Our choice,
/// a little below that of the largest angles in the 30 able-bodied trials that go with Winner and
/// others (2023; see the alterations), which by our own count is 6.6, 2.5 and 5.0 degrees at side a.
const OFFSETS: [f64; 3] = [5.0, 2.0, 3.5];
/// How much of that deviation each leg has on its own besides. Our choice.
const OFFSET_OF_LEG: f64 = 0.2;
/// Deviation of amplitudes from person to person, and from leg to leg. Our choice.
const AMPLITUDES: [f64; 2] = [0.07, 0.02];
/// Deviation of each harmonic from person to person. Our choice.
const HARMONIC: f64 = 0.08;
/// Deviation of a joint's timing, in strides. Our choice.
const TIMING: f64 = 0.01;
/// Mean and deviation of the time of a stride in seconds. Our choice.
const STRIDE: (f64, f64) = (1.1, 0.06);
/// How much longer strides take in altered walking. Our choice.
const SLOWER: f64 = 1.12;
/// By how much of a stride the other foot lands early when one leg is affected, which shortens the
/// stance of the affected leg. Our choice.
const EARLY: f64 = 0.03;

/// A person who walks in their own way.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    name: String,
    kind: GaitKind,
    number: u32,
    /// Hip, knee and ankle of the right leg, then of the left.
    curves: [Fourier; 6],
    /// The phase of the left leg at the right heel strike.
    left_phase: f64,
    stride_seconds: f64,
    alteration: Option<Alteration>,
}

impl Person {
    pub(super) fn new(kind: GaitKind, number: u32, random: &mut ChaCha8Rng) -> Self {
        let [slow, fast] = SPEEDS;
        let speed = slow + (fast - slow) * random.random::<f64>();
        let mut typical = curves(speed).map(|curve| individual(curve, random));
        for (curve, offset) in typical.iter_mut().zip(OFFSETS) {
            curve.mean += offset * normal(random);
        }
        let [hip, knee, ankle] = typical;
        let mut all = [hip, knee, ankle, hip, knee, ankle];
        for (joint, curve) in all.iter_mut().enumerate() {
            let [_, side] = AMPLITUDES;
            let offset = OFFSETS.get(joint % 3).copied().unwrap_or(0.0);
            scale(curve, 1.0 + side * normal(random));
            curve.mean += OFFSET_OF_LEG * offset * normal(random);
        }
        let is_altered = kind != GaitKind::AbleBodied;
        let (mean, deviation) = STRIDE;
        let slower = if is_altered { SLOWER } else { 1.0 };
        let early = if is_altered { EARLY } else { 0.0 };
        let stride_seconds = (mean + deviation * normal(random)) * slower;
        let left_phase = 0.5 + early + TIMING * normal(random);
        let alteration = swing_peak(kind).and_then(|(mean, deviation)| {
            let wanted = mean + deviation * normal(random);
            let [_, knee, ..] = &all;
            let phases = (0..200).map(|step| knee.at(f64::from(step) / 200.0));
            Alteration::new(kind, phases.fold(0.0, f64::max), wanted)
        });
        Self {
            name: format!("{}-{number}", kind.name()),
            kind,
            number,
            curves: all,
            left_phase,
            stride_seconds,
            alteration,
        }
    }

    /// The name, made of kind and number.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How the person walks.
    pub fn kind(&self) -> GaitKind {
        self.kind
    }

    /// The number that the person was made with.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The mean time of a stride in seconds.
    pub fn stride_seconds(&self) -> f64 {
        self.stride_seconds
    }

    /// The person's mean stride as a cycle of `points` samples from right heel strike to right heel
    /// strike, the last one a step before the first, as phase averages are.
    ///
    /// # Errors
    ///
    /// When there are less than 2 or more than a million points.
    pub fn cycle(&self, points: usize) -> Result<Trial, Error> {
        if !(2..=1_000_000).contains(&points) {
            return Err(bad_setting(
                "number of points of a cycle",
                points,
                "2 to 1000000",
            ));
        }
        let phases = (0..points).map(|point| point as f64 / points as f64);
        let samples = phases.flat_map(|phase| self.angles(phase).map(|angle| angle as f32));
        let rate_hz = (points as f64 / self.stride_seconds) as f32;
        let joints = JOINTS.map(str::to_owned).to_vec();
        Trial::new("cycle", &self.name, rate_hz, joints, samples.collect())
    }

    /// The mean of each joint's angle over a stride.
    pub(super) fn means(&self) -> [f64; 6] {
        self.curves.map(|curve| curve.mean)
    }

    /// All joint angles in degrees, at a phase of the right leg.
    pub(super) fn angles(&self, phase: f64) -> [f64; 6] {
        let mut angles = [0.0; 6];
        for (joint, (angle, curve)) in angles.iter_mut().zip(&self.curves).enumerate() {
            let is_right = joint < 3;
            let phase = if is_right {
                phase
            } else {
                phase + self.left_phase
            };
            *angle = curve.at(phase);
            if let Some(alteration) = self.alteration.filter(|_| is_right) {
                *angle = alteration.apply(joint, phase, *angle, curve.mean);
            }
        }
        angles
    }
}

/// A person's own version of a mean curve.
fn individual(mut curve: Fourier, random: &mut ChaCha8Rng) -> Fourier {
    for (cosine, sine) in &mut curve.harmonics {
        *cosine *= 1.0 + HARMONIC * normal(random);
        *sine *= 1.0 + HARMONIC * normal(random);
    }
    let [amplitude, _] = AMPLITUDES;
    scale(&mut curve, 1.0 + amplitude * normal(random));
    shift(&mut curve, TIMING * normal(random));
    curve
}

fn scale(curve: &mut Fourier, factor: f64) {
    for (cosine, sine) in &mut curve.harmonics {
        *cosine *= factor;
        *sine *= factor;
    }
}

/// Delays a curve by a share of the stride.
fn shift(curve: &mut Fourier, phase: f64) {
    for ((cosine, sine), order) in curve.harmonics.iter_mut().zip(1..) {
        let (sin, cos) = (std::f64::consts::TAU * f64::from(order) * phase).sin_cos();
        (*cosine, *sine) = (*cosine * cos - *sine * sin, *cosine * sin + *sine * cos);
    }
}
