//! How times are written, as patterns of jiff.

use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;

/// The pattern of a field; `None` when it is not written like a date.
///
/// Where the year stands last the day is taken to stand first; see [`month_first`].
pub(super) fn pattern(field: &str) -> Option<String> {
    let field = field.trim();
    let end = field.find(['T', ' ']).unwrap_or(field.len());
    let (date, clock) = field.split_at_checked(end)?;
    let mut pattern = date_pattern(date)?;
    if !clock.is_empty() {
        if !pattern.contains("%d") {
            return None;
        }
        pattern.push_str(&clock_pattern(clock)?);
    }
    Some(pattern)
}

fn date_pattern(text: &str) -> Option<String> {
    let Some(between) = text.chars().find(|c| !c.is_ascii_digit()) else {
        let pattern = match text.len() {
            6 => "%Y%m",
            8 => "%Y%m%d",
            _ => return None,
        };
        return Some(pattern.to_owned());
    };
    let mut parts = text.split(between).map(digits);
    let widths = [parts.next(), parts.next(), parts.next(), parts.next()];
    let year = Some(4);
    let short = |width| matches!(width, Some(1 | 2));
    let order: &[&str] = match (between, widths) {
        ('-' | '/' | '.', [y, a, b, None]) if y == year && short(a) && short(b) => {
            &["%Y", "%m", "%d"]
        }
        ('-' | '/' | '.', [a, b, y, None]) if y == year && short(a) && short(b) => {
            &["%d", "%m", "%Y"]
        }
        // `1949.01` is a number.
        ('-' | '/', [y, a, None, None]) if y == year && short(a) => &["%Y", "%m"],
        ('-' | '/', [a, y, None, None]) if y == year && short(a) => &["%m", "%Y"],
        _ => return None,
    };
    Some(order.join(between.encode_utf8(&mut [0; 4])))
}

/// `hours:minutes[:seconds[.fraction]]` after `T` or spaces, and then a zone.
fn clock_pattern(text: &str) -> Option<String> {
    let (separator, text) = text.split_at_checked(1)?;
    let text = if separator == " " {
        text.trim_start()
    } else {
        text
    };
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let (time, zone) = text.split_at_checked(end.unwrap_or(text.len()))?;
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(digits(fraction))),
        None => (time, None),
    };
    let mut parts = time.split(':');
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    let seconds = match (parts[2], fraction) {
        (None, None) => String::new(),
        // jiff takes a leap second for the one before it.
        (Some("60"), _) => return None,
        (Some(_), None) => ":%S".to_owned(),
        (Some(_), Some(digits @ 1..=9)) => format!(":%S%.{digits}f"),
        _ => return None,
    };
    let fits = match parts.map(|part| part.map(digits)) {
        [Some(1 | 2), Some(2), None | Some(2), None] => is_zone(zone),
        _ => false,
    };
    fits.then(|| format!("{separator}%H:%M{seconds}{zone}"))
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
pub(super) fn padded_as<'a>(
    pattern: &str,
    fields: impl Iterator<Item = &'a str> + Clone,
) -> String {
    let month = begins_with_zero("m", pattern, fields.clone());
    let day = begins_with_zero("d", pattern, fields.clone());
    let hour = begins_with_zero("H", pattern, fields);
    let mut written = pattern.to_owned();
    for (part, padded) in [
        ("m", month.or(day)),
        ("d", day.or(month)),
        ("H", hour.or(day).or(month)),
    ] {
        if padded == Some(false) {
            written = written.replace(&format!("%{part}"), &format!("%-{part}"));
        }
    }
    written
}

/// Whether the one-digit values of a part begin with a 0; `None` when none shows.
fn begins_with_zero<'a>(
    part: &str,
    pattern: &str,
    mut fields: impl Iterator<Item = &'a str>,
) -> Option<bool> {
    // A date of digits only is one number, and no part of it has one digit.
    let numbers = pattern.replace("%Y%m%d", "%Y");
    let mut numbers = numbers.split('%').skip(1);
    let place = numbers.position(|number| number.starts_with(part))?;
    let mut zero = None;
    let number = |field: &'a str| {
        let numbers = field.split(|c: char| !c.is_ascii_digit());
        numbers.filter(|number| !number.is_empty()).nth(place)
    };
    let one_digit = fields.any(|field| {
        let number = number(field).unwrap_or_default();
        zero = zero.or(number.starts_with('0').then_some(true));
        number.len() == 1
    });
    if one_digit { Some(false) } else { zero }
}
