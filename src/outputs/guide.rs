//! The two pages that people read, made from the manifest alone: `summary.md` for a CI job page,
//! with rounded counts only, and `UPLOAD.md` for whoever carries the files to the platforms.
//!
//! They promise to be the same bytes for the same manifest and version, which `verify` checks. They
//! know the platforms' tables and no file.

mod live;

use std::fmt::Write as _;

use crate::manifest::{AudienceRecord, Manifest, Outcome, PlatformRecord, RegisterAge, UploadKind};
use crate::platforms::{self, Platform, Way};
use crate::policy::reason::Reason;

/// Counts on shareable pages are rounded to this base; below it they are not told.
pub const ROUNDING_BASE: u64 = 10;

/// A count as shareable pages show it: rounded to the nearest [`ROUNDING_BASE`], halves up. Fewer
/// than the base is `<10`, and so is none, since knowing that it is none can tell on somebody.
#[must_use]
pub fn rounded(count: u64) -> String {
    if count < ROUNDING_BASE {
        return format!("<{ROUNDING_BASE}");
    }
    let tens = count / ROUNDING_BASE + u64::from(count % ROUNDING_BASE >= ROUNDING_BASE / 2);
    tens.saturating_mul(ROUNDING_BASE).to_string()
}

/// Free text of the config, so that it stays within its cell or sentence.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            safe.push(' ');
        } else if letter.is_ascii_punctuation() && !matches!(letter, '-' | '.' | ',' | '/' | ':' | '(' | ')')
        {
            safe.push('\\');
            safe.push(letter);
        } else {
            safe.push(letter);
        }
    }
    safe
}

/// The text of `summary.md`.
#[must_use]
pub fn summary(manifest: &Manifest) -> String {
    let predicate = &manifest.predicate;
    let release = &predicate.release;
    let mut page = format!("# verho release {}\n\n", release.name);
    let kind = match release.outcome {
        Outcome::Complete => "complete",
        Outcome::RemovalsOnly => "**removals only: a guard stopped additions**",
    };
    let _ = writeln!(page, "Controller: {}.", plain(&predicate.controller.name));
    let _ =
        writeln!(page, "As of {}{}; {kind}.", release.as_of, if release.replay { ", a replay" } else { "" });
    let _ = writeln!(
        page,
        "People are counted to the nearest {ROUNDING_BASE}; `<{ROUNDING_BASE}` may be none.\n"
    );
    if !release.refusals.is_empty() {
        page.push_str("## Why additions were stopped\n\n");
        for refusal in &release.refusals {
            let _ = writeln!(page, "- `{}`", refusal.code);
        }
        page.push('\n');
    }
    page.push_str("## Audiences\n\n| Audience | Platform | Not selected | Suppressed | Eligible | |\n|---|---|--:|--:|--:|---|\n");
    for audience in &predicate.audiences {
        for platform in &audience.platforms {
            let people = &platform.people;
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} |",
                audience.name,
                platform.name,
                rounded(people.not_selected),
                rounded(people.suppressed),
                rounded(people.eligible),
                note(audience, platform)
            );
        }
    }
    page.push_str("\n## Reasons\n\n| Audience | Platform | Reason | First | Holds | Alone |\n|---|---|---|--:|--:|--:|\n");
    for audience in &predicate.audiences {
        for platform in &audience.platforms {
            // A reason without a line is small or none, like a count that is not told; one line says so
            // for all of them, where a line each hid what there is to see.
            for reason in Reason::ALL {
                let found = platform.reasons.iter().find(|found| found.code == reason.code());
                let (primary, holds, alone) =
                    found.map_or((0, 0, 0), |found| (found.primary, found.holds, found.alone));
                if [primary, holds, alone].iter().all(|count| *count < ROUNDING_BASE) {
                    continue;
                }
                let _ = writeln!(
                    page,
                    "| {} | {} | {} | {} | {} | {} |",
                    audience.name,
                    platform.name,
                    reason.code(),
                    rounded(primary),
                    rounded(holds),
                    rounded(alone)
                );
            }
            let (audience, platform, small) = (&audience.name, &platform.name, rounded(0));
            let _ = writeln!(page, "| {audience} | {platform} | all others | {small} | {small} | {small} |");
        }
    }
    page.push_str("\n## Registers\n\n| Register | Objections | Newest moment |\n|---|--:|---|\n");
    for register in &predicate.registers {
        let age = match &register.age {
            RegisterAge::Unchecked => "not checked".to_owned(),
            RegisterAge::Unknown => "not known".to_owned(),
            RegisterAge::Known { moment, .. } => moment.to_string(),
        };
        let _ = writeln!(page, "| {} | {} | {age} |", register.name, rounded(register.objections));
    }
    if !predicate.waivers.is_empty() {
        page.push_str("\n## Waivers\n\n");
        for waiver in &predicate.waivers {
            // Its reason is free text, which may hold anything; the manifest has it.
            let _ = writeln!(
                page,
                "- `{}` let through once for register {}, valid {} to {}, on the word of {}",
                waiver.code,
                waiver.register,
                waiver.date,
                waiver.valid_until,
                plain(&waiver.by)
            );
        }
    }
    if !predicate.warnings.is_empty() {
        page.push_str("\n## Warnings\n\n");
        for warning in &predicate.warnings {
            let _ = writeln!(page, "- `{}`: {}", warning.code, rounded(warning.count));
        }
    }
    page
}

