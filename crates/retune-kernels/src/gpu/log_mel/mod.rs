//! The log-mel plane: a workgroup takes two frames through one Fourier transform, the second as the
//! imaginary part of the first (two real transforms in a complex one).

mod fourier;
mod tables;

use burn::tensor::Tensor;
use burn_cubecl::CubeRuntime;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::*;

use self::fourier::{INVOCATIONS, transform};
use self::tables::{CLOSEST, FILTERS, STARTS, WEIGHTS, WINDOW, tables};
use crate::gpu::launch::{Gpu, empty, groups, into_tensor, rows, rows_or};
use crate::mel::{BINS, CLIP_SAMPLES, FRAME_SAMPLES, FRAMES, HOP_SAMPLES, LOG_OFFSET, MELS};

/// Pairs of frames of a clip; the last has one frame.
const PAIRS: usize = FRAMES.div_ceil(2);
/// Frames that a sample is in.
const OVERLAP: usize = FRAME_SAMPLES / HOP_SAMPLES;

pub fn forward<R: CubeRuntime>(
    audio: Tensor<Gpu<R>, 2>,
    shared: Option<Tensor<Gpu<R>, 1>>,
) -> Tensor<Gpu<R>, 3> {
    let [batch, samples] = audio.dims();
    assert_eq!(samples, CLIP_SAMPLES, "clips of a second");
    let audio = rows(audio);
    let planes = empty(&audio, [batch, FRAMES, MELS]);
    let (shared, is_sum) = rows_or(shared, &audio);
    if batch > 0 {
        // SAFETY: `audio` has a clip and `planes` a plane for each of the groups' second index;
        // `shared` is a clip or, not read, the audio.
        unsafe {
            forward_kernel::launch_unchecked::<R>(
                &audio.client.clone(),
                CubeCount::Static(PAIRS as u32, batch as u32, 1),
                CubeDim::new_1d(INVOCATIONS as u32),
                audio.clone().into_array_arg(),
                shared.into_array_arg(),
                tables(&audio.device).into_array_arg(),
                planes.clone().into_array_arg(),
                is_sum,
            );
        }
    }
    into_tensor(planes)
}

pub fn backward<R: CubeRuntime>(
    audio: Tensor<Gpu<R>, 2>,
    gradient: Tensor<Gpu<R>, 3>,
) -> Tensor<Gpu<R>, 2> {
    let [batch, _] = audio.dims();
    let frames = of_frames(audio, None, gradient);
    let out = empty(&frames, [batch, CLIP_SAMPLES]);
    overlap(frames, &out, [batch, 1]);
    into_tensor(out)
}

pub fn backward_to_shared<R: CubeRuntime>(
    placed: Tensor<Gpu<R>, 2>,
    shared: Tensor<Gpu<R>, 1>,
    gradient: Tensor<Gpu<R>, 3>,
) -> Tensor<Gpu<R>, 1> {
    let [batch, _] = placed.dims();
    let frames = of_frames(placed, Some(shared), gradient);
    let out = empty(&frames, [CLIP_SAMPLES]);
    overlap(frames, &out, [1, batch]);
    into_tensor(out)
}

/// The gradient of each frame's samples, `[batch, FRAMES, FRAME_SAMPLES]`.
fn of_frames<R: CubeRuntime>(
    audio: Tensor<Gpu<R>, 2>,
    shared: Option<Tensor<Gpu<R>, 1>>,
    gradient: Tensor<Gpu<R>, 3>,
) -> CubeTensor<R> {
    let [batch, samples] = audio.dims();
    assert_eq!(samples, CLIP_SAMPLES, "clips of a second");
    let audio = rows(audio);
    let frames = empty(&audio, [batch, FRAMES, FRAME_SAMPLES]);
    let (shared, is_sum) = rows_or(shared, &audio);
    if batch > 0 {
        // SAFETY: as in `forward`; `gradient` has a plane and `frames` all frames for each clip.
        unsafe {
            backward_kernel::launch_unchecked::<R>(
                &audio.client.clone(),
                CubeCount::Static(PAIRS as u32, batch as u32, 1),
                CubeDim::new_1d(INVOCATIONS as u32),
                audio.clone().into_array_arg(),
                shared.into_array_arg(),
                tables(&audio.device).into_array_arg(),
                rows(gradient).into_array_arg(),
                frames.clone().into_array_arg(),
                is_sum,
            );
        }
    }
    frames
}

/// Adds frames up where they lie over each other, into `clips` clips of which each is the sum of `each`.
fn overlap<R: CubeRuntime>(frames: CubeTensor<R>, out: &CubeTensor<R>, [clips, each]: [usize; 2]) {
    if clips > 0 {
        // SAFETY: `frames` has all frames of `clips · each` clips, `out` has `clips`.
        unsafe {
            overlap_kernel::launch_unchecked::<R>(
                &frames.client.clone(),
                CubeCount::Static(groups(CLIP_SAMPLES, INVOCATIONS), clips as u32, 1),
                CubeDim::new_1d(INVOCATIONS as u32),
                frames.into_array_arg(),
                out.clone().into_array_arg(),
                each as u32,
            );
        }
    }
}

