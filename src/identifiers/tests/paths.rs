//! Fast paths against slow ones: equal wherever the fast one answers.

use super::*;
use crate::identifiers::digest::Space;
use crate::identifiers::{phone_fast, phone_library};

/// A small generator of its own, so that a failure can be repeated.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len() as u64) as usize]
    }
}

/// What may stand behind a cell in its table, and must not count.
const TAILS: [&[u8]; 4] = [
    b"",
    b",",
    b"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
    b"+,.@-_\n\"\xff\xc3.131052-308T,a.b+c@example.com,..,@@,+358401234567,131052-308T,Jane.Doe@b.c,--,0401234567\n",
];

fn compare(cell: &str, region: Option<Region>, scratch: &mut Scratch, faults: &mut Faults) -> bool {
    let alone = phone_fast::read(&Plaintext::new(cell.as_bytes()), region);
    for tail in TAILS {
        let table = [cell.as_bytes(), tail].concat();
        let fast = phone_fast::read(&Plaintext::beginning(&table, cell.len()), region);
        let same = match (&alone, &fast) {
            (None, None) => true,
            (Some(Ok(alone)), Some(Ok(fast))) => alone.with_zeros() == fast.with_zeros(),
            (Some(Err(alone)), Some(Err(fast))) => alone == fast,
            _ => false,
        };
        if !same {
            faults.add(format!("{cell:?} before {:?} in {region:?}", String::from_utf8_lossy(tail)));
        }
    }
    let Some(fast) = alone else { return false };
    let slow = Phone::parse_slowly(cell.as_bytes(), region, PhoneRule::default(), scratch);
    let same = match (&fast, &slow) {
        (Ok(fast), Ok(slow)) => fast.digits() == slow.digits(),
        (Err(fast), Err(slow)) => fast == slow,
        _ => false,
    };
    if !same {
        faults.add(format!("{cell:?} in {region:?}: fast {:?}, slow {:?}", fast.err(), slow.err()));
    }
    true
}

/// Where the fast path answers for `0…` in each country, with lengths around the right ones.
#[test]
fn phones_of_both_paths_agree() {
    let mut faults = Faults::default();
    let mut scratch = Scratch::new();
    let mut dice = Dice(20_261_121);
    let (mut asked, mut hits) = (0_u32, 0_u32);
    let fronts: &[&str] = &[
        "40", "41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "70", "72", "73", "76", "77", "78",
        "79", "5", "150", "151", "152", "153", "154", "155", "157", "159", "160", "162", "163", "164", "170",
        "179", "71", "72", "73", "740", "745", "750", "752", "758", "770", "778", "7797", "7781", "7829",
        "782", "791", "793", "2", "3", "6", "8", "9", "7",
    ];
    let codes: &[(&str, &str, &str)] = &[
        ("FI", "358", "0"),
        ("SE", "46", "0"),
        ("EE", "372", ""),
        ("DE", "49", "0"),
        ("GB", "44", "0"),
        ("US", "1", ""),
    ];
    let mut cell = String::new();
    for _ in 0..60_000 {
        let (home, code, trunk) = codes[dice.roll(6) as usize];
        cell.clear();
        match dice.roll(6) {
            0 | 1 => cell.push_str(trunk),
            2 => cell.extend(["+", code]),
            3 => cell.extend(["00", code]),
            4 => cell.extend([dice.pick(&["+", "00"]), code, "0"]),
            _ => cell.push_str(code),
        }
        let len = 9 - usize::from(home == "EE")
            + usize::from(home == "GB" || home == "US")
            + usize::from(home == "DE") * 2;
        let start = cell.len();
        cell.push_str(dice.pick(fronts));
        let more = len.saturating_sub(cell.len() - start) as u64;
        let more = if dice.roll(4) == 0 { more + dice.roll(4) } else { more };
        for _ in 0..more {
            if dice.roll(6) == 0 {
                cell.push_str(dice.pick(&[" ", "-"]));
            }
            cell.push(char::from(b'0' + dice.roll(10) as u8));
        }
        let place = match dice.roll(4) {
            0 => None,
            1 => region(codes[dice.roll(6) as usize].0),
            _ => region(home),
        };
        asked += 1;
        hits += u32::from(compare(&cell, place, &mut scratch, &mut faults));
    }
    assert!(hits > asked / 20, "the fast path answered {hits} of {asked}");
}

/// Every prefix of four national digits that the fast path knows, for each country and length.
#[test]
fn every_range_of_the_fast_path_is_in_use() {
    let mut faults = Faults::default();
    let mut scratch = Scratch::new();
    let mut dice = Dice(7);
    let mut hits = 0;
    for code in ["358", "46", "372", "49", "44", "1"] {
        for front in 0..10_000 {
            for len in 7..=11 {
                let mut cell = format!("+{code}{front:04}");
                for _ in 4..len {
                    cell.push(char::from(b'0' + dice.roll(10) as u8));
                }
                hits += u32::from(compare(&cell, None, &mut scratch, &mut faults));
            }
        }
    }
    assert!(hits > 9_000, "{hits}");
    assert!(phone_fast::areas().count() > 250);
}

