//! The ready examples of `docs/nightly`: read as the services read them, their steps run against a
//! base with the program on the path and a store that is a folder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use yaml_rust2::{Yaml, YamlLoader};

const CONFIG: &str = r#"schema = 1
[controller]
name = "Example Life Ltd"
role = "controller"
[[source]]
name = "crm"
path = "customers.csv"
[source.columns]
customer_id = "customer_id"
email = ["email"]
country = { default = "FI" }
birth_date = "born"
relationship = { constant = "current" }
basis = { constant = "legitimate_interest" }
[[register]]
name = "objections"
path = "objections.csv"
columns = { email = "email" }
scope = ["off_platform_targeting"]
[[basis]]
use = "legitimate_interest"
platforms = ["meta"]
countries = ["FI"]
purposes = ["retarget"]
assessment = "LIA-2026-003"
notice = { id = "marketing-policy", version = "2024-02-09" }
[[audience]]
name = "everyone"
platforms = ["meta"]
min_size = 1
[output]
dir = "releases"
[keys]
root = "keys/root.key"
signing = "keys/signing-key"
"#;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/nightly")
}

fn example(name: &str) -> String {
    std::fs::read_to_string(docs().join(name)).expect("an example")
}

/// A runner's folder with a base in it, a store, and programs of its own first on the path.
struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn new() -> Self {
        let runner = Self { folder: tempfile::tempdir().expect("scratch") };
        for folder in ["bin", "work/releases", "store", "secrets"] {
            std::fs::create_dir_all(runner.path(folder)).expect("ours");
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_verho"), runner.path("bin/verho")).expect("a link");
        // What rclone does to the store, done to a folder; a file `full` in it lets nothing more in.
        runner.program(
            "bin/rclone",
            "#!/bin/sh\nset -eu\n[ \"$1\" = copyto ]\nplace() { case \"$1\" in store:*) echo \"$STORE/$(basename \"$1\")\";; *) echo \"$1\";; esac; }\ncase \"$3\" in store:*) [ ! -e \"$STORE/full\" ];; esac\ncp \"$(place \"$2\")\" \"$(place \"$3\")\"\n",
        );
        runner.program("work/verho-night", &example("verho-night"));
        runner.program("work/verho-mark", &example("verho-mark"));
        runner.put("work/verho.toml", CONFIG);
        runner.put("work/customers.csv", "customer_id,email,born\nC-1,aino.quokka@example.com,1980-01-01\nC-2,eero.quokka@example.com,1981-01-01\n");
        runner.put("work/objections.csv", "email\neero.quokka@example.com\n");
        let made =
            runner.shell("verho keygen --root ../secrets/root.key --signing ../secrets/signing-key", &[]);
        assert!(made.status.success(), "{made:?}");
        let packed = runner.shell("tar -cf ../store/kept.tar releases && rm -r releases", &[]);
        assert!(packed.status.success(), "{packed:?}");
        runner
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("ours");
    }

    fn program(&self, name: &str, text: &str) {
        self.put(name, text);
        std::fs::set_permissions(self.path(name), std::fs::Permissions::from_mode(0o700)).expect("ours");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs a script as a CI service's shell does, and stops at its first failing command.
    fn shell(&self, script: &str, env: &[(&str, String)]) -> Output {
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display());
        Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(self.path("work"))
            .env_clear()
            .env("PATH", path)
            .env("STORE", self.path("store"))
            .envs(env.iter().map(|(name, value)| (*name, value)))
            .output()
            .expect("a shell")
    }

    /// Secrets never come to where they are kept or printed.
    fn keeps_no_secret(&self) {
        let secret = self.read("secrets/root.key");
        let listed = self.shell("tar -tf ../store/kept.tar", &[]);
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(!listed.contains("key"), "{listed}");
        assert!(!self.path("work/keys").exists());
        for name in ["work/summary.md", "summary", "work/metrics.txt", "work/verho.prom"] {
            assert!(!self.read(name).contains(secret.trim()), "{name}");
        }
    }

    fn releases(&self) -> usize {
        let listed = self.shell("tar -tf ../store/kept.tar", &[]);
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        text.lines().filter(|line| line.ends_with("/manifest.json")).count()
    }
}

fn yaml(name: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&example(name)).expect("YAML");
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

