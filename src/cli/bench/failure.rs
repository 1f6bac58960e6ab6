//! What is told of backends and processes that failed.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use retune::backend::BackendChoice;
use serde::Serialize;
use thiserror::Error;

use super::super::problem::Problem;

/// A backend that could not be measured.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Failure {
    backend: String,
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Failure {
    /// What the error says of the backend.
    pub(super) fn of(backend: BackendChoice, error: &anyhow::Error) -> Self {
        let said = error.downcast_ref::<ProcessError>();
        Self {
            backend: backend.to_string(),
            error: error.to_string(),
            hint: said.and_then(|error| error.hint.clone()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}: {}", self.backend, self.error)?;
        match &self.hint {
            Some(hint) => writeln!(formatter, "  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// What to say when no backend is left.
pub(super) fn of_all(failures: &[Failure]) -> Problem {
    let (message, hint) = match failures {
        [] => ("no backend is compiled in".to_owned(), None),
        [failure] => (failure.error.clone(), failure.hint.clone()),
        [first, ..] => {
            let all: Vec<String> = failures
                .iter()
                .map(|failure| format!("{}: {}", failure.backend, failure.error))
                .collect();
            let message = format!("no backend could be measured: {}", all.join("; "));
            (message, first.hint.clone())
        }
    };
    match hint {
        Some(hint) => Problem::new(message).with_hint(hint),
        None => Problem::new(message),
    }
}

/// What a process of this program said before it ended.
#[derive(Debug, Error)]
#[error("{message}")]
pub(super) struct ProcessError {
    message: String,
    hint: Option<String>,
}

/// Reads what went wrong from what the process wrote to stderr, where drivers write as well.
pub(super) fn of_process(status: ExitStatus, stderr: &[u8]) -> ProcessError {
    let stderr = String::from_utf8_lossy(stderr);
    let after = |start: &str| {
        let line = stderr.lines().find_map(|line| line.strip_prefix(start));
        line.map(str::to_owned)
    };
    let message = after("error: ").unwrap_or_else(|| {
        // A panic says where on one line, and what on the next.
        let mut lines = stderr
            .lines()
            .skip_while(|line| !line.contains("panicked at"));
        match (lines.next(), lines.next()) {
            (Some(place), Some(what)) => format!("{place} {what}"),
            _ => format!("a process of retune ended early ({status})"),
        }
    });
    ProcessError {
        message,
        hint: after("hint: "),
    }
}

/// There is no process at all.
pub(super) fn cannot_start(error: io::Error) -> Problem {
    Problem::new(format!("cannot start another process of retune: {error}"))
}

/// This program's own file.
pub(super) fn executable() -> Result<PathBuf, Problem> {
    std::env::current_exe().map_err(cannot_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_found_among_what_drivers_write() {
        let status = ExitStatus::default();
        let stderr = b"MESA: warning\nerror: no adapter\nhint: install one\n";
        let error = of_process(status, stderr);
        assert_eq!(error.to_string(), "no adapter");
        assert_eq!(error.hint.as_deref(), Some("install one"));
        let panic = b"\nthread 'main' panicked at a.rs:1:2:\nout of memory\nnote: run with\n";
        let error = of_process(status, panic);
        assert!(
            error.to_string().ends_with("a.rs:1:2: out of memory"),
            "{error}"
        );
        assert!(of_process(status, b"").to_string().contains("ended early"));
    }

    #[test]
    fn several_failures_are_told_in_one_line() {
        let failure = |backend: &str| Failure {
            backend: backend.to_owned(),
            error: "broken".to_owned(),
            hint: None,
        };
        assert_eq!(of_all(&[failure("cpu")]).to_string(), "broken");
        assert_eq!(
            of_all(&[failure("cpu"), failure("wgpu")]).to_string(),
            "no backend could be measured: cpu: broken; wgpu: broken"
        );
    }
}
