//! A small invented release for tests: nine people, one audience, written straight to disk so that
//! a test can break any part of it. It knows nothing that the published formats do not say.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::identifiers::Digest;
use crate::manifest::*;
use crate::outputs::guide;
use crate::outputs::records::{REPORT_FILE, SUMMARY_FILE, UPLOAD_FILE, suppressions_file, verdicts_file};
use crate::outputs::report::report;
use crate::pipeline::keys::RootKey;
use crate::platforms::layout::{RowFormat, preamble};
use crate::platforms::{self, Operation};
use crate::policy::reason::{Reason, Reasons};
use crate::policy::scope::Purpose;

/// A release in memory, before it is sealed.
pub(crate) struct Draft {
    pub(crate) predicate: Predicate,
    /// Files other than the pages and the unlisted ones.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Whether `summary.md`, `UPLOAD.md` and `report.html` are made from the predicate.
    pub(crate) with_pages: bool,
}

/// The digest of an invented identifier.
pub(crate) fn digest(text: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(text.as_bytes()).into())
}

/// Rows of a platform's file for people with these identifiers, sorted, equal ones merged.
pub(crate) fn rows(platform: &str, people: &[(&[&str], &[&str])]) -> Vec<Vec<u8>> {
    let format = RowFormat::of(platforms::find(platform).expect("known")).expect("has files");
    let mut rows = Vec::new();
    for (emails, phones) in people {
        let [emails, phones] =
            [emails, phones].map(|texts| texts.iter().map(|text| digest(text)).collect::<Vec<_>>());
        format.rows(emails.into_iter(), phones.into_iter(), |cells| {
            let mut row = Vec::new();
            format.encode(cells, &mut row);
            rows.push(row);
        });
    }
    rows.sort();
    rows.dedup();
    rows
}

/// A whole file of a platform.
pub(crate) fn upload(platform: &str, audience: &str, operation: Operation, rows: &[Vec<u8>]) -> Vec<u8> {
    let mut file =
        preamble(platforms::find(platform).expect("known"), audience, operation).expect("a plain name");
    file.extend(rows.concat());
    file
}

/// The four people who may be shown ads. Invented, on reserved domains and fictional numbers.
pub(crate) const ELIGIBLE: [(&[&str], &[&str]); 4] = [
    (&["ada@example.org"], &["447700900001"]),
    (&["bo@example.org", "bo.b@example.com"], &[]),
    (&[], &["447700900003"]),
    (&["dan@example.net"], &["447700900004"]),
];

/// The three people who may not: their tags' texts, and why.
pub(crate) fn suppressed(platforms: usize) -> BTreeMap<u32, Vec<Verdict>> {
    let class = |reasons: Reasons, registers: u64| -> Vec<Verdict> {
        (0..platforms as u8).map(|platform| Verdict { platform, reasons, registers }).collect()
    };
    BTreeMap::from([
        (31, class(Reasons::of(Reason::NoIdentifier), 0)),
        (5, class(Reasons::of(Reason::OnRegister), 1)),
        (8, class(Reasons::of(Reason::OptedOut).with(Reason::AgeUnknown), 0)),
    ])
}

/// The invented root key.
pub(crate) const ROOT: [u8; 32] = [7; 32];

/// The tags of those three, with their classes, in order.
pub(crate) fn tags() -> Vec<(Tag, u32)> {
    let root = RootKey::lasting(ROOT);
    let (people, audience) = (root.person_keys().in_space("crm"), root.tags("savings"));
    let tag = |id: &str| Tag(audience.tag(people.key(id.as_bytes()).expect("an id that is not blank")));
    let mut tags: Vec<(Tag, u32)> =
        [("7", 31), ("8", 5), ("9", 8)].map(|(id, class)| (tag(id), class)).to_vec();
    tags.sort();
    tags
}

fn reason(code: &str, primary: u64, holds: u64, alone: u64) -> ReasonCount {
    ReasonCount { code: code.to_owned(), primary, holds, alone }
}

fn platform(name: &str, files: Vec<UploadFile>) -> PlatformRecord {
    let takes_phones = platforms::find(name).expect("known").phone.is_some();
    PlatformRecord {
        name: name.to_owned(),
        files,
        members: CodeCount::list([("email", 4), ("phone", if takes_phones { 3 } else { 0 })]),
        identifiers_dropped: 0,
        rows: RowCounts { read: 10, unreadable: 1, not_selected: 2, suppressed: 3, eligible: 4 },
        people: PeopleCounts { read: 9, not_selected: 2, suppressed: 3, eligible: 4 },
        reasons: vec![
            reason("opted-out", 1, 1, 0),
            reason("on-register", 1, 1, 1),
            reason("age-unknown", 0, 1, 0),
            reason("no-identifier", 1, 1, 1),
        ],
        under_platform_minimum: Some(100),
        delta: None,
    }
}