fn texts(list: &Yaml) -> Vec<String> {
    list.as_vec().expect("a list").iter().map(|one| one.as_str().expect("a text").to_owned()).collect()
}

/// Runs the steps of the GitHub job as its runner does; the job's exit code.
fn github_night(runner: &Runner) -> i32 {
    let job = yaml("github-actions.yml");
    let job = &job["jobs"]["night"];
    assert!(job["timeout-minutes"].as_i64().is_some());
    let secrets = |text: &str| {
        text.replace("${{ vars.VERHO_STORE }}", "store:verho")
            .replace("${{ secrets.VERHO_ROOT_KEY }}", runner.read("secrets/root.key").trim_end())
            .replace("${{ secrets.VERHO_SIGNING_KEY }}", runner.read("secrets/signing-key").trim_end())
            .replace(
                "${{ steps.night.outputs.code }}",
                runner.read("output").trim().trim_start_matches("code="),
            )
    };
    runner.put("output", "");
    let mut code = 0;
    for step in job["steps"].as_vec().expect("steps") {
        let Some(script) = step["run"].as_str() else {
            assert!(step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")));
            continue;
        };
        let always = step["if"].as_str().is_some_and(|condition| condition.contains("always()"));
        // `always() && steps.night.outputs.code != ''`: once the night has run, whatever its code.
        let has_code = !runner.read("output").trim().is_empty();
        if (code != 0 && !always) || (always && !has_code) {
            continue;
        }
        let mut env = vec![
            ("GITHUB_STEP_SUMMARY", runner.path("summary").display().to_string()),
            ("GITHUB_OUTPUT", runner.path("output").display().to_string()),
        ];
        if let Some(own) = step["env"].as_hash() {
            for (name, value) in own {
                let value = secrets(value.as_str().expect("a text"));
                assert!(!value.contains("${{"), "{value} is not known to the test");
                env.push((name.as_str().expect("a name"), value));
            }
        }
        let ran = runner.shell(script, &env);
        if code == 0 {
            code = ran.status.code().expect("ended by itself");
        }
    }
    code
}

fn gitlab_night(runner: &Runner) -> i32 {
    let job = yaml("gitlab-ci.yml");
    assert_eq!(texts(&job["stages"]), [job["night"]["stage"].as_str().expect("a stage")]);
    let job = &job["night"];
    let env = [
        ("VERHO_STORE", "store:verho".to_owned()),
        ("VERHO_ROOT_KEY", runner.path("secrets/root.key").display().to_string()),
        ("VERHO_SIGNING_KEY", runner.path("secrets/signing-key").display().to_string()),
    ];
    // before_script and script are one shell; after_script is another, and its code is not the job's.
    let script = [texts(&job["before_script"]), texts(&job["script"])].concat().join("\n");
    let ran = runner.shell(&script, &env);
    let after = runner.shell(&texts(&job["after_script"]).join("\n"), &env);
    assert!(after.status.success(), "{after:?}");
    ran.status.code().expect("ended by itself")
}

#[test]
fn ci_examples_keep_releases_from_night_to_night_and_tell_the_code() {
    for (name, night) in [("github", github_night as fn(&Runner) -> i32), ("gitlab", gitlab_night)] {
        let runner = Runner::new();
        assert_eq!(night(&runner), 0, "{name}: the first night");
        assert_eq!(runner.releases(), 1, "{name}");
        std::fs::remove_dir_all(runner.path("work/releases")).expect("the runner forgets");
        assert_eq!(night(&runner), 0, "{name}: the second night");
        assert_eq!(runner.releases(), 2, "{name}: the first night's release is still there");
        runner.keeps_no_secret();
        // A register that lost its rows: refused, told, and what was there is kept.
        runner.put("work/objections.csv", "email\n");
        assert_eq!(night(&runner), 1, "{name}: a guard");
        assert_eq!(runner.releases(), 2, "{name}");
        let page = runner.read("summary") + &runner.read("work/summary.md");
        assert_eq!(page.matches("# verho release").count(), 2, "{name}: {page}");
        assert!(page.contains("nothing was published"), "{name}");
        // A store that cannot be reached stops the night before anything is built or kept.
        std::fs::rename(runner.path("store/kept.tar"), runner.path("store/away.tar")).expect("ours");
        std::fs::remove_dir_all(runner.path("work/releases")).expect("the runner forgets");
        runner.put("work/objections.csv", "email\neero.quokka@example.com\n");
        assert_ne!(night(&runner), 0, "{name}: no store");
        assert!(!runner.path("store/kept.tar").exists(), "{name}: nothing is kept over the lost store");
        // A state that was not kept is lost: the job has to say so, however well the night went.
        std::fs::rename(runner.path("store/away.tar"), runner.path("store/kept.tar")).expect("ours");
        runner.put("store/full", "");
        assert_ne!(night(&runner), 0, "{name}: what is live could not be kept");
        assert_eq!(runner.releases(), 2, "{name}: the store is as it was");
        std::fs::remove_file(runner.path("store/full")).expect("ours");
        std::fs::remove_dir_all(runner.path("work/releases")).expect("the runner forgets");
        assert_eq!(night(&runner), 0, "{name}: all is well again");
        assert_eq!(runner.releases(), 3, "{name}");
    }
}

#[test]
fn the_steps_of_a_night_end_with_every_code() {
    let cases: [(i32, &str, fn(&Runner)); 5] = [
        (0, "a good night", |_| ()),
        (1, "a guard", |runner| runner.put("work/objections.csv", "email\n")),
        (2, "a wrong config", |runner| runner.put("work/verho.toml", "schema = 2\n")),
        (3, "an input is missing", |runner| {
            std::fs::remove_file(runner.path("work/customers.csv")).expect("ours");
        }),
        (4, "something past its date is left", |runner| {
            let built = runner.shell("verho build -q --as-of 2020-01-01 && verho build -q", &[]);
            assert!(built.status.success(), "{built:?}");
            runner.put("work/releases/2020-01-01T00-00-00Z/audiences/everyone/meta/full.csv", "x\n");
        }),
    ];
    for (code, title, prepare) in cases {
        let runner = Runner::new();
        let laid = runner.shell("mkdir -m 700 keys && cp -p ../secrets/* keys", &[]);
        assert!(laid.status.success(), "{laid:?}");
        prepare(&runner);
        let ran = runner.shell("./verho-night verho.toml", &[]);
        assert_eq!(ran.status.code(), Some(code), "{title}: {ran:?}");
        let published = !runner.read("work/release.txt").is_empty();
        assert_eq!(published, matches!(code, 0 | 4), "{title}");
        for line in String::from_utf8_lossy(&ran.stderr).lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{title}: {line}");
        }
    }
}

