//! Many series through a source, batch by batch.

use std::mem;

use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::Error;
use crate::kernel::Kernels;

/// Gives batches of series, each with the number of those before it, to `launch`, and what that makes of
/// them to `read`, in their order. Some batches are worked on side by side; a device works on one
/// while the host prepares the next.
pub(crate) fn in_batches<B: Kernels, S: Sync, const D: usize>(
    series: &[S],
    length: usize,
    launch: impl Fn(&[S], usize) -> Result<Tensor<B, D>, Error> + Sync,
    mut read: impl FnMut(Tensor<B, D>) -> Result<(), Error>,
) -> Result<(), Error> {
    let together = B::together(length);
    let batches: Vec<_> = series.chunks(together).enumerate().collect();
    let mut pending = Vec::new();
    for group in batches.chunks(B::side_by_side().max(1)) {
        let launch = |(index, batch): &(usize, &[S])| launch(batch, index * together);
        let launched = match group {
            // Of a device, the thread that asked is the one that it answers.
            [alone] => vec![launch(alone)],
            _ => group.par_iter().map(launch).collect(),
        };
        for found in mem::replace(&mut pending, launched) {
            read(found?)?;
        }
    }
    pending.into_iter().try_for_each(|found| read(found?))
}
