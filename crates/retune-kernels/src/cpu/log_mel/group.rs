//! The log-mel of [`LANES`] frames that follow each other, one in each lane, and its gradient.

use super::fourier::{Complex, adjoint, forward, pair_of_samples};
use crate::cpu::activation::logarithm;
use crate::cpu::vectors::{LANES, Lanes, Vector, Work};
use crate::mel::{BINS, FRAME_SAMPLES, HOP_SAMPLES, LOG_OFFSET, MELS, hann_window, mel_filters};

/// Hops that the frames of a group reach, filled up by one.
const HOPS: usize = LANES + FRAME_SAMPLES / HOP_SAMPLES;
/// Frames of one group.
pub const GROUP: usize = LANES;
/// Samples that the frames of a group reach.
pub const REACH: usize = (HOPS - 1) * HOP_SAMPLES;

/// The buffers of one thread.
pub struct Workspace {
    /// The samples, `[HOP_SAMPLES, HOPS]`: a sample of all frames is a run of its row, since the
    /// frames are one hop apart.
    hops: Box<[[f32; HOPS]; HOP_SAMPLES]>,
    packed: Box<[Complex; FRAME_SAMPLES / 2]>,
    spectrum: Box<[Complex; BINS]>,
    magnitude: Box<[Lanes; BINS]>,
    of_magnitude: Box<[Lanes; BINS]>,
    mel: Box<[Lanes; MELS]>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            hops: Box::new([[0.0; HOPS]; HOP_SAMPLES]),
            packed: Box::new([Complex::default(); FRAME_SAMPLES / 2]),
            spectrum: Box::new([Complex::default(); BINS]),
            magnitude: Box::new([[0.0; LANES]; BINS]),
            of_magnitude: Box::new([[0.0; LANES]; BINS]),
            mel: Box::new([[0.0; LANES]; MELS]),
        }
    }
}

/// The samples that the group starting at `frame` reaches, of those that the clip has.
pub fn reached(clip: &[f32], frame: usize) -> &[f32] {
    let start = (frame * HOP_SAMPLES).min(clip.len());
    &clip[start..clip.len().min(start + REACH)]
}

/// Samples 2n and 2n + 1 within a frame, as a row of the hops and a hop.
#[inline(always)]
fn pairs() -> impl Iterator<Item = (usize, usize, usize)> {
    (0..FRAME_SAMPLES / HOP_SAMPLES).flat_map(|hop| {
        (0..HOP_SAMPLES / 2).map(move |pair| (hop * HOP_SAMPLES / 2 + pair, 2 * pair, hop))
    })
}

impl Workspace {
    /// The spectrum and magnitude of the frames.
    #[inline(always)]
    fn analyse<V: Vector>(&mut self, samples: &[f32]) {
        self.hops.fill([0.0; HOPS]);
        for (hop, samples) in samples.chunks(HOP_SAMPLES).enumerate().take(HOPS) {
            for (row, sample) in self.hops.iter_mut().zip(samples) {
                row[hop] = *sample;
            }
        }
        let window = hann_window();
        for (pair, row, hop) in pairs() {
            let value = &mut self.packed[pair];
            for (offset, out) in value.0.iter_mut().enumerate() {
                let weight = V::splat(window[2 * pair + offset]);
                let samples = run::<V>(&self.hops[row + offset], hop);
                samples.multiply(weight).store(out);
            }
        }
        forward::<V>(&mut self.packed, &mut self.spectrum);
        for (magnitude, value) in self.magnitude.iter_mut().zip(self.spectrum.iter()) {
            let (real, imaginary) = (V::load(&value.0[0]), V::load(&value.0[1]));
            let square = real.multiply_add(real, imaginary.multiply(imaginary));
            square.square_root().store(magnitude);
        }
    }
}

/// [`LANES`] values of a row from `start` on.
#[inline(always)]
fn run<V: Vector>(row: &[f32; HOPS], start: usize) -> V {
    row[start..].first_chunk().map_or(V::splat(0.0), V::load)
}

