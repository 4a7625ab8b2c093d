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

mod odd;
mod tables;

use odd::variants;
use tables::{TABLES, compare_tables, figure, figures, trimmed, written};

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

/// Without a browser, so that it runs everywhere: the tables as written, in every language.
#[test]
fn the_tables_of_every_odd_release_say_what_its_manifest_says() {
    let folder = tempfile::tempdir().expect("scratch folder");
    for (name, manifest, earlier) in variants(&sample(folder.path())) {
        let page = |language| {
            let page = report_after(&manifest, &earlier, ReportOptions { language, public: false });
            assert!(page.len() < 300_000, "{name} is {} bytes", page.len());
            (page.matches("<svg").count(), written(&page))
        };
        let (pictures, english) = page(Language::English);
        compare_tables(&english, &manifest, name);
        for language in [Language::Finnish, Language::Swedish] {
            let (its_pictures, its) = page(language);
            // Forty audiences in longer words leave no room for some pictures, and for what is told beside them.
            assert!(its_pictures == pictures || name == "forty", "{name}");
            if its_pictures == pictures {
                assert_eq!(figures(&its), figures(&english), "{name}");
            }
        }
    }
}

/// The comparison is not blind: another number in any of the places fails it.
#[test]
fn a_table_that_says_something_else_is_noticed() {
    let folder = tempfile::tempdir().expect("scratch folder");
    for (name, manifest, earlier) in variants(&sample(folder.path())) {
        if !["live", "history"].contains(&name) {
            continue;
        }
        let page = report_after(&manifest, &earlier, ReportOptions::default());
        let tables = written(&page);
        for table in ["o0", "f0", "r0", "s0", "c0", "x0", "g0", "b0", "w0", "d0", "t0", "h0", "l0", "n0"] {
            let Some(rows) = tables[table].as_array() else { continue };
            let row = rows[0].as_array().expect("a row");
            let at = row.iter().rposition(|cell| figure(cell).is_some()).expect("a number");
            let mut other = tables.clone();
            other[table][0][at] = json!("987654");
            let differs = std::panic::catch_unwind(|| compare_tables(&other, &manifest, name)).is_err();
            assert!(differs, "{name}: nobody looked at {table}");
        }
    }
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
        let page = report_after(&manifest, &earlier, options);
        std::fs::write(&place, &page).expect("written");
        browser.open(&place);
        let tables = trimmed(browser.evaluate(TABLES));
        compare_tables(&tables, &manifest, name);
        assert_eq!(tables, written(&page), "{name}: a browser reads what was written");
        let strange = "document.querySelectorAll('script,img,iframe,object,embed,form,input').length";
        assert_eq!(browser.evaluate(strange), 0, "{name}");
        // Every number behind a picture is there when its fold is opened.
        browser.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })");
        let courses = browser.evaluate("document.querySelectorAll('.h path').length");
        let drawn: usize = manifest.predicate.audiences.iter().map(|audience| audience.platforms.len()).sum();
        let is_rich = browser.evaluate("document.querySelectorAll('.b').length") != 0;
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
