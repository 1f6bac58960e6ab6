//! What readouts read of a source: the same while they are fitted and while they predict.

use crate::forecast::ScaledWindow;
use crate::kernel::Kernels;
use crate::mapping::pool;
use crate::parameters::Parameters;
use crate::source::{SourceModel, host, in_batches, pooled_width};
use crate::transform::Transform;
use crate::{Error, ErrorKind};

/// The activations of every series, as a transform takes it: `[series, width]` of what
/// is pooled of the taps that it is read by; `forwarded` hears
/// how many are done.
pub(crate) fn features<B: Kernels, S: AsRef<[f32]> + Sync>(
    series: &[S],
    transform: &Transform,
    numbers: &Parameters<B>,
    source: &dyn SourceModel<B>,
    device: &B::Device,
    forwarded: &mut dyn FnMut(usize),
) -> Result<Vec<f32>, Error> {
    let spec = source.spec();
    let read = transform.taps();
    let width = read.width(spec);
    let taps = read.places(spec);
    let count = series.len().saturating_mul(width);
    let mut features = Vec::new();
    features.try_reserve_exact(count).map_err(|_| {
        let message = format!("there is not enough memory for {count} activations");
        Error::new(ErrorKind::NoMemory, message).with_hint("take fewer series at a time")
    })?;
    let longest = series.iter().map(|one| one.as_ref().len()).max();
    in_batches(
        series,
        longest.unwrap_or(0),
        |batch, _| {
            let prepared = transform.prepare(spec, batch)?;
            let input = transform.forward(spec, &prepared, numbers, device);
            Ok(pool(spec, &source.forward(input, &taps), read))
        },
        |pooled| {
            features.extend(host(pooled).values);
            forwarded(features.len() / width);
            Ok(())
        },
    )?;
    Ok(features)
}

/// What a forecaster's readout reads of each window: its values, counted from the last one, and behind
/// them the activations by each transform, `[windows, context + transforms · pooled_width]`.
pub(crate) fn readings<'a, B: Kernels>(
    windows: &[&ScaledWindow],
    transforms: impl IntoIterator<Item = (&'a Transform, &'a Parameters<B>)>,
    source: &dyn SourceModel<B>,
    device: &B::Device,
) -> Result<Vec<f32>, Error> {
    let values: Vec<&[f32]> = windows.iter().map(|window| &window.values[..]).collect();
    let activations = transforms.into_iter().map(|(transform, numbers)| {
        features(&values, transform, numbers, source, device, &mut |_| {})
    });
    let activations = activations.collect::<Result<Vec<_>, _>>()?;
    let width = pooled_width(source.spec());
    let mut readings = Vec::new();
    for (row, window) in windows.iter().enumerate() {
        readings.extend(window.from_last());
        for activations in &activations {
            readings.extend_from_slice(&activations[row * width..(row + 1) * width]);
        }
    }
    Ok(readings)
}
