//! Who was left out, as keyed tags and verdict classes: the contents of `suppressions.csv` and
//! `verdicts.csv`, to text and back.
//!
//! A tag is a truncated HMAC under a key of the audience's own, so that without the key it stands
//! for nobody, and two audiences' tags never meet. Verdicts are numbered by what they say and never
//! by who came first, so that the order of customers does not show. It opens no file.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::policy::reason::{Reason, Reasons};

/// The header of `suppressions.csv`.
pub const SUPPRESSIONS_HEADER: &str = "tag,class\n";
/// The header of `verdicts.csv`.
pub const VERDICTS_HEADER: &str = "class,platform,primary,reasons,registers\n";

/// A keyed tag: the first 16 bytes of an HMAC-SHA-256. `pipeline` makes them; this is how they are
/// written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 16]);

impl Tag {
    /// From 32 lower-case hex digits, and nothing else.
    #[must_use]
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let mut tag = [0; 16];
        if text.len() != 32 || text.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        const_hex::decode_to_slice(text, &mut tag).ok()?;
        Some(Self(tag))
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&const_hex::encode(self.0))
    }
}

/// Not its bits: whoever holds the key could turn a log into a list of people.
impl fmt::Debug for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tag")
    }
}

/// Why a person is kept out of one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verdict {
    /// The platform's place among the audience's platforms, from 0.
    pub platform: u8,
    /// All reasons; never none.
    pub reasons: Reasons,
    /// The registers that name the person: bit n is the config's n-th register.
    pub registers: u64,
}

/// What an audience's verdict classes mean, numbered by what they say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdicts {
    classes: Vec<Vec<Verdict>>,
}

impl Verdicts {
    /// Orders the classes that are in use by what they say, merges equal ones, and tells the new
    /// number of each old one. Verdicts within a class may come in any order.
    #[must_use]
    pub fn number(used: &BTreeMap<u32, Vec<Verdict>>) -> (Self, BTreeMap<u32, u32>) {
        let sorted = |verdicts: &Vec<Verdict>| {
            let mut verdicts = verdicts.clone();
            verdicts.sort_unstable();
            verdicts
        };
        let mut classes: Vec<Vec<Verdict>> = used.values().map(sorted).collect();
        classes.sort_unstable();
        classes.dedup();
        let numbers = used
            .iter()
            .map(|(old, verdicts)| {
                let verdicts = sorted(verdicts);
                (*old, classes.partition_point(|class| *class < verdicts) as u32)
            })
            .collect();
        (Self { classes }, numbers)
    }

    /// The classes, in the order of their numbers.
    #[must_use]
    pub fn classes(&self) -> &[Vec<Verdict>] {
        &self.classes
    }

    /// The text of `verdicts.csv`, given the audience's platforms and the config's registers.
    #[must_use]
    pub fn to_text(&self, platforms: &[&str], registers: &[&str]) -> String {
        let mut text = VERDICTS_HEADER.to_owned();
        for (class, verdicts) in self.classes.iter().enumerate() {
            for verdict in verdicts {
                let platform = platforms.get(usize::from(verdict.platform)).copied().unwrap_or_default();
                let primary = verdict.reasons.primary().map_or("", Reason::code);
                let reasons: Vec<&str> = verdict.reasons.iter().map(Reason::code).collect();
                let named: Vec<&str> = registers
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| {
                        verdict.registers.checked_shr(*at as u32).is_some_and(|bits| bits & 1 == 1)
                    })
                    .map(|(_, name)| *name)
                    .collect();
                let (reasons, named) = (reasons.join(";"), named.join(";"));
                let _ = writeln!(text, "{class},{platform},{primary},{reasons},{named}");
            }
        }
        text
    }

    /// Reads `verdicts.csv`; the error is the number of the first line that is not exactly as
    /// [`Verdicts::to_text`] writes it.
    pub fn from_text(text: &str, platforms: &[&str], registers: &[&str]) -> Result<Self, u64> {
        let body = text.strip_prefix(VERDICTS_HEADER).ok_or(1_u64)?;
        let mut classes: Vec<Vec<Verdict>> = Vec::new();
        for (number, line) in (2_u64..).zip(body.split_inclusive('\n')) {
            let (class, verdict) = line
                .strip_suffix('\n')
                .and_then(|line| parse_line(line, platforms, registers))
                .ok_or(number)?;
            if class == classes.len() {
                classes.push(Vec::new());
            }
            let last = classes.len().checked_sub(1).filter(|last| *last == class).ok_or(number)?;
            classes[last].push(verdict);
        }
        let read = Self { classes };
        // Order, duplicates and every spelling that parsing would forgive show here.
        let ordered = read.classes.windows(2).all(|pair| pair[0] < pair[1])
            && read
                .classes
                .iter()
                .all(|class| class.windows(2).all(|pair| pair[0].platform < pair[1].platform));
        let again = read.to_text(platforms, registers);
        let same = again.bytes().zip(text.bytes()).take_while(|(left, right)| left == right).count();
        if !ordered || same < again.len().max(text.len()) {
            let lines = text.as_bytes().get(..same).unwrap_or_default();
            return Err(memchr::memchr_iter(b'\n', lines).count() as u64 + 1);
        }
        Ok(read)
    }
}

fn parse_line(line: &str, platforms: &[&str], registers: &[&str]) -> Option<(usize, Verdict)> {
    let mut cells = line.split(',');
    let class = cells.next()?.parse().ok()?;
    let platform = cells.next()?;
    let platform = platforms.iter().position(|known| *known == platform)?;
    let primary = Reason::from_code(cells.next()?)?;
    let mut reasons = Reasons::NONE;
    for code in cells.next()?.split(';') {
        reasons = reasons.with(Reason::from_code(code)?);
    }
    let mut named = 0_u64;
    for name in cells.next()?.split(';').filter(|name| !name.is_empty()) {
        named |= 1_u64.checked_shl(registers.iter().position(|known| *known == name)? as u32)?;
    }
    let fits = cells.next().is_none() && reasons.primary() == Some(primary);
    fits.then_some((class, Verdict { platform: platform.try_into().ok()?, reasons, registers: named }))
}