/// With a live state: the first night by hand, and then each night is told against what was marked.
#[test]
fn nights_with_a_live_state_go_on_from_what_was_marked() {
    for (name, night) in [("github", github_night as fn(&Runner) -> i32), ("gitlab", gitlab_night)] {
        let runner = Runner::new();
        runner.put("work/verho.toml", &format!("{CONFIG}[state]\ndir = \"state\"\n"));
        // In the folder as a job has it: fetched, the keys laid out, and kept again afterwards.
        let within = |script: &str| {
            let script = format!(
                "set -e; umask 077; rm -rf releases state; tar -xf ../store/kept.tar; mkdir -p keys; cp -p ../secrets/* keys; {script}; rm -r keys; tar -cf ../store/kept.tar releases state"
            );
            let ran = runner.shell(&script, &[]);
            assert!(ran.status.success(), "{name}: {ran:?}");
        };
        within("verho build -q --first > release.txt");
        within("./verho-mark \"$(cat release.txt)\" meta everyone");
        let forget = || {
            let _ = runner.shell("rm -rf releases state", &[]);
        };
        // One more customer, and one who objects.
        runner.put("work/customers.csv", "customer_id,email,born\nC-1,aino.quokka@example.com,1980-01-01\nC-3,ilona.quokka@example.com,1981-01-01\n");
        runner.put("work/objections.csv", "email\neero.quokka@example.com\naino.quokka@example.com\n");
        forget();
        assert_eq!(night(&runner), 0, "{name}");
        let rows = |kind: &str| {
            let release = runner.read("work/release.txt");
            let place = Path::new(release.trim()).join(format!("audiences/everyone/meta/{kind}.csv"));
            let text = std::fs::read_to_string(runner.path("work").join(place)).unwrap_or_default();
            text.lines().count().saturating_sub(1)
        };
        let _ = runner.shell("tar -xf ../store/kept.tar", &[]);
        assert_eq!((rows("remove"), rows("add"), rows("full")), (1, 1, 1), "{name}");
        // The mark, and an answer that shows the removal done.
        runner.put("work/answer.toml", "kind = \"remove\"\nreceived = 1\ninvalid = 0\nrefused = 0\n");
        within("./verho-mark \"$(cat release.txt)\" meta everyone answer.toml");
        within("./verho-mark \"$(cat release.txt)\" meta everyone answer.toml");
        runner.put("work/customers.csv", "customer_id,email,born\nC-1,aino.quokka@example.com,1980-01-01\nC-3,ilona.quokka@example.com,1981-01-01\nC-4,onni.quokka@example.com,1981-01-01\n");
        forget();
        assert_eq!(night(&runner), 0, "{name}");
        let _ = runner.shell("tar -xf ../store/kept.tar", &[]);
        assert_eq!((rows("remove"), rows("add"), rows("full")), (0, 1, 2), "{name}: nothing is owed");
        // A state that was lost stops the night.
        let _ = runner.shell("rm -rf state; tar -cf ../store/kept.tar releases", &[]);
        forget();
        assert_ne!(night(&runner), 0, "{name}: no state");
        runner.keeps_no_secret();
    }
}

