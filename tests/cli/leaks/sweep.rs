//! Every command in good days and bad, and a search of everything that comes out: standard output and
//! error, every file that is new or changed, its name, what a link points to, and what the process shows
//! of itself while it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use super::needles::{Found, Needles, Where};
use super::people::{CONFIG, HEADER, Planted};
use super::watch::watch;
use crate::cli::base::{Base, PROGRAM};

/// How much was looked at.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Figures {
    pub(super) runs: usize,
    pub(super) files: usize,
    pub(super) bytes: usize,
}

/// A program under search.
pub(super) struct Sweep<'p> {
    program: &'p Path,
    /// What the program finds in its environment besides.
    environment: Vec<(&'static str, String)>,
    pub(super) planted: Planted,
    needles: Needles,
    pub(super) figures: Figures,
}

/// A command as it is meant to be used.
pub(super) struct Good {
    pub(super) args: &'static [&'static str],
    /// Whether a question goes in on standard input.
    pub(super) asks: bool,
    codes: &'static [i32],
    /// Where it may make files, besides the folder of releases.
    pub(super) outs: &'static [&'static str],
}

const fn good(args: &'static [&'static str]) -> Good {
    Good { args, asks: false, codes: &[0], outs: &[] }
}

const fn asking(args: &'static [&'static str]) -> Good {
    Good { args, asks: true, codes: &[0], outs: &[] }
}

/// Asks, and writes down what was asked. A request may be refused or overdue; here it must only not leak.
const fn noting(args: &'static [&'static str]) -> Good {
    Good { args, asks: true, codes: &[0, 1, 2, 3, 4], outs: &["state", "live"] }
}

const fn making(args: &'static [&'static str], outs: &'static [&'static str]) -> Good {
    Good { args, asks: false, codes: &[0], outs }
}

/// In this order: later ones need what earlier ones made.
pub(super) const GOOD: &[Good] = &[
    good(&["check"]),
    good(&["check", "--json", "--draft"]),
    good(&["build"]),
    good(&["build", "--json"]),
    good(&["build", "--dry-run"]),
    good(&["build", "--as-of", "2026-11-21"]),
    good(&["verify", "releases/latest"]),
    good(&["verify", "releases/latest", "--json"]),
    good(&["verify", "releases/latest", "--recompute", "--config", "verho.toml"]),
    asking(&["explain"]),
    asking(&["explain", "--json"]),
    asking(&["explain", "--chain"]),
    asking(&["explain", "--for-subject", "--lang", "fi"]),
    good(&["diff", "verho.toml", "wider.toml"]),
    good(&["diff", "verho.toml", "wider.toml", "--json"]),
    good(&["report", "releases/latest"]),
    good(&["report", "releases/latest", "--public", "--lang", "sv"]),
    making(&["report", "releases/latest", "--json", "--out", "page.html"], &["page.html"]),
    asking(&["hash", "--platform", "meta", "--kind", "email", "--steps"]),
    asking(&["hash", "--platform", "google-ads", "--kind", "phone", "--region", "FI", "--steps", "--json"]),
    good(&["vectors"]),
    Good { args: &["vectors", "--check", "customers.csv"], asks: false, codes: &[1], outs: &[] },
    good(&["platforms", "meta"]),
    making(
        &["keygen", "--root", "new.key", "--signing", "new-signing"],
        &["new.key", "new-signing", "new-signing.pub"],
    ),
    making(&["init", "customers.csv", "--register", "emails.csv", "--out", "first.toml"], &["first.toml"]),
    good(&["init", "customers.csv", "--json"]),
    making(&["build", "--first", "--config", "live.toml"], &["state", "live"]),
    making(&["uploaded", "--config", "live.toml", "live/latest"], &["state"]),
    // A platform's answer that is no answer at all.
    Good {
        args: &[
            "receipt",
            "--config",
            "live.toml",
            "live/latest",
            "--platform",
            "meta",
            "--audience",
            "gold",
            "--file",
            "customers.csv",
        ],
        asks: false,
        codes: &[0, 1, 2, 3],
        outs: &["state"],
    },
    Good { args: &["build", "--config", "live.toml"], asks: false, codes: &[0, 4], outs: &["state", "live"] },
    noting(&["subject", "access", "--config", "live.toml", "--lang", "sv"]),
    noting(&["subject", "note", "--kind", "access", "--config", "live.toml"]),
    noting(&["subject", "erase", "--config", "live.toml", "--json"]),
    noting(&["subject", "requests", "--all", "--config", "live.toml"]),
    noting(&["objections", "export", "--config", "live.toml"]),
    noting(&["objections", "export", "--json", "--config", "live.toml"]),
    noting(&["close", "gold", "--config", "live.toml"]),
    good(&["history"]),
    good(&["history", "live", "--json"]),
    good(&["purge", "--due", "--dry-run"]),
    good(&["purge", "--due", "--json"]),
    good(&["schema"]),
    making(&["synth", "--rows", "20", "--out", "base"], &["base"]),
    good(&["completions", "bash"]),
    making(&["man", "--out", "man"], &["man"]),
    noting(&["rotate", "--to", "next.key", "--config", "live.toml"]),
];

