//! What weights cost.

use std::ops::Range;

use crate::{Error, ErrorKind};

/// Features that share a penalty.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Which features, counted from 0.
    pub features: Range<usize>,
    /// What is added to the sum of squares for each squared weight of a standardised feature,
    /// above 0; for infinity the weights are exactly 0.
    pub penalty: f64,
}

/// `count` penalties from `lowest` to `highest`, each the same factor above the one before.
pub fn log_spaced(lowest: f64, highest: f64, count: usize) -> Vec<f64> {
    let (from, to) = (lowest.ln(), highest.ln());
    let steps = count.saturating_sub(1).max(1) as f64;
    (0..count)
        .map(|step| (from + (to - from) * step as f64 / steps).exp())
        .collect()
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

/// Checks that a penalty is a number above 0, and at most `most`.
pub(super) fn check_penalty(penalty: f64, most: f64) -> Result<(), Error> {
    if penalty > 0.0 && penalty <= most {
        return Ok(());
    }
    let message = format!("the penalty is {penalty}, expected a number above 0");
    Err(Error::new(ErrorKind::Setting, message))
}

/// Nothing to choose from.
pub(super) fn no_penalty() -> Error {
    Error::new(ErrorKind::Setting, "there is no penalty to choose from")
}

/// The penalty of each feature.
pub(super) fn of_features(blocks: &[Block], features: usize) -> Result<Vec<f64>, Error> {
    let wrong = |feature| {
        let message =
            format!("the blocks do not hold feature {feature} of {features} exactly once");
        Error::new(ErrorKind::Mismatch, message)
    };
    let mut penalties = vec![None; features];
    for block in blocks {
        check_penalty(block.penalty, f64::INFINITY)?;
        for feature in block.features.clone() {
            match penalties.get_mut(feature) {
                Some(place @ None) => *place = Some(block.penalty),
                _ => return Err(wrong(feature)),
            }
        }
    }
    let all = penalties.into_iter().enumerate();
    all.map(|(feature, penalty)| penalty.ok_or_else(|| wrong(feature)))
        .collect()
}
