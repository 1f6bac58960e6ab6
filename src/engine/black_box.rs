//! Black boxes on a backend chosen at run time.

use super::{Engine, Inner, on};
use crate::Error;
use crate::program::Program;
use crate::series::Dataset;
use crate::source::{BlackBox, Opaque, SourceWeights};
use crate::task::{BlackBoxScore, BlackBoxSettings, fit_black_box};
use crate::train::Progress;

impl Engine {
    /// A source of which only the answers are seen.
    ///
    /// # Errors
    ///
    /// As [`Opaque::new`].
    pub fn black_box(self, source: &SourceWeights) -> Result<Box<dyn BlackBox>, Error> {
        on!(self, A, device => {
            let opaque = Opaque::<Inner<A>>::new(source.model(device), device)?;
            Ok(Box::new(opaque) as Box<dyn BlackBox>)
        })
    }

    /// Trains through the answers of a black box, and scores; see [`fit_black_box`].
    ///
    /// # Errors
    ///
    /// As [`fit_black_box`].
    pub fn fit_black_box(
        self,
        data: &Dataset,
        black_box: &dyn BlackBox,
        settings: &BlackBoxSettings,
        progress: &mut dyn FnMut(&Progress, u64),
    ) -> Result<(Program, BlackBoxScore), Error> {
        on!(self, A, device => {
            fit_black_box::<Inner<A>>(data, black_box, settings, device, progress)
        })
    }
}
