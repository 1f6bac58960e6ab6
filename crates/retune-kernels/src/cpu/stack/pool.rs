//! Max-pools whose windows lie side by side, and their gradient.

use rayon::prelude::*;

use crate::cpu::vectors::{LANES, Vector, Work, run};
use crate::layers::Pool;

/// Rows of windows that are worked on together.
const BAND: usize = 8;

impl Pool {
    /// Pools one sample, `[time, frequency, channels]`, and writes `[time', frequency', channels]`
    /// (see [`Pool::output`]). What is no number never wins.
    pub(super) fn forward(self, plane: &[f32], size: [usize; 3], out: &mut [f32]) {
        let windows = Windows::new(self, size);
        out.par_chunks_mut(BAND * windows.wide * windows.channels)
            .zip(plane.par_chunks(BAND * windows.steps[0]))
            .for_each(|(out, plane)| run(Forward(windows.clone(), plane, out)));
    }

    /// Writes the gradient with respect to one sample, given that of its output. Of equal values
    /// the first one of a window, in row-major order, takes it.
    pub(super) fn backward(
        self,
        plane: &[f32],
        size: [usize; 3],
        gradient: &[f32],
        out: &mut [f32],
    ) {
        let windows = Windows::new(self, size);
        // Frames that no window covers take none.
        let covered = size[0] / self.window[0] * windows.steps[0];
        let (covered, rest) = out.split_at_mut(covered);
        rest.fill(0.0);
        let band = BAND * windows.steps[0];
        covered
            .par_chunks_mut(band)
            .zip(plane.par_chunks(band))
            .zip(gradient.par_chunks(BAND * windows.wide * windows.channels))
            .for_each(|((out, plane), gradient)| {
                run(Backward(windows.clone(), plane, gradient, out))
            });
    }
}

/// Where the windows of a plane lie.
#[derive(Clone)]
struct Windows {
    /// Where the values of a window lie from its first on, in row-major order.
    cells: Vec<usize>,
    channels: usize,
    /// Values of one frame.
    line: usize,
    /// Windows beside each other, and how far apart the rows of them and they start.
    wide: usize,
    steps: [usize; 2],
}

impl Windows {
    fn new(pool: Pool, [_, frequency, channels]: [usize; 3]) -> Self {
        let ([times, frequencies], line) = (pool.window, frequency * channels);
        let cell = |cell| cell / frequencies * line + cell % frequencies * channels;
        Self {
            cells: (0..times * frequencies).map(cell).collect(),
            channels,
            line,
            wide: frequency / frequencies,
            steps: [times * line, frequencies * channels],
        }
    }

    /// Where the window that gives the pooled values from `index · channels` on starts.
    #[inline(always)]
    fn start(&self, index: usize) -> usize {
        index / self.wide * self.steps[0] + index % self.wide * self.steps[1]
    }

    /// The largest values of `N` channels of a window.
    #[inline(always)]
    fn most<const N: usize>(&self, plane: &[f32], start: usize) -> [f32; N] {
        let mut most = [f32::NEG_INFINITY; N];
        for cell in &self.cells {
            if let Some(values) = plane[start + cell..].first_chunk::<N>() {
                for (most, value) in most.iter_mut().zip(values) {
                    *most = if *value > *most { *value } else { *most };
                }
            }
        }
        most
    }

    /// Gives the gradient of `N` channels of a window to the first value that is the maximum:
    /// then nothing is left.
    #[inline(always)]
    fn give<const N: usize>(
        &self,
        plane: &[f32],
        start: usize,
        gradient: &[f32; N],
        out: &mut [f32],
    ) {
        let most = self.most::<N>(plane, start);
        let mut left = *gradient;
        for cell in &self.cells {
            let values = plane[start + cell..].first_chunk::<N>();
            let out = out[start + cell..].first_chunk_mut::<N>();
            if let (Some(values), Some(out)) = (values, out) {
                for lane in 0..N {
                    let here = values[lane] == most[lane];
                    out[lane] = if here { left[lane] } else { 0.0 };
                    left[lane] = if here { 0.0 } else { left[lane] };
                }
            }
        }
    }
}

/// Writes the largest values of a band of windows.
struct Forward<'a>(Windows, &'a [f32], &'a mut [f32]);

impl Work for Forward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(windows, plane, out) = self;
        for (index, out) in out.chunks_exact_mut(windows.channels).enumerate() {
            let mut start = windows.start(index);
            let (vectors, rest) = out.as_chunks_mut::<LANES>();
            for out in vectors {
                *out = windows.most(plane, start);
                start += LANES;
            }
            for (at, out) in rest.iter_mut().enumerate() {
                [*out] = windows.most(plane, start + at);
            }
        }
    }
}

/// Writes the gradient of a band, given its plane and the gradient of its windows.
struct Backward<'a>(Windows, &'a [f32], &'a [f32], &'a mut [f32]);

impl Work for Backward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self(windows, plane, gradient, out) = self;
        for (index, gradient) in gradient.chunks_exact(windows.channels).enumerate() {
            let mut start = windows.start(index);
            let (vectors, rest) = gradient.as_chunks::<LANES>();
            for gradient in vectors {
                windows.give(plane, start, gradient, out);
                start += LANES;
            }
            for (at, gradient) in rest.iter().enumerate() {
                windows.give(plane, start + at, &[*gradient], out);
            }
        }
        // Frequencies that no window covers take none.
        for out in out.chunks_exact_mut(windows.line) {
            out[windows.wide * windows.steps[1]..].fill(0.0);
        }
    }
}
