//! Max-pools whose windows lie side by side, and their gradient.

use rayon::prelude::*;

use crate::cpu::vectors::{LANES, Machine, Vector, Work};
use crate::stack::Pool;

/// Windows in time that are worked on together.
const BAND: usize = 8;

impl Pool {
    /// Pools one sample, `[time, frequency, channels]`, and writes `[time', frequency', channels]`
    /// (see [`Pool::output`]). What is no number never wins.
    pub(super) fn forward(
        self,
        plane: &[f32],
        [_, frequency, channels]: [usize; 3],
        out: &mut [f32],
        on: Machine,
    ) {
        let line = frequency * channels;
        let pooled = frequency / self.window[1] * channels;
        out.par_chunks_mut(BAND * pooled)
            .zip(plane.par_chunks(BAND * self.window[0] * line))
            .for_each(|(out, plane)| {
                let windows = Windows::new(self, line, channels);
                on.run(Forward {
                    windows,
                    plane,
                    out,
                });
            });
    }

    /// Writes the gradient with respect to one sample, given that of its output. Of equal values
    /// the first one of a window, in row-major order, takes it.
    pub(super) fn backward(
        self,
        plane: &[f32],
        [time, frequency, channels]: [usize; 3],
        gradient: &[f32],
        out: &mut [f32],
        on: Machine,
    ) {
        let line = frequency * channels;
        let pooled = frequency / self.window[1] * channels;
        // Frames that no window covers take none.
        let covered = time / self.window[0] * self.window[0] * line;
        let (covered, rest) = out.split_at_mut(covered);
        rest.fill(0.0);
        let band = BAND * self.window[0] * line;
        covered
            .par_chunks_mut(band)
            .zip(plane.par_chunks(band))
            .zip(gradient.par_chunks(BAND * pooled))
            .for_each(|((out, plane), gradient)| {
                let windows = Windows::new(self, line, channels);
                on.run(Backward {
                    windows,
                    plane,
                    line,
                    gradient,
                    out,
                });
            });
    }

    /// Where the values of a window lie from its first on, in row-major order.
    fn cells(self, line: usize, channels: usize) -> Vec<usize> {
        let [times, frequencies] = self.window;
        let at = |cell| cell / frequencies * line + cell % frequencies * channels;
        (0..times * frequencies).map(at).collect()
    }
}

/// Pieces of a band of windows.
struct Windows {
    /// See [`Pool::cells`].
    cells: Vec<usize>,
    channels: usize,
    /// Windows beside each other, and how far apart they and the rows of them start.
    wide: usize,
    steps: [usize; 2],
}

impl Windows {
    fn new(pool: Pool, line: usize, channels: usize) -> Self {
        Self {
            cells: pool.cells(line, channels),
            channels,
            wide: line / channels / pool.window[1],
            steps: [pool.window[0] * line, pool.window[1] * channels],
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

struct Forward<'a> {
    windows: Windows,
    plane: &'a [f32],
    out: &'a mut [f32],
}

impl Work for Forward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { windows, plane, .. } = self;
        for (index, out) in self.out.chunks_exact_mut(windows.channels).enumerate() {
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

struct Backward<'a> {
    windows: Windows,
    plane: &'a [f32],
    /// Values of one frame.
    line: usize,
    gradient: &'a [f32],
    out: &'a mut [f32],
}

impl Work for Backward<'_> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { windows, plane, .. } = self;
        for (index, gradient) in self.gradient.chunks_exact(windows.channels).enumerate() {
            let mut start = windows.start(index);
            let (vectors, rest) = gradient.as_chunks::<LANES>();
            for gradient in vectors {
                windows.give(plane, start, gradient, self.out);
                start += LANES;
            }
            for (at, gradient) in rest.iter().enumerate() {
                windows.give(plane, start + at, &[*gradient], self.out);
            }
        }
        // Frequencies that no window covers take none.
        for out in self.out.chunks_exact_mut(self.line) {
            out[windows.wide * windows.steps[1]..].fill(0.0);
        }
    }
}
