//! Progress on stderr, for what takes longer than a second.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use retune::wording::escaped;

use super::common::Common;
use super::{output, text};

/// How long nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// The time between two lines where stderr is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// How fast the bar moves, in redraws.
const TICK: Duration = Duration::from_millis(120);

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Silent,
    Bar,
    Lines,
}

impl Style {
    fn of(common: &Common) -> Self {
        if common.quiet {
            Self::Silent
        } else if io::stderr().is_terminal() {
            Self::Bar
        } else {
            Self::Lines
        }
    }
}

fn line(text: &str) {
    output::say(text);
}

/// Work whose steps are counted; what was shown is cleared at the end.
///
/// When fewer steps are done than before, the work has started another round.
pub struct Progress {
    style: Style,
    what: String,
    started: Instant,
    /// When this round started, and the steps that were done before, as when work is resumed.
    round: (Instant, Option<u64>),
    done: u64,
    /// What is shown on a terminal until the first step is done.
    waiting: Option<Waiting>,
    bar: Option<ProgressBar>,
    spoken: Option<Instant>,
}

impl Progress {
    /// Nothing is shown yet.
    pub fn new(common: &Common, what: &str) -> Self {
        let (style, now) = (Style::of(common), Instant::now());
        Self {
            style,
            waiting: (style == Style::Bar).then(|| Waiting::new(common, what)),
            what: what.to_owned(),
            started: now,
            round: (now, None),
            done: 0,
            bar: None,
            spoken: None,
        }
    }

    /// How long the rest takes when every step takes as long as those so far.
    fn left(&mut self, done: u64, total: u64) -> Option<Duration> {
        if done < self.done {
            // The first step of this round is over already, and nobody knows when it began.
            self.round = (Instant::now(), Some(done));
        }
        self.done = done;
        let (started, before) = &mut self.round;
        let before = *before.get_or_insert_with(|| match done {
            1 => 0,
            // Several at once, or resumed: nobody knows how long those took.
            _ => {
                *started = Instant::now();
                done
            }
        });
        let (made, left) = (done.saturating_sub(before), total.saturating_sub(done));
        let each = started.elapsed().as_secs_f64() / made as f64;
        let rest = Duration::try_from_secs_f64(each * left as f64).ok();
        rest.filter(|_| made > 0 && left > 0)
    }

    /// `done` of `total` steps are done; a total of 0 is one that nobody knows.
    pub fn at(&mut self, done: u64, total: u64, detail: &str) {
        let left = self.left(done, total);
        if self.style == Style::Silent || self.started.elapsed() < PATIENCE {
            return;
        }
        let left = left.map(|left| format!("{} left, ", text::duration(left)));
        let detail = left.unwrap_or_default() + detail;
        if self.style == Style::Lines {
            if self.spoken.is_none_or(|at| at.elapsed() >= BETWEEN_LINES) {
                self.spoken = Some(Instant::now());
                line(&format!("{}: {detail}", self.what));
            }
            return;
        }
        drop(self.waiting.take());
        let bar = self.bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template(match total {
                0 => "{prefix} {spinner} {wide_msg}",
                _ => "{prefix} [{bar:20}] {wide_msg}",
            });
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::no_length().with_style(style.progress_chars("=> "));
            bar.with_prefix(escaped(&self.what).into_owned())
        });
        if total > 0 {
            bar.set_length(total);
        }
        bar.set_position(done);
        bar.set_message(escaped(&detail).into_owned());
    }

    /// An epoch of training is done; losses have so many decimals.
    pub fn epoch(
        &mut self,
        epoch: usize,
        epochs: usize,
        training_loss: f64,
        validation_loss: Option<f64>,
        decimals: usize,
    ) {
        let mut detail = format!("epoch {epoch} of {epochs}, loss {training_loss:.decimals$}");
        if let Some(loss) = validation_loss {
            detail += &format!(", validation {loss:.decimals$}");
        }
        self.at(epoch as u64, epochs as u64, &detail);
    }

    /// A line that stays.
    pub fn note(&mut self, text: &str) {
        drop(self.waiting.take());
        match (self.style, &self.bar) {
            (Style::Silent, _) => {}
            (_, Some(bar)) => bar.suspend(|| line(text)),
            (_, None) => line(text),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Work whose steps cannot be counted, until this is dropped.
pub struct Waiting(Option<(Sender<()>, JoinHandle<()>)>);

impl Waiting {
    /// Shows `what` after a second.
    pub fn new(common: &Common, what: impl Into<String>) -> Self {
        let style = Style::of(common);
        if style == Style::Silent {
            return Self(None);
        }
        let what = what.into();
        let (stop, stopped) = channel();
        let shows = thread::spawn(move || {
            if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            if style == Style::Lines {
                line(&what);
                return;
            }
            let spinner = ProgressBar::new_spinner().with_message(escaped(&what).into_owned());
            spinner.enable_steady_tick(TICK);
            let _ = stopped.recv();
            spinner.finish_and_clear();
        });
        Self(Some((stop, shows)))
    }

    /// Shows `what` while work goes on.
    pub fn during<T>(common: &Common, what: impl Into<String>, work: impl FnOnce() -> T) -> T {
        let _waiting = Self::new(common, what);
        work()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some((stop, shows)) = self.0.take() {
            drop(stop);
            let _ = shows.join();
        }
    }
}
