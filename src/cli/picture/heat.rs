//! A spectrogram as few coloured rectangles.

use std::collections::HashMap;
use std::ops::Range;

use plotters::style::RGBColor;

/// The most columns and rows that are drawn; finer ones would be smaller than pixels.
const MOST_COLUMNS: usize = 250;
const MOST_ROWS: usize = 120;
/// The most rectangles that are drawn, which bounds the size of the file: about 60 bytes each.
const MOST_BLOCKS: usize = 5_500;
/// How many colours to try, best first; fewer colours make fewer and larger rectangles.
const LEVELS: [usize; 6] = [32, 24, 16, 12, 8, 6];
/// The share of the values that is left beyond either end of the colours.
const OUTLIERS: f64 = 0.005;
/// Dark to light through blue, green and yellow, in even steps of lightness; also told apart in
/// print and by people who do not see red or green.
const ANCHORS: [(f64, f64, f64); 6] = [
    (62.0, 10.0, 84.0),
    (66.0, 62.0, 133.0),
    (44.0, 113.0, 142.0),
    (33.0, 158.0, 136.0),
    (108.0, 204.0, 92.0),
    (250.0, 230.0, 50.0),
];

/// A rectangle of cells of one colour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
    pub(super) colour: RGBColor,
}

/// A spectrogram in few colours.
#[derive(Debug)]
pub(super) struct HeatMap {
    columns: usize,
    rows: usize,
    range: (f64, f64),
    levels: usize,
    background: usize,
    blocks: Vec<(Range<usize>, Range<usize>, usize)>,
}

impl HeatMap {
    /// A map of `values`, `[frames, mels]` row by row; nothing where none of them is finite.
    pub(super) fn new(values: &[f32], frames: usize, mels: usize) -> Option<Self> {
        let range = colour_range(values)?;
        let rows = mels.min(MOST_ROWS);
        let mut columns = frames.min(MOST_COLUMNS);
        loop {
            let cells = shrink(values, (frames, mels), (columns, rows), range.0);
            for levels in LEVELS {
                let cells: Vec<usize> = cells
                    .iter()
                    .map(|value| level_of(*value, range, levels))
                    .collect();
                let background = most_frequent(&cells);
                let blocks = merge(&cells, columns, rows, background);
                if blocks.len() <= MOST_BLOCKS || columns == 1 {
                    return Some(Self {
                        columns,
                        rows,
                        range,
                        levels,
                        background,
                        blocks,
                    });
                }
            }
            columns = (columns / 2).max(1);
        }
    }

    /// How many cells there are over time.
    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// How many cells there are over frequency.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The values that the first and the last colour stand for.
    pub(super) fn range(&self) -> (f64, f64) {
        self.range
    }

    /// All colours, from the lowest value to the highest.
    pub(super) fn colours(&self) -> Vec<RGBColor> {
        (0..self.levels)
            .map(|level| colour_of(level, self.levels))
            .collect()
    }

    /// The colour of all cells that no block covers.
    pub(super) fn background(&self) -> RGBColor {
        colour_of(self.background, self.levels)
    }

    /// The rectangles to draw over the background.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        self.blocks.iter().map(|(columns, rows, level)| Block {
            columns: columns.clone(),
            rows: rows.clone(),
            colour: colour_of(*level, self.levels),
        })
    }
}

/// The values that the colours span: nearly all of the finite ones.
fn colour_range(values: &[f32]) -> Option<(f64, f64)> {
    let mut finite: Vec<f32> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    finite.sort_by(f32::total_cmp);
    let last = finite.len().checked_sub(1)?;
    let at = |share: f64| finite.get((share * last as f64).round() as usize).copied();
    let (lowest, highest) = (f64::from(at(OUTLIERS)?), f64::from(at(1.0 - OUTLIERS)?));
    if highest > lowest {
        Some((lowest, highest))
    } else {
        Some((lowest - 0.5, lowest + 0.5))
    }
}

