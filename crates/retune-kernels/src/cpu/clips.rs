//! Kernels that work on one clip at a time.

use rayon::prelude::*;

use super::vectors::{Vector, Work, run};

/// A kernel that makes `M` rows of one clip's parts of `N` inputs.
pub trait OnClip<const N: usize, const M: usize>: Sync {
    /// Writes the rows, which hold zeros. To be `#[inline(always)]`, as [`Work::run`].
    fn run<V: Vector>(&self, inputs: [&[f32]; N], out: [&mut [f32]; M]);
}

/// The kernel on one clip.
struct Clip<'a, K, const N: usize, const M: usize>(&'a K, [&'a [f32]; N], [&'a mut [f32]; M]);

impl<K: OnClip<N, M>, const N: usize, const M: usize> Work for Clip<'_, K, N, M> {
    #[inline(always)]
    fn run<V: Vector>(self) {
        self.0.run::<V>(self.1, self.2);
    }
}

/// What the kernel makes of all clips, so many values of each; `inputs` hold the clips after one
/// another.
pub fn of_clips<K: OnClip<N, M>, const N: usize, const M: usize>(
    kernel: &K,
    clips: usize,
    inputs: [&[f32]; N],
    widths: [usize; M],
) -> [Vec<f32>; M] {
    let mut out = widths.map(|width| vec![0.0; clips * width]);
    let mut rest = out.each_mut().map(Vec::as_mut_slice);
    let rows: Vec<[&mut [f32]; M]> = (0..clips)
        .map(|_| {
            std::array::from_fn(|row| {
                let own = rest[row].split_off_mut(..widths[row]);
                own.expect("the outputs are those of all clips")
            })
        })
        .collect();
    rows.into_par_iter().enumerate().for_each(|(clip, rows)| {
        let inputs = inputs.map(|all| {
            let length = all.len() / clips;
            &all[clip * length..(clip + 1) * length]
        });
        run(Clip(kernel, inputs, rows));
    });
    out
}
