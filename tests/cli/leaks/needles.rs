//! Every way in which a cell could stand in bytes that come out, and a search for all of them at once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::Digest as _;

use super::people::{Canary, Kind, Planted};

/// Shortest piece that is searched for by itself.
const PIECE: usize = 6;
/// How much of a hash is searched for, in bytes: one that was cut short is found, too.
const HASH_BYTES: usize = 8;

/// What was found, told without the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Found {
    pub(in crate::cli) place: String,
    pub(in crate::cli) what: String,
}

/// A set of texts and what each is.
struct Set {
    search: AhoCorasick,
    names: Vec<String>,
}

impl Set {
    fn new(needles: BTreeMap<Vec<u8>, String>, folds: bool) -> Self {
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(folds)
            .build(needles.keys())
            .expect("a few thousand needles");
        Self { search, names: needles.into_values().collect() }
    }

    fn find(&self, bytes: &[u8]) -> Option<&str> {
        self.search.find(bytes).map(|found| self.names[found.pattern().as_usize()].as_str())
    }
}

/// All of them.
pub(super) struct Needles {
    /// Letters in whatever case.
    folded: Set,
    /// Base64 and raw digests.
    exact: Set,
    /// Digits of numbers and pieces of them, looked for where nothing is hex.
    digits: Set,
    /// Hashes, left out where somebody asks for the hash of what they type.
    hashes: Set,
    /// Digests that belong in uploads.
    eligible: Set,
}

/// Where bytes come from, and so what may stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// An upload file: digests of those who go up.
    Upload,
    /// The answer of `verho hash`: the digest asked for.
    Answer,
    /// Anything else.
    Anywhere,
}

impl Needles {
    pub(super) fn of(planted: &Planted) -> Self {
        let [mut folded, mut exact, mut digits, mut hashes] = [const { BTreeMap::new() }; 4];
        for (number, canary) in planted.canaries.iter().enumerate() {
            let name = |how: &str| format!("{:?} {number} {how}", canary.kind);
            for text in spellings(canary) {
                for (how, bytes) in encodings(&text) {
                    folded.entry(bytes).or_insert_with(|| name(how));
                }
                for (how, bytes) in base64s(&text) {
                    exact.entry(bytes).or_insert_with(|| name(how));
                }
                if canary.suppressed {
                    for (how, bytes) in hashed(&text) {
                        hashes.entry(bytes).or_insert_with(|| name(how));
                    }
                }
            }
            if canary.kind == Kind::Phone {
                let national = national(&canary.text);
                for piece in national.as_bytes().windows(PIECE + 1).chain([national.as_bytes()]) {
                    digits.entry(piece.to_vec()).or_insert_with(|| name("digits"));
                }
            }
            for piece in canary.text.split(|letter: char| !letter.is_ascii_alphabetic()) {
                if piece != "KUNDE" {
                    for piece in piece.as_bytes().windows(PIECE) {
                        let piece = piece.to_ascii_lowercase();
                        if !b"example.com".windows(PIECE).any(|own| own == piece) {
                            folded.entry(piece).or_insert_with(|| name("a piece"));
                        }
                    }
                }
            }
        }
        let eligible = planted.eligible.iter().map(|hex| (hex.clone().into_bytes(), "a digest".to_owned()));
        Self {
            folded: Set::new(folded, true),
            exact: Set::new(exact, false),
            digits: Set::new(digits, true),
            hashes: Set::new(hashes, true),
            eligible: Set::new(eligible.collect(), true),
        }
    }

    /// What leaks in these bytes, if anything does.
    pub(super) fn find(&self, bytes: &[u8], kind: Where, place: &str) -> Result<(), Found> {
        let plain = without_hex(bytes);
        let joined = joined(&plain);
        let hits = [
            self.folded.find(bytes),
            self.exact.find(bytes),
            self.digits.find(&plain),
            self.digits.find(&joined),
            self.hashes.find(bytes).filter(|_| kind != Where::Answer),
            self.eligible.find(bytes).filter(|_| kind == Where::Anywhere),
        ];
        let packed = [&b"\x1f\x8b\x08"[..], b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"PK\x03\x04"];
        let hits = hits.into_iter().flatten().chain(
            packed
                .iter()
                .any(|magic| bytes.starts_with(magic))
                .then_some("packed, and so not to be searched"),
        );
        match hits.into_iter().next() {
            None => Ok(()),
            Some(what) => Err(Found { place: place.to_owned(), what: what.to_owned() }),
        }
    }
}