/// How loudly.
const LOUD: [&[&str]; 3] = [&[], &["-vv"], &["-vv", "--log-format", "json"]];

/// An input that is not as it should be, or a place that is not.
struct Bad {
    title: &'static str,
    spoil: fn(&Base, &Planted),
}

const BAD: &[Bad] = &[
    Bad {
        title: "an open quote",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replacen(",", ",\"", 30)),
    },
    Bad {
        title: "quotes inside cells",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace('.', "\"")),
    },
    Bad {
        title: "rows with too many cells",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace('+', ",")),
    },
    Bad {
        title: "rows with too few cells",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace(",FI,", "\n")),
    },
    Bad {
        title: "no header",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace(HEADER, "")),
    },
    Bad {
        title: "another separator",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace(',', ";")),
    },
    Bad {
        title: "separators of two kinds",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace(",FI,", ";FI;")),
    },
    Bad {
        title: "NUL characters",
        spoil: |base, was| change(base, was, "customers.csv", |text| text.replace('-', "\0")),
    },
    Bad {
        title: "another encoding",
        spoil: |base, was| {
            let text = String::from_utf8_lossy(was.file("customers.csv")).replace('.', "\u{e4}");
            base.put("customers.csv", text.chars().map(|letter| letter as u8).collect::<Vec<_>>());
        },
    },
    Bad {
        title: "UTF-16 that nobody said",
        spoil: |base, was| {
            let text = String::from_utf8_lossy(was.file("customers.csv")).into_owned();
            base.put("customers.csv", text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
        },
    },
    Bad {
        title: "a packed table cut short",
        spoil: |base, was| {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            packer.write_all(was.file("customers.csv")).expect("memory takes every byte");
            let bytes = packer.finish().expect("memory takes every byte");
            base.put("customers.csv.gz", &bytes[..bytes.len() - 9]);
            base.configure("customers.csv", "customers.csv.gz");
        },
    },
    Bad {
        title: "NDJSON",
        spoil: |base, was| {
            base.put("customers.ndjson", was.ndjson());
            base.configure("customers.csv", "customers.ndjson");
        },
    },
    Bad {
        title: "NDJSON that is none",
        spoil: |base, was| {
            let text = String::from_utf8(was.ndjson()).expect("text");
            base.put("customers.ndjson", text.replace("\"country\":", "\"country\":[").replacen('}', "", 3));
            base.configure("customers.csv", "customers.ndjson");
        },
    },
    Bad {
        title: "a table as NDJSON",
        spoil: |base, was| {
            base.put("customers.ndjson", was.file("customers.csv"));
            base.configure("customers.csv", "customers.ndjson");
        },
    },
    Bad {
        title: "a column that is not there",
        spoil: |base, _| base.configure("\"other_email\"]", "\"second\"]"),
    },
    Bad {
        title: "a table cut inside a row",
        spoil: |base, was| {
            let bytes = was.file("customers.csv");
            base.put("customers.csv", &bytes[..bytes.len() - 47]);
        },
    },
    Bad {
        title: "a register with an open quote",
        spoil: |base, was| change(base, was, "emails.csv", |text| text.replace("status\n", "status\n\"")),
    },
    Bad {
        title: "a register without its header",
        spoil: |base, was| {
            change(base, was, "emails.csv", |text| text.replace("email,scope,date,status\n", ""))
        },
    },
    Bad {
        title: "a register that may not hold what does not parse",
        spoil: |base, _| {
            base.configure(
                "max_unparsed = \"60%\"\n\n[[register]]\nname = \"phones\"",
                "\n[[register]]\nname = \"phones\"",
            )
        },
    },
    Bad {
        title: "a register that is stale",
        spoil: |base, _| {
            base.configure("max_unparsed = \"60%\"\n\n[[register]]\nname = \"phones\"", "max_unparsed = \"60%\"\nmax_age = \"1h\"\nage_from = { column = \"date\" }\n\n[[register]]\nname = \"phones\"")
        },
    },
    Bad {
        title: "plain addresses where hashes are promised",
        spoil: |base, was| {
            let emails = String::from_utf8_lossy(was.file("emails.csv")).into_owned();
            let first = emails.lines().skip(1).filter_map(|line| line.split(',').next());
            base.put("hashes.csv", format!("sha256\n{}\n", first.collect::<Vec<_>>().join("\n")));
        },
    },
    Bad {
        title: "plain addresses where domains are promised",
        spoil: |base, was| {
            let emails = String::from_utf8_lossy(was.file("emails.csv")).into_owned();
            base.put("domains.csv", emails.replace("email,scope", "domain,scope"));
        },
    },
    Bad { title: "a register that is empty", spoil: |base, _| base.put("ids.csv", "") },
    Bad {
        title: "a customer pasted into the config",
        spoil: |base, was| {
            let [_, email, phone, ..] = &was.questions[..] else { unreachable!("six questions") };
            base.configure("role = \"controller\"", &format!("role = \"{email}\"\n\"{phone}\" = 1"));
            base.configure("key = \"phone\"", &format!("key = \"{phone}\""));
            base.configure("column = \"tier\"", &format!("column = [\"{email}\"]"));
        },
    },
    Bad {
        title: "a customer pasted into the config, which ends there",
        spoil: |base, was| {
            let pasted = format!("[output]\ndir = \"{} {}", was.questions[1], was.questions[2]);
            base.configure("[output]\ndir = \"releases\"", &pasted);
        },
    },
    Bad {
        title: "customers as columns, and as files that are not there",
        spoil: |base, was| {
            base.configure("\"other_email\"]", &format!("\"{}\"]", was.questions[1]));
            base.configure("\"phones.txt\"", &format!("\"{}\"", was.questions[2]));
            base.configure("\"ids.csv\"", &format!("\"{}\"", was.questions[1]));
        },
    },
    Bad {
        title: "customers where the config should be",
        spoil: |base, was| base.put("verho.toml", was.file("customers.csv")),
    },
    Bad {
        title: "a customer where the root key should be",
        spoil: |base, was| base.put("root.key", &was.questions[1]),
    },
    Bad {
        title: "a customer where the signing key should be",
        spoil: |base, was| base.put("signing-key", &was.questions[1]),
    },
    Bad {
        title: "a key that others may read",
        spoil: |base, _| {
            let place = base.path().join("root.key");
            std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o644)).expect("ours");
        },
    },
    Bad { title: "a file where the folder of releases should be", spoil: |base, _| base.put("releases", "") },
    Bad {
        title: "records that overflow",
        spoil: |base, _| {
            base.configure("[keys]", "[limits]\nmemory = \"1kB\"\nbatch_rows = 3\nthreads = 2\n\n[keys]")
        },
    },
    Bad {
        title: "an earlier release that is damaged",
        spoil: |base, was| {
            std::fs::create_dir_all(base.path().join("releases/2026-01-01T00-00-00Z")).expect("ours");
            base.put("releases/2026-01-01T00-00-00Z/manifest.json", was.file("customers.csv"));
            base.put("releases/2026-01-01T00-00-00Z/SHA256SUMS", was.file("emails.csv"));
        },
    },
];