/// The sum under one filter, and the offset.
#[inline(always)]
fn filtered<V: Vector>(magnitude: &[Lanes; BINS], filter: &crate::mel::MelFilter) -> V {
    let mut sum = V::splat(0.0);
    for (magnitude, weight) in magnitude[filter.first_bin..].iter().zip(&filter.weights) {
        sum = V::load(magnitude).multiply_add(V::splat(*weight), sum);
    }
    sum.add(V::splat(LOG_OFFSET))
}

/// Of the samples that [`reached`] gives, writes the log-mel of a group's frames, `[frames, MELS]`,
/// up to [`GROUP`] frames.
pub struct Forward<'a>(pub &'a [f32], pub &'a mut [f32], pub &'a mut Workspace);

impl Work for Forward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(samples, plane, work) = self;
        if samples.iter().all(|sample| *sample == 0.0) {
            plane.fill(logarithm::<V>([LOG_OFFSET; LANES])[0]);
            return;
        }
        work.analyse::<V>(samples);
        let Workspace { magnitude, mel, .. } = work;
        for (mel, filter) in mel.iter_mut().zip(mel_filters()) {
            filtered::<V>(magnitude, filter).store(mel);
        }
        for mel in mel.iter_mut() {
            *mel = logarithm::<V>(*mel);
        }
        for (lane, row) in plane.chunks_exact_mut(MELS).enumerate().take(LANES) {
            for (out, mel) in row.iter_mut().zip(mel.iter()) {
                *out = mel[lane];
            }
        }
    }
}

/// Of the samples that [`reached`] gives and the gradient of a group's frames, `[frames, MELS]`, adds
/// the gradient of the samples to as many numbers.
pub struct Backward<'a>(
    pub &'a [f32],
    pub &'a [f32],
    pub &'a mut [f32],
    pub &'a mut Workspace,
);

impl Work for Backward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(samples, of_plane, of_samples, work) = self;
        // Silence has no direction: no gradient passes.
        if samples.iter().all(|sample| *sample == 0.0) {
            return;
        }
        work.analyse::<V>(samples);
        work.of_magnitude.fill([0.0; LANES]);
        for (mel, filter) in mel_filters().iter().enumerate() {
            let mut scale = [0.0; LANES];
            for (scale, row) in scale.iter_mut().zip(of_plane.chunks_exact(MELS)) {
                *scale = row[mel];
            }
            let scale = V::load(&scale).divide(filtered::<V>(&work.magnitude, filter));
            let bins = &mut work.of_magnitude[filter.first_bin..];
            for (bin, weight) in bins.iter_mut().zip(&filter.weights) {
                let sum = scale.multiply_add(V::splat(*weight), V::load(bin));
                sum.store(bin);
            }
        }
        let values = work.spectrum.iter_mut().zip(work.magnitude.iter());
        for ((value, magnitude), gradient) in values.zip(work.of_magnitude.iter()) {
            let magnitude = V::load(magnitude);
            let scale = V::load(gradient).divide(magnitude);
            let scale = scale.where_positive(magnitude);
            for part in &mut value.0 {
                V::load(part).multiply(scale).store(part);
            }
        }
        adjoint::<V>(&work.spectrum, &mut work.packed);
        work.hops.fill([0.0; HOPS]);
        let window = hann_window();
        for (pair, row, hop) in pairs() {
            for (offset, values) in pair_of_samples(&work.packed, pair).into_iter().enumerate() {
                let weight = V::splat(window[2 * pair + offset]);
                let row = &mut work.hops[row + offset];
                let sum = V::load(values).multiply_add(weight, run::<V>(row, hop));
                if let Some(out) = row[hop..].first_chunk_mut() {
                    sum.store(out);
                }
            }
        }
        let hops = of_samples.chunks_mut(HOP_SAMPLES).enumerate();
        for (hop, out) in hops.take(HOPS) {
            for (out, row) in out.iter_mut().zip(work.hops.iter()) {
                *out += row[hop];
            }
        }
    }
}
