//! A black box in another process: a line of JSON in, a line of JSON out.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde_json::json;

use super::{AudioInput, BlackBox, HostBatch, SourceSpec};
use crate::storage::sha256;
use crate::{Error, ErrorKind};

/// The longest line that is taken as an answer: probabilities of some thousand cases.
const LONGEST_LINE: u64 = 1 << 28;
/// How many answers wait to be read: one that nobody asked for is a mistake, a flood of them is stopped.
const WAITING: usize = 4;
/// How much of what the process says on stderr is shown, and kept.
const SHOWN: usize = 400;
const KEPT: usize = 1 << 16;
/// How far the probabilities of a row may sum to something else than 1, where each is written with few digits.
const ROUNDING: f32 = 0.05;
/// The most labels, samples a second and samples of a clip that it may describe.
const MOST_LABELS: usize = 1 << 17;
const MOST_RATE: u32 = 1_000_000;
const MOST_SAMPLES: usize = 1 << 22;

/// A model that another program serves.
///
/// It is started once and asked over its standard input, a line for each question, and answers with a
/// line each:
///
/// ```text
/// {"describe": true}
/// {"name": "my-model", "labels": ["yes", "no"], "audio": {"rate": 16000, "samples": 16000}}
/// {"kind": "audio", "inputs": [[0.0, 0.1, …], …]}
/// {"probabilities": [[0.9, 0.1], …]}
/// ```
pub struct Process {
    command: String,
    spec: SourceSpec,
    timeout: Duration,
    running: Mutex<Running>,
}

struct Running {
    child: Child,
    questions: Sender<String>,
    answers: Receiver<std::io::Result<String>>,
    complaints: Receiver<String>,
}

#[derive(Deserialize)]
struct Description {
    name: String,
    labels: Vec<String>,
    audio: AudioInput,
}

#[derive(Deserialize)]
struct Answer {
    probabilities: Vec<Vec<f32>>,
}

impl Process {
    /// Starts a command line, by the system's shell, and asks what it takes.
    ///
    /// # Errors
    ///
    /// When it cannot be started, ends, stays silent for longer than `timeout`, or describes nothing
    /// that can be used.
    pub fn start(command: &str, timeout: Duration) -> Result<Self, Error> {
        let failed = |reason: String| failed(command, &reason);
        let shell = match cfg!(windows) {
            true => ["cmd", "/C"],
            false => ["sh", "-c"],
        };
        let mut shell_of = Command::new(shell[0]);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut shell_of, 0);
        let mut child = shell_of
            .args([shell[1], command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("it cannot be started: {error}")))?;
        let mut input = child.stdin.take().expect("the standard input is a pipe");
        let output = child.stdout.take().expect("the standard output is a pipe");
        let mut errors = child.stderr.take().expect("the standard error is a pipe");
        // Who does not read what it is asked must not keep us waiting.
        let (questions, asked) = channel::<String>();
        thread::spawn(move || {
            for question in asked {
                let written = input
                    .write_all(question.as_bytes())
                    .and_then(|()| input.flush());
                if written.is_err() {
                    return;
                }
            }
        });
        let (told, answers) = sync_channel(WAITING);
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            loop {
                let mut line = String::new();
                let read = reader.by_ref().take(LONGEST_LINE).read_line(&mut line);
                let ended = !matches!(read, Ok(1..));
                // Nobody listens any more, or there is nothing more to hear.
                if told.send(read.map(|_| line)).is_err() || ended {
                    return;
                }
            }
        });
        let (told, complaints) = channel();
        thread::spawn(move || {
            let (mut last, mut buffer) = (Vec::new(), vec![0; KEPT]);
            while let Ok(count @ 1..) = errors.read(&mut buffer) {
                last.extend(&buffer[..count]);
                last.drain(..last.len().saturating_sub(KEPT));
            }
            let _ = told.send(String::from_utf8_lossy(&last).into_owned());
        });
        let mut running = Running {
            child,
            questions,
            answers,
            complaints,
        };
        let line = running.ask(&json!({"describe": true}).to_string(), timeout);
        let line = line.map_err(|reason| failed(running.ended(reason)))?;
        let expected = r#"{"name": …, "labels": […], "audio": {"rate": …, "samples": …}}"#;
        let found: Description = serde_json::from_str(&line).map_err(|error| {
            failed(format!("it did not describe itself as {expected}: {error}"))
        })?;
        if found.labels.is_empty() || found.audio.samples == 0 || found.audio.rate == 0 {
            let reason = "it describes a model without labels, samples or a rate";
            return Err(failed(reason.to_owned()));
        }
        let AudioInput { rate, samples } = found.audio;
        if found.labels.len() > MOST_LABELS || rate > MOST_RATE || samples > MOST_SAMPLES {
            let labels = found.labels.len();
            return Err(failed(format!(
                "it describes {labels} labels and clips of {samples} samples at {rate} Hz; expected \
                 {MOST_LABELS}, {MOST_SAMPLES} and {MOST_RATE} at most"
            )));
        }
        Ok(Self {
            command: command.to_owned(),
            spec: SourceSpec {
                audio: Some(found.audio),
                ..SourceSpec::new(found.name, sha256(line.trim().as_bytes()), found.labels)
            },
            timeout,
            running: Mutex::new(running),
        })
    }
}

