//! `verho hash`: values in, digests or codes out, a line each, in order. The values are read into one
//! buffer that is wiped at the end, and never printed.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufWriter, IsTerminal as _, Write as _};

use base64::Engine as _;
use serde_json::json;
use zeroize::Zeroize as _;

use super::args::{self, HashKind};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::talk::{self, Message, Talk, count};
use crate::identifiers::{
    AnyForm, Digest, NormaliseMode, PhoneRule, Plaintext, Region, Reject, Scratch, normalise_form,
    steps_email, steps_phone,
};
use crate::platforms::{ALL, Encoding, Platform, find};
use crate::policy::selection::nearest;

/// Longest line looked at; no identifier is nearly as long.
const LINE_MAX: usize = 16 << 10;

pub(super) fn hash(args: &args::Hash, talk: Talk) -> Result<ExitStatus, Failure> {
    let platform = find(&args.platform).ok_or_else(|| unknown_platform(&args.platform))?;
    let form = form(platform, args.kind)?;
    let region = match &args.region {
        None => None,
        Some(code) => Some(Region::from_code(code).ok_or_else(|| {
            Failure::usage("bad-value", "--region <CODE> is not a country", "write two letters such as FI")
        })?),
    };
    let job = Job { platform, form, region, steps: args.steps, json: talk.json };
    let (done, rejected) = job.run()?;
    let refused: u64 = rejected.values().sum();
    let mut text = format!("{} hashed, {} rejected", count(done), count(refused));
    for (reject, number) in &rejected {
        let line =
            ["\n  ", &format!("{:>9}", count(*number)), "  ", reject.code(), "  ", reject.description()];
        text.extend(line);
    }
    let codes: BTreeMap<&str, u64> =
        rejected.iter().map(|(reject, number)| (reject.code(), *number)).collect();
    talk.say("hashed", &text, &json!({"hashed": done, "rejected": codes}));
    Ok(ExitStatus::Done)
}

/// What was typed is compared and not repeated: it may be anybody's address.
pub(super) fn unknown_platform(typed: &str) -> Failure {
    let names = ALL.map(|platform| platform.name).join(", ");
    let known = ALL
        .iter()
        .flat_map(|platform| std::iter::once(platform.name).chain(platform.aliases.iter().copied()));
    let hint = match nearest(&typed.to_lowercase(), known) {
        Some(near) => format!("did you mean {near}? The platforms are {names}"),
        None => format!("choose one of {names}"),
    };
    Failure::usage("unknown-platform", "there is no platform of that name", hint)
}

fn form(platform: &Platform, kind: HashKind) -> Result<AnyForm, Failure> {
    let form = match kind {
        HashKind::Email => platform.email.map(AnyForm::Email),
        HashKind::Phone => platform.phone.map(AnyForm::Phone),
    };
    let (word, other) = match kind {
        HashKind::Email => ("e-mail addresses", "phone"),
        HashKind::Phone => ("phone numbers", "email"),
    };
    form.ok_or_else(|| {
        Failure::usage(
            "kind-not-taken",
            format!("{} takes no {word}", platform.title),
            format!("use --kind {other}, or another platform"),
        )
    })
}

struct Job {
    platform: &'static Platform,
    form: AnyForm,
    region: Option<Region>,
    steps: bool,
    json: bool,
}

impl Job {
    fn run(&self) -> Result<(u64, BTreeMap<Reject, u64>), Failure> {
        let mut input = io::BufReader::with_capacity(1 << 20, io::stdin().lock());
        let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
        // A person who types wants each answer at once.
        let at_once = io::stdin().is_terminal();
        let mut scratch = Scratch::new();
        let mut line = Vec::with_capacity(LINE_MAX + 1);
        let (mut done, mut rejected) = (0, BTreeMap::new());
        while let Some(fits) = next_line(&mut input, &mut line).map_err(|error| stdin_failed(&error))? {
            let answer = if fits { self.digest(&line, &mut scratch) } else { Err(Reject::TooLong) };
            match answer {
                Ok(_) => done += 1,
                Err(reject) => *rejected.entry(reject).or_default() += 1,
            }
            let written = self.write(&mut out, answer, &line, &mut scratch);
            let written = if at_once { written.and_then(|()| out.flush()) } else { written };
            match written {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                other => other?,
            }
        }
        line.zeroize();
        talk::forgive(out.flush())?;
        Ok((done, rejected))
    }

    fn digest(&self, line: &[u8], scratch: &mut Scratch) -> Result<Digest, Reject> {
        normalise_form(self.form, NormaliseMode::Full, Plaintext::new(line), self.region, scratch)
    }

    fn write(
        &self,
        out: &mut impl io::Write,
        answer: Result<Digest, Reject>,
        line: &[u8],
        scratch: &mut Scratch,
    ) -> io::Result<()> {
        let steps = if self.steps && answer.is_ok() { self.steps_of(line, scratch) } else { Vec::new() };
        if self.json {
            let mut object = match answer {
                Ok(digest) => json!({"digest": self.text(&digest), "reject": null}),
                Err(reject) => json!({"digest": null, "reject": reject.code()}),
            };
            if self.steps {
                object["steps"] = steps.into();
            }
            return writeln!(out, "{object}");
        }
        match answer {
            Ok(digest) => match self.platform.encoding {
                Encoding::LowerHex => {
                    let mut hex = [0; 64];
                    digest.write_hex(&mut hex);
                    out.write_all(&hex)?;
                }
                Encoding::Base64 => out.write_all(self.text(&digest).as_bytes())?,
            },
            Err(reject) => {
                out.write_all(b"reject:")?;
                out.write_all(reject.code().as_bytes())?;
            }
        }
        if self.steps {
            out.write_all(b"\t")?;
            out.write_all(steps.join("; ").as_bytes())?;
        }
        out.write_all(b"\n")
    }

    fn steps_of(&self, line: &[u8], scratch: &mut Scratch) -> Vec<&'static str> {
        let text = Plaintext::new(line);
        let steps = match self.form {
            AnyForm::Email(form) => steps_email(text, form, scratch),
            AnyForm::Phone(_) => steps_phone(text, self.region, PhoneRule::default(), scratch),
        };
        steps.unwrap_or_default()
    }

    fn text(&self, digest: &Digest) -> String {
        match self.platform.encoding {
            Encoding::LowerHex => digest.to_hex(),
            Encoding::Base64 => base64::engine::general_purpose::STANDARD.encode(digest.as_bytes()),
        }
    }
}

/// The next line without its end, and whether it fits; `None` at the end of input.
fn next_line(input: &mut impl io::BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    if io::Read::take(&mut *input, LINE_MAX as u64 + 1).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        return Ok(Some(true));
    }
    if line.len() <= LINE_MAX {
        return Ok(Some(true)); // the last line, without an end
    }
    input.skip_until(b'\n')?;
    Ok(Some(false))
}

pub(super) fn stdin_failed(error: &io::Error) -> Failure {
    let what = format!("standard input cannot be read: {}", error.kind());
    Failure::new(ExitStatus::Failed, Message::new("stdin", what, "look at where it comes from"))
}