/// With other metadata than it was proven for, the fast path answers nothing.
#[test]
fn the_fast_path_stands_still_for_other_metadata() {
    assert!(phone_fast::is_proven_for(metadata_version()), "prove its ranges for the new metadata");
    for other in ["9.0.41", "9.0.43", "9.0.4", "9.0.420", "10.0.42", ""] {
        assert!(!phone_fast::is_proven_for(other), "{other}");
    }
    for (cell, place) in
        [("+358401234567", ""), ("0401234567", "FI"), ("5123 4567", "EE"), ("6502530000", "US")]
    {
        assert!(
            phone_fast::read_if(true, &Plaintext::new(cell.as_bytes()), region(place)).is_some(),
            "{cell}"
        );
        assert!(
            phone_fast::read_if(false, &Plaintext::new(cell.as_bytes()), region(place)).is_none(),
            "{cell}"
        );
    }
}

/// Country, code, trunk zero, what its mobiles (or, across the Atlantic, areas) begin with, their lengths.
type Plan = (&'static str, &'static str, &'static str, &'static [&'static str], &'static [usize]);

/// A hundred thousand numbers of each region that truly take the fast path, in each of its spellings.
#[test]
fn a_hundred_thousand_numbers_of_each_region_agree() {
    const EACH: u32 = 100_000;
    let plans: [Plan; 6] = [
        ("FI", "358", "0", &["40", "41", "42", "43", "44", "45", "46", "47", "48", "50"], &[7, 8, 9, 10]),
        ("SE", "46", "0", &["70", "72", "73", "76", "78", "79"], &[9]),
        ("EE", "372", "", &["5"], &[8]),
        ("DE", "49", "0", &["15", "16", "17"], &[10, 11]),
        ("GB", "44", "0", &["7"], &[10]),
        ("US", "1", "", &["2", "3", "4", "5", "6", "7", "8", "9"], &[10]),
    ];
    std::thread::scope(|scope| {
        for (at, (home, code, trunk, fronts, lengths)) in plans.into_iter().enumerate() {
            scope.spawn(move || {
                let mut faults = Faults::default();
                let mut scratch = Scratch::new();
                let mut dice = Dice(31 + at as u64);
                let (mut hits, mut asked, mut cell) = (0, 0_u32, String::new());
                while hits < EACH {
                    assert!(asked < 40 * EACH, "{home}: {hits} of {asked} take the fast path");
                    asked += 1;
                    cell.clear();
                    let place = match dice.roll(4) {
                        0 => {
                            cell.push_str(trunk);
                            region(home)
                        }
                        1 => {
                            cell.extend(["00", code]);
                            if home == "US" { None } else { region(home) }
                        }
                        _ => {
                            cell.extend(["+", code]);
                            None
                        }
                    };
                    let start = cell.len();
                    cell.push_str(dice.pick(fronts));
                    let wanted = lengths[dice.roll(lengths.len() as u64) as usize];
                    while cell.len() - start < wanted {
                        cell.push(char::from(b'0' + dice.roll(10) as u8));
                    }
                    if dice.roll(4) == 0 {
                        cell.insert(start + 2, *[' ', '-'].get(dice.roll(2) as usize).unwrap_or(&' '));
                    }
                    hits += u32::from(compare(&cell, place, &mut scratch, &mut faults));
                }
            });
        }
    });
}

/// Ten million numbers a prefix, about half a minute each with optimisation: `VERHO_EXHAUSTIVE=40,41` or
/// `VERHO_EXHAUSTIVE=all`. Without it a thousandth is compared.
#[test]
fn every_finnish_mobile_is_in_use() {
    let wanted = std::env::var("VERHO_EXHAUSTIVE").unwrap_or_default();
    let mut cell = String::new();
    for front in [40, 41, 42, 43, 44, 45, 46, 47, 48, 50_u64] {
        let all = wanted == "all" || wanted.split(',').any(|asked| asked == front.to_string());
        for rest in (0..10_000_000).step_by(if all { 1 } else { 1_009 }) {
            cell.clear();
            let _ = write!(cell, "+358{front}{rest:07}");
            let verdict = phone_library::read(&cell, None);
            let phone_library::Verdict::Valid { line, .. } = verdict else { panic!("{front}: not in use") };
            let fast = phone_fast::read(&Plaintext::new(cell.as_bytes()), None).expect("a fast shape");
            assert!(
                fast.is_err()
                    || fast.is_ok_and(|phone| phone.national() == line.national.to_string().as_bytes())
            );
        }
    }
}

/// Both ways of reading an address, over text that is nearly plain.
#[test]
fn emails_of_both_paths_agree() {
    let mut faults = Faults::default();
    let (mut one, mut two) = (Scratch::new(), Scratch::new());
    let mut dice = Dice(99);
    let locals: &[&str] = &[
        "jane", "Jane.Doe", "j..d", ".j", "j.", "jane+x", "+x", "+", "a_b", "info", "x-y", "noreply", "1",
        "JD", "a--b", "ä", "o'neil", "a/b", "-", "_",
    ];
    let domains: &[&str] = &[
        "example.com",
        "EXAMPLE.com",
        "gmail.com",
        "googlemail.com",
        "a.b",
        "b",
        "example",
        "mail.example.org",
        "xn--mller-kva.example",
        "a--b.example",
        "-a.example",
        "a-.example",
        "a..b",
        ".a.b",
        "a.b.",
        "1.2.3.4",
        "a.1",
        "localhost",
        "example.invalid",
        "müller.example",
        "exa_mple.com",
    ];
    let key = key();
    for _ in 0..40_000 {
        let mut cell = String::new();
        cell.push_str(dice.pick(&["", "", "", " ", "\t", "\u{feff}", "mailto:"]));
        cell.push_str(dice.pick(locals));
        cell.push_str(dice.pick(&["@", "@", "@", "@", "", "@@", " @"]));
        cell.push_str(dice.pick(domains));
        cell.push_str(dice.pick(&["", "", "", " ", ".", ";", "\n"]));
        let table = [cell.as_bytes(), TAILS[dice.roll(4) as usize]].concat();
        let fast = Email::parse(Plaintext::beginning(&table, cell.len()), &mut one);
        let slow = Email::parse_slowly(cell.as_bytes(), &mut two);
        match (fast, slow) {
            (Ok(fast), Ok(slow)) => {
                let mut later = Unhashed::with_room_for(EmailForm::ALL.len());
                EmailForm::ALL.iter().for_each(|form| fast.hash_later(*form, &mut later));
                let forms = EmailForm::ALL.iter().enumerate().all(|(place, form)| {
                    fast.digest(*form) == slow.digest(*form) && later.digest(place) == slow.digest(*form)
                });
                if !forms
                    || fast.is_role() != slow.is_role()
                    || fast.wide_key(&key) != slow.wide_key(&key)
                    || fast.domain_key(&key) != slow.domain_key(&key)
                {
                    faults.add(format!("{cell:?}: digests differ"));
                }
            }
            (Err(fast), Err(slow)) if fast == slow => {}
            (fast, slow) => faults.add(format!("{cell:?}: {:?} {:?}", fast.err(), slow.err())),
        }
    }
}

/// The short way of writing what a wide key is made of, and the general one: user parts of every length, with
/// dots and tags anywhere, before domains of every length.
#[test]
fn wide_keys_of_short_and_of_long_addresses_agree() {
    let (mut scratch, mut dice, key) = (Scratch::new(), Dice(7), key());
    let (mut short, mut long) = (0, 0);
    for _ in 0..100_000 {
        let local: String =
            (0..=dice.roll(40)).map(|_| *dice.pick(&[&'a', &'B', &'.', &'7', &'z'])).collect();
        let tag = dice.pick(&["", "", "", "+", "+t.a.g", "+a+b"]);
        let name: String = (0..=dice.roll(20)).map(|_| *dice.pick(&[&'e', &'x', &'0'])).collect();
        let domain = dice.pick(&[".example", ".co.example", "gmail.com", "googlemail.com"]);
        let domain = if domain.starts_with('.') { format!("{name}{domain}") } else { domain.to_owned() };
        let cell = format!("{local}{tag}@{domain}");
        let Ok(email) = Email::parse(Plaintext::new(cell.as_bytes()), &mut scratch) else { continue };
        *if cell.len() <= 48 && tag.is_empty() { &mut short } else { &mut long } += 1;
        let local = local.to_ascii_lowercase().replace('.', "");
        let domain = if domain == "googlemail.com" { "gmail.com" } else { &domain };
        let plain = format!("{local}@{domain}");
        let expected = key.wide(Space::Email, plain.as_bytes());
        assert!(email.wide_key(&key) == expected, "{cell}");
    }
    assert!(short > 5_000 && long > 5_000, "{short} are short, {long} are not");
}

/// A number's key is that of its digits, however long it is.
#[test]
fn wide_keys_of_numbers_are_those_of_their_digits() {
    let key = key();
    for len in 4..=15 {
        let digits = &b"123456789012345"[..len];
        let phone = Phone::from_digits(digits).expect("no longer than a number");
        assert!(phone.wide_key(&key) == key.wide(Space::Phone, digits), "{len}");
        let mut later = Unhashed::with_room_for(2);
        PhoneForm::ALL.iter().for_each(|form| phone.hash_later(*form, &mut later));
        for (place, form) in PhoneForm::ALL.iter().enumerate() {
            assert!(later.digest(place) == phone.digest(*form), "{len}");
        }
    }
}