/// The record of the invented run on these platforms.
pub(crate) fn predicate(platforms: &[&str]) -> Predicate {
    let moment = |text: &str| Moment(text.parse().expect("a moment"));
    Predicate {
        schema: SCHEMA,
        tool: ToolRecord {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            phone_metadata: "9.0.20".to_owned(),
            platform_tables: vec![TableDate {
                platform: "meta".to_owned(),
                checked: "2026-11-21".to_owned(),
            }],
        },
        release: ReleaseRecord {
            name: "2026-11-21T02-00-00Z".to_owned(),
            as_of: moment("2026-11-21T02:00:00Z"),
            replay: false,
            outcome: Outcome::Complete,
            refusals: Vec::new(),
            previous: None,
        },
        controller: ControllerRecord {
            name: "Example Life Ltd".to_owned(),
            role: "controller".to_owned(),
            instruction: None,
            sector: None,
            sector_secrecy: None,
        },
        config_sha256: Hex32([3; 32]),
        keys: KeysRecord { root: RUN_ONLY.to_owned(), signing: None },
        state: None,
        sources: vec![SourceRecord {
            not_identity_codes: Vec::new(),
            name: "crm".to_owned(),
            files: 1,
            bytes: 900,
            rows: 10,
            unreadable: CodeCount::list([("too-few-cells", 1)]),
            commitment: Hex32([4; 32]),
            identifiers: vec![ColumnRecord {
                column: "email".to_owned(),
                kind: "email".to_owned(),
                parsed: 8,
                blank: 0,
                rejected: CodeCount::list([("no-at-sign", 1)]),
                withheld: Vec::new(),
            }],
        }],
        registers: vec![RegisterRecord {
            name: "targeting-opt-outs".to_owned(),
            files: 1,
            bytes: 120,
            rows: 3,
            objections: 2,
            lifted: 1,
            permissions: 0,
            unparsed: 0,
            unknown_scope: 0,
            commitment: Hex32([5; 32]),
            external: false,
            controller: None,
            binds: vec!["off_platform_targeting".to_owned()],
            age: RegisterAge::Known { moment: moment("2026-11-20T20:00:00Z"), seconds: 21_600 },
            max_age_seconds: Some(129_600),
            min_rows: 1,
            max_shrink_millionths: Some(20_000),
            max_unparsed_millionths: 0,
            max_unchanged_seconds: None,
            content_since: Some(moment("2026-11-20T20:00:00Z")),
            change: None,
            matched_narrowly: 0,
            broken: Vec::new(),
            people_named: 1,
        }],
        bases: vec![BasisRecord {
            index: 0,
            ground: "legitimate_interest".to_owned(),
            platforms: platforms.iter().map(ToString::to_string).collect(),
            countries: vec!["FI".to_owned()],
            purposes: vec![Purpose::Retarget],
            parties: vec!["consumer".to_owned(), "business".to_owned()],
            assessment: Some("LIA-2026-003".to_owned()),
            consent_wording: None,
            notice_id: "marketing-policy".to_owned(),
            notice_version: "2024-02-09".to_owned(),
            notice_since: None,
            notice_valid_until: None,
            valid_from: None,
            valid_until: Some("2027-03-01".to_owned()),
            assessment_valid_until: None,
            consent_wording_valid_until: None,
            people: 4,
        }],
        recipients: Vec::new(),
        waivers: Vec::new(),
        policy: PolicyRecord {
            closure: "person".to_owned(),
            share_cap: 10,
            min_age: 18,
            max_unreadable_millionths: 100_000,
            channel_bans_bind: true,
            possible_phones: false,
            permissions_lift: false,
            time_zone: "Europe/Helsinki".to_owned(),
            cooling_off_days: None,
            max_identifier_age_days: None,
            same_product_group: None,
        },
        audiences: vec![AudienceRecord {
            name: "savings".to_owned(),
            purpose: Purpose::Retarget,
            selection: Some("product_group CONTAINS 'savings'".to_owned()),
            party: "consumer".to_owned(),
            product_group: None,
            min_age: 18,
            min_size: 5,
            size_before_objections: 5,
            withheld: false,
            rows: RowCounts { read: 10, unreadable: 1, not_selected: 2, suppressed: 3, eligible: 4 },
            people: PeopleCounts { read: 9, not_selected: 2, suppressed: 3, eligible: 4 },
            suppressions: Some(SuppressionsRecord { tag_of: TagSubject::Person, tags: 3, classes: 3 }),
            platforms: platforms.iter().map(|name| platform(name, Vec::new())).collect(),
        }],
        encrypted: Vec::new(),
        shared_identifiers: Vec::new(),
        warnings: CodeCount::list([("under-platform-minimum", 1)]),
        measures: vec!["closure-person".to_owned(), "keyed-tags".to_owned()],
        retention: vec![
            RetentionRecord { files: Retained::Full, due: Some(moment("2026-12-05T02:00:00Z")) },
            RetentionRecord { files: Retained::Delta, due: Some(moment("2026-12-05T02:00:00Z")) },
            RetentionRecord { files: Retained::Suppressions, due: None },
        ],
    }
}

