//! Input in letters that the program never writes: full-width and Georgian ones. Whatever comes out in
//! them was taken from a cell. Where a cell is read they become ASCII, so their words are looked for, too.
//! Bases are made by dice; `VERHO_FUZZ_SECONDS` keeps on for so long.

use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;

use crate::cli::base::{Base, CONFIG};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn word(&mut self) -> String {
        (0..7).map(|_| char::from(b"ghjkmnpqrstvwxz"[self.roll(15)])).collect()
    }
}

/// The same in full-width letters.
fn full_width(text: &str) -> String {
    let wide = |letter: char| char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter);
    text.chars().map(|letter| if letter.is_ascii_graphic() { wide(letter) } else { letter }).collect()
}

fn georgian(text: &str) -> String {
    let other =
        |letter: u8| char::from_u32(0x10d0 + u32::from(letter.saturating_sub(b'a')) % 33).expect("a letter");
    text.bytes().map(other).collect()
}

/// Whether a letter is one that only the input has.
fn is_foreign(letter: char) -> bool {
    matches!(u32::from(letter), 0xff01..=0xff5e | 0x10a0..=0x10ff)
}

/// A table in foreign letters, now and then broken, and the words that must not come out.
fn table(dice: &mut Dice, words: &mut Vec<String>) -> (Vec<u8>, Vec<u8>) {
    let mut customers = String::from("customer_id,name,email,phone,country,born,status\n");
    let mut objections = String::from("email,phone\n");
    for row in 0..12 {
        let [id, name, local, domain] = [(); 4].map(|()| dice.word());
        let email = format!("{local}@{domain}.example.com");
        let email = match dice.roll(3) {
            0 => full_width(&email),
            1 => format!("{}@{}", full_width(&local), full_width(&format!("{domain}.example.com"))),
            _ => georgian(&local),
        };
        let phone = format!("{}", 501_000_000 + dice.roll(999_999) + row);
        let phone = full_width(&format!("+358{phone}"));
        words.extend([local, domain]);
        if dice.roll(4) == 0 {
            objections.push_str(&format!("{email},\n,{phone}\n"));
        }
        let status = if dice.roll(3) == 0 { georgian(&name) } else { "active".to_owned() };
        let country = if dice.roll(5) == 0 { georgian(&name) } else { "FI".to_owned() };
        let born = if dice.roll(5) == 0 { full_width("1980-01-01") } else { "1980-01-01".to_owned() };
        let (id, name) = (georgian(&id), georgian(&name));
        customers.push_str(&format!("{id},{name},{email},{phone},{country},{born},{status}\n"));
    }
    let mut bytes = [customers.into_bytes(), objections.into_bytes()];
    for _ in 0..dice.roll(4) {
        let table = &mut bytes[dice.roll(2)];
        // Never in the header, which is a name of ours and may be told.
        let at = 60.min(table.len()) + dice.roll(table.len().saturating_sub(60).max(1));
        let at = at.min(table.len());
        let piece: &[u8] = [&b"\""[..], b",", b"\n", b"\0", b"\xff", b";", b"\t", b"\"\""][dice.roll(8)];
        table.splice(at..at, piece.iter().copied());
    }
    let [customers, objections] = bytes;
    (customers, objections)
}

#[test]
fn no_letter_of_the_input_comes_out() {
    let seconds = std::env::var("VERHO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let (began, lasting) = (Instant::now(), Duration::from_secs(seconds));
    let mut dice = Dice(if seconds > 0 { u64::from(std::process::id()) } else { 20_261_121 });
    let (mut tables, mut published) = (0, 0);
    while tables < 15 || began.elapsed() < lasting {
        tables += 1;
        let mut words = Vec::new();
        let (customers, objections) = table(&mut dice, &mut words);
        let base = Base::empty();
        let loose = "[policy]\nmax_unreadable = \"100%\"\n\n[output]";
        base.put(
            "verho.toml",
            CONFIG.replace("[output]", loose).replace("scope = [", "max_unparsed = \"100%\"\nscope = ["),
        );
        base.put("customers.csv", customers);
        base.put("objections.csv", objections);
        let search = AhoCorasick::builder().ascii_case_insensitive(true).build(&words).expect("few words");
        let look = |bytes: &[u8], place: &str| {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.chars().any(is_foreign), "table {tables}: {place} holds a letter of the input");
            assert!(!search.is_match(bytes), "table {tables}: {place} holds a word of the input");
        };
        for args in [&["check"][..], &["build"], &["explain"], &["verify", "releases/latest"]] {
            let args: Vec<&str> = args.iter().chain(&["-vv", "--log-format", "json"]).copied().collect();
            let ran = base.run_with(&args, full_width(&words[0]).as_bytes());
            look(ran.stdout.as_bytes(), &format!("standard output of {}", args[0]));
            look(ran.stderr.as_bytes(), &format!("standard error of {}", args[0]));
        }
        let mut waiting = vec![base.path().join("releases")];
        while let Some(path) = waiting.pop() {
            look(
                path.strip_prefix(base.path()).expect("below").as_os_str().as_encoded_bytes(),
                "a file's name",
            );
            if path.is_dir() {
                waiting.extend(
                    std::fs::read_dir(path).expect("ours").map(|entry| entry.expect("listed").path()),
                );
            } else if let Ok(bytes) = std::fs::read(&path) {
                published += usize::from(path.ends_with("manifest.json"));
                look(&bytes, "a file");
            }
        }
    }
    assert!(published > 0, "no base was published");
}
