//! A pattern that depends on the case, added to what the source hears of it (Hung, Yang, Chen and Lerch 2023,
//! arXiv 2211.01317): `heard = x + θ + H(x)`.
//!
//! θ is the same for all cases, as in Voice2Series; `H` is a small convolutional network. They compare θ,
//! `H` alone and `H` beside `x`, on music. Ours are the sum of both, what makes `x` of a series, the
//! sizes, and where it starts: before training nothing is added.

use std::str::FromStr;

use burn::tensor::Tensor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::convolved::{AMPLITUDE, LOUDNESS, Made, hop};
use super::{InputTransform, Named, Painted, THETA, checked_plane};
use crate::kernel::Kernels;
use crate::parameters::{Numbers, Parameters, named, tensor};
use crate::series::resample_linear;
use crate::source::{Input, SourceSpec};
use crate::{Error, setting};

/// Frames that each of the two convolutions looks at; odd, so that one is in the middle.
const TAPS: usize = 5;
/// Channels between them.
const HIDDEN: usize = 16;
/// How the names of the numbers of the peaks begin.
const PEAKS: &str = "peaks.";

/// `heard = x + scale · (θ + W₂ * tanh(W₁ * x̂ + b₁) + b₂)`, where `x̂` is `x` in units of about 1 and `*` is a
/// convolution over the frames whose channels are the filters of a plane, or the samples of a frame of audio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// What is heard of a series without a pattern: the plane of the transform `formants`, whose peaks stay
    /// as they are, or the series itself as a waveform, stretched over the clip.
    pub case: Made,
    /// Which patterns are added.
    pub added: Added,
}

/// Which patterns are added to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Added {
    /// θ and `H(x)`.
    #[default]
    Both,
    /// `H(x)`.
    Dependent,
    /// θ.
    Independent,
}

impl FromStr for Added {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        setting::named("pattern", name, "both, dependent or independent")
    }
}

/// The peaks that make a plane of a series.
fn peaks() -> Painted {
    let formants = Painted::named().into_iter().next();
    formants.expect("the painted transform has names").transform
}

impl Pattern {
    /// The frames of what is heard and the numbers of each.
    fn size(&self, source: &SourceSpec) -> Result<[usize; 2], Error> {
        Ok(match self.case {
            Made::Plane => {
                let plane = source.plane_input()?;
                [plane.frames, plane.filters()]
            }
            Made::Audio => {
                let audio = source.audio_input()?;
                let hop = hop(source, audio);
                [audio.samples.div_ceil(hop), hop]
            }
        })
    }

    /// What is added to cases `[batch, frames, width]` that were brought to units of about 1.
    fn pattern<B: Kernels>(
        &self,
        cases: Tensor<B, 3>,
        numbers: &Parameters<B>,
    ) -> Option<Tensor<B, 3>> {
        let [_, frames, width] = cases.dims();
        let theta = numbers.find(THETA);
        let theta = theta.map(|theta| theta.reshape([1, frames, width]));
        let dependent = (self.added != Added::Independent).then(|| {
            let hidden = convolve(numbers, "hidden", cases).tanh();
            convolve(numbers, "output", hidden)
        });
        match (theta, dependent) {
            (Some(theta), Some(dependent)) => Some(dependent + theta),
            (theta, dependent) => theta.or(dependent),
        }
    }
}

/// A convolution over the frames of `[batch, frames, channels]`, with zeros beyond the ends.
fn convolve<B: Kernels>(numbers: &Parameters<B>, name: &str, input: Tensor<B, 3>) -> Tensor<B, 3> {
    let [batch, frames, channels] = input.dims();
    let beyond = Tensor::zeros([batch, TAPS / 2, channels], &input.device());
    let padded = Tensor::cat(vec![beyond.clone(), input, beyond], 1);
    let windows = (0..TAPS).map(|tap| padded.clone().narrow(1, tap, frames));
    let windows = Tensor::cat(windows.collect(), 2).reshape([batch * frames, TAPS * channels]);
    let made = numbers.dense(name, windows);
    let [_, outputs] = made.dims();
    made.reshape([batch, frames, outputs])
}

impl InputTransform for Pattern {
    const KIND: &'static str = "pattern";

    fn named() -> Vec<Named<Self>> {
        let of = |case| Self {
            case,
            added: Added::default(),
        };
        vec![
            Named::new("pattern", of(Made::Plane))
                .about("four painted peaks and a trained pattern that depends on the series"),
            Named::new("pattern-audio", of(Made::Audio))
                .about("the series as a waveform and a trained sound that depends on it"),
        ]
    }

