//! From moments and the penalties of blocks to weights.

use faer::dyn_stack::MemStack;
use faer::linalg::cholesky::llt::{factor, solve};
use faer::{Conj, Mat, Par};

use super::penalties::of_features;
use super::rows::{memory, no_decomposition};
use super::standard::Standard;
use super::{Block, LinearModel, Moments};
use crate::Error;

impl Moments {
    /// The weights that minimise the squared error and the penalties.
    ///
    /// # Errors
    ///
    /// When the blocks do not hold each feature once, for a penalty that is not above 0, and, of
    /// kind [`Numeric`](crate::ErrorKind::Numeric), for one too small for features that depend on
    /// each other.
    pub fn solve(&self, blocks: &[Block]) -> Result<LinearModel, Error> {
        let penalties = of_features(blocks, self.features())?;
        let mut standard = self.standard();
        standard
            .kept
            .retain(|&feature| penalties[feature].is_finite());
        let weights = self.standardised_weights(&standard, &penalties)?;
        Ok(standard.model(&weights, self.target_means()))
    }

    /// The weights of the kept features when standardised, `[kept, targets]`.
    fn standardised_weights(
        &self,
        standard: &Standard,
        penalties: &[f64],
    ) -> Result<Mat<f64>, Error> {
        let (kept, targets) = (&standard.kept, self.targets());
        let size = kept.len();
        let mut weights = Mat::from_fn(size, targets, |place, target| {
            let sums = self.products_with(self.features() + target);
            sums[kept[place]] / standard.deviation(kept[place])
        });
        if size == 0 {
            return Ok(weights);
        }
        let mut gram = Mat::zeros(size, size);
        for (place, &one) in kept.iter().enumerate() {
            let (sums, deviation) = (self.products_with(one), standard.deviation(one));
            let below = gram.col_as_slice_mut(place).iter_mut().zip(kept);
            for (value, &other) in below.skip(place) {
                *value = sums[other] / (deviation * standard.deviation(other));
            }
            gram[(place, place)] += penalties[one];
        }
        let par = Par::Seq;
        let needed = factor::cholesky_in_place_scratch::<f64>(size, par, Default::default())
            .or(solve::solve_in_place_scratch::<f64>(size, targets, par));
        let mut memory = memory(needed, size)?;
        factor::cholesky_in_place(
            gram.as_mut(),
            Default::default(),
            par,
            MemStack::new(&mut memory),
            Default::default(),
        )
        .map_err(|_| no_decomposition())?;
        solve::solve_in_place_with_conj(
            gram.as_ref(),
            Conj::No,
            weights.as_mut(),
            par,
            MemStack::new(&mut memory),
        );
        match weights.is_all_finite() {
            true => Ok(weights),
            false => Err(no_decomposition()),
        }
    }
}
