//! How much memory this process has taken.

use std::fs;

const KIB_IN_MIB: f64 = 1024.0;

/// The most physical memory that this process has had so far, in MiB; only Linux tells.
pub(super) fn peak_mib() -> Option<f64> {
    peak_in(&fs::read_to_string("/proc/self/status").ok()?)
}

/// The line `VmHWM:   123456 kB`.
fn peak_in(status: &str) -> Option<f64> {
    let rest = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = rest.split_whitespace().next()?.parse().ok()?;
    Some(kib / KIB_IN_MIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_from_its_line() {
        let status = "Name:\tretune\nVmPeak:\t 9000 kB\nVmHWM:\t    2048 kB\nVmRSS:\t 100 kB\n";
        assert_eq!(peak_in(status), Some(2.0));
        assert_eq!(peak_in("Name:\tretune\n"), None);
    }
}
