//! Penalties, chosen by rows that were not fitted on.

use rayon::prelude::*;

use super::penalties::no_penalty;
use super::rows::no_decomposition;
use super::{Block, LinearModel, Moments};
use crate::{Error, ErrorKind};

/// Decompositions at a time, each with a matrix of its own.
const AT_A_TIME: usize = 4;

/// The best model, and how all did.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The model, fitted on the training rows.
    pub model: LinearModel,
    /// Its blocks: to fit again, on more rows, use [`Moments::solve`].
    pub blocks: Vec<Block>,
    /// Its mean squared error on the validation rows.
    pub squared_error: f64,
    /// That of each choice of penalties, in the order they were given; infinite where they were too
    /// small for a stable solution.
    pub tried: Vec<f64>,
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
        Ok(model) => {
            let error = validation.squared_error(&model)?;
            Ok(Some((model, error)))
        }
        Err(error) if error.kind() == ErrorKind::Numeric => Ok(None),
        Err(error) => Err(error),
    };
    let mut tried = Vec::with_capacity(grid.len());
    let mut best: Option<(LinearModel, &Vec<Block>, f64)> = None;
    for together in grid.chunks(AT_A_TIME) {
        let results: Vec<_> = together.par_iter().map(attempt).collect();
        for (blocks, result) in together.iter().zip(results) {
            let found = result?;
            tried.push(found.as_ref().map_or(f64::INFINITY, |(_, error)| *error));
            if let Some((model, error)) = found
                && best.as_ref().is_none_or(|(_, _, least)| error < *least)
            {
                best = Some((model, blocks, error));
            }
        }
    }
    match best {
        Some((model, blocks, squared_error)) => Ok(Chosen {
            model,
            blocks: blocks.clone(),
            squared_error,
            tried,
        }),
        None if grid.is_empty() => Err(no_penalty()),
        None => Err(no_decomposition()),
    }
}
