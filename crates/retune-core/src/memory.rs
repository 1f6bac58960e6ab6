//! How much memory there is, so that work that cannot fit fails before it starts and says why.

use std::fs;
use std::path::Path;

use crate::{Error, ErrorKind};

/// Whether so many bytes fit into memory beside what is there; `work` is what needs them, as the start of
/// a sentence. Where the system does not tell, they do.
///
/// # Errors
///
/// [`ErrorKind::NoMemory`]; the message says how many there would have to be and how many are free.
pub fn check(needed: u64, work: &str) -> Result<(), Error> {
    check_within(needed, work, available())
}

/// What fits into any memory.
const SMALL: u64 = 1 << 25;

/// As [`check`], without asking the system where the bytes are few.
pub(crate) fn check_many(needed: u64, work: &str) -> Result<(), Error> {
    if needed < SMALL {
        return Ok(());
    }
    check(needed, work)
}

/// Whether so many bytes for what a file holds, which is `what`, fit into memory beside the file's own.
///
/// # Errors
///
/// As [`check`], of that file.
pub(crate) fn check_reading(path: &Path, needed: u64, what: &str) -> Result<(), Error> {
    let work = format!("{}: reading {what}", path.display());
    check_many(needed, &work).map_err(|error| {
        let error = error.of_file(path);
        error.with_hint("give a part of the file, or free memory")
    })
}

fn check_within(needed: u64, work: &str, free: Option<u64>) -> Result<(), Error> {
    let Some(free) = free.filter(|free| needed > *free) else {
        return Ok(());
    };
    let gibibytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let (needed, free) = (gibibytes(needed), gibibytes(free));
    let message =
        format!("{work} would need about {needed:.1} GiB of memory, {free:.1} GiB are free");
    Err(Error::new(ErrorKind::NoMemory, message))
}

/// The bytes that this process may still take; `None` where the system does not tell (it does on Linux).
pub fn available() -> Option<u64> {
    let read = |path: &str| fs::read_to_string(path).ok();
    let meminfo = read("/proc/meminfo")?;
    let of_machine = field(&meminfo, "MemAvailable:")? + field(&meminfo, "SwapFree:").unwrap_or(0);
    let group = || {
        let group = read("/proc/self/cgroup")?;
        let path = group
            .lines()
            .find_map(|line| line.strip_prefix("0::"))?
            .to_owned();
        let text = |file: &str| read(&format!("/sys/fs/cgroup{path}/{file}"));
        let of = |file: &str| number(&text(file)?);
        // Files that were read count as taken, and are given up when something else needs the room.
        let statistics = text("memory.stat").unwrap_or_default();
        let cached = ["inactive_file ", "active_file "].map(|name| {
            let mut lines = statistics.lines();
            let bytes = lines.find_map(|line| line.strip_prefix(name));
            bytes.and_then(number).unwrap_or(0)
        });
        let taken = of("memory.current")?.saturating_sub(cached.iter().sum());
        Some(of("memory.max")?.saturating_sub(taken))
    };
    let limit = || {
        let limits = read("/proc/self/limits")?;
        let limit = number(
            limits
                .lines()
                .find_map(|line| line.strip_prefix("Max address space"))?,
        )?;
        let taken = field(&read("/proc/self/status")?, "VmSize:")?;
        Some(limit.saturating_sub(taken))
    };
    [Some(of_machine), group(), limit()]
        .into_iter()
        .flatten()
        .min()
}

/// The first number of a text; none where a word stands there, such as `unlimited`.
fn number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

/// A line in kB of the system's tables, in bytes.
fn field(table: &str, name: &str) -> Option<u64> {
    let line = table.lines().find_map(|line| line.strip_prefix(name))?;
    Some(number(line)? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_says_how_much_it_is() {
        assert!(check_within(5, "it", None).is_ok() && check_within(5, "it", Some(5)).is_ok());
        let error = check_within(11 << 30, "fitting 9 series", Some(3 << 29)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoMemory);
        let expected = "fitting 9 series would need about 11.0 GiB of memory, 1.5 GiB are free";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_tables_of_the_system_are_read() {
        let table = "MemTotal:  100 kB\nMemAvailable:     64 kB\n";
        assert_eq!(field(table, "MemAvailable:"), Some(64 << 10));
        assert_eq!(field(table, "SwapFree:"), None);
        assert_eq!(number("      unlimited   unlimited bytes"), None);
        assert_eq!(number(" 4096  4096 bytes"), Some(4096));
        if cfg!(target_os = "linux") {
            assert!(available().unwrap() > 0);
        }
    }
}