fn change(base: &Base, was: &Planted, name: &str, how: fn(String) -> String) {
    base.put(name, how(String::from_utf8_lossy(was.file(name)).into_owned()));
}

fn read_all(mut from: impl Read) -> Vec<u8> {
    let mut all = Vec::new();
    from.read_to_end(&mut all).expect("readable");
    all
}

impl<'p> Sweep<'p> {
    pub(super) fn of(program: &'p Path, environment: Vec<(&'static str, String)>) -> Self {
        let planted = Planted::new();
        let needles = Needles::of(&planted);
        Self { program, environment, planted, needles, figures: Figures::default() }
    }

    /// The base in a folder of its own, and folders that a program may take for temporary files.
    fn base(&self) -> Base {
        let base = Base::empty();
        self.planted.write(&base);
        for folder in ["tmp", "home"] {
            std::fs::create_dir(base.path().join(folder)).expect("ours");
        }
        base
    }

    /// Runs one command and searches what comes out.
    fn run(
        &mut self,
        case: &str,
        base: &Base,
        args: &[&str],
        input: &[u8],
        outs: &[&str],
    ) -> Result<i32, Found> {
        let mut command = Command::new(self.program);
        command.args(args);
        self.look(case, base, command, args, input, outs)
    }

    fn look(
        &mut self,
        case: &str,
        base: &Base,
        mut command: Command,
        args: &[&str],
        input: &[u8],
        outs: &[&str],
    ) -> Result<i32, Found> {
        let case = format!("{case}: {}", args.join(" "));
        let before = tree(base.path());
        let mut child = command
            .current_dir(base.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("TMPDIR", base.path().join("tmp"))
            .env("HOME", base.path().join("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (process, done) = (child.id(), AtomicBool::new(false));
        let (output, shown) = std::thread::scope(|scope| {
            let watching = scope.spawn(|| watch(process, &done));
            // A program that ends without reading closes the pipe; that is its right.
            let _ = child.stdin.take().expect("was piped").write_all(input);
            let (out, err) =
                (child.stdout.take().expect("was piped"), child.stderr.take().expect("was piped"));
            let reading = scope.spawn(|| read_all(err));
            let (stdout, stderr) = (read_all(out), reading.join().expect("the reader ends"));
            // Nobody looks at what the system has of the process while that is taken away: where both go on
            // at once on a busy machine, each waits for the other for minutes.
            done.store(true, Ordering::Relaxed);
            let shown = watching.join().expect("the watcher ends");
            let status = child.wait().expect("the program ends");
            (Output { status, stdout, stderr }, shown)
        });
        let answers = if args[0] == "hash" { Where::Answer } else { Where::Anywhere };
        self.search(&output.stdout, answers, &format!("{case}: standard output"))?;
        self.search(&output.stderr, Where::Anywhere, &format!("{case}: standard error"))?;
        for bytes in shown {
            self.search(&bytes, Where::Anywhere, &format!("{case}: what the process shows"))?;
        }
        for (path, stamp) in tree(base.path()) {
            if before.get(&path) == Some(&stamp) {
                continue;
            }
            let name = path.strip_prefix(base.path()).expect("below it");
            let bytes = name.as_os_str().as_encoded_bytes();
            self.search(bytes, Where::Anywhere, &format!("{case}: a file's name"))?;
            let is_allowed =
                std::iter::once("releases").chain(outs.iter().copied()).any(|out| name.starts_with(out));
            let folder = ["", "tmp", "home"].iter().any(|folder| name == Path::new(folder));
            if !is_allowed && !folder {
                return Err(Found { place: case, what: "a file outside the declared folders".to_owned() });
            }
            let uploads = name.components().any(|part| part.as_os_str() == "audiences")
                && !name.ends_with("suppressions.csv")
                && !name.ends_with("verdicts.csv");
            let kind = if uploads { Where::Upload } else { Where::Anywhere };
            if path.is_symlink() {
                let target = std::fs::read_link(&path).expect("a link");
                self.search(
                    target.as_os_str().as_encoded_bytes(),
                    Where::Anywhere,
                    &format!("{case}: a link"),
                )?;
            } else if path.is_file() {
                let bytes = std::fs::read(&path).expect("ours");
                let place = path.file_name().unwrap_or_default().to_string_lossy();
                self.search(&bytes, kind, &format!("{case}: {place}"))?;
                self.figures.files += 1;
            }
        }
        self.figures.runs += 1;
        Ok(output.status.code().unwrap_or(-1))
    }

    fn search(&mut self, bytes: &[u8], kind: Where, place: &str) -> Result<(), Found> {
        self.figures.bytes += bytes.len();
        self.needles.find(bytes, kind, place)
    }

    /// A code nobody expected is no leak, and yet something the sweep has to tell.
    fn expect(case: &str, args: &[&str], code: i32, codes: &[i32]) -> Result<(), Found> {
        if codes.contains(&code) {
            return Ok(());
        }
        Err(Found { place: format!("{case}: {}", args.join(" ")), what: format!("exit code {code}") })
    }

    /// Every command as it is meant to be used.
    pub(super) fn good_days(&mut self) -> Result<(), Found> {
        for loud in LOUD {
            let base = self.base();
            for good in GOOD {
                let questions = if good.asks { self.planted.questions.clone() } else { vec![String::new()] };
                for question in questions {
                    let args: Vec<&str> = good.args.iter().chain(loud).copied().collect();
                    let code = self.run("a good day", &base, &args, question.as_bytes(), good.outs)?;
                    Self::expect("a good day", &args, code, good.codes)?;
                }
            }
        }
        Ok(())
    }

    /// Identifiers typed where they do not belong.
    pub(super) fn slips(&mut self) -> Result<(), Found> {
        let base = self.base();
        for (number, typed) in self.planted.questions.clone().into_iter().enumerate() {
            let (typed, option) = (typed.as_str(), format!("--{typed}"));
            let option = option.as_str();
            let json = if number % 2 == 0 { &["--log-format", "json"][..] } else { &[] };
            for args in [
                &[typed][..],
                &[option],
                &["explain", typed],
                &["explain", option],
                &["hash", typed],
                &["build", typed],
                &["build", "--as-of", typed],
                &["build", option],
                &["check", typed],
                &["platforms", typed],
                &["synth", "--out", "x", "--rows", typed],
                &["hash", "--platform", typed, "--kind", "email"],
                &["hash", "--platform", "meta", "--kind", typed],
                &["completions", typed],
            ] {
                let args: Vec<&str> = args.iter().chain(json).copied().collect();
                // The process shows what was typed: that is not its doing.
                let output = Command::new(self.program)
                    .args(&args)
                    .envs(self.environment.iter().map(|(name, value)| (name, value)))
                    .current_dir(base.path())
                    .output()
                    .expect("the program starts");
                self.figures.runs += 1;
                let case = format!("a slip in {}", args[0].replace(typed, "…"));
                self.search(&output.stdout, Where::Anywhere, &case)?;
                self.search(&output.stderr, Where::Anywhere, &case)?;
                Self::expect(&case, &[], output.status.code().unwrap_or(-1), &[2])?;
            }
            if typed.contains('@') {
                let config = format!("--config={typed}");
                for args in [["verify", typed], ["report", typed], ["build", config.as_str()]] {
                    let output = Command::new(self.program).args(args).current_dir(base.path()).output();
                    let output = output.expect("the program starts");
                    self.search(&output.stderr, Where::Anywhere, "a path that is an address")?;
                    Self::expect("a path", &[], output.status.code().unwrap_or(-1), &[2])?;
                }
                // The same where a file of that name is there, and is not what it should be.
                let spoilt = self.base();
                spoilt.put(typed, "x");
                spoilt.put("keyed.toml", CONFIG.replace("\"root.key\"", &format!("\"{typed}\"")));
                for args in [
                    &["build", "--config", "keyed.toml"][..],
                    &["build", "--config", typed],
                    &["rotate", "--config", "live.toml", "--to", typed],
                    &["synth", "--rows", "5", "--out", typed],
                    &["verify", ".", "--identity", typed],
                ] {
                    let output = Command::new(self.program).args(args).current_dir(spoilt.path()).output();
                    let output = output.expect("the program starts");
                    self.search(&output.stderr, Where::Anywhere, "a file with the name of an address")?;
                    Self::expect("a file", args, output.status.code().unwrap_or(-1), &[2, 3])?;
                }
            }
        }
        Ok(())
    }

    /// Everything that can be wrong with what goes in.
    pub(super) fn bad_days(&mut self) -> Result<(), Found> {
        for bad in BAD {
            for loud in [LOUD[0], LOUD[2]] {
                let base = self.base();
                (bad.spoil)(&base, &self.planted);
                for command in [&["check"][..], &["build"], &["explain"], &["init", "customers.csv"]] {
                    let args: Vec<&str> = command.iter().chain(loud).copied().collect();
                    let question = self.planted.questions[4].clone();
                    let code = self.run(bad.title, &base, &args, question.as_bytes(), &[])?;
                    Self::expect(bad.title, &args, code, &[0, 1, 2, 3])?;
                }
            }
        }
        Ok(())
    }

    /// Releases that somebody spoiled: what reads them must not quote them.
    pub(super) fn spoiled_releases(&mut self) -> Result<(), Found> {
        let base = self.base();
        let code = self.run("a release", &base, &["build"], b"", &[])?;
        Self::expect("a release", &["build"], code, &[0])?;
        let release = base.path().join("releases/latest").canonicalize().expect("published");
        let files: Vec<PathBuf> = tree(&release).into_keys().filter(|path| path.is_file()).collect();
        for (number, file) in files.iter().enumerate() {
            let was = std::fs::read(file).expect("ours");
            let leak = self.planted.questions[number % self.planted.questions.len()].clone();
            let mut spoiled = was.clone();
            let at = was.len() / 2;
            spoiled.splice(at..at, leak.bytes());
            for bytes in [spoiled, self.planted.file("customers.csv").to_vec()] {
                std::fs::write(file, bytes).expect("ours");
                for args in [
                    &["verify", "releases/latest"][..],
                    &["verify", "releases/latest", "--recompute", "--config", "verho.toml"],
                    &["verify", "releases/latest", "--allowed-signers", "customers.csv"],
                    &["report", "releases/latest"],
                    &["check"],
                ] {
                    self.run("a spoiled release", &base, args, b"", &[])?;
                }
            }
            std::fs::write(file, was).expect("ours");
        }
        Ok(())
    }

    /// Runs that are ended, and places that take no more bytes.
    pub(super) fn ends(&mut self) -> Result<(), Found> {
        let program = self.program.to_string_lossy().into_owned();
        let wrapped: [&[&str]; 5] = [
            &["prlimit", "--fsize=3000"],
            &["prlimit", "--fsize=600"],
            &["prlimit", "--nofile=9"],
            &["sh", "-c", "exec \"$0\" \"$@\" > /dev/full"],
            &["sh", "-c", "exec \"$0\" \"$@\" <&- >&-"],
        ];
        for wrap in wrapped {
            for args in [&["build"][..], &["build", "-vv", "--log-format", "json"], &["check"], &["explain"]]
            {
                let base = self.base();
                let mut command = Command::new(wrap[0]);
                command.args(&wrap[1..]).arg(&program).args(args);
                let question = self.planted.questions[4].clone();
                self.look(wrap[1], &base, command, args, question.as_bytes(), &[])?;
            }
        }
        // Killed as it publishes, with everything written and nothing named.
        if crate::cli::strace::is_there() {
            for call in ["renameat2", "fsync", "symlinkat", "symlink"] {
                let base = self.base();
                // What it traces is what the program reads, so that goes nowhere.
                let mut command = crate::cli::strace::command(Path::new("/dev/null"));
                command.arg(format!("--inject={call}:signal=SIGKILL")).arg(&program).arg("build");
                self.look("killed", &base, command, &["build"], b"", &[])?;
            }
        }
        Ok(())
    }

    /// All of it.
    pub(super) fn everything(&mut self) -> Result<(), Found> {
        self.good_days()?;
        self.slips()?;
        self.bad_days()?;
        self.spoiled_releases()?;
        self.ends()
    }
}

/// What tells that a file is not the one it was: size, inode, modification.
type Stamp = (u64, u64, i64, i64);

fn tree(folder: &Path) -> BTreeMap<PathBuf, Stamp> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(path) = waiting.pop() {
        let Ok(metadata) = path.symlink_metadata() else { continue };
        if metadata.is_dir() {
            waiting
                .extend(std::fs::read_dir(&path).expect("ours").map(|entry| entry.expect("listed").path()));
        }
        found.insert(path, (metadata.size(), metadata.ino(), metadata.mtime(), metadata.mtime_nsec()));
    }
    found
}

/// The sweep over the real program must end well.
fn clean(part: fn(&mut Sweep<'static>) -> Result<(), Found>) -> Figures {
    let mut sweep = Sweep::of(Path::new(PROGRAM), Vec::new());
    if let Err(Found { place, what }) = part(&mut sweep) {
        panic!("{place}: {what}");
    }
    assert!(sweep.figures.runs > 0 && sweep.figures.bytes > 1_000);
    eprintln!("{:?}", sweep.figures);
    sweep.figures
}

#[test]
fn no_identifier_leaves_in_any_file_or_word() {
    assert!(clean(Sweep::good_days).files > 30);
}

#[test]
fn nothing_typed_in_the_wrong_place_is_repeated() {
    clean(Sweep::slips);
}

#[test]
fn no_identifier_leaves_when_inputs_are_broken() {
    clean(Sweep::bad_days);
}

#[test]
fn no_identifier_leaves_when_a_release_is_spoiled() {
    clean(Sweep::spoiled_releases);
}

#[test]
fn no_identifier_leaves_when_a_run_is_ended_or_the_disk_is_full() {
    clean(Sweep::ends);
}

/// A new command is searched, too, or this fails.
#[test]
fn every_command_is_swept() {
    let ran = Base::empty().run(&["--help"]);
    let list = ran.stdout.split_once("Commands:").expect("a list").1;
    let told: BTreeSet<&str> = list
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let swept: BTreeSet<&str> = GOOD.iter().map(|good| good.args[0]).collect();
    assert!(told.len() > 12);
    assert_eq!(told, swept);
}
