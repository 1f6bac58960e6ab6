//! Work on a graphics card, which may go away or run out of memory in the middle of it.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::{Error, ErrorKind};

/// Turns a panic into an error, for the runtime of the wgpu backend has no other way to say that its device is
/// lost, has no memory left or takes no shader. What else unwinds goes on, as an interruption does.
///
/// Nothing may be used after that but the error: what the work has changed is half done.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let panic = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => return done,
        Err(panic) => panic,
    };
    let text = match panic.downcast_ref::<String>() {
        Some(text) => text.as_str(),
        None => match panic.downcast_ref::<&str>() {
            Some(text) => text,
            None => resume_unwind(panic),
        },
    };
    let text = text.trim().replace('\n', " ");
    Err(Error::new(ErrorKind::Backend, format!("the wgpu backend broke off: {text}"))
        .with_hint(
            "the device was lost, or its memory is full, or its driver took no shader: start again, with fewer \
             series at once, or use the other backend",
        )
        .with_setting("backend", "cpu"))
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    #[test]
    fn panics_are_errors_and_other_ends_go_on() {
        assert_eq!(caught(|| Ok(3)).unwrap(), 3);
        let full = caught::<()>(|| panic!("wgpu error: {}\n", "Out of Memory")).unwrap_err();
        assert_eq!(
            full.to_string(),
            "the wgpu backend broke off: wgpu error: Out of Memory"
        );
        assert_eq!(full.kind(), ErrorKind::Backend);
        assert!(caught::<()>(|| panic!("lost")).is_err());
        let interrupted = catch_unwind(|| caught::<()>(|| panic_any(7u8)));
        assert_eq!(interrupted.unwrap_err().downcast_ref(), Some(&7u8));
    }
}