fn national(phone: &str) -> String {
    phone.strip_prefix("+358").unwrap_or(phone).chars().filter(char::is_ascii_digit).collect()
}

/// The texts one cell stands for: as typed, in every case, and as every platform would normalise it.
fn spellings(canary: &Canary) -> Vec<String> {
    let text = canary.text.trim();
    let mut all = vec![text.to_owned(), text.to_lowercase(), text.to_uppercase()];
    match canary.kind {
        Kind::Email => {
            let (local, domain) = text.split_once('@').unwrap_or((text, ""));
            let bare = local.split('+').next().unwrap_or(local);
            for local in [local, bare, &local.replace('.', ""), &bare.replace('.', "")] {
                let whole = format!("{local}@{domain}");
                all.extend([whole.to_lowercase(), whole.to_uppercase(), local.to_lowercase(), whole]);
            }
        }
        Kind::Phone => {
            let national = national(text);
            for number in
                ["", "0", "358", "+358", "00358", "+358 ", "358 "].map(|head| format!("{head}{national}"))
            {
                all.push(number);
            }
        }
        Kind::Id => all.extend(text.rsplit('-').next().map(str::to_lowercase)),
        Kind::Text => {
            all.extend(text.split_whitespace().filter(|word| word.len() >= PIECE).map(str::to_owned));
            all.push(text.replace([' ', '-'], ""));
        }
    }
    all.retain(|text| text.len() >= PIECE);
    all.sort();
    all.dedup();
    all
}

/// A text in encodings whose letters may be in either case.
fn encodings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let each = |write: &dyn Fn(u8) -> String, all: bool| -> Vec<u8> {
        let one = |byte: u8| {
            if all || !byte.is_ascii_alphanumeric() { write(byte) } else { char::from(byte).to_string() }
        };
        text.bytes().map(one).collect::<String>().into_bytes()
    };
    let wide = |order: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(order).collect() };
    let listed = |separator: &str| -> Vec<u8> {
        text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(separator).into_bytes()
    };
    let mut all: Vec<(&'static str, Vec<u8>)> = vec![
        ("as it is", text.as_bytes().to_vec()),
        ("reversed", text.bytes().rev().collect()),
        ("hex", hex::encode(text).into_bytes()),
        ("UTF-16, little end first", wide(u16::to_le_bytes)),
        ("UTF-16, big end first", wide(u16::to_be_bytes)),
        ("bytes in a list", listed(", ")),
        ("bytes in a row", listed(" ")),
    ];
    type Write = (&'static str, fn(u8) -> String);
    let writes: [Write; 7] = [
        ("percent", |byte| format!("%{byte:02x}")),
        ("JSON escapes", |byte| format!("\\u{byte:04x}")),
        ("Rust escapes", |byte| format!("\\u{{{byte:x}}}")),
        ("C escapes", |byte| format!("\\x{byte:02x}")),
        ("HTML, decimal", |byte| format!("&#{byte};")),
        ("HTML, hex", |byte| format!("&#x{byte:x};")),
        ("quoted-printable", |byte| format!("={byte:02x}")),
    ];
    for (how, write) in writes {
        for entirely in [true, false] {
            all.push((how, each(&write, entirely)));
        }
    }
    for shift in 0..5 {
        all.push(("base32", base32(text, shift)));
    }
    all
}

/// Base64 at each of the three places it can begin at; the first and last signs hold bits of what stands
/// around it.
fn base64s(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let engines = [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)];
    let mut all = Vec::new();
    for (how, engine) in engines {
        for shift in 0..3 {
            let shifted = [&[b'.'; 3][..shift], text.as_bytes()].concat();
            let encoded = engine.encode(&shifted);
            all.push((how, encoded.as_bytes()[(shift * 8).div_ceil(6)..shifted.len() * 8 / 6].to_vec()));
        }
    }
    all
}

/// RFC 4648 base32 of the text after `shift` other bytes, without the signs that hold bits of those.
fn base32(text: &str, shift: usize) -> Vec<u8> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = [&[0; 5][..shift], text.as_bytes()]
        .concat()
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let signs =
        bits.chunks_exact(5).map(|five| SIGNS[five.iter().fold(0, |n, bit| n << 1 | usize::from(*bit))]);
    signs.skip((shift * 8).div_ceil(5)).collect()
}

