//! A plane as few coloured rectangles.

/// The most cells over time and over frequency: they bound the size of the file.
const MOST: (usize, usize) = (125, 40);
/// The steps of colour; few, so that neighbours join.
const LEVELS: usize = 24;
/// The share of the values that is left beyond either end of the colours.
const OUTLIERS: f64 = 0.005;

/// A plane in few colours.
#[derive(Debug)]
pub(super) struct HeatMap {
    /// The values of the first and the last colour.
    pub lowest: f32,
    pub highest: f32,
    /// Rectangles in shares of the plane: from, to, lower and upper edge, and the place of the colour.
    pub cells: Vec<([f64; 4], f64)>,
}

impl HeatMap {
    /// A map of `[frames, filters]`, row by row; none where no value is finite.
    pub(super) fn new(values: &[f32], filters: usize) -> Option<Self> {
        let finite = values.iter().copied().filter(|value| value.is_finite());
        let mut finite: Vec<f32> = finite.collect();
        finite.sort_by(f32::total_cmp);
        let last = finite.len().checked_sub(1)?;
        let at = |share: f64| finite.get((share * last as f64).round() as usize).copied();
        let (lowest, highest) = (at(OUTLIERS)?, at(1.0 - OUTLIERS)?);
        let frames = values.len() / filters.max(1);
        let (columns, rows) = (frames.min(MOST.0), filters.min(MOST.1));
        let level = |column: usize, row: usize| {
            let frames = column * frames / columns..(column + 1) * frames / columns;
            let filters_in = row * filters / rows..(row + 1) * filters / rows;
            let (mut sum, mut count) = (0.0, 0.0);
            for frame in frames {
                let cell = values.get(frame * filters..).unwrap_or_default();
                let cell = cell.iter().take(filters_in.end).skip(filters_in.start);
                for value in cell.filter(|value| value.is_finite()) {
                    (sum, count) = (sum + f64::from(*value), count + 1.0);
                }
            }
            let mean = sum / count;
            // Where nothing is finite the mean is no number, and the cast takes the lowest level.
            let range = (f64::from(highest) - f64::from(lowest)).max(f64::from(f32::MIN_POSITIVE));
            let share = (mean - f64::from(lowest)) / range;
            ((share * LEVELS as f64) as usize).min(LEVELS - 1)
        };
        let mut cells = Vec::new();
        for row in 0..rows {
            let levels: Vec<usize> = (0..columns).map(|column| level(column, row)).collect();
            let mut from = 0;
            for run in levels.chunk_by(|one, other| one == other) {
                let to = from + run.len();
                let across = [from, to].map(|column| column as f64 / columns as f64);
                let up = [row, row + 1].map(|row| row as f64 / rows as f64);
                let place = levels[from] as f64 / (LEVELS - 1) as f64;
                cells.push(([across[0], across[1], up[0], up[1]], place));
                from = to;
            }
        }
        Some(Self {
            lowest,
            highest,
            cells,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_become_one_rectangle() {
        // Three frames of two filters; the upper one is louder in the last frame.
        let map = HeatMap::new(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], 2).unwrap();
        let third = 2.0 / 3.0;
        assert_eq!(map.cells[0], ([0.0, 1.0, 0.0, 0.5], 0.0));
        assert_eq!(map.cells[1], ([0.0, third, 0.5, 1.0], 0.0));
        assert_eq!(map.cells[2], ([third, 1.0, 0.5, 1.0], 1.0));
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        assert!(HeatMap::new(&[f32::NAN, f32::INFINITY], 1).is_none());
        assert!(HeatMap::new(&[f32::NAN, 1.0], 2).is_some());
    }
}
