//! The progress bar: on a terminal only, in bytes, gone when the work is done.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::talk::Talk;
use crate::pipeline::Progress;

/// Shows how far the reading is.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new(talk: Talk) -> Self {
        if !talk.shows_progress() {
            return Self(None);
        }
        let style = ProgressStyle::with_template(
            "reading {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left",
        );
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style.expect("the template is ours and a test draws it"));
        Self(Some(bar))
    }

    /// To be called by the run.
    pub(super) fn moved(&self, progress: Progress) {
        if let Some(bar) = &self.0 {
            bar.set_length(progress.bytes_total);
            bar.set_position(progress.bytes_read);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
