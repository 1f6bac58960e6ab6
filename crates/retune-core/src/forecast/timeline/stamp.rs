//! One written date and time of day, taken apart.

/// How a time is written, as far as it must be the same in the whole column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether the year comes first; else it comes last.
    pub(super) year_first: bool,
    /// 2 without the day, 3 with it.
    pub(super) parts: usize,
    /// What stands between the parts of the date.
    pub(super) separator: Option<char>,
    /// The time of day.
    pub(super) clock: Option<Clock>,
}

/// How a time of day is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clock {
    /// What stands before it, `T` or a space.
    pub(super) separator: char,
    pub(super) seconds: bool,
    /// Digits after the seconds.
    pub(super) fraction: usize,
    /// `Z`, an offset such as `+01:00`, or nothing.
    pub(super) zone: String,
}

/// A number and how many digits it is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Digits {
    pub(super) value: u32,
    pub(super) width: usize,
}

/// A written time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) shape: Shape,
    /// The parts of the date in the order they are written.
    pub(super) date: [Digits; 3],
    pub(super) hour: Digits,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) nanosecond: u32,
}

impl Shape {
    /// Whether the date is digits only, and so might be a number.
    pub(super) fn is_compact(&self) -> bool {
        self.separator.is_none()
    }
}

/// Takes a field apart; `None` when it is not written like a date.
pub(super) fn parse(field: &str) -> Option<Stamp> {
    let field = field.trim();
    let end = field.find(['T', ' ']);
    let (date, clock) = match end {
        Some(end) => (field.get(..end)?, Some(field.get(end..)?)),
        None => (field, None),
    };
    let (date, mut shape) = parse_date(date)?;
    let mut stamp = Stamp {
        shape: shape.clone(),
        date,
        hour: Digits::default(),
        minute: 0,
        second: 0,
        nanosecond: 0,
    };
    if let Some(clock) = clock {
        if shape.parts < 3 {
            return None;
        }
        shape.clock = Some(parse_clock(clock, &mut stamp)?);
        stamp.shape = shape;
    }
    Some(stamp)
}

fn parse_date(text: &str) -> Option<([Digits; 3], Shape)> {
    let mut date = [Digits::default(); 3];
    let separator = text.chars().find(|c| !c.is_ascii_digit());
    let shape = |year_first, parts| Shape {
        year_first,
        parts,
        separator,
        clock: None,
    };
    let Some(between) = separator else {
        let parts = match text.len() {
            6 => 2,
            8 => 3,
            _ => return None,
        };
        date[0] = digits(text.get(..4)?, 4..=4)?;
        date[1] = digits(text.get(4..6)?, 2..=2)?;
        if parts == 3 {
            date[2] = digits(text.get(6..)?, 2..=2)?;
        }
        return Some((date, shape(true, parts)));
    };
    if !matches!(between, '-' | '/' | '.') {
        return None;
    }
    let mut parts = 0;
    for part in text.split(between) {
        *date.get_mut(parts)? = digits(part, 1..=4)?;
        parts += 1;
    }
    // `1949.01` is a number.
    if parts < 2 || (parts == 2 && between == '.') {
        return None;
    }
    let year_first = date[0].width == 4;
    let year = if year_first { 0 } else { parts - 1 };
    let fits = |(place, part): (usize, &Digits)| (part.width == 4) == (place == year);
    let short = |part: &&Digits| part.width == 3;
    let used = date.get(..parts)?;
    (used.iter().enumerate().all(fits) && used.iter().find(short).is_none())
        .then(|| (date, shape(year_first, parts)))
}

/// Reads `hours:minutes[:seconds[.fraction]]` and a zone into the stamp.
fn parse_clock(text: &str, stamp: &mut Stamp) -> Option<Clock> {
    let separator = text.chars().next()?;
    let text = text.get(1..)?.trim_start();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let (time, zone) = text.split_at_checked(end.unwrap_or(text.len()))?;
    if !is_zone(zone) {
        return None;
    }
    let mut parts = time.split(':');
    stamp.hour = digits(parts.next()?, 1..=2)?;
    stamp.minute = digits(parts.next()?, 2..=2)?.value;
    let seconds = parts.next();
    let mut fraction = 0;
    if let Some(seconds) = seconds {
        let (whole, rest) = seconds.split_once('.').unwrap_or((seconds, ""));
        stamp.second = digits(whole, 2..=2)?.value;
        if seconds.contains('.') {
            fraction = rest.len();
            let value = digits(rest, 1..=9)?.value;
            let missing = u32::try_from(9usize.checked_sub(fraction)?).ok()?;
            stamp.nanosecond = value.checked_mul(10u32.checked_pow(missing)?)?;
        }
    }
    parts.next().is_none().then(|| Clock {
        separator,
        seconds: seconds.is_some(),
        fraction,
        zone: zone.to_owned(),
    })
}

/// Whether a text is nothing, `Z` or an offset such as `+01:00`, `+0100` or `+01`.
fn is_zone(text: &str) -> bool {
    let Some(offset) = text.trim_start().strip_prefix(['+', '-']) else {
        return text.is_empty() || text == "Z";
    };
    let numbers = offset.replacen(':', "", 1);
    (numbers.len() == 2 || numbers.len() == 4) && numbers.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number of as many digits as are allowed, and nothing else.
fn digits(text: &str, widths: std::ops::RangeInclusive<usize>) -> Option<Digits> {
    let width = text.len();
    if !widths.contains(&width) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value = text.parse().ok()?;
    Some(Digits { value, width })
}
