//! What the program says of itself: its version, the tables inside it, its exit codes.

use std::fmt::Write as _;

use super::exit::ExitStatus;
use crate::identifiers::metadata_version;
use crate::platforms::CHECKED;

/// The version, with what decides hashes beside the code: phone metadata and the platforms' tables.
pub(super) fn long() -> String {
    let kinds =
        if cfg!(feature = "columnar") { "CSV, TSV, Parquet, Arrow, NDJSON" } else { "CSV, TSV, NDJSON" };
    format!(
        "{}\nphone metadata   {}\nplatform tables  checked {CHECKED}\nreads            {kinds}\nSHA-256          {}",
        env!("CARGO_PKG_VERSION"),
        metadata_version(),
        sha256_by()
    )
}

/// How digests are made here: the hasher asks the processor the same question at run time.
fn sha256_by() -> &'static str {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let has = std::arch::is_x86_feature_detected!("sha");
    #[cfg(target_arch = "aarch64")]
    let has = std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    let has = false;
    if has { "by the processor's SHA extensions" } else { "in software" }
}

/// What stands below the list of commands.
pub(super) fn after_help() -> String {
    let mut text = "First steps:
  verho synth --rows 10000 --out base      an invented customer base to try things on
  verho check --config base/verho.toml     the config and its inputs, nothing written
  verho build --config base/verho.toml     one release, or nothing

Standard output is data, standard error is talk.
Identifiers are read from standard input only.

Exit codes:\n"
        .to_owned();
    for status in ExitStatus::ALL {
        let _ = writeln!(text, "  {:<4} {}", status as u8, hanging(status.description(), 7));
    }
    text
}

/// Lines that fit a terminal of eighty columns, all but the first moved in by so many blanks.
fn hanging(text: &str, indent: usize) -> String {
    const WIDTH: usize = 79;
    let mut lines = String::new();
    let mut width = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > indent && width + 1 + length > WIDTH {
            lines.push('\n');
            lines.push_str(&" ".repeat(indent));
            width = indent;
        } else if width > indent {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}
