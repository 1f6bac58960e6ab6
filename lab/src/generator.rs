//! Walking made up from published curves, for examples and tests.
//!
//! A person has curves of hip, knee and ankle that differ from the means of able-bodied walking, or
//! altered ones. A trial varies from stride to stride and has smooth noise. It is no substitute for
//! recordings: what no source gives is our choice, and the constants in the code say so.
//!
//! # Sources
//!
//! - Able-bodied means: our own least-squares fit of eight harmonics to mean curves at 0.9 and
//!   1.2 m/s from the data set of C. A. Fukuchi, R. K. Fukuchi and M. Duarte, "A public dataset of
//!   overground and treadmill walking kinematics and kinetics in healthy individuals", PeerJ
//!   6:e4640, 2018, doi:10.7717/peerj.4640. No published table of coefficients is used.
//! - Stiff knee: the means of largest and smallest angles, by our own count, in the trials of stroke
//!   survivors that go with T. S. Winner and others, "Discovering individual-specific gait
//!   signatures from data-driven models of neuromechanical dynamics", PLOS Comput. Biol.
//!   19(10):e1011556, 2023, doi:10.1371/journal.pcbi.1011556.
//! - Transfemoral prosthesis: knee flexion in swing from A. D. Segal and others, "Kinematic and
//!   kinetic comparisons of transfemoral amputee gait using C-Leg and Mauch SNS prosthetic knees",
//!   J. Rehabil. Res. Dev. 43(7):857–870, 2006. It also reports a smaller knee-flexion moment in
//!   stance, from which we infer less flexion; smaller plantarflexion is reported for prosthetic
//!   feet of transtibial amputees by J. R. Yang and others, Ann. Rehabil. Med. 42(4):609–616, 2018,
//!   doi:10.5535/arm.2018.42.4.609. By how much less both are is our choice.

mod alteration;
mod fourier;
mod kind;
mod normative;
mod person;
mod random;

pub use kind::GaitKind;
pub use person::Person;

use random::{SmoothNoise, normal, source};
use retune_core::Error;
use retune_core::motion::{Trial, bad_rate, bad_setting};

/// The joints of all trials. Flexion and dorsiflexion are positive, angles are sagittal.
pub const JOINTS: [&str; 6] = [
    "hip_right",
    "knee_right",
    "ankle_right",
    "hip_left",
    "knee_left",
    "ankle_left",
];

/// Deviation of the time of a stride, as a share of its mean. Stride times of healthy young adults
/// vary by less than 3 % (J. NeuroEng. Rehabil. 6:32, 2009, doi:10.1186/1743-0003-6-32: "Walking
/// speed-related changes in stride time variability: effects of decreased speed").
const STRIDE_TIME: f64 = 0.02;
/// Deviation of amplitudes from stride to stride. Our choice.
const AMPLITUDE: f64 = 0.03;
/// Deviation of a joint's angles from stride to stride in degrees. Our choice.
const OFFSET: f64 = 1.0;
/// More values than this are a mistake.
const MOST_SAMPLES: f64 = 1e8;

/// Makes up persons and their trials. The same settings give the same ones, in any order.
#[derive(Debug, Clone, PartialEq)]
pub struct GaitGenerator {
    /// Samples a second.
    pub rate_hz: f32,
    /// Another seed, other persons.
    pub seed: u64,
    /// How much strides vary, 1 for an able-bodied amount and 0 for equal strides.
    pub variation: f32,
    /// The deviation of the noise in degrees.
    pub noise_degrees: f32,
}

impl GaitGenerator {
    /// A generator with the usual variation and half a degree of noise.
    pub fn new(rate_hz: f32, seed: u64) -> Self {
        Self {
            rate_hz,
            seed,
            variation: 1.0,
            noise_degrees: 0.5,
        }
    }

    /// The person of a kind and number.
    pub fn person(&self, kind: GaitKind, number: u32) -> Person {
        Person::new(kind, number, &mut source(self.seed, kind, number, 0, 0))
    }

