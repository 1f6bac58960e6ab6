//! What columns of times are called.

const NAMES: &str = "date time timestamp datetime date_time ds year quarter month week day hour period t \
                     yearmonth year_month yyyymm yearmon yyyymmdd \
                     datum zeit jahr monat fecha dt \
                     epoch unix unix_time unixtime when ts fy elapsed elapsed_time";

/// Those that a unit may stand behind, after a space or an underscore or in brackets: `Period (s)` is none.
const CLOCKS: &str = "date datum fecha time zeit timestamp datetime date_time ts epoch unix_time elapsed elapsed_time";

const UNITS: &str = "s sec secs seconds ms us ns min minutes h hours utc local";

/// Whether a header's field is a name for times, alone or before a unit: `Time (s)`, `t [ms]`, `time_utc`.
pub(super) fn names_time(field: &str) -> bool {
    let is_one = |list: &str, word: &str| list.split(' ').any(|name| name == word);
    let field = field.trim().to_lowercase().replace(' ', "_");
    if let Some((name, _)) = field.split_once(['(', '[']) {
        let name = name.trim_end_matches('_');
        // Elsewhere `t_min` may be the lowest temperature.
        return is_one(CLOCKS, name) || name == "t";
    }
    let before_unit = |(name, unit): (&str, &str)| is_one(CLOCKS, name) && is_one(UNITS, unit);
    is_one(NAMES, &field) || field.rsplit_once('_').is_some_and(before_unit)
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
        "unix time",
        "Elapsed time (s)",
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
        "day_min",
        "t_min",
        "Period (s)",
    ] {
        assert!(!names_time(name), "{name}");
    }
}
