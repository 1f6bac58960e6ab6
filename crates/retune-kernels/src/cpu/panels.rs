//! Matrix products with a right side that is packed once and used many times.

use super::vectors::{Vector, multiply_add};

/// Columns of one panel: two AVX2 vectors.
pub const PANEL: usize = 16;
/// Rows that share each loaded row of a panel: eight vectors of sums stay in registers.
const ROWS: usize = 4;
/// The same where a row of a panel is one register.
const ROWS_WIDE: usize = 8;

/// The right side of a product, `[inner, columns]`, cut into panels of [`PANEL`] columns so that
/// the inner loop reads memory in order. Missing columns are zeros.
pub struct Panels {
    /// For each panel, `inner` rows.
    values: Vec<[f32; PANEL]>,
    inner: usize,
}

impl Panels {
    /// Packs `[inner, columns]`; `fill(row, out)` writes that row into `out`, which holds `columns`
    /// zeros.
    pub fn new(inner: usize, columns: usize, fill: impl Fn(usize, &mut [f32])) -> Self {
        let mut values = vec![[0.0; PANEL]; inner * columns.div_ceil(PANEL)];
        let mut taken = vec![0.0; columns];
        for row in 0..inner {
            taken.fill(0.0);
            fill(row, &mut taken);
            for (panel, part) in taken.chunks(PANEL).enumerate() {
                values[panel * inner + row][..part.len()].copy_from_slice(part);
            }
        }
        Self { values, inner }
    }

    /// Packs the transpose of `[columns, inner]`; `fill(column, out)` writes that column
    /// into `out`, which holds `inner` zeros.
    pub fn transposed(inner: usize, columns: usize, fill: impl Fn(usize, &mut [f32])) -> Self {
        let mut values = vec![[0.0; PANEL]; inner * columns.div_ceil(PANEL)];
        let mut taken = vec![0.0; inner];
        for column in 0..columns {
            taken.fill(0.0);
            fill(column, &mut taken);
            let panel = column / PANEL * inner;
            for (out, value) in values[panel..panel + inner].iter_mut().zip(&taken) {
                out[column % PANEL] = *value;
            }
        }
        Self { values, inner }
    }
}

/// `out = left · right + start`, or `out += left · right` where there is no `start`.
///
/// `left` is `[rows, inner]`, `start` one row, and `out` `[rows, columns]` with the columns filled
/// up to whole panels. Each element is one sum in the order of `inner`, whatever the number of
/// rows, so a row gives the same bits in any company.
#[inline(always)]
pub fn product<V: Vector>(left: &[f32], right: &Panels, start: Option<&[f32]>, out: &mut [f32]) {
    let inner = right.inner;
    if inner == 0 {
        return;
    }
    let panels = right.values.len() / inner;
    let width = panels * PANEL;
    let rows = left.len() / inner;
    let together = if V::WIDE {
        tiles::<ROWS_WIDE, V>(left, right, start, out)
    } else {
        tiles::<ROWS, V>(left, right, start, out)
    };
    // A single row has too few sums to keep the multipliers busy: it takes several panels at once.
    for row in together..rows {
        let left = &left[row * inner..(row + 1) * inner];
        let out = &mut out[row * width..(row + 1) * width];
        let mut index = 0;
        while index < panels {
            let start = start.map(|start| &start[index * PANEL..]);
            let right = &right.values[index * inner..];
            let out = &mut out[index * PANEL..];
            if index + 4 <= panels {
                strip::<4, V>(left, right, start, out);
                index += 4;
            } else {
                strip::<1, V>(left, right, start, out);
                index += 1;
            }
        }
    }
}

/// All rows that make whole groups of `COUNT`; gives their number.
#[inline(always)]
fn tiles<const COUNT: usize, V: Vector>(
    left: &[f32],
    right: &Panels,
    start: Option<&[f32]>,
    out: &mut [f32],
) -> usize {
    let inner = right.inner;
    let panels = right.values.len() / inner;
    let width = panels * PANEL;
    let rows = left.len() / inner;
    let together = rows - rows % COUNT;
    for index in 0..panels {
        let panel = &right.values[index * inner..(index + 1) * inner];
        let start = start.and_then(|start| start[index * PANEL..].first_chunk());
        for row in (0..together).step_by(COUNT) {
            let left = &left[row * inner..(row + COUNT) * inner];
            let out = &mut out[row * width + index * PANEL..];
            tile::<COUNT, V>(left, panel, start, out, width);
        }
    }
    together
}

/// `COUNT` rows by one panel; the rows of `out` lie `width` apart.
#[inline(always)]
fn tile<const COUNT: usize, V: Vector>(
    left: &[f32],
    panel: &[[f32; PANEL]],
    start: Option<&[f32; PANEL]>,
    out: &mut [f32],
    width: usize,
) {
    let inner = panel.len();
    let mut sums = [[0.0; PANEL]; COUNT];
    for (row, sums) in sums.iter_mut().enumerate() {
        match start {
            Some(start) => *sums = *start,
            None => sums.copy_from_slice(&out[row * width..row * width + PANEL]),
        }
    }
    let rows: [&[f32]; COUNT] = std::array::from_fn(|row| &left[row * inner..(row + 1) * inner]);
    for (step, right) in panel.iter().enumerate() {
        for (sums, left) in sums.iter_mut().zip(rows) {
            let left = left[step];
            for (sum, right) in sums.iter_mut().zip(right) {
                *sum = multiply_add::<V>(left, *right, *sum);
            }
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        out[row * width..row * width + PANEL].copy_from_slice(sums);
    }
}

/// One row by `COUNT` panels beside each other.
#[inline(always)]
fn strip<const COUNT: usize, V: Vector>(
    left: &[f32],
    panels: &[[f32; PANEL]],
    start: Option<&[f32]>,
    out: &mut [f32],
) {
    let inner = left.len();
    let mut sums = [[0.0; PANEL]; COUNT];
    for (panel, sums) in sums.iter_mut().enumerate() {
        let from = start.unwrap_or(out);
        sums.copy_from_slice(&from[panel * PANEL..(panel + 1) * PANEL]);
    }
    let panels: [&[[f32; PANEL]]; COUNT] =
        std::array::from_fn(|panel| &panels[panel * inner..(panel + 1) * inner]);
    for (step, left) in left.iter().enumerate() {
        for (sums, panel) in sums.iter_mut().zip(panels) {
            for (sum, right) in sums.iter_mut().zip(&panel[step]) {
                *sum = multiply_add::<V>(*left, *right, *sum);
            }
        }
    }
    for (panel, sums) in sums.iter().enumerate() {
        out[panel * PANEL..(panel + 1) * PANEL].copy_from_slice(sums);
    }
}