/// The beginnings of the text's hashes, as bytes and in the usual writings.
fn hashed(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let digests: [(&'static str, Vec<u8>); 4] = [
        ("by MD5", md5::Md5::digest(text).to_vec()),
        ("by SHA-1", sha1::Sha1::digest(text).to_vec()),
        ("by SHA-256", sha2::Sha256::digest(text).to_vec()),
        ("by SHA-512", sha2::Sha512::digest(text).to_vec()),
    ];
    let mut all = Vec::new();
    for (how, digest) in digests {
        all.push((how, digest[..HASH_BYTES].to_vec()));
        all.push((how, hex::encode(&digest[..HASH_BYTES]).into_bytes()));
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            all.push((how, engine.encode(&digest).into_bytes()[..14].to_vec()));
        }
    }
    all
}

/// The bytes without runs of hex as long as a tag: a long number may well stand in a digest.
fn without_hex(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if run >= 32 {
            plain.push(b'#');
        } else {
            plain.extend_from_slice(&rest[..run]);
        }
        rest = &rest[run..];
        if let Some((first, after)) = rest.split_first() {
            plain.push(*first);
            rest = after;
        }
    }
    plain
}

/// The bytes without what people write between the digits of a number.
fn joined(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().filter(|byte| !b" -()./\xa0\xc2".contains(byte)).collect()
}

#[test]
fn the_needles_find_what_they_should() {
    let planted = Planted::new();
    let needles = Needles::of(&planted);
    let is_found = |leak: &[u8]| needles.find(leak, Where::Anywhere, "a leak").is_err();
    assert!(!is_found(b"people: 12 of 4321, at 2026-11-21T02-00-00Z, someone@example.com, +358 50 1234567"));
    let text = |kind: Kind| {
        &planted.canaries.iter().find(|one| one.kind == kind && one.suppressed).expect("one").text
    };
    let email = text(Kind::Email);
    let (local, _) = email.split_once('@').expect("an address");
    let phone = national(text(Kind::Phone));
    let wide: Vec<u8> = email.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let leaks: Vec<Vec<u8>> = vec![
        format!("cannot read \"{email}\"").into(),
        email.to_uppercase().into(),
        local.to_lowercase().into(),
        local.replace('.', "").into(),
        local[1..7].into(),
        email.chars().rev().collect::<String>().into(),
        hex::encode_upper(email).into(),
        STANDARD_NO_PAD.encode(format!("x{email}y")).into(),
        URL_SAFE_NO_PAD.encode(format!("xy{email}")).into(),
        base32(&format!("ab{email}"), 0),
        wide,
        email
            .bytes()
            .fold(String::new(), |mut out, byte| {
                let _ = write!(out, "%{byte:02X}");
                out
            })
            .into(),
        email.replace('@', "%40").into(),
        email.replace('@', "&#64;").into(),
        email.replace('@', "=40").into(),
        email.replace('@', "\\u0040").into(),
        format!("{:?}", email.as_bytes()).into(),
        format!("call ({}) {}-{}", &phone[..2], &phone[2..5], &phone[5..]).into(),
        phone[2..].into(),
        hex::encode(sha2::Sha256::digest(email.to_lowercase())).into(),
        hex::encode_upper(md5::Md5::digest(format!("+358{phone}"))).into(),
        sha1::Sha1::digest(format!("0{phone}")).to_vec(),
        STANDARD_NO_PAD.encode(sha2::Sha512::digest(local)).into(),
        hex::encode(&sha2::Sha256::digest(text(Kind::Id))[..8]).into(),
        planted.eligible[0].clone().into(),
        b"\x1f\x8b\x08\0\0".to_vec(),
    ];
    for (number, leak) in leaks.iter().enumerate() {
        assert!(is_found(leak), "leak {number} is not found");
        let among = [b"a line before\n\0", leak.as_slice(), b"\xff and after"].concat();
        assert!(is_found(&among) || number + 1 == leaks.len(), "leak {number} is not found among others");
    }
    assert!(needles.find(planted.eligible[0].as_bytes(), Where::Upload, "an upload").is_ok());
}
