//! Penalties that are chosen by rows that were not fitted on.

use rayon::prelude::*;

use super::penalty::no_penalty;
use super::rows::no_decomposition;
use super::{Block, LinearModel, Moments};
use crate::{Error, ErrorKind};

/// Decompositions at a time, each with a matrix of its own.
const AT_A_TIME: usize = 4;

/// The best model.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The model, fitted on the training rows.
    pub model: LinearModel,
    /// Its blocks: to fit again, on more rows, use [`Moments::solve`].
    pub blocks: Vec<Block>,
    /// Its mean squared error on the validation rows.
    pub squared_error: f64,
}

/// Fits every choice of penalties on the training rows and takes the one with the smallest squared
/// error on the validation rows; of equally good ones the first.
///
/// # Errors
///
/// When there is no choice, [`ErrorKind::Numeric`] when none has a stable solution, and the other
/// errors of [`Moments::solve`] and [`Moments::squared_error`].
pub fn choose(
    training: &Moments,
    validation: &Moments,
    grid: &[Vec<Block>],
) -> Result<Chosen, Error> {
    let attempt = |blocks: &Vec<Block>| match training.solve(blocks) {
        Ok(model) => Ok(Some(Chosen {
            squared_error: validation.squared_error(&model)?,
            blocks: blocks.clone(),
            model,
        })),
        Err(error) if error.kind() == ErrorKind::Numeric => Ok(None),
        Err(error) => Err(error),
    };
    let mut best: Option<Chosen> = None;
    for together in grid.chunks(AT_A_TIME) {
        let results: Vec<_> = together.par_iter().map(attempt).collect();
        for result in results {
            let Some(found) = result? else { continue };
            let least = best.as_ref().map(|best| best.squared_error);
            if least.is_none_or(|least| found.squared_error < least) {
                best = Some(found);
            }
        }
    }
    best.ok_or_else(|| match grid.is_empty() {
        true => no_penalty(),
        false => no_decomposition(),
    })
}