impl Draft {
    /// The sound release.
    pub(crate) fn new(platforms: &[&str]) -> Self {
        let mut draft = Self { predicate: predicate(platforms), files: BTreeMap::new(), with_pages: true };
        let (verdicts, numbers) = Verdicts::number(&suppressed(platforms.len()));
        draft.files.insert(
            verdicts_file("savings"),
            verdicts.to_text(platforms, &["targeting-opt-outs"]).into_bytes(),
        );
        let mut lines = "tag,class\n".to_owned();
        for (tag, class) in tags() {
            let _ = writeln!(lines, "{tag},{}", numbers[&class]);
        }
        draft.files.insert(suppressions_file("savings"), lines.into_bytes());
        for name in platforms {
            draft.set_upload(name, UploadKind::Full, &rows(name, &ELIGIBLE));
        }
        draft
    }

    /// Sets an upload file of one part, in the files and in the record.
    pub(crate) fn set_upload(&mut self, platform: &str, kind: UploadKind, rows: &[Vec<u8>]) {
        let name = format!("audiences/savings/{platform}/{}", kind.file_name(1, 1));
        let operation = match kind {
            UploadKind::Full => Operation::Replace,
            UploadKind::Add => Operation::Add,
            UploadKind::Remove => Operation::Remove,
        };
        let bytes = upload(platform, "savings", operation, rows);
        let file = UploadFile {
            name: name.clone(),
            kind,
            part: 1,
            parts: 1,
            rows: rows.len() as u64,
            bytes: bytes.len() as u64,
        };
        let record = self.platform(platform);
        record.files.retain(|found| found.name != name);
        record.files.push(file);
        self.files.insert(name, bytes);
    }

    /// A platform's record.
    pub(crate) fn platform(&mut self, name: &str) -> &mut PlatformRecord {
        self.predicate.audiences[0]
            .platforms
            .iter_mut()
            .find(|platform| platform.name == name)
            .expect("the platform is in the draft")
    }

    /// Writes the release into `folder`, owner-only, unsigned, and tells where.
    pub(crate) fn write(mut self, folder: &Path) -> PathBuf {
        let release = folder.join(&self.predicate.release.name);
        let pages = Manifest::new(Vec::new(), self.predicate.clone());
        if self.with_pages {
            self.files.insert(SUMMARY_FILE.to_owned(), guide::summary(&pages).into_bytes());
            self.files.insert(UPLOAD_FILE.to_owned(), guide::upload_guide(&pages).into_bytes());
            self.files.insert(REPORT_FILE.to_owned(), report(&pages).into_bytes());
        }
        let sha256 = |bytes: &[u8]| Hex32(Sha256::digest(bytes).into());
        let subject = self
            .files
            .iter()
            .map(|(name, bytes)| Subject {
                name: name.clone(),
                digest: SubjectDigest { sha256: sha256(bytes) },
            })
            .collect();
        let manifest = Manifest::new(subject, self.predicate);
        let bytes = manifest.to_bytes();
        self.files.insert(SUMS_FILE.to_owned(), sums(&manifest, sha256(&bytes)).into_bytes());
        self.files.insert(MANIFEST_FILE.to_owned(), bytes);
        for (name, bytes) in &self.files {
            put(&release, name, bytes);
        }
        release
    }
}

/// Writes a file of a release, owner-only, with the folders above it.
pub(crate) fn put(release: &Path, name: &str, bytes: &[u8]) {
    let path = release.join(name);
    let folder = path.parent().expect("a file stands in a folder");
    DirBuilder::new().recursive(true).mode(0o700).create(folder).expect("a scratch folder can be written");
    let _ = fs::remove_file(&path);
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).expect("a scratch file");
    file.write_all(bytes).expect("a scratch file can be written");
}
