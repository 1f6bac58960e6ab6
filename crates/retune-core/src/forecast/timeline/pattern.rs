//! How times are written, as patterns of jiff.

use jiff::civil::{DateTime, Weekday};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

use super::words::{Word, has_days, push_words};

/// The pattern of a field; `None` when it is not written like a date.
///
/// Where the year stands last the day is taken to stand first; see [`orders`].
pub(super) fn pattern(field: &str) -> Option<String> {
    let mut pattern = String::with_capacity(32);
    push_pattern(&mut pattern, field, "").map(|()| pattern)
}

/// Writes the pattern of a field to the end of a text. Where a month may be a whole name or a
/// short one it is taken as it is in the pattern `like`.
pub(super) fn push_pattern(pattern: &mut String, field: &str, like: &str) -> Option<()> {
    let field = field.trim();
    let hours = match field.find(':') {
        Some(colon) => field.get(..colon)?.trim_end_matches(digit).len(),
        None => field.len(),
    };
    let (before, clock) = field.split_at_checked(hours)?;
    let date = match before.strip_suffix('T') {
        Some(date) if !clock.is_empty() => date,
        _ => before.trim_end().trim_end_matches(','),
    };
    let between = before.get(date.len()..)?;
    if !matches!(between, "" | "T") && !between.ends_with(' ') {
        return None;
    }
    push_date(pattern, date, like)?;
    if clock.is_empty() {
        return between.is_empty().then_some(());
    }
    if between.is_empty() || !has_days(pattern) || pattern.contains("%H") {
        return None;
    }
    pattern.push_str(between);
    push_clock(pattern, clock, true)
}

