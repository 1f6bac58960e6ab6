//! From moments and penalties to weights.

use std::ops::Range;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::{factor, solve};
use faer::linalg::matmul::matmul;
use faer::{Accum, Conj, MatMut, MatRef, Par};
use serde::{Deserialize, Serialize};

use super::{LinearReadout, Moments, ReadoutError};

/// Features that share a penalty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Which features, counted from 0.
    pub features: Range<usize>,
    /// What is added to the sum of squares for each squared weight of a standardised feature,
    /// above 0; for infinity the weights are exactly 0.
    pub penalty: f64,
}

impl Moments {
    /// The weights that minimise the squared error and the penalties.
    ///
    /// # Errors
    ///
    /// [`ReadoutError::Blocks`] when the blocks do not hold each feature once,
    /// [`ReadoutError::Penalty`], and [`ReadoutError::NoDecomposition`] for a penalty too small for
    /// features that depend on each other.
    pub fn solve(&self, blocks: &[Block]) -> Result<LinearReadout, ReadoutError> {
        let penalties = penalties(blocks, self.features())?;
        // The features that get weights, with their deviations and penalties.
        let kept: Vec<(usize, f64, f64)> = penalties
            .into_iter()
            .enumerate()
            .filter(|(_, penalty)| penalty.is_finite())
            .filter_map(|(feature, penalty)| {
                let deviation = self.deviation(feature)?;
                Some((feature, deviation, penalty))
            })
            .collect();
        let targets = self.targets();
        let mut weights = vec![0.0; self.features() * targets];
        let solution = self.standardised_weights(&kept)?;
        for (place, (feature, deviation, _)) in kept.iter().enumerate() {
            for target in 0..targets {
                let weight = solution[target * kept.len() + place] / deviation;
                weights[feature * targets + target] = weight as f32;
            }
        }
        Ok(LinearReadout::new(
            weights,
            self.feature_means(),
            self.target_means(),
        ))
    }

    /// The weights of the kept features over their deviations of 1, a column for each target.
    fn standardised_weights(&self, kept: &[(usize, f64, f64)]) -> Result<Vec<f64>, ReadoutError> {
        let (size, targets) = (kept.len(), self.targets());
        let mut sides = Vec::with_capacity(size * targets);
        for target in 0..targets {
            let column = self.features() + target;
            let sums = kept.iter();
            sides.extend(
                sums.map(|&(feature, deviation, _)| self.product(feature, column) / deviation),
            );
        }
        if size == 0 {
            return Ok(sides);
        }
        let mut gram = vec![0.0; size * size];
        for (place, column) in gram.chunks_exact_mut(size).enumerate() {
            let (one, one_deviation, penalty) = kept[place];
            let below = column.iter_mut().zip(kept).skip(place);
            for (value, &(other, other_deviation, _)) in below {
                *value = self.product(other, one) / (one_deviation * other_deviation);
            }
            column[place] += penalty;
        }
        let par = Par::Seq;
        let needed = factor::cholesky_in_place_scratch::<f64>(size, par, Default::default())
            .or(solve::solve_in_place_scratch::<f64>(size, targets, par));
        let mut memory = MemBuffer::try_new(needed).map_err(|_| ReadoutError::NoMemory { size })?;
        let stack = MemStack::new(&mut memory);
        factor::cholesky_in_place(
            MatMut::from_column_major_slice_mut(&mut gram, size, size),
            Default::default(),
            par,
            stack,
            Default::default(),
        )
        .map_err(|_| ReadoutError::NoDecomposition)?;
        solve::solve_in_place_with_conj(
            MatRef::from_column_major_slice(&gram, size, size),
            Conj::No,
            MatMut::from_column_major_slice_mut(&mut sides, size, targets),
            par,
            MemStack::new(&mut memory),
        );
        match sides.iter().all(|weight| weight.is_finite()) {
            true => Ok(sides),
            false => Err(ReadoutError::NoDecomposition),
        }
    }
}

/// The penalty of each feature.
fn penalties(blocks: &[Block], features: usize) -> Result<Vec<f64>, ReadoutError> {
    let wrong = |feature| ReadoutError::Blocks { feature, features };
    let mut penalties: Vec<Option<f64>> = vec![None; features];
    for block in blocks {
        let penalty = block.penalty;
        // Neither 0, nor less, nor no number.
        if penalty.is_nan() || penalty <= 0.0 {
            return Err(ReadoutError::Penalty { penalty });
        }
        for feature in block.features.clone() {
            match penalties.get_mut(feature) {
                Some(place @ None) => *place = Some(penalty),
                _ => return Err(wrong(feature)),
            }
        }
    }
    let all = penalties.into_iter().enumerate();
    all.map(|(feature, penalty)| penalty.ok_or_else(|| wrong(feature)))
        .collect()
}

/// `into = left · right`, where `right` has so many columns, on one thread.
pub(super) fn multiply(into: &mut [f64], left: MatRef<'_, f64>, right: &[f64], columns: usize) {
    let rows = left.nrows();
    let right = MatRef::from_column_major_slice(right, left.ncols(), columns);
    let into = MatMut::from_column_major_slice_mut(into, rows, columns);
    matmul(into, Accum::Replace, left, right, 1.0, Par::Seq);
}
