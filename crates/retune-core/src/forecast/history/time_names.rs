//! What columns of times are called.

const NAMES: &str = "date time timestamp datetime date_time ds year quarter month week day hour period t \
                     datum zeit jahr monat fecha dt \
                     epoch unix unix_time unixtime when ts fy";

/// What may stand behind such a name.
const UNITS: &str = "s sec secs seconds ms us ns min minutes h hours utc local";

/// Whether a header's field is a name for times, alone or before a unit: `Time (s)`, `t [ms]`, `time_utc`.
pub(super) fn names_time(field: &str) -> bool {
    let field = field.to_lowercase();
    let field = field.split(['(', '[']).next().unwrap_or_default().trim();
    let is_one = |list: &str, word: &str| list.split(' ').any(|name| name == word);
    let before_unit = |(name, unit): (&str, &str)| is_one(NAMES, name) && is_one(UNITS, unit);
    is_one(NAMES, field) || field.rsplit_once(['_', ' ']).is_some_and(before_unit)
}

#[cfg(test)]
#[test]
fn names_of_times_may_have_units() {
    for name in [
        "Time",
        "Time (s)",
        "t [ms]",
        "time_utc",
        "Timestamp UTC",
        " ts ",
        "unix_time",
        "date_time",
    ] {
        assert!(names_time(name), "{name}");
    }
    for name in [
        "",
        "(s)",
        "s",
        "times",
        "time_on_site",
        "temperature (s)",
        "value_s",
        "date of birth",
    ] {
        assert!(!names_time(name), "{name}");
    }
}