fn push_date(pattern: &mut String, text: &str, like: &str) -> Option<()> {
    if text.contains(char::is_alphabetic) {
        return push_words(pattern, text, like);
    }
    let Some(between) = text.chars().find(|c| !digit(*c)) else {
        pattern.push_str(match text.len() {
            6 => "%Y%m",
            8 => "%Y%m%d",
            10 => "%Y%m%d%H",
            12 => "%Y%m%d%H%M",
            14 => "%Y%m%d%H%M%S",
            _ => return None,
        });
        return Some(());
    };
    let mut parts = text.split(between).map(digits);
    let widths = [parts.next(), parts.next(), parts.next(), parts.next()];
    let order: &[&str] = match (between, widths) {
        ('-' | '/' | '.', [Some(4), Some(1 | 2), Some(1 | 2), None]) => &["%Y", "%m", "%d"],
        ('-' | '/' | '.', [Some(1 | 2), Some(1 | 2), Some(4), None]) => &["%d", "%m", "%Y"],
        ('-' | '/' | '.', [Some(1 | 2), Some(1 | 2), Some(2), None]) => &["%d", "%m", "%y"],
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
    Some(())
}

/// Whether a field is a time of day without a date.
pub(super) fn is_clock(field: &str) -> bool {
    push_clock(&mut String::new(), field.trim(), false).is_some()
}

/// `hours:minutes[:seconds[.fraction]]`, then `AM` or `PM` and a zone where there are.
fn push_clock(pattern: &mut String, text: &str, zones: bool) -> Option<()> {
    let end = text.find(|c: char| !(digit(c) || matches!(c, ':' | '.')));
    let (time, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
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
    let (half, zone) = split_half(rest);
    pattern.push_str(if half.is_empty() { "%H:%M" } else { "%I:%M" });
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
    if let Some(letters) = half.trim_start().get(..2) {
        pattern.push_str(&half[..half.len() - letters.len()]);
        let small = letters.contains(|c: char| c.is_ascii_lowercase());
        pattern.push_str(if small { "%P" } else { "%p" });
    }
    match zones {
        true => push_zone(pattern, zone),
        false => zone.is_empty().then_some(()),
    }
}

/// Takes `AM` or `PM` off the beginning, with the spaces before it.
fn split_half(text: &str) -> (&str, &str) {
    let spaces = text.len() - text.trim_start().len();
    let letters = text.get(spaces..spaces + 2).unwrap_or_default();
    match ["am", "pm"]
        .iter()
        .any(|half| letters.eq_ignore_ascii_case(half))
    {
        true => text.split_at(spaces + 2),
        false => ("", text),
    }
}

/// Nothing, `Z`, `UTC` or an offset such as `+01:00`, `+0100` or `+01`.
fn push_zone(pattern: &mut String, text: &str) -> Option<()> {
    let zone = text.trim_start();
    pattern.push_str(text.get(..text.len() - zone.len())?);
    let Some(offset) = zone.strip_prefix(['+', '-']) else {
        pattern.push_str(zone);
        return matches!(zone, "" | "Z" | "UTC" | "GMT").then_some(());
    };
    pattern.push_str(
        match (digits(&offset.replacen(':', "", 1)), offset.contains(':')) {
            (4, true) => "%:z",
            (4, false) => "%z",
            (2, false) => "%:::z",
            _ => return None,
        },
    );
    Some(())
}

/// The pattern with the offset as the field has it, for times whose offset never changes.
pub(super) fn with_offset_of(pattern: &str, field: &str) -> String {
    let Some((before, _)) = pattern.rsplit_once("%:").or(pattern.rsplit_once("%z")) else {
        return pattern.to_owned();
    };
    let sign = field.rfind(['+', '-']).unwrap_or(field.len());
    format!(
        "{before}{}",
        field.get(sign..).unwrap_or_default().trim_end()
    )
}

/// Whether times have an offset each.
pub(super) fn has_offset(pattern: &str) -> bool {
    pattern.ends_with('z')
}

fn digit(character: char) -> bool {
    character.is_ascii_digit()
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

/// The pattern, and the same with day, month and year in the other orders that are usual: dates with
/// full stops have the day first wherever they are used. With `day_first`, the orders in which the day
/// stands before the month, or after it.
pub(super) fn orders(pattern: &str, day_first: Option<bool>) -> Vec<String> {
    let parts = pattern.strip_prefix("%d").and_then(|rest| {
        let usual = |between: &&str| ["-", "/"].contains(between);
        let asked = |between: &&str| *between == "." && day_first.is_some();
        let between = rest
            .get(..1)
            .filter(|between| usual(between) || asked(between))?;
        let (year, rest) = rest
            .strip_prefix(between)?
            .strip_prefix("%m")?
            .split_at_checked(3)?;
        Some((between, year.get(1..)?, rest))
    });
    let Some((between, year, rest)) = parts else {
        return vec![pattern.to_owned()];
    };
    let ordered = |order: [&str; 3]| order.join(between) + rest;
    let (day, month) = (["%d", "%m", year], ["%m", "%d", year]);
    match (day_first, year) {
        (Some(true), _) => vec![ordered(day)],
        (Some(false), _) => vec![ordered(month)],
        (None, "%y") => [day, month, ["%y", "%m", "%d"]].map(ordered).to_vec(),
        (None, _) => [day, month].map(ordered).to_vec(),
    }
}

/// Whether dates have the day before the month; `None` where nothing else is usual.
pub(super) fn day_first(pattern: &str) -> Option<bool> {
    let plain = pattern.replace("%-", "%");
    let order = plain.get(..5)?;
    ["/", "-"].iter().find_map(|between| {
        [("%d", "%m", true), ("%m", "%d", false)]
            .into_iter()
            .find(|(one, other, _)| order == [one, other].map(|part| *part).join(between))
            .map(|(.., day_first)| day_first)
    })
}

/// The time in a field and its offset where it has one; `None` when it is none of the calendar.
/// Months, quarters and weeks begin with their first day.
pub(super) fn parse(pattern: &str, field: &str) -> Option<(DateTime, Option<Offset>)> {
    let field = field.trim();
    if pattern.contains("%q") {
        return quarter(field).map(|start| (start, None));
    }
    let mut time = BrokenDownTime::parse(pattern, field).ok()?;
    if time.iso_week().is_some() && time.weekday().is_none() {
        time.set_weekday(Some(Weekday::Monday));
    } else if time.day().is_none() {
        time.set_day(Some(1)).ok()?;
    }
    // No clock was ever set farther from UTC.
    const FARTHEST: i32 = 18 * 3600;
    let offset = time.offset();
    if offset.is_some_and(|offset| offset.seconds().abs() > FARTHEST) {
        return None;
    }
    Some((time.to_datetime().ok()?, offset))
}

/// The first day of a quarter: of a number of four digits and one of one.
fn quarter(field: &str) -> Option<DateTime> {
    let numbers = || field.split(|c| !digit(c));
    let year = numbers().find(|number| number.len() == 4)?.parse().ok()?;
    let quarter: i8 = numbers().find(|number| number.len() == 1)?.parse().ok()?;
    let month = (1..=4).contains(&quarter).then_some(3 * quarter - 2)?;
    Some(
        jiff::civil::Date::new(year, month, 1)
            .ok()?
            .to_datetime(jiff::civil::Time::midnight()),
    )
}

/// Whether a field that is no date might be meant as one: it names a month beside a number, or has
/// a year, and at most one word that is not known.
pub(super) fn looks_like_date(field: &str) -> bool {
    let mut numbers = field
        .split(|c| !digit(c))
        .filter(|number| !number.is_empty());
    let numbered = numbers.clone().next().is_some();
    let is_year = |number: &str| matches!(number.parse(), Ok(1500..=2200)) && number.len() == 4;
    let has_year = numbers.any(is_year);
    let words = field.split(|c: char| !c.is_alphabetic());
    let (mut months, mut unknown) = (0, 0);
    for word in words.filter(|word| !word.is_empty()) {
        match Word::of(word) {
            Some(Word::Month { .. }) => months += 1,
            Some(_) => {}
            None => unknown += 1,
        }
    }
    numbered && (has_year || months == 1) && unknown <= 1
}

/// The pattern that writes a column as it was: a month, day, hour or week below 10 begins with a 0,
/// unless one is written with one digit. What does not show one is written like those before it.
pub(super) fn padded_as<'a>(pattern: &str, fields: impl Iterator<Item = &'a str>) -> String {
    const PARTS: [&str; 5] = ["%m", "%d", "%H", "%I", "%V"];
    // A date of digits only is one number, and no part of it has one digit.
    let numbers = pattern.replace("%Y%m%d", "%Y").replace("%Y%m", "%Y");
    let is_number = |after: &str| after.starts_with(|c| "YymdHIMSGVqu".contains(c));
    let place = |part: &str| {
        let before = &numbers[..numbers.find(part)?];
        Some(
            before
                .split('%')
                .skip(1)
                .filter(|after| is_number(after))
                .count(),
        )
    };
    let places = PARTS.map(place);
    // Whether numbers below 10 begin with a 0; `None` when none shows.
    let mut padded = [None; PARTS.len()];
    for field in fields {
        let numbers = field
            .split(|c| !digit(c))
            .filter(|number| !number.is_empty());
        for (at, number) in numbers.take(4).enumerate() {
            let here = padded.iter_mut().zip(places);
            for (padded, _) in here.filter(|(_, place)| *place == Some(at)) {
                match number.as_bytes() {
                    [_] => *padded = Some(false),
                    [b'0', _] => *padded = padded.or(Some(true)),
                    _ => {}
                }
            }
        }
    }
    let [month, day, hour, half, week] = padded;
    let date = month.or(day);
    let padded = [
        date,
        day.or(month),
        hour.or(day).or(month),
        half.or(day).or(month),
        week,
    ];
    let mut written = pattern.to_owned();
    for (part, padded) in PARTS.iter().zip(padded) {
        if padded == Some(false) {
            written = written.replace(part, &part.replace('%', "%-"));
        }
    }
    written
}
