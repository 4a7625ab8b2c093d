//! The report in a real browser, driven through a pipe: what it fetches, what it complains of, what its
//! tables say, how it fits narrow and wide, light and dark, and on paper.
//!
//! It runs where `/usr/bin/chromium` is, and says so when it is not. With `VERHO_SHOTS` naming a folder
//! the pictures are kept there, to be looked at.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use verho::manifest::Manifest;
use verho::outputs::report::{Language, ReportOptions, report_after};
use verho::sources::releases::PublishedRelease;

use crate::agreement::build_at;

const BROWSER: &str = "/usr/bin/chromium";
/// Longest wait for one answer; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(60);

struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    /// What it told without being asked.
    events: Vec<Value>,
    session: Option<String>,
    number: u64,
    _profile: tempfile::TempDir,
}

impl Browser {
    fn start() -> Option<Self> {
        if !Path::new(BROWSER).exists() {
            return None;
        }
        let profile = tempfile::tempdir().expect("scratch folder");
        // The browser speaks on its descriptors 3 and 4, a message to each NUL.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null", "sh", BROWSER])
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let to = child.stdin.take().expect("was piped");
        let mut out = BufReader::new(child.stdout.take().expect("was piped"));
        let (send, from) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while out.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                if let Ok(value) = serde_json::from_slice(&message)
                    && send.send(value).is_err()
                {
                    break;
                }
                message.clear();
            }
        });
        let mut browser =
            Self { child, to, from, events: Vec::new(), session: None, number: 0, _profile: profile };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.ask("Target.attachToTarget", target);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page.enable", "Network.enable", "Runtime.enable", "Log.enable"] {
            browser.ask(domain, json!({}));
        }
        Some(browser)
    }

    fn next(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).expect("the browser answers")
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let told = self.next();
            if told["id"] == self.number {
                assert!(told.get("error").is_none(), "{method}: {told}");
                return told["result"].clone();
            }
            self.events.push(told);
        }
    }

    /// Opens a page, and waits until it is there.
    fn open(&mut self, page: &Path) {
        self.events.clear();
        self.ask("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push(event);
        }
    }

    fn width(&mut self, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    fn theme(&mut self, theme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": theme}]);
        self.ask("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    fn evaluate(&mut self, script: &str) -> Value {
        let answer = self.ask("Runtime.evaluate", json!({"expression": script, "returnByValue": true}));
        assert!(answer.get("exceptionDetails").is_none(), "{answer}");
        answer["result"]["value"].clone()
    }

    fn bytes(&mut self, method: &str, params: Value) -> Vec<u8> {
        let answer = self.ask(method, params);
        let text = answer["data"].as_str().expect("bytes as text");
        base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
    }

    /// What the page asked for beyond itself, and what the browser complained of.
    fn complaints(&self, page: &Path) -> Vec<String> {
        let own = format!("file://{}", page.display());
        self.events
            .iter()
            .filter(|event| match event["method"].as_str() {
                Some("Network.requestWillBeSent") => {
                    let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
                    url != own && url != "data:,"
                }
                Some("Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown") => true,
                _ => false,
            })
            .map(Value::to_string)
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A release of the invented customers.
fn sample(folder: &Path) -> Manifest {
    for file in
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples")).expect("a folder")
    {
        let file = file.expect("an entry");
        if file.path().is_file() {
            std::fs::copy(file.path(), folder.join(file.file_name())).expect("copied");
        }
    }
    let as_of = "2026-11-21T02:00:00Z".parse().expect("a moment");
    let built = build_at(&folder.join("verho.toml"), as_of, 5).unwrap_or_else(|error| panic!("{error}"));
    PublishedRelease::open(&built.release.expect("published")).expect("a release").manifest
}

/// The sample with other audiences: one, forty, or with names that mean harm.
fn variants(sample: &Manifest) -> Vec<(&'static str, Manifest, Vec<Manifest>)> {
    let mut one = sample.clone();
    one.predicate.audiences.truncate(1);
    let mut forty = sample.clone();
    let audiences = forty.predicate.audiences.clone();
    forty.predicate.audiences = audiences.iter().cycle().take(40).cloned().collect();
    for (at, audience) in forty.predicate.audiences.iter_mut().enumerate() {
        audience.name = format!("{}-{at}", audience.name);
    }
    let mut hostile = sample.clone();
    let predicate = &mut hostile.predicate;
    let name = "<img src=https://example.com/x onerror=\"console.error(1)\"></td>\u{202e}gnp.exe\u{0}";
    name.clone_into(&mut predicate.controller.name);
    for source in &mut predicate.sources {
        source.identifiers.iter_mut().for_each(|column| column.column.push_str(name));
        source.name = format!("{}{}", "lähde".repeat(40), name);
    }
    predicate.audiences[0].selection = Some(format!("{name} = '{}'", "ä".repeat(2_000)));
    predicate.audiences[0].name = "a-very-long-name-without-any-blank-".repeat(6);
    let mut none = sample.clone();
    for audience in &mut none.predicate.audiences {
        audience.withheld = true;
        for platform in &mut audience.platforms {
            platform.files.clear();
            platform.rows.suppressed += std::mem::take(&mut platform.rows.eligible);
            platform.people.suppressed += std::mem::take(&mut platform.people.eligible);
        }
    }
    let past = (1..30).map(|day| {
        let mut past = sample.clone();
        past.predicate.release.name = format!("2026-10-{day:02}T02-00-00Z");
        for platform in past.predicate.audiences.iter_mut().flat_map(|audience| &mut audience.platforms) {
            platform.people.eligible += day * day % 37;
        }
        past
    });
    let past: Vec<Manifest> = past.collect();
    vec![
        ("sample", sample.clone(), Vec::new()),
        ("one", one, Vec::new()),
        ("none", none, Vec::new()),
        ("forty", forty, past.clone()),
        ("hostile", hostile, Vec::new()),
        ("history", sample.clone(), past),
    ]
}

/// Every table as text, cell by cell, by the browser's own reading of the page.
const TABLES: &str = "Object.fromEntries([...document.querySelectorAll('table')].map(t => [t.id, \
    [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent))]))";

fn number(cell: &Value) -> u64 {
    cell.as_str()
        .expect("text")
        .trim()
        .replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("{cell} is no number"))
}

/// What a browser reads in the tables of the exact English page is what the manifest says.
fn compare_tables(tables: &Value, manifest: &Manifest) {
    let predicate = &manifest.predicate;
    for (at, audience) in predicate.audiences.iter().enumerate() {
        let flows = tables[format!("f{at}")].as_array().expect("a table of rows");
        assert_eq!(flows.len(), audience.platforms.len());
        let mut told = [0_u64; 3];
        for (flow, platform) in flows.iter().zip(&audience.platforms) {
            let rows = &platform.rows;
            let uploaded: u64 = platform.files.iter().map(|file| file.rows).sum();
            let expect = [
                rows.read,
                rows.unreadable,
                rows.not_selected,
                rows.suppressed + rows.eligible,
                rows.suppressed,
                rows.eligible,
                platform.people.eligible,
                uploaded,
            ];
            let found: Vec<u64> = flow.as_array().expect("a row").iter().skip(1).map(number).collect();
            assert_eq!(found, expect, "{}", audience.name);
            for reason in &platform.reasons {
                told = [told[0] + reason.primary, told[1] + reason.holds, told[2] + reason.alone];
            }
        }
        // Platforms with the same counts share a row, so each counts as often as it names platforms.
        let mut found = [0_u64; 3];
        for row in tables[format!("r{at}")].as_array().into_iter().flatten() {
            let row = row.as_array().expect("a row");
            // From the end: a reason's name stands once for all its rows, and a bar has no text.
            let before = row[..row.len() - 3].iter().map(|cell| cell.as_str().expect("text").trim());
            let place = before.rev().find(|text| !text.is_empty()).expect("a platform");
            let times =
                if place == "all platforms" { audience.platforms.len() } else { place.split(", ").count() };
            for (sum, cell) in found.iter_mut().zip(&row[row.len() - 3..]) {
                *sum += number(cell) * times as u64;
            }
        }
        assert_eq!(found, told, "{}", audience.name);
    }
    let columns: Vec<_> = predicate.sources.iter().flat_map(|source| &source.identifiers).collect();
    for (row, column) in tables["c0"].as_array().expect("a table of columns").iter().zip(&columns) {
        let rejected: u64 = column.rejected.iter().map(|code| code.count).sum();
        assert_eq!(
            [number(&row[1]), number(&row[2]), number(&row[3])],
            [column.parsed, column.blank, rejected]
        );
    }
    for (row, register) in
        tables["g0"].as_array().expect("a table of registers").iter().zip(&predicate.registers)
    {
        assert_eq!(row[0], register.name.as_str());
        assert_eq!([number(&row[2]), number(&row[4])], [register.rows, register.objections]);
        assert_eq!(number(&row[8]), register.people_named);
    }
    assert_eq!(tables["b0"].as_array().map(Vec::len), Some(predicate.bases.len()));
    assert_eq!(tables["w0"].as_array().map(Vec::len), Some(predicate.warnings.len()));
}

#[test]
fn a_browser_shows_the_page_as_it_should_be() {
    let Some(mut browser) = Browser::start() else {
        eprintln!("not run: there is no {BROWSER}, so nobody looked at the report in a browser");
        return;
    };
    let folder = tempfile::tempdir().expect("scratch folder");
    let shots = std::env::var_os("VERHO_SHOTS").map(PathBuf::from);
    for (name, manifest, earlier) in variants(&sample(folder.path())) {
        let options = ReportOptions { language: Language::English, public: false };
        let place = folder.path().join(format!("{name}.html"));
        std::fs::write(&place, report_after(&manifest, &earlier, options)).expect("written");
        browser.open(&place);
        compare_tables(&browser.evaluate(TABLES), &manifest);
        let strange = "document.querySelectorAll('script,img,iframe,object,embed,form,input').length";
        assert_eq!(browser.evaluate(strange), 0, "{name}");
        // Every number behind a picture is there when its fold is opened.
        browser.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })");
        let courses = browser.evaluate("document.querySelectorAll('.h path').length");
        let drawn: usize = manifest.predicate.audiences.iter().map(|audience| audience.platforms.len()).sum();
        let is_rich = browser.evaluate("document.querySelectorAll('.f').length") != 0;
        let expect = if earlier.is_empty() || !is_rich { 0 } else { drawn };
        assert_eq!(courses, expect, "{name}");
        for (width, theme) in [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")] {
            browser.width(width);
            browser.theme(theme);
            let over = browser.evaluate("document.documentElement.scrollWidth - window.innerWidth");
            assert!(over.as_i64().is_some_and(|over| over <= 0), "{name} at {width} is {over} too wide");
            let ground = browser.evaluate("getComputedStyle(document.body).backgroundColor");
            assert_eq!(ground == "rgb(255, 255, 255)", theme == "light", "{name}: {ground}");
            if let Some(shots) = &shots {
                let clip = json!({"x": 0, "y": 0, "width": width, "height": 2_600, "scale": 1});
                let options = json!({"captureBeyondViewport": true, "clip": clip});
                let bytes = browser.bytes("Page.captureScreenshot", options);
                std::fs::write(shots.join(format!("{name}-{width}-{theme}.png")), bytes).expect("written");
            }
        }
        let paper = browser.bytes("Page.printToPDF", json!({"paperWidth": 8.27, "paperHeight": 11.69}));
        assert!(paper.starts_with(b"%PDF-") && paper.len() > 10_000, "{name}");
        if let Some(shots) = &shots {
            std::fs::write(shots.join(format!("{name}.pdf")), paper).expect("written");
        }
        assert_eq!(browser.complaints(&place), Vec::<String>::new(), "{name}");
    }
}

/// The listener is not deaf: a page that fetches and complains is heard.
#[test]
fn a_page_that_fetches_or_complains_is_noticed() {
    let Some(mut browser) = Browser::start() else {
        eprintln!("not run: there is no {BROWSER}");
        return;
    };
    let folder = tempfile::tempdir().expect("scratch folder");
    let place = folder.path().join("loud.html");
    std::fs::write(&place, "<script>console.error('x')</script><img src=missing.png>").expect("written");
    browser.open(&place);
    let heard = browser.complaints(&place).join("\n");
    assert!(heard.contains("missing.png") && heard.contains("consoleAPICalled"), "{heard}");
}
