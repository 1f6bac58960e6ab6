//! Programs that give features: nothing is trained, but what transforms learn of the series.

use super::{Examples, FitSettings, branches, check_series};
use crate::Error;
use crate::mapping::Pooling;
use crate::parameters::Numbers;
use crate::program::{Extraction, FeaturePart, FeatureProgram, Program, Scaled, Trained};
use crate::series::Level;
use crate::source::{SourceReference, SourceWeights};

/// Makes a program that gives what sources make of series like these, `pooling` of it: each source hears them
/// through each transform of the settings, as it begins.
///
/// # Errors
///
/// When there are no series, they differ in length, hold values that are not finite or do not suit a transform,
/// no source, or a setting is out of range.
pub fn fit_features(
    series: &[Vec<f64>],
    sources: &[SourceWeights],
    settings: &FitSettings,
    pooling: Pooling,
) -> Result<FeatureProgram, Error> {
    settings.check()?;
    let length = check_series(series)?;
    let level = Level::of(series);
    let scaled = series
        .iter()
        .map(|one| Scaled::of(one, settings.scaling, level));
    let scaled: Vec<Scaled> = scaled.collect();
    let settings = FitSettings {
        readouts: Vec::new(),
        epochs: 0,
        ..settings.clone()
    };
    let examples = Examples {
        series: &scaled,
        length,
        classes: &[],
        class_count: 0,
    };
    let mut tensors = Numbers::new();
    let mut parts = Vec::new();
    for (place, branch) in branches(examples, sources, &settings)?
        .into_iter()
        .enumerate()
    {
        tensors.extend(Trained::Transform.named(place, branch.numbers));
        parts.push(FeaturePart {
            source: branch.source,
            transform: branch.transform,
        });
    }
    let content = Extraction {
        series_length: length,
        level,
        scaling: settings.scaling,
        pooling,
        parts,
    };
    let sources = sources
        .iter()
        .map(|source| SourceReference::of(source.spec()));
    Ok(Program::fitted(
        sources.collect(),
        content,
        tensors,
        Default::default(),
    ))
}
