//! The progress bar: on a terminal only, how many rows, how fast, how long still, gone when the work is done.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::talk::{Talk, count};
use crate::pipeline::Progress;

/// Shows how far the reading is.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn new(talk: Talk) -> Self {
        if !talk.shows_progress() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style("reading  {bar:30}  {msg}  {eta} left"));
        Self(Some(bar))
    }

    /// To be called by the run.
    pub(super) fn moved(&self, progress: Progress) {
        let Some(bar) = &self.0 else { return };
        bar.set_length(progress.bytes_total);
        bar.set_position(progress.bytes_read);
        // Rows are counted as their batches are done: before the first there is no rate.
        if progress.rows > 0 {
            let rate = per_second(progress.rows, bar.elapsed());
            bar.set_message(format!("{} rows  {} rows/s", count(progress.rows), count(rate)));
        }
        if progress.bytes_read >= progress.bytes_total {
            // What follows has no length that is known before.
            bar.set_style(style("deciding, writing and checking  {msg}"));
            if progress.rows > 0 {
                bar.set_message(format!("{} rows", count(progress.rows)));
            }
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

fn style(template: &str) -> ProgressStyle {
    let left = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{}", in_words(state.eta()));
    };
    ProgressStyle::with_template(template)
        .expect("the templates are ours and a test draws them")
        .with_key("eta", left)
}

fn per_second(rows: u64, took: Duration) -> u64 {
    let thousandths = took.as_millis().max(1);
    u64::try_from(u128::from(rows) * 1_000 / thousandths).unwrap_or(u64::MAX)
}

/// `48 s`, `3 min 20 s`, `1 h 5 min`.
fn in_words(left: Duration) -> String {
    let seconds = left.as_secs();
    match (seconds / 3_600, seconds % 3_600 / 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_and_times_are_written_for_people() {
        for (seconds, expect) in [(0, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (3_900, "1 h 5 min")] {
            assert_eq!(in_words(Duration::from_secs(seconds)), expect);
        }
        assert_eq!(per_second(10_000, Duration::from_millis(500)), 20_000);
        assert_eq!(per_second(5, Duration::ZERO), 5_000);
    }

    #[test]
    fn every_template_is_one() {
        for template in ["reading  {bar:30}  {msg}  {eta} left", "deciding, writing and checking  {msg}"] {
            let bar = ProgressBar::with_draw_target(Some(10), ProgressDrawTarget::hidden());
            bar.set_style(style(template));
            bar.set_position(5);
        }
    }
}
