//! Penalties, chosen by rows that were not fitted on.

use std::ops::Range;

use rayon::prelude::*;

use super::{Block, LinearReadout, Moments, ReadoutError};

/// Decompositions at a time, each with a matrix of its own.
const AT_A_TIME: usize = 4;

/// The best readout, and how all did.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The readout, fitted on the training rows.
    pub readout: LinearReadout,
    /// Its blocks: to fit again, on more rows, use [`Moments::solve`].
    pub blocks: Vec<Block>,
    /// Its mean squared error on the validation rows.
    pub squared_error: f64,
    /// All penalties in the order they were given.
    pub tried: Vec<Tried>,
}

/// How some penalties did.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The blocks and their penalties.
    pub blocks: Vec<Block>,
    /// The mean squared error on the validation rows; `None` when the penalties were too small for
    /// a stable solution.
    pub squared_error: Option<f64>,
}

/// Every choice of one of its penalties for each block; the last block's change fastest.
pub fn penalty_grid(blocks: &[(Range<usize>, &[f64])]) -> Vec<Vec<Block>> {
    let mut grid = vec![Vec::new()];
    for (features, penalties) in blocks {
        let longer = grid.iter().flat_map(|begun: &Vec<Block>| {
            penalties.iter().map(move |&penalty| {
                let mut blocks = begun.clone();
                blocks.push(Block {
                    features: features.clone(),
                    penalty,
                });
                blocks
            })
        });
        grid = longer.collect();
    }
    grid
}

/// Fits every choice of penalties on the training rows and takes the one with the smallest squared
/// error on the validation rows; of equally good ones the first.
///
/// # Errors
///
/// [`ReadoutError::EmptyGrid`], [`ReadoutError::NoDecomposition`] when no choice has a stable
/// solution, and the other errors of [`Moments::solve`] and [`Moments::squared_error`].
pub fn choose(
    training: &Moments,
    validation: &Moments,
    grid: &[Vec<Block>],
) -> Result<Chosen, ReadoutError> {
    let attempt = |blocks: &Vec<Block>| match training.solve(blocks) {
        Ok(readout) => {
            let error = validation.squared_error(&readout)?;
            Ok(Some((readout, error)))
        }
        Err(ReadoutError::NoDecomposition) => Ok(None),
        Err(error) => Err(error),
    };
    let mut tried = Vec::with_capacity(grid.len());
    let mut best: Option<(LinearReadout, &Vec<Block>, f64)> = None;
    for together in grid.chunks(AT_A_TIME) {
        let results: Vec<_> = together.par_iter().map(attempt).collect();
        for (blocks, result) in together.iter().zip(results) {
            let found = result?;
            tried.push(Tried {
                blocks: blocks.clone(),
                squared_error: found.as_ref().map(|(_, error)| *error),
            });
            if let Some((readout, error)) = found
                && best.as_ref().is_none_or(|(_, _, least)| error < *least)
            {
                best = Some((readout, blocks, error));
            }
        }
    }
    match best {
        Some((readout, blocks, squared_error)) => Ok(Chosen {
            readout,
            blocks: blocks.clone(),
            squared_error,
            tried,
        }),
        None if grid.is_empty() => Err(ReadoutError::EmptyGrid),
        None => Err(ReadoutError::NoDecomposition),
    }
}
