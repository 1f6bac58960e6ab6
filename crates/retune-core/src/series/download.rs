//! Fetches a data set of the UCR archive into the cache, or leaves the cache as it was.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::assemble::series_length;
use super::cache::{cache_folder, check_name, datasets, previous, put_back};
use super::lock::SetLock;
use super::parts::RowParts;
use super::temporary::TemporaryFolder;
use super::unpack::{oversized, unpack};
use super::{CatalogueEntry, LabelColumn, ReadOptions, catalogue};
use crate::{Error, ErrorKind};

/// Where the archive is published as zip files of `.ts` files.
pub const DEFAULT_BASE_URL: &str = "https://timeseriesclassification.com/aeon-toolkit";

/// The largest download in bytes.
const LARGEST_DOWNLOAD: u64 = 1 << 30;

/// How long the server may take.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For each step: an answer, or another piece of it.
    step: Duration,
    /// For all.
    all: Duration,
    /// For each so many bytes, or a byte now and then would go on for ever.
    span: Duration,
    bytes: u64,
}

const PATIENCE: Patience = Patience {
    step: Duration::from_secs(60),
    all: Duration::from_secs(2 * 60 * 60),
    span: Duration::from_secs(60),
    bytes: 60 << 10,
};

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
/// catalogue; what was in the cache before is replaced only when all went well. While another process
/// fetches the same data set it is waited for, and what it fetched is taken.
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
    let parent = datasets(cache);
    let unwritable = |error| Error::write(&parent, error);
    fs::create_dir_all(&parent).map_err(unwritable)?;
    let lock = SetLock::wait(&parent, entry.name)?;
    put_back(&parent, entry.name, &lock);
    let target = parent.join(entry.name);
    if lock.waited && target.is_dir() {
        return Ok(target);
    }
    // A file without a name: it goes with the process, however that ends.
    let mut zip = tempfile::tempfile_in(&parent).map_err(unwritable)?;
    let (bytes, sha256) = fetch(&url, &mut zip, PATIENCE, progress)?;
    let temporary = TemporaryFolder::create(&parent, entry.name, &lock)?;
    let folder = temporary.path().join(entry.name);
    let files = unpack(&url, zip, (entry.name, entry.most_bytes()), &folder)?;
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
    install(&parent, entry.name, &folder, &lock)
}

/// Streams the answer into a file; returns its size and SHA-256.
fn fetch(
    url: &str,
    file: &mut File,
    patience: Patience,
    progress: &mut dyn FnMut(Progress),
) -> Result<(u64, String), Error> {
    let failed = |reason: String, hint: &str| {
        let message = format!("cannot download {url}: {reason}");
        Error::new(ErrorKind::Download, message).with_hint(hint)
    };
    let unreachable = |reason| failed(reason, "check the connection and try again");
    let oversized = || oversized(url, "the download", LARGEST_DOWNLOAD);
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    let is = |wanted: &str| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(wanted));
    if !is("https") && !is("http") {
        let reason = "expected an address that begins with https:// or http://".to_owned();
        return Err(failed(
            reason,
            "a data set that is here already is named by its folder",
        ));
    }
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        // Whoever sends an address that is encrypted elsewhere must not make it plain.
        .https_only(is("https"))
        .timeout_global(Some(patience.all))
        .timeout_resolve(Some(patience.step))
        .timeout_connect(Some(patience.step))
        .timeout_recv_response(Some(patience.step))
        .timeout_per_read(Some(patience.step))
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
    let unwritable = |error| {
        let message = format!("cannot keep what {url} sends: {error}");
        Error::new(ErrorKind::Write, message).with_source(error)
    };
    let (mut span, mut before) = (Instant::now(), 0);
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
        if span.elapsed() >= patience.span {
            if received - before < patience.bytes {
                let (bytes, seconds) = (received - before, patience.span.as_secs_f64());
                let least = patience.bytes;
                let reason =
                    format!("only {bytes} bytes came in {seconds} s; expected {least} or more");
                return Err(unreachable(reason));
            }
            (span, before) = (Instant::now(), received);
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

/// Compares what was unpacked with the catalogue, and reads no further than that promises.
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
    let differs = |what: &str, found: String, expected: usize| {
        let message =
            format!("{url}: {what} is {found}; expected {expected} as in the UCR archive");
        Err(Error::new(ErrorKind::Download, message))
    };
    let same = |what: &str, found: usize, expected: usize| match found == expected {
        true => Ok(()),
        false => differs(what, found.to_string(), expected),
    };
    let mut labels = BTreeSet::new();
    let mut longest = 0;
    for (file, what, expected) in [
        (&files[0], "the number of training series", entry.train),
        (&files[1], "the number of test series", entry.test),
    ] {
        // The folder is gone when an error is shown, so that its place is given within the zip file.
        let parts = RowParts::open(&folder.join(file), None, &[], &options)?;
        let mut parts = parts.called(Path::new(url).join(file));
        let mut found = 0;
        while let Some(part) = parts.next()? {
            found += part.rows.len();
            for row in &part.rows {
                longest = longest.max(series_length(&part, &row.values));
            }
            labels.extend(part.rows.into_iter().filter_map(|row| row.label));
            if found > expected {
                return differs(what, format!("{found} or more"), expected);
            }
            if labels.len() > entry.classes {
                same("the number of classes", labels.len(), entry.classes)?;
            }
            if entry.length != 0 && longest > entry.length {
                same("the length of the longest series", longest, entry.length)?;
            }
        }
        same(what, found, expected)?;
    }
    same("the number of classes", labels.len(), entry.classes)?;
    if entry.length != 0 {
        same("the length of the longest series", longest, entry.length)?;
    }
    Ok(())
}

/// Puts the finished folder into its place. Where the process is killed between the two renames, the one
/// that was there before comes back when somebody looks for it.
fn install(parent: &Path, name: &str, folder: &Path, lock: &SetLock) -> Result<PathBuf, Error> {
    let (target, previous) = (parent.join(name), previous(parent, name));
    let unwritable = |error| Error::write(&target, error);
    if target.exists() {
        fs::rename(&target, &previous).map_err(unwritable)?;
    }
    let installed = fs::rename(folder, &target).map_err(unwritable);
    put_back(parent, name, lock);
    installed.map(|()| target)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// A server that answers one request with some bytes, and then a byte now and then.
    fn serve(answer: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let mut sent = stream.write_all(answer.as_bytes());
            while sent.is_ok() && answer.contains("200") {
                thread::sleep(Duration::from_millis(20));
                sent = stream.write_all(b"a");
            }
        });
        address.to_string()
    }

    fn fetched(url: &str, patience: Patience) -> String {
        let mut file = tempfile::tempfile().unwrap();
        let error = fetch(url, &mut file, patience, &mut |_| {}).unwrap_err();
        error.to_string()
    }

    #[test]
    fn a_trickle_ends_and_so_does_what_takes_too_long() {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
        let url = format!("http://{}/a.zip", serve(answer));
        let patience = Patience {
            span: Duration::from_millis(200),
            ..PATIENCE
        };
        let error = fetched(&url, patience);
        assert!(
            error.contains("bytes came in 0.2 s; expected 61440 or more"),
            "{error}"
        );
        let url = format!("http://{}/a.zip", serve(answer));
        let patience = Patience {
            all: Duration::from_millis(300),
            ..PATIENCE
        };
        let error = fetched(&url, patience);
        assert!(
            error.starts_with("cannot download") && error.contains("timeout"),
            "{error}"
        );
    }
}
