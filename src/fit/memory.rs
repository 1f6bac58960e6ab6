//! What a fit takes of the memory, worked out before it starts.

use retune_core::memory;

use super::closed_form::{ACTIVATIONS, TOGETHER};
use super::{Examples, FitSettings};
use crate::Error;
use crate::source::{SourceWeights, pooled_width};

/// Whether a fit in closed form fits into memory: the activations of all series at once with a copy for
/// each readout, its decomposition, and the scores of every readout that may be kept.
pub(super) fn check(
    examples: Examples,
    sources: &[SourceWeights],
    branches: usize,
    settings: &FitSettings,
) -> Result<(), Error> {
    if settings.by_gradient() {
        return Ok(());
    }
    let widths = sources.iter().map(|source| pooled_width(source.spec()));
    let width = widths.max().unwrap_or(0) as u64;
    let (series, classes) = (examples.series.len() as u64, examples.class_count as u64);
    let (branches, readouts) = (branches as u64, settings.readouts.len() as u64);
    let one = series.saturating_mul(width);
    let activations = one
        .saturating_mul(branches.min(TOGETHER as u64))
        .min(one.max(ACTIVATIONS as u64));
    let scores = series
        .saturating_mul(classes)
        .saturating_mul(branches * readouts);
    let needed = activations.saturating_mul(4 * (1 + readouts));
    let needed = needed.saturating_add(scores.saturating_mul(8));
    memory::check(
        needed,
        &format!("fitting {series} series of {classes} classes"),
    )
    .map_err(|error| error.with_hint("fit on fewer series, with fewer transforms or one readout"))
}