/// The means over blocks of `[frames, mels]` that make `[columns, rows]`; `missing` where no value of
/// a block is finite.
fn shrink(
    values: &[f32],
    (frames, mels): (usize, usize),
    (columns, rows): (usize, usize),
    missing: f64,
) -> Vec<f64> {
    let part = |index: usize, parts: usize, whole: usize| {
        index * whole / parts..(index + 1) * whole / parts
    };
    let mut cells = Vec::with_capacity(columns * rows);
    for column in 0..columns {
        for row in 0..rows {
            let (mut sum, mut count) = (0.0, 0.0);
            for frame in part(column, columns, frames) {
                for mel in part(row, rows, mels) {
                    let value = values.get(frame * mels + mel).copied().unwrap_or(f32::NAN);
                    if value.is_finite() {
                        sum += f64::from(value);
                        count += 1.0;
                    }
                }
            }
            cells.push(if count > 0.0 { sum / count } else { missing });
        }
    }
    cells
}

fn level_of(value: f64, (lowest, highest): (f64, f64), levels: usize) -> usize {
    let share = (value - lowest) / (highest - lowest);
    ((share * levels as f64) as usize).min(levels - 1)
}

fn most_frequent(levels: &[usize]) -> usize {
    let mut counts = HashMap::new();
    for &level in levels {
        *counts.entry(level).or_insert(0usize) += 1;
    }
    counts
        .into_iter()
        // The lower level wins a tie, so that the same input gives the same file.
        .max_by_key(|&(level, count)| (count, std::cmp::Reverse(level)))
        .map(|(level, _)| level)
        .expect("there are cells: `colour_range` found a value")
}

/// Joins cells of equal level along time, then runs that match the row below; leaves out the
/// background. `cells` is `[columns, rows]`.
fn merge(
    cells: &[usize],
    columns: usize,
    rows: usize,
    background: usize,
) -> Vec<(Range<usize>, Range<usize>, usize)> {
    let mut blocks: Vec<(Range<usize>, Range<usize>, usize)> = Vec::new();
    // The blocks that reach the row before, by their columns and level.
    let mut open: HashMap<(Range<usize>, usize), usize> = HashMap::new();
    for row in 0..rows {
        let mut reaching = HashMap::new();
        let levels: Vec<usize> = (0..columns)
            .filter_map(|column| cells.get(column * rows + row).copied())
            .collect();
        let mut start = 0;
        for run in levels.chunk_by(|a, b| a == b) {
            let span = start..start + run.len();
            start = span.end;
            let Some(&level) = run.first().filter(|level| **level != background) else {
                continue;
            };
            let key = (span.clone(), level);
            let index = match open.get(&key) {
                Some(&index) => index,
                None => {
                    blocks.push((span, row..row, level));
                    blocks.len() - 1
                }
            };
            if let Some(block) = blocks.get_mut(index) {
                block.1.end = row + 1;
            }
            reaching.insert(key, index);
        }
        open = reaching;
    }
    blocks
}

fn colour_of(level: usize, levels: usize) -> RGBColor {
    let place = level as f64 / (levels.max(2) - 1) as f64 * (ANCHORS.len() - 1) as f64;
    let below = (place as usize).min(ANCHORS.len() - 2);
    let share = place - below as f64;
    let (from, to) = (ANCHORS[below], ANCHORS[below + 1]);
    let mix = |from: f64, to: f64| (from + share * (to - from)).round() as u8;
    RGBColor(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_become_one_block() {
        // Two columns of three rows; the lower left cells differ from the rest.
        let blocks = merge(&[1, 1, 0, 0, 0, 0], 2, 3, 0);
        assert_eq!(blocks, [(0..1, 0..2, 1)]);
    }

    #[test]
    fn colours_run_from_dark_to_light() {
        let lightness = |colour: RGBColor| {
            0.2126 * f64::from(colour.0)
                + 0.7152 * f64::from(colour.1)
                + 0.0722 * f64::from(colour.2)
        };
        let colours: Vec<f64> = (0..32)
            .map(|level| lightness(colour_of(level, 32)))
            .collect();
        assert!(colours.is_sorted(), "{colours:?}");
    }

    #[test]
    fn noise_is_bounded_and_nothing_is_nothing() {
        let noise: Vec<f32> = (0..3_000 * 200)
            .map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 8) as f32)
            .collect();
        let map = HeatMap::new(&noise, 3_000, 200).unwrap();
        assert!(map.blocks().count() <= MOST_BLOCKS);
        assert!(HeatMap::new(&[], 0, 80).is_none());
        assert!(HeatMap::new(&[f32::NAN, f32::INFINITY], 2, 1).is_none());
        assert!(HeatMap::new(&[f32::NAN, 1.0], 1, 2).is_some());
    }
}
