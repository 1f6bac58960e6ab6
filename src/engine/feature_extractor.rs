//! Features on a backend chosen at run time.

use std::fmt;

use super::{Engine, Inner, guarded, on};
use crate::Error;
use crate::kernel::Kernels;
use crate::program::FeatureProgram;
use crate::source::SourceWeights;
use crate::task;

/// What the extractors of all backends can do; see [`task::FeatureExtractor`].
trait Extract: Send + Sync {
    fn program(&self) -> &FeatureProgram;
    fn width(&self) -> usize;
    fn features(&self, series: &[Vec<f64>]) -> Result<Vec<Vec<f32>>, Error>;
}

impl<B: Kernels> Extract for task::FeatureExtractor<B> {
    fn program(&self) -> &FeatureProgram {
        self.program()
    }

    fn width(&self) -> usize {
        self.width()
    }

    fn features(&self, series: &[Vec<f64>]) -> Result<Vec<Vec<f32>>, Error> {
        self.features(series)
    }
}

/// A program that gives features on a backend, beside its frozen sources.
///
/// ```
/// # #[cfg(feature = "cpu")] {
/// use retune::Engine;
/// use retune::engine::FeatureExtractor;
/// use retune::fit::{FitSettings, Preset, fit_features};
/// use retune::mapping::Pooling;
/// use retune::series::{ReadOptions, Split};
///
/// # fn main() -> Result<(), retune::Error> {
/// let path = "data/ItalyPowerDemand/ItalyPowerDemand_TRAIN.ts";
/// let split = Split::read(path.as_ref(), &ReadOptions::default())?;
/// let (settings, sources) = (FitSettings::preset(Preset::Fast), Preset::Fast.find_sources()?);
/// let program = fit_features(&split.series, &sources, &settings, Pooling::Means)?;
/// let extractor = FeatureExtractor::new(Engine::cpu()?, program, &sources)?;
/// assert_eq!(extractor.features(&split.series[..2])?[1].len(), extractor.width());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
pub struct FeatureExtractor(Engine, Box<dyn Extract>);

impl fmt::Debug for FeatureExtractor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FeatureExtractor({:?})", self.program())
    }
}

impl FeatureExtractor {
    /// Puts a program and its sources, among those given, on a backend.
    ///
    /// # Errors
    ///
    /// As [`task::FeatureExtractor::new`].
    pub fn new(
        engine: Engine,
        program: FeatureProgram,
        sources: &[SourceWeights],
    ) -> Result<Self, Error> {
        on!(engine, A, device => {
            Ok(Self(engine, Box::new(task::FeatureExtractor::<Inner<A>>::new(program, sources, device)?)))
        })
    }

    /// The program; [`FeatureProgram::save`] keeps it.
    pub fn program(&self) -> &FeatureProgram {
        self.1.program()
    }

    /// How many features a series has.
    pub fn width(&self) -> usize {
        self.1.width()
    }

    /// The features of every series, `[series][width]`.
    ///
    /// # Errors
    ///
    /// As [`task::FeatureExtractor::features`].
    pub fn features(&self, series: &[Vec<f64>]) -> Result<Vec<Vec<f32>>, Error> {
        guarded(self.0, || self.1.features(series))
    }
}