#[cube]
fn window_of(
    audio: &Array<f32>,
    shared: &Array<f32>,
    tables: &Array<f32>,
    frame: usize,
    at: usize,
    #[comptime] is_sum: bool,
) -> f32 {
    let sample = frame * HOP_SAMPLES + at;
    let mut value = f32::new(0.0);
    if frame < FRAMES && sample < CLIP_SAMPLES {
        value = audio[CUBE_POS_Y as usize * CLIP_SAMPLES + sample];
        if comptime!(is_sum) {
            value += shared[sample];
        }
    }
    value * tables[WINDOW + at]
}

/// The spectra of a pair of frames, the second's times i added to the first's.
#[cube]
fn spectra(
    audio: &Array<f32>,
    shared: &Array<f32>,
    tables: &Array<f32>,
    real: &mut SharedMemory<f32>,
    imaginary: &mut SharedMemory<f32>,
    #[comptime] is_sum: bool,
) {
    let here = UNIT_POS as usize;
    let frame = 2 * CUBE_POS_X as usize;
    #[unroll]
    for part in 0..comptime!(FRAME_SAMPLES / INVOCATIONS) {
        let at = here + part * INVOCATIONS;
        real[at] = window_of(audio, shared, tables, frame, at, is_sum);
        imaginary[at] = window_of(audio, shared, tables, frame + 1, at, is_sum);
    }
    sync_cube();
    transform(real, imaginary, tables, false);
}

/// Real and imaginary part of a bin of both frames' spectra: with Z that of the pair,
/// (Z(k) + Z*(N − k)) / 2 and (Z(k) − Z*(N − k)) / 2i.
#[cube]
fn apart(
    real: &SharedMemory<f32>,
    imaginary: &SharedMemory<f32>,
    bin: usize,
) -> (f32, f32, f32, f32) {
    let mirror = (FRAME_SAMPLES - bin) % FRAME_SAMPLES;
    let (a, b) = (real[bin], imaginary[bin]);
    let (c, d) = (real[mirror], imaginary[mirror]);
    (0.5 * (a + c), 0.5 * (b - d), 0.5 * (b + d), 0.5 * (c - a))
}

/// The magnitudes of both frames, one after the other.
#[cube]
fn magnitudes_of(
    real: &SharedMemory<f32>,
    imaginary: &SharedMemory<f32>,
    magnitudes: &mut SharedMemory<f32>,
) {
    let here = UNIT_POS as usize;
    for round in 0..comptime!(BINS.div_ceil(INVOCATIONS)) {
        let bin = here + round * INVOCATIONS;
        if bin < BINS {
            let (a, b, c, d) = apart(real, imaginary, bin);
            magnitudes[bin] = (a * a + b * b).sqrt();
            magnitudes[BINS + bin] = (c * c + d * d).sqrt();
        }
    }
    sync_cube();
}

/// What a filter hears of a frame of the pair.
#[cube]
fn mel_of(
    magnitudes: &SharedMemory<f32>,
    tables: &Array<f32>,
    second: usize,
    filter: usize,
) -> f32 {
    let first_bin = u32::cast_from(tables[FILTERS + filter]) as usize;
    let start = u32::cast_from(tables[STARTS + filter]) as usize;
    let end = u32::cast_from(tables[STARTS + filter + 1]) as usize;
    let mut sum = f32::new(0.0);
    for place in start..end {
        sum += tables[WEIGHTS + place] * magnitudes[second * BINS + first_bin + place - start];
    }
    sum
}

#[cube(launch_unchecked)]
fn forward_kernel(
    audio: &Array<f32>,
    shared: &Array<f32>,
    tables: &Array<f32>,
    planes: &mut Array<f32>,
    #[comptime] is_sum: bool,
) {
    let mut real = SharedMemory::<f32>::new(FRAME_SAMPLES);
    let mut imaginary = SharedMemory::<f32>::new(FRAME_SAMPLES);
    let mut magnitudes = SharedMemory::<f32>::new(comptime!(2 * BINS));
    spectra(audio, shared, tables, &mut real, &mut imaginary, is_sum);
    magnitudes_of(&real, &imaginary, &mut magnitudes);
    let here = UNIT_POS as usize;
    if here < 2 * MELS {
        let (second, filter) = (here / MELS, here % MELS);
        let frame = 2 * CUBE_POS_X as usize + second;
        if frame < FRAMES {
            let mel = mel_of(&magnitudes, tables, second, filter);
            let row = CUBE_POS_Y as usize * FRAMES + frame;
            planes[row * MELS + filter] = (mel + LOG_OFFSET).ln();
        }
    }
}