/// The job's page of a run that published nothing: the codes of what was in the way, and no count.
#[must_use]
pub fn refused(codes: &[&str]) -> String {
    let mut page = "# verho: nothing was published\n\n".to_owned();
    for code in codes {
        let _ = writeln!(page, "- `{code}`");
    }
    page.push_str("\nThe messages of the run say what to do.\n");
    page
}

fn note(audience: &AudienceRecord, platform: &PlatformRecord) -> &'static str {
    if audience.withheld {
        "withheld: under its smallest size"
    } else if platform.under_platform_minimum.is_some() {
        "under the platform's minimum"
    } else {
        ""
    }
}

/// The text of `UPLOAD.md`.
#[must_use]
pub fn upload_guide(manifest: &Manifest) -> String {
    let predicate = &manifest.predicate;
    let release = &predicate.release;
    let mut page = format!("# What to upload from release {}\n\n", release.name);
    page.push_str(
        "These files are personal data: the hashes in them can be turned back into addresses and numbers by trying.\n\
         Keep them where only you can read them, upload them where this page says, and delete your copy afterwards.\n\
         Before uploading, check the release: `verho verify` on its folder, or `sha256sum -c SHA256SUMS` in it.\n\n",
    );
    if !predicate.encrypted.is_empty() {
        page.push_str(
            "Files that end in `.age` are encrypted, each for the keys that the manifest names beside it.\n\
             Whoever has one of those keys opens a file with:\n\n    \
             umask 077; age --decrypt --identity KEY-FILE full.csv.age > full.csv\n\n\
             Open it just before the upload, on the machine you upload from, and delete the opened copy right after.\n\
             `verho verify --identity KEY-FILE` on the release checks what stands in them, and leaves no copy.\n\n",
        );
    }
    if release.replay {
        page.push_str("**This is a replay of another moment. Do not upload any of it.**\n\n");
    }
    if release.outcome == Outcome::RemovalsOnly {
        page.push_str(
            "**A guard stopped additions, so there are remove files only. Upload them today; add nobody until a complete release is there.**\n\n",
        );
    }
    let mut names: Vec<&str> = Vec::new();
    for platform in predicate.audiences.iter().flat_map(|audience| &audience.platforms) {
        if !names.contains(&platform.name.as_str()) {
            names.push(&platform.name);
        }
    }
    for name in names {
        match platforms::find(name) {
            Some(platform) => platform_section(&mut page, platform, manifest),
            None => {
                let _ = writeln!(page, "## {name}\n\nThis version has no guide for this platform.\n");
            }
        }
    }
    page
}

fn platform_section(page: &mut String, platform: &Platform, manifest: &Manifest) {
    let _ = writeln!(page, "## {}\n", platform.title);
    for audience in &manifest.predicate.audiences {
        for record in audience.platforms.iter().filter(|record| record.name == platform.name) {
            audience_section(page, audience, record);
            live::order(page, manifest, platform, audience, record);
        }
    }
    page.push_str("### How\n\n");
    for (number, step) in (1..).zip(platform.steps) {
        let _ = writeln!(page, "{number}. {step}");
    }
    let way = match platform.recommended {
        Way::Replace => "Best: `full` in place of what is there, so that no removal can be forgotten.",
        Way::Delta => "Best: `remove` first, then `add`. Never `add` alone.",
    };
    let _ = writeln!(page, "\n{way}");
    if let Some(least) = platform.minimum_serve {
        let _ = writeln!(page, "Ads are shown once {least} people were matched.");
    }
    if let Some(days) = platform.expiry_days {
        let _ = writeln!(page, "Members who are not sent again are dropped after {days} days.");
    }
    list(page, "What it may not be used for", platform.may_not);
    list(page, "Not confirmed", platform.open_questions);
    page.push('\n');
}

fn list(page: &mut String, title: &str, items: &[&str]) {
    if !items.is_empty() {
        let _ = writeln!(page, "\n### {title}\n");
        for item in items {
            let _ = writeln!(page, "- {item}");
        }
    }
}