    /// A trial of a person with the joints [`JOINTS`], named by its number. It begins anywhere in a
    /// stride; a longer trial of the same number begins with the shorter one.
    ///
    /// # Errors
    ///
    /// When the rate is not a number of at least 1, variation or noise is negative or
    /// not finite, or the trial would have no sample or more than a hundred million.
    pub fn trial(&self, person: &Person, number: u32, seconds: f32) -> Result<Trial, Error> {
        let count = self.check(seconds)?;
        let rate = f64::from(self.rate_hz);
        let source = |purpose| source(self.seed, person.kind(), person.number(), number, purpose);
        let mut random = source(1);
        let mut phase = (normal(&mut random) + 2.0) / 4.0;
        let variation = f64::from(self.variation);
        let mut before = Stride::new(variation, &mut random);
        let mut after = Stride::new(variation, &mut random);
        let means = person.means();
        let mut noises: Vec<SmoothNoise> = (2..8)
            .map(|purpose| SmoothNoise::new(source(purpose)))
            .collect();
        let mut samples = Vec::with_capacity(count * JOINTS.len());
        for sample in 0..count {
            while phase >= 1.0 {
                phase -= 1.0;
                before = after;
                after = Stride::new(variation, &mut random);
            }
            let joints = person.angles(phase).into_iter().zip(means).enumerate();
            for ((joint, (angle, mean)), noise) in joints.zip(&mut noises) {
                // From one stride to the next without a jump.
                let mix = |of: fn(&Stride) -> &[f64; 6]| {
                    let value = |stride| of(stride).get(joint).copied().unwrap_or(0.0);
                    value(&before) + phase * (value(&after) - value(&before))
                };
                let gain = mix(|stride| &stride.gains);
                let offset = mix(|stride| &stride.offsets);
                let noise = f64::from(self.noise_degrees) * noise.at(sample as f64 / rate);
                samples.push((mean + gain * (angle - mean) + offset + noise) as f32);
            }
            let seconds = person.stride_seconds() * before.time;
            phase += 1.0 / (seconds * rate);
        }
        let joints = JOINTS.map(str::to_owned).to_vec();
        Trial::new(
            format!("trial-{number}"),
            person.name(),
            self.rate_hz,
            joints,
            samples,
        )
    }

    /// How many samples a trial has.
    fn check(&self, seconds: f32) -> Result<usize, Error> {
        if !(self.rate_hz.is_finite() && self.rate_hz > 0.0) {
            return Err(bad_rate(self.rate_hz));
        }
        if self.rate_hz < 1.0 {
            let expected = "at least 1 sample a second";
            return Err(bad_setting("sampling rate", self.rate_hz, expected));
        }
        for (setting, value) in [
            ("variation of strides", self.variation),
            ("noise in degrees", self.noise_degrees),
        ] {
            if !(0.0..=1000.0).contains(&value) {
                return Err(bad_setting(setting, value, "a number from 0 to 1000"));
            }
        }
        let count = (f64::from(seconds) * f64::from(self.rate_hz)).round();
        if !(1.0..=MOST_SAMPLES).contains(&count) {
            return Err(bad_setting(
                "length of a trial in seconds",
                seconds,
                "a length of at least 1 sample and at most a hundred million",
            ));
        }
        Ok(count as usize)
    }
}

/// How one stride differs from a person's mean.
#[derive(Debug, Clone, Copy)]
struct Stride {
    /// The time it takes, as a share of the mean.
    time: f64,
    gains: [f64; 6],
    offsets: [f64; 6],
}

impl Stride {
    fn new(variation: f64, random: &mut rand_chacha::ChaCha8Rng) -> Self {
        let mut draw = |deviation: f64| variation * deviation * normal(random);
        Self {
            time: (1.0 + draw(STRIDE_TIME)).max(0.5),
            gains: [(); 6].map(|()| 1.0 + draw(AMPLITUDE)),
            offsets: [(); 6].map(|()| draw(OFFSET)),
        }
    }
}

#[cfg(test)]
mod tests;
