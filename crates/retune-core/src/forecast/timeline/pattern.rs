//! How times are written, as patterns of jiff.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;

/// The pattern of a field; `None` when it is not written like a date.
///
/// Where the year stands last the day is taken to stand first; see [`month_first`].
pub(super) fn pattern(field: &str) -> Option<String> {
    let mut pattern = String::with_capacity(32);
    push_pattern(&mut pattern, field).map(|()| pattern)
}

/// Writes the pattern of a field to the end of a text.
pub(super) fn push_pattern(pattern: &mut String, field: &str) -> Option<()> {
    let field = field.trim();
    let end = field.find(['T', ' ']).unwrap_or(field.len());
    let (date, clock) = field.split_at_checked(end)?;
    let has_days = push_date(pattern, date)?;
    match clock.is_empty() {
        true => Some(()),
        false if has_days => push_clock(pattern, clock),
        false => None,
    }
}

/// Whether the date has days.
fn push_date(pattern: &mut String, text: &str) -> Option<bool> {
    let Some(between) = text.chars().find(|c| !c.is_ascii_digit()) else {
        pattern.push_str(match text.len() {
            6 => "%Y%m",
            8 => "%Y%m%d",
            _ => return None,
        });
        return Some(text.len() == 8);
    };
    let mut parts = text.split(between).map(digits);
    let widths = [parts.next(), parts.next(), parts.next(), parts.next()];
    let order: &[&str] = match (between, widths) {
        ('-' | '/' | '.', [Some(4), Some(1 | 2), Some(1 | 2), None]) => &["%Y", "%m", "%d"],
        ('-' | '/' | '.', [Some(1 | 2), Some(1 | 2), Some(4), None]) => &["%d", "%m", "%Y"],
        // `1949.01` is a number.
        ('-' | '/', [Some(4), Some(1 | 2), None, None]) => &["%Y", "%m"],
        ('-' | '/', [Some(1 | 2), Some(4), None, None]) => &["%m", "%Y"],
        _ => return None,
    };
    for (place, part) in order.iter().enumerate() {
        if place > 0 {
            pattern.push(between);
        }
        pattern.push_str(part);
    }
    Some(order.len() == 3)
}

/// `hours:minutes[:seconds[.fraction]]` after `T` or spaces, and then a zone.
fn push_clock(pattern: &mut String, text: &str) -> Option<()> {
    let (separator, text) = text.split_at_checked(1)?;
    let text = match separator {
        " " => text.trim_start(),
        _ => text,
    };
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let (time, zone) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(digits(fraction))),
        None => (time, None),
    };
    let mut parts = time.split(':');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    let widths = parts.map(|part| part.map(digits));
    let [Some(1 | 2), Some(2), None | Some(2), None] = widths else {
        return None;
    };
    pattern.push_str(separator);
    pattern.push_str("%H:%M");
    match (parts[2], fraction) {
        (None, None) => {}
        // jiff takes a leap second for the one before it.
        (Some("60"), _) => return None,
        (Some(_), None) => pattern.push_str(":%S"),
        (Some(_), Some(digits)) => {
            pattern.push_str(":%S%.");
            pattern.push(char::from_digit(u32::try_from(digits).ok()?, 10).filter(|c| *c != '0')?);
            pattern.push('f');
        }
        _ => return None,
    }
    pattern.push_str(zone);
    is_zone(zone).then_some(())
}

/// Whether a text is nothing, `Z` or an offset such as `+01:00`, `+0100` or `+01`.
fn is_zone(text: &str) -> bool {
    let Some(offset) = text.trim_start().strip_prefix(['+', '-']) else {
        return text.is_empty() || text == "Z";
    };
    matches!(digits(&offset.replacen(':', "", 1)), 2 | 4)
}

/// How many digits a number has; 0 for what is none.
fn digits(text: &str) -> usize {
    match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.len(),
        false => 0,
    }
}

/// Whether dates are digits only, and so might be numbers.
pub(super) fn is_compact(pattern: &str) -> bool {
    pattern.starts_with("%Y%m")
}

/// The same pattern with the month before the day, where that is usual: dates with full stops have
/// the day first wherever they are used.
pub(super) fn month_first(pattern: &str) -> Option<String> {
    let (between, rest) = pattern.strip_prefix("%d")?.split_once("%m")?;
    (between != ".").then(|| format!("%m{between}%d{rest}"))
}

/// The time in a field; `None` when it is none of the calendar. Months begin with their first day.
pub(super) fn parse(pattern: &str, field: &str) -> Option<DateTime> {
    let mut time = BrokenDownTime::parse(pattern, field.trim()).ok()?;
    if time.day().is_none() {
        time.set_day(Some(1)).ok()?;
    }
    time.to_datetime().ok()
}

/// The pattern that writes a column as it was: a month, day or hour below 10 begins with a 0,
/// unless one is written with one digit. What does not show one is written like those before it.
pub(super) fn padded_as<'a>(pattern: &str, fields: impl Iterator<Item = &'a str>) -> String {
    const PARTS: [&str; 3] = ["%m", "%d", "%H"];
    // A date of digits only is one number, and no part of it has one digit.
    let numbers = pattern.replace("%Y%m%d", "%Y").replace("%Y%m", "%Y");
    let place = |part: &str| Some(numbers[..numbers.find(part)?].matches('%').count());
    let places = PARTS.map(place);
    // Whether numbers below 10 begin with a 0; `None` when none shows.
    let mut padded = [None; 3];
    for field in fields {
        let numbers = field.split(|c: char| !c.is_ascii_digit());
        let numbers = numbers.filter(|number| !number.is_empty());
        for (at, number) in numbers.take(4).enumerate() {
            let part = places.iter().position(|place| *place == Some(at));
            match (part, number.as_bytes()) {
                (Some(part), [_]) => padded[part] = Some(false),
                (Some(part), [b'0', _]) => padded[part] = padded[part].or(Some(true)),
                _ => {}
            }
        }
    }
    let [month, day, hour] = padded;
    let padded = [month.or(day), day.or(month), hour.or(day).or(month)];
    let mut written = pattern.to_owned();
    for (part, padded) in PARTS.iter().zip(padded) {
        if padded == Some(false) {
            written = written.replace(part, &part.replace('%', "%-"));
        }
    }
    written
}
