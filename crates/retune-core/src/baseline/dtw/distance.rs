//! The distance itself.

/// How many diagonals are worked out between two looks at whether the search can end.
const BETWEEN_LOOKS: usize = 16;

/// Works out distances between series of one length in one window; keeps its memory.
#[derive(Default)]
pub struct Warping {
    /// The distance to each row on the diagonal before last, the last and this one, one place to
    /// the right.
    diagonals: [Vec<f64>; 3],
}

impl Warping {
    /// The squared distance of two series of equal length, or `None` when it is above `limit`.
    ///
    /// `backwards` is the second series from its end. `ahead[row]` is less than or equal to what
    /// the rows from `row` on add to any path; it has one place more than there are rows.
    ///
    /// Cells on a diagonal across the band do not depend on each other, so the inner loop runs
    /// along those: the processor then works on several at once.
    pub fn distance(
        &mut self,
        series: &[f64],
        backwards: &[f64],
        window: usize,
        ahead: &[f64],
        limit: f64,
    ) -> Option<f64> {
        let length = series.len();
        for diagonal in &mut self.diagonals {
            diagonal.clear();
            diagonal.resize(length + 2, f64::INFINITY);
        }
        let [mut before, mut last, mut this] = self.diagonals.each_mut().map(Vec::as_mut_slice);
        // The path begins where the cell before the first would be.
        before[0] = 0.0;
        for diagonal in 0..(2 * length).saturating_sub(1) {
            let from = diagonal
                .saturating_sub(length - 1)
                .max(diagonal.saturating_sub(window).div_ceil(2));
            let to = diagonal.min(length - 1).min((diagonal + window) / 2) + 1;
            // Column `diagonal − row` counted from the end; the last row's may be left of 0.
            let shift = (length - 1 + from) - diagonal;
            let count = to.saturating_sub(from);
            let cells = this[from + 1..from + 1 + count].iter_mut();
            let rows = &series[from..from + count];
            let columns = &backwards[shift..shift + count];
            let up = &last[from..from + count];
            let left = &last[from + 1..from + 1 + count];
            let both = &before[from..from + count];
            for (((((cell, row), column), up), left), both) in
                cells.zip(rows).zip(columns).zip(up).zip(left).zip(both)
            {
                let nearer = if up < left { *up } else { *left };
                let nearest = if nearer < *both { nearer } else { *both };
                *cell = nearest + (row - column) * (row - column);
            }
            // What the next diagonals read beside the band.
            this[from] = f64::INFINITY;
            this[from + count + 1] = f64::INFINITY;
            if diagonal % BETWEEN_LOOKS == BETWEEN_LOOKS - 1 {
                // A path may jump over one diagonal but not over two.
                let over = |cells: &[f64], ahead: &[f64]| {
                    let mut both = cells.iter().zip(ahead);
                    both.all(|(cell, ahead)| cell + ahead > limit)
                };
                let ahead = &ahead[from..from + count + 1];
                if over(&this[from + 1..from + 1 + count], &ahead[1..])
                    && over(&last[from..from + 1 + count], ahead)
                {
                    return None;
                }
            }
            (before, last, this) = (last, this, before);
        }
        let distance = last[length];
        (distance <= limit).then_some(distance)
    }
}
