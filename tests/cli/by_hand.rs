//! The page on verifying by hand, followed word for word: its own lines with `sha256sum`, `ssh-keygen` and
//! Python, and nothing of ours.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::base::Base;
use super::strace::skip;

/// The page's blocks of one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/verifying.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let begins = format!("```{language}\n");
    page.split(&begins).skip(1).map(|rest| rest.split("```").next().unwrap_or("").to_owned()).collect()
}

/// Whoever follows the page: a home, and the folder of the release.
struct Reader {
    base: Base,
    release: PathBuf,
}

impl Reader {
    fn new() -> Self {
        let base = Base::new();
        base.configure("[output]", "[keys]\nroot = \"root.key\"\nsigning = \"sign\"\n[output]");
        assert_eq!(base.run(&["keygen", "--root", "root.key", "--signing", "sign"]).code, 0);
        assert_eq!(base.run(&["build", "--as-of", "2026-11-21"]).code, 0);
        let release = base.path().join("releases/2026-11-21T00-00-00Z");
        let public = std::fs::read_to_string(base.path().join("sign.pub")).expect("was made");
        let key: Vec<&str> = public.split(' ').take(2).collect();
        // The line of the page, with a key in the place of its dots.
        let line = blocks("text").remove(0).replace("ssh-ed25519 AAAA\u{2026}", &key.join(" "));
        assert!(line.contains(key[1]), "{line}");
        base.put("allowed_signers", line);
        Self { base, release }
    }

    /// Whether a block of shell ends well, and what it prints.
    fn shell(&self, block: &str, input: &str) -> (bool, String) {
        self.done(Command::new("sh").args(["-c", block]), input)
    }

    /// The same of a block of Python, kept in a file of this name.
    fn python(&self, name: &str, block: &str, args: &[&str], input: &str) -> (bool, String) {
        self.base.put(name, block);
        self.done(Command::new("python3").arg(self.base.path().join(name)).args(args), input)
    }

    fn done(&self, command: &mut Command, input: &str) -> (bool, String) {
        let mut child = command
            .current_dir(&self.release)
            .env("HOME", self.base.path())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // What does not ask closes the pipe.
        let _ = child.stdin.take().expect("was piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// A file of the release with one byte changed, as long as something is done.
    fn spoiled<T>(&self, name: &str, done: impl FnOnce() -> T) -> T {
        let path = self.release.join(name);
        let sound = std::fs::read(&path).expect("is there");
        let mut spoiled = sound.clone();
        let middle = spoiled.len() / 2;
        spoiled[middle] ^= 1;
        std::fs::write(&path, spoiled).expect("ours");
        let told = done();
        std::fs::write(&path, sound).expect("ours");
        told
    }
}

fn has_tools() -> bool {
    let there = |tool: &str, args: &[&str]| {
        Command::new(tool).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let all = there("ssh-keygen", &["-?"]) && there("python3", &["-V"]) && there("sha256sum", &["--version"]);
    if !all {
        skip("ssh-keygen, python3 or sha256sum is not here");
    }
    all
}

#[test]
fn a_release_is_verified_by_hand_as_the_page_says() {
    if !has_tools() {
        return;
    }
    let reader = Reader::new();
    let (shell, python) = (blocks("sh"), blocks("python"));
    let [signed, anybody, sums, look, previous] = &shell[..] else { panic!("five blocks of shell") };
    let [list, counts, digest, tag] = &python[..] else { panic!("four blocks of Python") };
    let holds = |(well, said): (bool, String)| assert!(well, "{said}");
    let fails = |(well, said): (bool, String)| assert!(!well, "{said}");

    for block in [signed, anybody, sums, previous] {
        holds(reader.shell(block, ""));
    }
    holds(reader.python("list.py", list, &[], ""));
    holds(reader.python("counts.py", counts, &[], ""));

    reader.base.put("look.py", digest);
    let (_, found) = reader.shell(look, "aino.quokka@example.com\n");
    assert!(found.contains("audiences/everyone/meta/full.csv yes"), "{found}");
    let (_, found) = reader.shell(look, "eero.quokka@example.com\n");
    assert!(found.contains("full.csv no") && !found.contains("yes"), "{found}");

    let root = reader.base.path().join("root.key");
    let args = [root.to_str().expect("text"), "crm", "audiences/everyone"];
    let (_, told) = reader.python("tag.py", tag, &args, "C-2\n");
    assert!(told.contains("meta on-register objections"), "{told}");
    let (_, told) = reader.python("tag.py", tag, &args, "C-1\n");
    assert!(told.contains("not left out of this audience"), "{told}");

    // And each of them can fail.
    let upload = "audiences/everyone/meta/full.csv";
    fails(reader.spoiled(upload, || reader.shell(sums, "")));
    fails(reader.spoiled(upload, || reader.python("list.py", list, &[], "")));
    for block in [signed, anybody] {
        fails(reader.spoiled("manifest.json", || reader.shell(block, "")));
        fails(reader.spoiled("manifest.json.sig", || reader.shell(block, "")));
    }
    std::fs::write(reader.release.join("more.csv"), "").expect("ours");
    fails(reader.python("list.py", list, &[], ""));
}
