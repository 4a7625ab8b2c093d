//! A small invented base in a folder of its own, and a way to run the program over it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The program under test.
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_verho");

/// The config every test starts from.
pub(super) const CONFIG: &str = r#"schema = 1

[controller]
name = "Example Life Ltd"
role = "controller"

[[source]]
name = "crm"
path = "customers.csv"

[source.columns]
customer_id = "customer_id"
email = ["email"]
phone = ["phone"]
country = { column = "country", default = "FI" }
birth_date = "born"
relationship = { column = "status", current = ["active"] }
basis = { constant = "legitimate_interest" }

[[register]]
name = "objections"
path = "objections.csv"
columns = { email = "email", phone = "phone" }
scope = ["off_platform_targeting"]

[[basis]]
use = "legitimate_interest"
platforms = ["meta", "linkedin"]
countries = ["FI"]
purposes = ["retarget"]
assessment = "LIA-2026-003"
notice = { id = "marketing-policy", version = "2024-02-09" }

[[audience]]
name = "everyone"
platforms = ["meta", "linkedin"]
min_size = 1

[output]
dir = "releases"
"#;

/// The customers, with a column that nobody maps.
pub(super) const CUSTOMERS: &str = "\
customer_id,name,email,phone,country,born,status
C-1,Aino Esimerkki,aino.quokka@example.com,+358 50 1234567,FI,1980-01-01,active
C-2,Eero Esimerkki,eero.quokka@example.com,+358 50 1234568,FI,1981-02-02,active
C-3,Ilona Esimerkki,ilona.quokka@example.org,,FI,1982-03-03,active
C-4,Onni Esimerkki,onni.quokka@example.net,,,1983-04-04,former
";

/// One of the customers objected.
pub(super) const OBJECTIONS: &str = "\
email,phone
eero.quokka@example.com,
";

/// What a run said.
pub(super) struct Ran {
    /// The exit code.
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A folder with a config and its inputs.
pub(super) struct Base {
    folder: TempDir,
}

impl Base {
    pub(super) fn new() -> Self {
        let base = Self::empty();
        base.put("verho.toml", CONFIG);
        base.put("customers.csv", CUSTOMERS);
        base.put("objections.csv", OBJECTIONS);
        base
    }

    pub(super) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a scratch folder") }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).expect("the scratch folder can be written");
    }

    /// Replaces part of the config, which must be there.
    pub(super) fn configure(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path().join("verho.toml")).expect("there is a config");
        assert!(text.contains(from), "{from}");
        self.put("verho.toml", text.replace(from, to));
    }

    pub(super) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        self.run_with(args, b"")
    }

    pub(super) fn run_with<S: AsRef<OsStr>>(&self, args: &[S], input: &[u8]) -> Ran {
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // A program that ends without reading closes the pipe; that is its right.
        let _ = child.stdin.take().expect("was piped").write_all(input);
        let output = child.wait_with_output().expect("the program ends");
        Ran {
            code: output.status.code().expect("it ended by itself"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .env_remove("CLICOLOR_FORCE")
            .env("COLUMNS", "100");
        command
    }

    /// Folders that are published releases.
    pub(super) fn releases(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(self.path().join("releases")) else { return Vec::new() };
        entries
            .map(|entry| entry.expect("can be read").path())
            .filter(|path| path.is_dir() && !path.is_symlink())
            .collect()
    }

    /// Text with what differs from run to run taken out.
    pub(super) fn steady(&self, text: &str) -> String {
        let real = self.path().canonicalize().expect("is there");
        text.replace(&*real.to_string_lossy(), "[DIR]").replace(&*self.path().to_string_lossy(), "[DIR]")
    }

    /// One case for a snapshot.
    pub(super) fn told(&self, title: &str, ran: &Ran) -> String {
        let mut text = format!("── {title}\nexit code {}\n", ran.code);
        for (name, stream) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("{name}:\n{}", self.steady(stream)));
            }
        }
        text.push('\n');
        text
    }
}