    /// Which patterns are added makes no other transform of it.
    fn usual(&self) -> Self {
        Self {
            added: Added::default(),
            ..self.clone()
        }
    }

    fn check(&self, source: &SourceSpec, _length: usize) -> Result<(), Error> {
        self.size(source).map(|_| ())
    }

    fn prepare(&self, source: &SourceSpec, series: &[f32]) -> Result<Vec<f32>, Error> {
        match self.case {
            Made::Plane => peaks().prepare(source, series),
            Made::Audio => Ok(resample_linear(series, source.audio_input()?.samples)),
        }
    }

    fn forward<B: Kernels>(
        &self,
        source: &SourceSpec,
        prepared: Tensor<B, 2>,
        numbers: &Parameters<B>,
    ) -> Input<B> {
        let size = self.size(source);
        let [frames, width] = size.expect("the check of the transform found that there is one");
        let [batch, samples] = prepared.dims();
        match self.case {
            Made::Plane => {
                let plane = checked_plane(source);
                let peaks = peaks().forward(source, prepared, &numbers.under(PEAKS));
                let Input::Plane(case) = peaks else {
                    unreachable!("peaks are painted on a plane");
                };
                let loudness = (case.clone() - plane.offset) / plane.slope;
                let pattern = self.pattern(loudness / -LOUDNESS + 1.0, numbers);
                Input::Plane(match pattern {
                    Some(pattern) => case + pattern * plane.slope,
                    None => case,
                })
            }
            Made::Audio => {
                let rest = Tensor::zeros([batch, frames * width - samples], &prepared.device());
                let cases = Tensor::cat(vec![prepared.clone(), rest], 1);
                let pattern = self.pattern(cases.reshape([batch, frames, width]), numbers);
                Input::Audio(match pattern {
                    Some(pattern) => {
                        let [of, ..] = pattern.dims();
                        let pattern = pattern.reshape([of, frames * width]);
                        prepared + pattern.narrow(1, 0, samples) * AMPLITUDE
                    }
                    None => prepared,
                })
            }
        }
    }

    /// All is 0 but the kernel of the first convolution, uniform with the variance of one over what a channel
    /// sums up; the same for the same seed.
    fn initial(&self, source: &SourceSpec, seed: u64) -> Numbers {
        let Ok([frames, width]) = self.size(source) else {
            return Numbers::new();
        };
        let zeros = |shape: &[usize]| tensor(shape, vec![0.0; shape.iter().product()]);
        let mut numbers = Numbers::new();
        if self.added != Added::Independent {
            let bound = (3.0 / (TAPS * width) as f32).sqrt();
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let kernel = (0..TAPS * width * HIDDEN).map(|_| random.random_range(-bound..=bound));
            numbers.extend(named([
                ("hidden.kernel", tensor([TAPS * width, HIDDEN], kernel)),
                ("hidden.bias", zeros(&[HIDDEN])),
                ("output.kernel", zeros(&[TAPS * HIDDEN, width])),
                ("output.bias", zeros(&[width])),
            ]));
        }
        if self.added != Added::Dependent {
            numbers.extend(named([(THETA, zeros(&[frames * width]))]));
        }
        numbers
    }

    fn fixed(&self, source: &SourceSpec, _length: usize) -> Numbers {
        match self.case {
            Made::Plane => {
                let peaks = peaks().initial(source, 0).into_iter();
                let named = peaks.map(|(name, tensor)| (format!("{PEAKS}{name}"), tensor));
                named.collect()
            }
            Made::Audio => Numbers::new(),
        }
    }