#[cube(launch_unchecked)]
fn backward_kernel(
    audio: &Array<f32>,
    shared: &Array<f32>,
    tables: &Array<f32>,
    gradient: &Array<f32>,
    frames: &mut Array<f32>,
    #[comptime] is_sum: bool,
) {
    let mut real = SharedMemory::<f32>::new(FRAME_SAMPLES);
    let mut imaginary = SharedMemory::<f32>::new(FRAME_SAMPLES);
    let mut magnitudes = SharedMemory::<f32>::new(comptime!(2 * BINS));
    // One more each, which is no filter's: a bin may be in one filter alone.
    let mut of_mels = SharedMemory::<f32>::new(comptime!(2 * (MELS + 2)));
    spectra(audio, shared, tables, &mut real, &mut imaginary, is_sum);
    magnitudes_of(&real, &imaginary, &mut magnitudes);

    let here = UNIT_POS as usize;
    let frame = 2 * CUBE_POS_X as usize;
    if here < 2 * (MELS + 2) {
        let (second, padded) = (here / (MELS + 2), here % (MELS + 2));
        let mut of_mel = f32::new(0.0);
        if padded > 0 && padded <= MELS && frame + second < FRAMES {
            let filter = padded - 1;
            let mel = mel_of(&magnitudes, tables, second, filter);
            let row = CUBE_POS_Y as usize * FRAMES + frame + second;
            of_mel = gradient[row * MELS + filter] / (mel + LOG_OFFSET);
        }
        of_mels[here] = of_mel;
    }
    sync_cube();

    // The adjoint of a real transform is the real part of the inverse one of G, which is the inverse
    // transform of G's Hermitian part H; that of H₁ + i H₂ has both frames. A bin and its mirror
    // belong to one invocation.
    for round in 0..comptime!(BINS.div_ceil(INVOCATIONS)) {
        let bin = here + round * INVOCATIONS;
        if bin < BINS {
            let (a, b, c, d) = apart(&real, &imaginary, bin);
            let half = select(bin == 0 || bin == BINS - 1, f32::new(1.0), f32::new(0.5));
            let scale = half * slope(&of_mels, &magnitudes, tables, 0, bin);
            let scale2 = half * slope(&of_mels, &magnitudes, tables, 1, bin);
            let (a, b, c, d) = (a * scale, b * scale, c * scale2, d * scale2);
            let mirror = (FRAME_SAMPLES - bin) % FRAME_SAMPLES;
            real[mirror] = a + d;
            imaginary[mirror] = c - b;
            real[bin] = a - d;
            imaginary[bin] = b + c;
        }
    }
    sync_cube();
    transform(&mut real, &mut imaginary, tables, true);

    let row = CUBE_POS_Y as usize * FRAMES + frame;
    #[unroll]
    for part in 0..comptime!(FRAME_SAMPLES / INVOCATIONS) {
        let at = here + part * INVOCATIONS;
        let weight = tables[WINDOW + at];
        frames[row * FRAME_SAMPLES + at] = weight * real[at];
        if frame + 1 < FRAMES {
            frames[(row + 1) * FRAME_SAMPLES + at] = weight * imaginary[at];
        }
    }
}

/// The gradient of a bin's magnitude over that magnitude; a bin is in two filters after one another.
#[cube]
fn slope(
    of_mels: &SharedMemory<f32>,
    magnitudes: &SharedMemory<f32>,
    tables: &Array<f32>,
    second: usize,
    bin: usize,
) -> f32 {
    let lower = u32::cast_from(tables[CLOSEST + bin]) as usize + second * (MELS + 2);
    let of_magnitude = of_mels[lower] * tables[CLOSEST + BINS + bin]
        + of_mels[lower + 1] * tables[CLOSEST + 2 * BINS + bin];
    let magnitude = magnitudes[second * BINS + bin];
    // Where the magnitude is zero its direction is undefined: no gradient passes.
    let divisor = select(magnitude > 0.0, magnitude, f32::new(1.0));
    select(magnitude > 0.0, of_magnitude / divisor, f32::new(0.0))
}

#[cube(launch_unchecked)]
fn overlap_kernel(frames: &Array<f32>, out: &mut Array<f32>, each: u32) {
    let sample = CUBE_POS_X as usize * INVOCATIONS + UNIT_POS as usize;
    if sample < CLIP_SAMPLES {
        let clip = CUBE_POS_Y as usize;
        let last = sample / HOP_SAMPLES;
        let within = sample % HOP_SAMPLES;
        let mut sum = f32::new(0.0);
        for part in 0..each as usize {
            let first = (clip * each as usize + part) * FRAMES;
            #[unroll]
            for hop in 0..OVERLAP {
                if hop <= last {
                    let at = (first + last - hop) * FRAME_SAMPLES + within + hop * HOP_SAMPLES;
                    sum += frames[at];
                }
            }
        }
        out[clip * CLIP_SAMPLES + sample] = sum;
    }
}
