//! Where downloaded data sets are kept: `CACHE/datasets/NAME`.

use std::env;
use std::ffi::OsString;
#[cfg(feature = "net")]
use std::fs;
use std::path::{Path, PathBuf};

use super::catalogue;
#[cfg(feature = "net")]
use super::lock::SetLock;
use crate::{Error, ErrorKind};

/// The folder for downloads: `RETUNE_HOME`, else `XDG_CACHE_HOME/retune`, else
/// `HOME/.cache/retune`. It need not exist.
///
/// # Errors
///
/// [`ErrorKind::Setting`] when none of these environment variables is set.
pub fn cache_folder() -> Result<PathBuf, Error> {
    choose(|name| env::var_os(name))
}

/// The folder of a data set that was downloaded before; `None` when it was not.
///
/// # Errors
///
/// As [`cache_folder`].
pub fn find_cached(name: &str) -> Result<Option<PathBuf>, Error> {
    Ok(find_cached_in(&cache_folder()?, name))
}

/// The folder of a data set in the given cache folder; `None` when it is not there.
///
/// Upper and lower case are the same for names of the catalogue. A folder that was put there by
/// hand counts too.
pub fn find_cached_in(cache: &Path, name: &str) -> Option<PathBuf> {
    check_name(name).ok()?;
    let name = catalogue::find(name).map_or(name, |entry| entry.name);
    let parent = datasets(cache);
    #[cfg(feature = "net")]
    bring_back(&parent, name);
    let folder = parent.join(name);
    folder.is_dir().then_some(folder)
}

/// Waits for a data set that is away between two renames: for an instant, or until now where a process was
/// killed there.
#[cfg(feature = "net")]
fn bring_back(parent: &Path, name: &str) {
    for _ in 0..100 {
        if parent.join(name).is_dir() || !previous(parent, name).is_dir() {
            break;
        }
        match SetLock::try_take(parent, name) {
            Some(lock) => put_back(parent, name, &lock),
            None => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
}

/// Where a data set is while another takes its place.
#[cfg(feature = "net")]
pub(super) fn previous(parent: &Path, name: &str) -> PathBuf {
    parent.join(format!(".{name}.previous"))
}

/// Ends what a killed process began: a data set whose place is empty goes back there, and one whose
/// place was taken goes.
#[cfg(feature = "net")]
pub(super) fn put_back(parent: &Path, name: &str, _lock: &SetLock) {
    let (folder, previous) = (parent.join(name), previous(parent, name));
    // What cannot be moved or removed stays where it is.
    let _ = match folder.exists() {
        true => fs::remove_dir_all(previous),
        false => fs::rename(previous, folder),
    };
}

/// The folder of all data sets in a cache folder.
pub(super) fn datasets(cache: &Path) -> PathBuf {
    cache.join("datasets")
}

/// Checks a name before it goes into a path or an address.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 100 || !name.chars().all(allowed) {
        let name: String = name.chars().take(100).collect();
        let message = format!(
            "`{name}` is no name of a data set; \
             expected letters, digits, `_` and `-`, at most 100"
        );
        return Err(Error::new(ErrorKind::UnknownName, message));
    }
    Ok(())
}

/// The cache folder, with a way to look up environment variables.
fn choose(variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, Error> {
    let folder = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let shared = folder("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    folder("RETUNE_HOME")
        .or_else(|| shared.map(|path| path.join("retune")))
        .or_else(|| folder("HOME").map(|path| path.join(".cache").join("retune")))
        .ok_or_else(|| {
            let message =
                "no folder for downloads; expected RETUNE_HOME, XDG_CACHE_HOME or HOME to be set";
            Error::new(ErrorKind::Setting, message)
                .with_hint("set RETUNE_HOME to a folder for downloads")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let with = |set: &'static [(&str, &str)]| {
            choose(move |name| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        let all = &[
            ("RETUNE_HOME", "/r"),
            ("XDG_CACHE_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(with(all).unwrap(), Path::new("/r"));
        assert_eq!(with(&all[1..]).unwrap(), Path::new("/x/retune"));
        assert_eq!(with(&all[2..]).unwrap(), Path::new("/h/.cache/retune"));
        let relative = &[("RETUNE_HOME", ""), ("XDG_CACHE_HOME", "x"), ("HOME", "/h")];
        assert_eq!(with(relative).unwrap(), Path::new("/h/.cache/retune"));
        assert_eq!(with(&[]).unwrap_err().kind(), ErrorKind::Setting);
    }

    #[cfg(feature = "net")]
    #[test]
    fn a_data_set_that_was_away_comes_back() {
        let cache = tempfile::tempdir().unwrap();
        let parent = datasets(cache.path());
        let folder = parent.join("Coffee");
        fs::create_dir_all(previous(&parent, "Coffee")).unwrap();
        assert_eq!(find_cached_in(cache.path(), "Coffee"), Some(folder.clone()));
        assert!(!previous(&parent, "Coffee").exists());
        // Killed after the new one was in its place.
        fs::create_dir(previous(&parent, "Coffee")).unwrap();
        fs::write(folder.join("new"), "").unwrap();
        let lock = SetLock::wait(&parent, "Coffee").unwrap();
        put_back(&parent, "Coffee", &lock);
        assert!(folder.join("new").exists() && !previous(&parent, "Coffee").exists());
    }

    #[test]
    fn names_cannot_leave_the_cache() {
        for name in [
            "",
            "..",
            "a/b",
            "a\\b",
            "a.b",
            "ü",
            "a b",
            "a?b",
            &"a".repeat(101),
        ] {
            assert!(check_name(name).is_err(), "{name}");
            assert_eq!(find_cached_in(Path::new("/"), name), None);
        }
        assert!(check_name("Gun_Point-2").is_ok());
    }
}
