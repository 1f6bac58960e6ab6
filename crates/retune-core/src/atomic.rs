//! Files that are written whole or not at all.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

/// How the names of files begin and end that are not yet in their place.
const PREFIX: &str = ".retune.";
const SUFFIX: &str = ".part";
/// How old one must be before it is looked at: its writer has locked it long before.
const SETTLED: Duration = Duration::from_secs(2);

/// Writes a file whole or not at all: readers and a killed run never see half of one.
///
/// The bytes are written to a file of a random name beside it, which then takes its place. A file
/// that is there keeps its permissions, and a link is followed and stays one.
///
/// # Errors
///
/// When the folder cannot be written to, or a folder, a device or a link that leads nowhere is there;
/// nothing is left over then.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (target, before) = resolve(path)?;
    let mut part = beside(&target)?;
    part.write_all(bytes)?;
    if let Some(before) = before {
        keep_permissions(&part, &before)?;
    }
    part.as_file().sync_all()?;
    part.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Whether [`write_whole`] could write there, found out by making a file beside it and removing it:
/// permissions alone do not tell. What a process that was killed left beside it is removed.
///
/// # Errors
///
/// As [`write_whole`].
pub fn check_writable(path: &Path) -> io::Result<()> {
    let (target, _) = resolve(path)?;
    sweep(folder_of(&target));
    beside(&target)?.close()
}

/// What a path leads to, and what is there.
fn resolve(path: &Path) -> io::Result<(PathBuf, Option<Metadata>)> {
    let refused = |reason: &str| Err(io::Error::new(ErrorKind::InvalidInput, reason));
    // What it leads to would be put in the place of the file that a shell writes to.
    let streams = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc/self/fd"];
    if path == Path::new("-") || streams.iter().any(|stream| path.starts_with(stream)) {
        return refused("it is a stream, expected a file");
    }
    if path.to_string_lossy().ends_with(std::path::is_separator) {
        return refused("it is a folder, expected a file");
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => refused("it is a folder, expected a file"),
        Ok(found) if !found.is_file() => refused("it is a device, expected a file"),
        Ok(found) => Ok((fs::canonicalize(path)?, Some(found))),
        Err(_) if path.file_name().is_none() => refused("it has no name, expected a file"),
        Err(_) if fs::symlink_metadata(path).is_ok() => {
            refused("it is a link that leads nowhere, expected a file")
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((path.to_owned(), None)),
        Err(error) => Err(error),
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Removes the files of writers that were killed: nobody has locked them.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !(name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            continue;
        }
        let age = entry.metadata().and_then(|found| found.modified());
        let age = age.ok().and_then(|modified| modified.elapsed().ok());
        let free = fs::File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if free && age.is_some_and(|age| age >= SETTLED) {
            // One that cannot be removed is no reason not to go on.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A new file in the folder of the target, with the permissions of any new file; it is removed when
/// it goes out of scope.
fn beside(target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes away what the user's mask does.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let part = builder.tempfile_in(folder_of(target))?;
    // A file system without locks keeps what a killed writer leaves.
    let _ = part.as_file().try_lock();
    Ok(part)
}

/// Gives the new file the permissions of the old one, where they differ: not every file system can.
fn keep_permissions(part: &NamedTempFile, before: &Metadata) -> io::Result<()> {
    let permissions = before.permissions();
    if part.as_file().metadata()?.permissions() != permissions {
        part.as_file().set_permissions(permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<String> = entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_name_with_a_slash_at_its_end_is_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["new/", "a/b//"] {
            let error = write_whole(&folder.path().join(name), b"").unwrap_err();
            assert_eq!(error.to_string(), "it is a folder, expected a file");
        }
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn streams_are_no_files() {
        for path in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/2"] {
            let error = write_whole(Path::new(path), b"").unwrap_err();
            assert_eq!(error.to_string(), "it is a stream, expected a file");
        }
        assert!(!Path::new("-").exists());
    }

    #[test]
    fn a_file_is_made_and_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        check_writable(&path).unwrap();
        assert!(names(folder.path()).is_empty());
        for bytes in [&b"one"[..], b"", b"another"] {
            write_whole(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
            check_writable(&path).unwrap();
            assert_eq!(names(folder.path()), ["a"]);
        }
        // As long as a name can be.
        let long = folder.path().join("n".repeat(255));
        write_whole(&long, b"x").unwrap();
        assert_eq!(fs::read(long).unwrap(), b"x");
    }

    #[test]
    fn what_cannot_be_replaced_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("folder");
        fs::create_dir(&inner).unwrap();
        let absent = folder.path().join("absent").join("a");
        for path in [&inner, &absent, &folder.path().join("..")] {
            write_whole(path, b"x").unwrap_err();
            check_writable(path).unwrap_err();
        }
        // The rename itself fails: a name longer than the system allows.
        let long = folder.path().join("n".repeat(300));
        write_whole(&long, b"x").unwrap_err();
        check_writable(&long).unwrap_err();
        assert_eq!(names(folder.path()), ["folder"]);
        assert!(names(&inner).is_empty());
    }

    #[test]
    fn what_killed_writers_left_is_swept_and_what_others_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".retune.abc.part");
        let fresh = folder.path().join(".retune.def.part");
        for path in [&left, &fresh] {
            fs::write(path, "half").unwrap();
        }
        let before = std::time::SystemTime::now() - 2 * SETTLED;
        let set_old = |file: &fs::File| file.set_modified(before).unwrap();
        set_old(&fs::File::options().write(true).open(&left).unwrap());
        let mine = beside(&folder.path().join("a")).unwrap();
        set_old(mine.as_file());
        check_writable(&folder.path().join("b")).unwrap();
        assert!(!left.exists() && fresh.exists() && mine.path().exists());
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_links_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        // A new file is as any other.
        fs::write(folder.path().join("usual"), "").unwrap();
        write_whole(&file, b"one").unwrap();
        assert_eq!(mode(&file), mode(&folder.path().join("usual")));
        for bits in [0o640, 0o600, 0o444, 0o755] {
            fs::set_permissions(&file, fs::Permissions::from_mode(bits)).unwrap();
            write_whole(&file, b"two").unwrap();
            assert_eq!(mode(&file), bits, "{bits:o}");
        }
        symlink("file", &link).unwrap();
        write_whole(&link, b"three").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"three");
        symlink("nothing", folder.path().join("astray")).unwrap();
        for result in [
            check_writable(&folder.path().join("astray")),
            write_whole(&folder.path().join("astray"), b"x"),
        ] {
            let error = result.unwrap_err().to_string();
            assert!(error.contains("a link that leads nowhere"), "{error}");
        }
        fs::remove_file(folder.path().join("astray")).unwrap();
        let error = write_whole(Path::new("/dev/null"), b"x").unwrap_err();
        assert!(error.to_string().contains("device"), "{error}");
        assert_eq!(names(folder.path()), ["file", "link", "usual"]);
    }
}
