//! The nearest of many series.

use rayon::prelude::*;

use super::bound::{Envelope, bound, bounds_ahead};
use super::distance::Warping;

/// Bounds are sums in another order than distances: the share by which rounding may lift them.
const ROUNDING: f64 = 1e-9;

/// Series to be searched for the nearest one.
pub struct Searcher<'a> {
    window: usize,
    known: Vec<Known<'a>>,
}

struct Known<'a> {
    series: &'a [f64],
    backwards: Vec<f64>,
    envelope: Envelope,
}

/// What the nearest series is wanted of.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    pub series: &'a [f64],
    /// The one of the known series that does not count.
    pub left_out: Option<usize>,
    /// One that is probably near. The answer does not depend on it.
    pub start: Option<usize>,
}

/// What one thread works with.
#[derive(Default)]
struct Memory {
    warping: Warping,
    ahead: Vec<f64>,
}

impl<'a> Searcher<'a> {
    pub fn new(known: Vec<&'a Vec<f64>>, window: usize) -> Self {
        let known = known.into_par_iter().map(|series| Known {
            series,
            backwards: series.iter().rev().copied().collect(),
            envelope: Envelope::new(series, window),
        });
        Self {
            window,
            known: known.collect(),
        }
    }

    /// The nearest known series of each query; of several, the first.
    pub fn nearest(&self, queries: Vec<Query>) -> Vec<Option<usize>> {
        let queries = queries.into_par_iter();
        let nearest = queries.map_init(Memory::default, |memory, query| {
            self.nearest_of(query, memory)
        });
        nearest.collect()
    }

    fn nearest_of(&self, query: Query, memory: &mut Memory) -> Option<usize> {
        let envelope = Envelope::new(query.series, self.window);
        let others = (0..self.known.len()).filter(|index| query.left_out != Some(*index));
        let least = |index: usize| bound(self.known[index].series, query.series, &envelope);
        let mut order: Vec<(f64, usize)> = others.map(|index| (least(index), index)).collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut best: Option<(f64, usize)> = None;
        if let Some(start) = query.start {
            self.look_at(query, start, &mut best, memory);
        }
        for (least, index) in order {
            if best.is_some_and(|(limit, _)| is_above(least, limit)) {
                // All others have larger bounds still.
                break;
            }
            self.look_at(query, index, &mut best, memory);
        }
        best.map(|(_, index)| index)
    }

    /// Takes a known series for the nearest if it is.
    fn look_at(
        &self,
        query: Query,
        index: usize,
        best: &mut Option<(f64, usize)>,
        memory: &mut Memory,
    ) {
        let known = &self.known[index];
        let limit = best.map_or(f64::INFINITY, |(limit, _)| limit);
        if is_above(bound(query.series, known.series, &known.envelope), limit) {
            return;
        }
        bounds_ahead(query.series, &known.envelope, &mut memory.ahead);
        let Memory { warping, ahead } = memory;
        // Room for the rounding of the bounds ahead.
        let room = limit * (1.0 + ROUNDING);
        let found = warping.distance(query.series, &known.backwards, self.window, ahead, room);
        if let Some(distance) = found
            && best.is_none_or(|best| (distance, index) < best)
        {
            *best = Some((distance, index));
        }
    }
}

fn is_above(least: f64, limit: f64) -> bool {
    least * (1.0 - ROUNDING) > limit
}
