//! Fetches a data set of the UCR archive into the cache, or leaves the cache as it was.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::assemble::series_length;
use super::cache::{cache_folder, check_name, datasets};
use super::format::{self, Layout};
use super::temporary::TemporaryFolder;
use super::unpack::{oversized, unpack};
use super::{CatalogueEntry, LabelColumn, ReadOptions, catalogue};
use crate::{Error, ErrorKind};

/// Where the archive is published as zip files of `.ts` files.
pub const DEFAULT_BASE_URL: &str = "https://timeseriesclassification.com/aeon-toolkit";

/// The largest download in bytes.
const LARGEST_DOWNLOAD: u64 = 1 << 30;

/// How long the server may take for each step.
const STEP_LIMIT: Duration = Duration::from_secs(60);

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes have arrived.
    pub received: u64,
    /// How many there are, where the server says so.
    pub total: Option<u64>,
}

/// What `source.json` says beside the files of a downloaded data set.
#[derive(Debug, Serialize)]
struct Source<'a> {
    url: &'a str,
    sha256: &'a str,
    bytes: u64,
    files: &'a [String; 2],
}

/// Downloads a data set into the cache and returns its folder, for [`Dataset::read`](super::Dataset::read).
///
/// `progress` is called for every piece that arrives. The download is checked against the
/// catalogue; what was in the cache before is replaced only when all went well.
///
/// # Errors
///
/// [`ErrorKind::UnknownName`] for a name that is not in the catalogue, [`ErrorKind::Download`] when
/// the server does not send an intact zip file of that data set, or an error about the files
/// inside. None leaves files behind.
pub fn download(
    name: &str,
    base_url: &str,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, Error> {
    download_into(&cache_folder()?, name, base_url, progress)
}

/// As [`download`], into the given cache folder.
///
/// # Errors
///
/// As [`download`].
pub fn download_into(
    cache: &Path,
    name: &str,
    base_url: &str,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, Error> {
    check_name(name)?;
    let entry = catalogue::look_up(name)?;
    let url = format!("{}/{}.zip", base_url.trim_end_matches('/'), entry.name);
    let temporary = TemporaryFolder::create(&datasets(cache), entry.name)?;
    let zip = temporary.path().join("download.zip");
    let (bytes, sha256) = fetch(&url, &zip, progress)?;
    let folder = temporary.path().join(entry.name);
    let files = unpack(&url, &zip, entry.name, &folder)?;
    check(&url, &folder, &files, entry)?;
    let source = Source {
        url: &url,
        sha256: &sha256,
        bytes,
        files: &files,
    };
    let path = folder.join("source.json");
    serde_json::to_string_pretty(&source)
        .map_err(io::Error::from)
        .and_then(|text| fs::write(&path, text + "\n"))
        .map_err(|error| Error::write(&path, error))?;
    install(&temporary, &folder, datasets(cache).join(entry.name))
}

/// Streams the answer into a file; returns its size and SHA-256.
fn fetch(
    url: &str,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(u64, String), Error> {
    let failed = |reason: String, hint: &str| {
        let message = format!("cannot download {url}: {reason}");
        Error::new(ErrorKind::Download, message).with_hint(hint)
    };
    let unreachable = |reason| failed(reason, "check the connection and try again");
    let oversized = || oversized(url, "the download", LARGEST_DOWNLOAD);
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(STEP_LIMIT))
        .timeout_connect(Some(STEP_LIMIT))
        .timeout_recv_response(Some(STEP_LIMIT))
        .timeout_per_read(Some(STEP_LIMIT))
        .user_agent(concat!("retune/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent();
    let answer = agent
        .get(url)
        .call()
        .map_err(|error| unreachable(error.to_string()))?;
    if !answer.status().is_success() {
        let status = answer.status().as_u16();
        let reason = format!("the server answered with HTTP status {status}");
        return Err(failed(reason, "check the address of the archive"));
    }
    let body = answer.into_body();
    let total = body.content_length();
    if total.is_some_and(|total| total > LARGEST_DOWNLOAD) {
        return Err(oversized());
    }
    let unwritable = |error| Error::write(path, error);
    let mut file = File::create(path).map_err(unwritable)?;
    let mut reader = body.into_reader();
    let mut hash = Sha256::new();
    let mut received = 0;
    let mut buffer = vec![0; 1 << 16];
    progress(Progress { received, total });
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // The connection was closed before the announced end; the check below says so.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && total.is_some() => 0,
            Err(error) => return Err(unreachable(error.to_string())),
        };
        if count == 0 {
            break;
        }
        received += count as u64;
        if received > LARGEST_DOWNLOAD {
            return Err(oversized());
        }
        hash.update(&buffer[..count]);
        file.write_all(&buffer[..count]).map_err(unwritable)?;
        progress(Progress { received, total });
    }
    if let Some(expected) = total.filter(|&total| total != received) {
        let reason = format!("it ended after {received} bytes; expected {expected}");
        return Err(failed(reason, "try again"));
    }
    let digits = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok((received, digits))
}

/// Compares what was unpacked with the catalogue.
fn check(
    url: &str,
    folder: &Path,
    files: &[String; 2],
    entry: &CatalogueEntry,
) -> Result<(), Error> {
    let options = ReadOptions {
        label: LabelColumn::First,
        ..ReadOptions::default()
    };
    let layout = Layout::new(&options);
    let same = |what: &str, found: usize, expected: usize| {
        if found == expected {
            return Ok(());
        }
        let message =
            format!("{url}: {what} is {found}; expected {expected} as in the UCR archive");
        Err(Error::new(ErrorKind::Download, message))
    };
    // The folder is gone when an error is shown, so that its place is given within the zip file.
    let read =
        |file: &String| format::read_as(&folder.join(file), &Path::new(url).join(file), &layout);
    let (train, test) = (read(&files[0])?, read(&files[1])?);
    same(
        "the number of training series",
        train.rows.len(),
        entry.train,
    )?;
    same("the number of test series", test.rows.len(), entry.test)?;
    let mut labels = BTreeSet::new();
    let mut longest = 0;
    for file in [&train, &test] {
        for row in &file.rows {
            labels.extend(row.label.as_deref());
            longest = longest.max(series_length(file, &row.values));
        }
    }
    same("the number of classes", labels.len(), entry.classes)?;
    if entry.length != 0 {
        same("the length of the longest series", longest, entry.length)?;
    }
    Ok(())
}

/// Puts the finished folder into its place, in one step that either happens or does not.
fn install(temporary: &TemporaryFolder, folder: &Path, target: PathBuf) -> Result<PathBuf, Error> {
    let previous = temporary.path().join("previous");
    let replaced = fs::rename(&target, &previous).is_ok();
    match fs::rename(folder, &target) {
        Ok(()) => Ok(target),
        Err(error) => {
            if replaced {
                // If this fails as well, the first error is still the one to tell.
                let _ = fs::rename(&previous, &target);
            }
            Err(Error::write(&target, error))
        }
    }
}
