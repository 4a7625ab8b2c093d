//! `verho diff`: what a changed config would do, in counts.

use std::fmt::Write as _;

use super::answers::json_line;
use super::args;
use super::bar::Bar;
use super::clock;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Talk, count, several};
use crate::commands::diff::{Diff, DiffOptions, Flip, PlatformDiff, Presence, diff as run_diff};

pub(super) fn diff(args: &args::Diff, talk: Talk) -> Result<ExitStatus, Failure> {
    let bar = Bar::new(talk);
    let options = DiffOptions {
        old: args.old.clone(),
        new: args.new.clone(),
        given: crate::config::Given { key_fd: None, identity: args.identity.clone() },
        as_of: args.as_of.unwrap_or_else(clock::now),
        random: clock::random(),
    };
    let found = run_diff(&options, &|progress| bar.moved(progress))?;
    drop(bar);
    if talk.json {
        talk::data(&json_line(&found))?;
    } else {
        talk::data(told(&found).as_bytes())?;
    }
    Ok(ExitStatus::Done)
}

fn told(diff: &Diff) -> String {
    let mut text = format!("as of {}\n{} in both", diff.as_of, several(diff.people.both, "person", "people"));
    for (number, place) in [(diff.people.only_a, "A"), (diff.people.only_b, "B")] {
        if number > 0 {
            let _ = write!(text, ", {} only in {place}", count(number));
        }
    }
    text.push('\n');
    for audience in &diff.audiences {
        let _ = writeln!(text, "\n{}{}", audience.audience, presence(audience.presence));
        for one in &audience.platforms {
            platform(&mut text, one, audience.presence);
        }
    }
    text
}

const fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::Both => "",
        Presence::Added => " (added: only in B)",
        Presence::Removed => " (removed: only in A)",
    }
}

fn platform(text: &mut String, platform: &PlatformDiff, of_audience: Presence) {
    let said = if of_audience == Presence::Both { presence(platform.presence) } else { "" };
    let same = platform.entering.is_empty() && platform.leaving.is_empty();
    let _ = writeln!(
        text,
        "  {}{said}: {} eligible, then {}{}",
        platform.platform,
        count(platform.eligible_a),
        count(platform.eligible_b),
        if same { "; nobody flips" } else { "" }
    );
    flips(text, "in", "no longer left out by", &platform.entering);
    flips(text, "out", "left out by", &platform.leaving);
}

fn flips(text: &mut String, way: &str, by: &str, flips: &[Flip]) {
    for flip in flips {
        let _ = writeln!(text, "    {way:<3} {:>9}  {by} {} ({})", count(flip.people), flip.code, flip.rule);
    }
}