#[test]
fn the_line_of_cron_is_silent_on_a_good_night_and_tells_a_bad_one() {
    let runner = Runner::new();
    let laid = runner.shell("mkdir -m 700 keys && cp -p ../secrets/* keys", &[]);
    assert!(laid.status.success(), "{laid:?}");
    let table = example("crontab");
    let lines: Vec<&str> =
        table.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).collect();
    let [line] = lines[..] else { panic!("one line") };
    let fields: Vec<&str> = line.splitn(6, ' ').collect();
    for (field, most) in fields[..5].iter().zip([59, 23, 31, 12, 7]) {
        assert!(*field == "*" || field.parse::<u8>().is_ok_and(|number| number <= most), "{line}");
    }
    // cron reads an unescaped per cent sign as the end of the line.
    assert!(!fields[5].contains('%'));
    let command = fields[5].replace("/srv/verho", &runner.path("work").display().to_string());
    let night = || runner.shell(&format!("sh -c {}", quoted(&command)), &[]);
    let good = night();
    assert_eq!((good.stdout.len(), good.stderr.len()), (0, 0), "{good:?}");
    assert!(!runner.read("work/release.txt").is_empty());
    runner.put("work/objections.csv", "email\n");
    let bad = night();
    let told = String::from_utf8_lossy(&bad.stdout).into_owned();
    assert!(told.starts_with("verho ended with 1\n") && told.contains("register-"), "{told}");
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[test]
fn systemd_takes_the_units() {
    let service = example("verho.service");
    let timer = example("verho.timer");
    for (unit, keys) in [
        (
            &service,
            &["Type=oneshot", "PrivateNetwork=yes", "LoadCredential=root.key:", "UMask=0077", "OnFailure="][..],
        ),
        (&timer, &["OnCalendar=", "Persistent=true", "Unit=verho.service"]),
    ] {
        for key in keys {
            assert!(unit.lines().any(|line| line.starts_with(key)), "{key}");
        }
        let is_sound = |line: &str| {
            line.is_empty()
                || line.starts_with(['#', '['])
                || line.split_once('=').is_some_and(|(key, _)| !key.is_empty())
        };
        assert!(unit.lines().all(is_sound));
    }
    let runner = Runner::new();
    let here = runner.path("work").display().to_string();
    runner.put("verho.service", &service.replace("/srv/verho", &here));
    runner.put("verho.timer", &timer);
    let Ok(ran) = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args([runner.path("verho.service"), runner.path("verho.timer")])
        .output()
    else {
        // No systemd here: what a text can show was shown above.
        return;
    };
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    let about_us: Vec<&str> = told.lines().filter(|line| line.contains("verho")).collect();
    assert!(about_us.is_empty(), "{told}");
}

#[test]
fn every_example_is_told_of() {
    let page = example("README.md");
    for entry in std::fs::read_dir(docs()).expect("a folder") {
        let name = entry.expect("readable").file_name();
        let name = name.to_str().expect("text");
        assert!(name == "README.md" || page.contains(&format!("]({name})")), "{name}");
    }
    for code in ["| 0 |", "| 1 |", "| 2, 3 |", "| 4 |"] {
        assert!(page.contains(code), "{code}");
    }
}