    fn dropped(&self) -> Option<&'static str> {
        (self.added != Added::Dependent).then_some(THETA)
    }
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use super::*;
    use crate::kernel::Cpu;
    use crate::parameters::differences;
    use crate::source::{SourceWeights, host};

    fn spec() -> SourceSpec {
        SourceWeights::find("attrnn-gsc35").unwrap().spec().clone()
    }

    fn series() -> Vec<f32> {
        (0..70).map(|at| (at as f32 * 0.31).sin()).collect()
    }

    /// What the source hears, flat; all numbers of the pattern, those that are not trained as well.
    fn output<B: Kernels>(pattern: &Pattern, numbers: &Parameters<B>) -> Tensor<B, 2> {
        let (source, device) = (spec(), Default::default());
        let prepared = pattern.prepare(&source, &series()).unwrap();
        let prepared = Tensor::<B, 1>::from_floats(&prepared[..], &device);
        let mut all = Parameters::new(&pattern.fixed(&source, 70), &device);
        for name in pattern.initial(&source, 0).keys() {
            all.insert(name, numbers.get(name));
        }
        match pattern.forward(&source, prepared.unsqueeze(), &all) {
            Input::Plane(values) | Input::Window(values) => values.flatten(1, 2),
            Input::Audio(audio) | Input::Sum(audio, _) => audio,
        }
    }

    const ALL: [(Made, Added); 6] = [
        (Made::Plane, Added::Both),
        (Made::Plane, Added::Dependent),
        (Made::Plane, Added::Independent),
        (Made::Audio, Added::Both),
        (Made::Audio, Added::Dependent),
        (Made::Audio, Added::Independent),
    ];

    /// As it begins with numbers that are not 0.
    fn trained(pattern: &Pattern) -> Numbers {
        let mut numbers = pattern.initial(&spec(), 5);
        for tensor in numbers.values_mut() {
            let noise = (0..tensor.values.len()).map(|at| 0.1 * (at as f32 * 1.7).sin());
            tensor.values = noise.collect();
        }
        numbers
    }

    fn on_host(pattern: &Pattern, numbers: &Numbers) -> Vec<f32> {
        let numbers = Parameters::<Cpu>::new(numbers, &Default::default());
        host(output(pattern, &numbers)).values
    }

    #[test]
    fn nothing_is_added_before_training() {
        for (case, added) in ALL {
            let pattern = Pattern { case, added };
            let found = on_host(&pattern, &pattern.initial(&spec(), 5));
            let expected = match case {
                Made::Audio => resample_linear(&series(), 16_000),
                Made::Plane => {
                    let (source, device) = (spec(), Default::default());
                    let prepared = peaks().prepare(&source, &series()).unwrap();
                    let prepared = Tensor::<Cpu, 1>::from_floats(&prepared[..], &device);
                    let numbers = Parameters::new(&peaks().initial(&source, 0), &device);
                    match peaks().forward(&source, prepared.unsqueeze(), &numbers) {
                        Input::Plane(plane) => host(plane).values,
                        other => panic!("{other:?} is no plane"),
                    }
                }
            };
            assert_eq!(found, expected, "{case:?} {added:?}");
        }
    }

    /// By the definition, in f64, at some places.
    #[test]
    fn what_is_added_is_theta_and_two_convolutions_of_the_case() {
        for (case, added) in ALL {
            let pattern = Pattern { case, added };
            let numbers = trained(&pattern);
            let before = on_host(&pattern, &pattern.initial(&spec(), 5));
            let after = on_host(&pattern, &numbers);
            let [frames, width] = pattern.size(&spec()).unwrap();
            let scale = if case == Made::Plane { 1.0 } else { 0.05 };
            let at = |name: &str, place: usize| f64::from(numbers[name].values[place]);
            let input = |frame: usize, channel: usize| {
                let value = f64::from(before[frame * width + channel]);
                // The plane of this source is the logarithm of a magnitude itself.
                if case == Made::Plane {
                    value / 4.6 + 1.0
                } else {
                    value
                }
            };
            let frames_around = |frame: usize| {
                let around = (0..TAPS).map(move |tap| (tap, (frame + tap).wrapping_sub(2)));
                around.filter(|(_, frame)| *frame < frames)
            };
            let hidden = |frame: usize, channel: usize| {
                let sum: f64 = frames_around(frame)
                    .flat_map(|(tap, frame)| {
                        (0..width).map(move |from| (tap * width + from, frame, from))
                    })
                    .map(|(row, frame, from)| {
                        at("hidden.kernel", row * HIDDEN + channel) * input(frame, from)
                    })
                    .sum();
                (sum + at("hidden.bias", channel)).tanh()
            };
            for (frame, channel) in [(0, 0), (60, 7), (frames - 1, width - 1)] {
                let place = frame * width + channel;
                let mut expected = 0.0;
                if added != Added::Dependent {
                    expected += at("theta", place);
                }
                if added != Added::Independent {
                    expected += at("output.bias", channel);
                    for (tap, frame) in frames_around(frame) {
                        for from in 0..HIDDEN {
                            let row = tap * HIDDEN + from;
                            let weight = at("output.kernel", row * width + channel);
                            expected += weight * hidden(frame, from);
                        }
                    }
                }
                let found = f64::from(after[place]) - f64::from(before[place]);
                let off = (found - scale * expected).abs();
                assert!(off < 1e-5, "{case:?} {added:?} {frame} {channel}: {off}");
            }
        }
    }

    #[test]
    fn its_gradient_is_that_of_differences() {
        for (case, added) in ALL {
            let pattern = Pattern { case, added };
            differences::check(&trained(&pattern), 1999, |numbers| {
                output(&pattern, numbers)
            });
        }
    }
}