/// No answer that can be used.
fn failed(command: &str, reason: &str) -> Error {
    let message = format!("the source command `{command}` failed: {reason}");
    Error::new(ErrorKind::NoAnswer, message)
        .with_hint("it is asked a line of JSON and answers with one: see `retune classify --help`")
}

impl Running {
    /// The line that answers a line.
    fn ask(&mut self, question: &str, timeout: Duration) -> Result<String, String> {
        if matches!(self.answers.try_recv(), Ok(Ok(line)) if !line.is_empty()) {
            return Err("it answered a line that nobody asked for".to_owned());
        }
        // A process that ended says so better than the pipe that broke.
        let _ = self.questions.send(format!("{question}\n"));
        let seconds = timeout.as_secs_f64();
        match self.answers.recv_timeout(timeout) {
            Ok(Ok(line)) if line.is_empty() => Err("it ended".to_owned()),
            Ok(Ok(line)) if line.len() as u64 == LONGEST_LINE => {
                Err(format!("its answer has no end within {LONGEST_LINE} bytes"))
            }
            Ok(Ok(line)) if !line.ends_with('\n') => Err("it ended within a line".to_owned()),
            Ok(Ok(line)) => Ok(line),
            Ok(Err(error)) => Err(format!("its answer cannot be read: {error}")),
            Err(RecvTimeoutError::Disconnected) => Err("it ended".to_owned()),
            Err(RecvTimeoutError::Timeout) => Err(format!("it gave no answer within {seconds} s")),
        }
    }

    /// Ends the process with all that its shell started; it may have ended by itself.
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
            && matches!(self.child.try_wait(), Ok(None))
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.kill();
    }

    /// Why there is no answer, with the exit status and the end of what it said on stderr.
    fn ended(&mut self, reason: String) -> String {
        self.kill();
        let status = match self.child.wait() {
            Ok(status) if reason == "it ended" => format!(" ({status})"),
            _ => String::new(),
        };
        let said = self.complaints.recv_timeout(Duration::from_millis(200));
        let said = said.unwrap_or_default();
        let said: Vec<char> = said.trim().chars().filter(|c| !c.is_control()).collect();
        let shown: String = said[said.len().saturating_sub(SHOWN)..].iter().collect();
        match shown.is_empty() {
            true => format!("{reason}{status}"),
            false => format!("{reason}{status}; its last words were: {shown}"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

impl BlackBox for Process {
    fn spec(&self) -> &SourceSpec {
        &self.spec
    }

    fn query(&self, batch: &HostBatch) -> Result<Vec<Vec<f32>>, Error> {
        let failed = |reason: String| failed(&self.command, &reason);
        let question = serde_json::to_string(batch).expect("a batch is plain numbers");
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let line = running.ask(&question, self.timeout);
        let line = line.map_err(|reason| failed(running.ended(reason)))?;
        let answer = serde_json::from_str(&line);
        let Answer { probabilities } = answer.map_err(|error| {
            failed(format!(
                "its answer is not {{\"probabilities\": [[…], …]}}: {error}"
            ))
        })?;
        if probabilities.len() != batch.len() {
            let (found, expected) = (probabilities.len(), batch.len());
            let reason = format!("it answered {found} rows to {expected} inputs");
            return Err(failed(reason));
        }
        let labels = self.spec.labels.len();
        for (row, values) in (1..).zip(&probabilities) {
            let found = values.len();
            let what = if found != labels {
                format!("has {found} probabilities for {labels} labels")
            } else if values.iter().any(|value| !(0.0..=1.0).contains(value)) {
                "holds a number that is no probability".to_owned()
            } else if values.iter().all(|value| *value == 0.0) {
                "gives no label a probability above 0".to_owned()
            } else if (values.iter().sum::<f32>() - 1.0).abs() > ROUNDING {
                let sum: f32 = values.iter().sum();
                format!("holds probabilities that sum to {sum}, not to 1")
            } else {
                continue;
            };
            return Err(failed(format!("row {row} of its answer {what}")));
        }
        Ok(probabilities)
    }
}
