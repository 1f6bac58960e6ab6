//! What columns of times are called.

const NAMES: &str = "date time timestamp datetime date_time ds year quarter month week day hour period t \
                     datum zeit jahr monat fecha dt \
                     epoch unix unix_time unixtime when";

/// Whether a header's field is a name for times.
pub(super) fn names_time(field: &str) -> bool {
    let field = field.trim().to_lowercase();
    NAMES.split(' ').any(|name| name == field)
}