fn audience_section(page: &mut String, audience: &AudienceRecord, record: &PlatformRecord) {
    let _ = writeln!(page, "### Audience {}: {}\n", audience.name, audience.purpose.word());
    if audience.withheld {
        let _ = writeln!(
            page,
            "Withheld: it is under its smallest size of {}. There is nothing to add.\n",
            audience.min_size
        );
    }
    if let Some(least) = record.under_platform_minimum {
        let _ = writeln!(page, "The platform asks for at least {least} members; this is under it.\n");
    }
    if record.files.is_empty() {
        page.push_str("No file.\n\n");
        return;
    }
    page.push_str("| File | What it does | Rows |\n|---|---|--:|\n");
    for kind in [UploadKind::Remove, UploadKind::Full, UploadKind::Add] {
        for file in record.files.iter().filter(|file| file.kind == kind) {
            let does = match kind {
                UploadKind::Full => "the whole audience",
                UploadKind::Add => "people to add",
                UploadKind::Remove => "people to take out: always first",
            };
            let _ = writeln!(page, "| `{}` | {does} | {} |", file.name, file.rows);
        }
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::tests::fixture::{Draft, ELIGIBLE, predicate, rows};

    fn manifest(change: impl FnOnce(&mut crate::manifest::Predicate)) -> Manifest {
        let mut predicate = predicate(&["meta", "google-ads"]);
        change(&mut predicate);
        Manifest::new(Vec::new(), predicate)
    }

    #[test]
    fn counts_are_rounded_and_small_ones_not_told() {
        let table =
            [(0, "<10"), (1, "<10"), (9, "<10"), (10, "10"), (14, "10"), (15, "20"), (94, "90"), (95, "100")];
        for (count, text) in table {
            assert_eq!(rounded(count), text);
        }
        assert_eq!(rounded(u64::MAX), u64::MAX.to_string());
    }

    /// Two bases that differ in one person below the rounding's step have one summary.
    #[test]
    fn a_summary_does_not_tell_one_person_from_none() {
        let without = summary(&manifest(|_| ()));
        let with = summary(&manifest(|predicate| {
            for platform in &mut predicate.audiences[0].platforms {
                platform.people.suppressed += 1;
                platform.reasons.remove(3);
                platform.reasons[1].holds += 3;
            }
            predicate.registers[0].objections += 1;
        }));
        assert_eq!(without, with);
        assert!(without.contains("under-platform-minimum") && without.contains("Example Life Ltd"));
    }

    /// A line for every reason, small or none, made a page of two hundred lines that said nothing.
    #[test]
    fn small_reasons_of_a_summary_share_a_line() {
        let page = summary(&manifest(|predicate| {
            for platform in &mut predicate.audiences[0].platforms {
                platform.reasons.truncate(2);
                platform.reasons[0].holds = 9;
                platform.reasons[1].holds = 10;
            }
        }));
        let reasons = page.split("## Reasons").nth(1).and_then(|rest| rest.split("## ").next());
        let lines: Vec<&str> =
            reasons.expect("a table").lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        let audiences = manifest(|_| ()).predicate.audiences;
        let platforms: usize = audiences.iter().map(|audience| audience.platforms.len()).sum();
        let others = lines.iter().filter(|line| line.ends_with("| all others | <10 | <10 | <10 |"));
        assert_eq!(others.count(), platforms, "{lines:?}");
        let told = lines.iter().filter(|line| line.contains("| <10 | 10 | <10 |"));
        assert_eq!(told.count(), audiences[0].platforms.len(), "{lines:?}");
    }

    #[test]
    fn free_text_of_the_config_cannot_leave_its_sentence() {
        let page = summary(&manifest(|predicate| {
            "A | B\n# <script> [x](y) `z`".clone_into(&mut predicate.controller.name);
        }));
        let line = page.lines().find(|line| line.starts_with("Controller")).expect("is told");
        assert_eq!(line, "Controller: A \\| B \\# \\<script\\> \\[x\\](y) \\`z\\`.");
    }

    #[test]
    fn the_upload_page_puts_removals_first_and_says_what_must_not_be() {
        let mut draft = Draft::new(&["meta"]);
        draft.set_upload("meta", UploadKind::Add, &rows("meta", &ELIGIBLE));
        draft.set_upload("meta", UploadKind::Remove, &rows("meta", &ELIGIBLE));
        let page = upload_guide(&Manifest::new(Vec::new(), draft.predicate.clone()));
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("the page has {text}"));
        assert!(place("remove.csv") < place("full.csv") && place("full.csv") < place("add.csv"));
        let meta = platforms::find("meta").expect("known");
        for text in meta.steps.iter().chain(meta.may_not).chain(meta.open_questions) {
            place(text);
        }
        assert!(!page.contains("replay") && !page.contains("A guard"));

        draft.predicate.release.replay = true;
        draft.predicate.release.outcome = Outcome::RemovalsOnly;
        draft.predicate.audiences[0].withheld = true;
        let page = upload_guide(&Manifest::new(Vec::new(), draft.predicate));
        for text in ["Do not upload any of it", "A guard stopped additions", "Withheld"] {
            assert!(page.contains(text), "{text}");
        }
    }
}
