//! The log-mel plane by real Fourier transforms and sparse filters, a clip at a time.

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;
use rayon::prelude::*;
use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::{HostBackend, tensor};
use crate::audio::CLIP_SAMPLES;
use crate::audio::mel::{
    BINS, FRAME_SAMPLES, FRAMES, HOP_SAMPLES, LOG_OFFSET, MELS, hann_window, mel_filters,
};

type Plans = (Arc<dyn RealToComplex<f32>>, Arc<dyn ComplexToReal<f32>>);

fn plans() -> &'static Plans {
    static PLANS: OnceLock<Plans> = OnceLock::new();
    PLANS.get_or_init(|| {
        let mut planner = RealFftPlanner::new();
        (
            planner.plan_fft_forward(FRAME_SAMPLES),
            planner.plan_fft_inverse(FRAME_SAMPLES),
        )
    })
}

/// The buffers of one thread.
struct Workspace {
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    magnitude: Vec<f32>,
}

impl Workspace {
    fn new() -> Self {
        let (forward, inverse) = plans();
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            frame: vec![0.0; FRAME_SAMPLES],
            spectrum: vec![Complex32::default(); BINS],
            scratch: vec![Complex32::default(); scratch],
            magnitude: vec![0.0; BINS],
        }
    }

    /// The spectrum and magnitude of the frame; false, and nothing done, for a frame of zeros.
    fn analyse(&mut self, clip: &[f32], frame: usize) -> bool {
        let start = frame * HOP_SAMPLES;
        let samples = &clip[start..clip.len().min(start + FRAME_SAMPLES)];
        if samples.iter().all(|sample| *sample == 0.0) {
            return false;
        }
        self.frame.fill(0.0);
        for ((out, sample), weight) in self.frame.iter_mut().zip(samples).zip(hann_window()) {
            *out = sample * weight;
        }
        let (forward, _) = plans();
        // It can only fail for buffers of the wrong length, and these are made for the plan.
        let _ =
            forward.process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        for (magnitude, value) in self.magnitude.iter_mut().zip(&self.spectrum) {
            *magnitude = (value.re * value.re + value.im * value.im).sqrt();
        }
        true
    }
}

fn filtered(magnitude: &[f32], filter: &crate::audio::mel::MelFilter) -> f32 {
    magnitude[filter.first_bin..]
        .iter()
        .zip(&filter.weights)
        .map(|(magnitude, weight)| magnitude * weight)
        .sum()
}

fn log_mel_into(clip: &[f32], plane: &mut [f32], work: &mut Workspace) {
    for (frame, row) in plane.chunks_exact_mut(MELS).enumerate() {
        if !work.analyse(clip, frame) {
            row.fill(LOG_OFFSET.ln());
            continue;
        }
        for (out, filter) in row.iter_mut().zip(mel_filters()) {
            *out = (filtered(&work.magnitude, filter) + LOG_OFFSET).ln();
        }
    }
}

/// Adds the gradient with respect to the clip to `out`, given that of its plane.
fn clip_gradient(clip: &[f32], of_plane: &[f32], out: &mut [f32], work: &mut Workspace) {
    let (_, inverse) = plans();
    let mut of_magnitude = vec![0.0f32; BINS];
    for (frame, row) in of_plane.chunks_exact(MELS).enumerate() {
        // A frame of zeros has no direction: no gradient passes.
        if !work.analyse(clip, frame) {
            continue;
        }
        of_magnitude.fill(0.0);
        for (gradient, filter) in row.iter().zip(mel_filters()) {
            let scale = gradient / (filtered(&work.magnitude, filter) + LOG_OFFSET);
            let bins = &mut of_magnitude[filter.first_bin..];
            for (bin, weight) in bins.iter_mut().zip(&filter.weights) {
                *bin += scale * weight;
            }
        }
        for ((value, magnitude), gradient) in work
            .spectrum
            .iter_mut()
            .zip(&work.magnitude)
            .zip(&of_magnitude)
        {
            // The inverse transform counts every bin but the outer two twice, once for its
            // mirror image.
            let scale = if *magnitude > 0.0 {
                0.5 * gradient / magnitude
            } else {
                0.0
            };
            *value *= scale;
        }
        for outer in [0, BINS - 1] {
            work.spectrum[outer] = Complex32::new(2.0 * work.spectrum[outer].re, 0.0);
        }
        let _ =
            inverse.process_with_scratch(&mut work.spectrum, &mut work.frame, &mut work.scratch);
        let start = frame * HOP_SAMPLES;
        let window = hann_window();
        for ((out, value), weight) in out[start..].iter_mut().zip(&work.frame).zip(window) {
            *out += value * weight;
        }
    }
}

/// See [`Kernels::log_mel`](crate::kernel::Kernels::log_mel).
pub fn log_mel<B: HostBackend>(audio: Tensor<B, 2>) -> Tensor<B, 3> {
    let device = audio.device();
    let [batch, samples] = audio.dims();
    let audio = B::values(audio);
    let mut planes = vec![0.0; batch * FRAMES * MELS];
    planes
        .par_chunks_mut(FRAMES * MELS)
        .zip(audio.par_chunks(samples))
        .for_each_init(Workspace::new, |work, (plane, clip)| {
            log_mel_into(clip, plane, work);
        });
    tensor(planes, [batch, FRAMES, MELS], &device)
}

/// See [`Kernels::log_mel_backward`](crate::kernel::Kernels::log_mel_backward).
pub fn log_mel_backward<B: HostBackend>(
    audio: Tensor<B, 2>,
    gradient: Tensor<B, 3>,
) -> Tensor<B, 2> {
    let device = audio.device();
    let [batch, samples] = audio.dims();
    let audio = B::values(audio);
    let of_planes = B::values(gradient);
    let mut out = vec![0.0; batch * CLIP_SAMPLES];
    out.par_chunks_mut(samples)
        .zip(audio.par_chunks(samples))
        .zip(of_planes.par_chunks(FRAMES * MELS))
        .for_each_init(Workspace::new, |work, ((out, clip), of_plane)| {
            clip_gradient(clip, of_plane, out, work);
        });
    tensor(out, [batch, samples], &device)
}
