//! Addresses and numbers written out: as customers' rows have them, and as registers do.
//!
//! Promises: every spelling of one index reads as the same address or number, and as no other's.
//! It does not know why somebody is on a register.

use super::numbers::{Draw, Number, mix, put_decimal};
use super::person::EmailStyle;
use super::words::{DOMAINS, FIRST, LAST, WORK_DOMAINS, Word};

/// First and last name of an index.
pub(super) fn name(seed: u64, index: u64) -> (Word, Word) {
    let bits = mix(seed, index, 0x4a3e);
    (FIRST[(bits % 40) as usize], LAST[((bits >> 32) % 48) as usize])
}

/// An e-mail address in its parts.
pub(super) struct Address {
    first: &'static str,
    last: &'static str,
    /// A dot between name and number, as the invented Gmail accounts have.
    dotted_number: bool,
    /// What makes it nobody else's, with the dots gone too: names have no digits.
    number: u64,
    domain: &'static str,
}

impl Address {
    /// The personal address of an index.
    pub(super) fn personal(seed: u64, index: u64, gmail: bool) -> Self {
        let bits = mix(seed, index, 0xe3a1);
        if gmail || bits.is_multiple_of(50) {
            return Self {
                first: "verho",
                last: "synth",
                dotted_number: true,
                number: index,
                domain: "gmail.com",
            };
        }
        let ((_, first), (_, last)) = name(seed, index);
        let domain = DOMAINS[((bits >> 32) % DOMAINS.len() as u64) as usize];
        Self { first, last, dotted_number: false, number: index, domain }
    }

    /// The work address of an index.
    pub(super) fn work(seed: u64, index: u64) -> Self {
        let ((_, first), (_, last)) = name(seed, index);
        let domain = WORK_DOMAINS[(mix(seed, index, 0x303) % WORK_DOMAINS.len() as u64) as usize];
        Self { first, last, dotted_number: false, number: index, domain }
    }

    /// As a customer's row has it.
    pub(super) fn put(&self, out: &mut Vec<u8>, style: EmailStyle) {
        let start = out.len();
        self.put_local(out, style != EmailStyle::Undotted);
        if style == EmailStyle::Tagged {
            out.extend_from_slice(b"+kauppa");
        }
        self.put_domain(out);
        match style {
            EmailStyle::Upper => out[start..].make_ascii_uppercase(),
            EmailStyle::Spaced => out.push(b' '),
            EmailStyle::Plain | EmailStyle::Tagged | EmailStyle::Undotted => {}
        }
    }

    fn put_local(&self, out: &mut Vec<u8>, dots: bool) {
        out.extend_from_slice(self.first.as_bytes());
        if dots {
            out.push(b'.');
        }
        out.extend_from_slice(self.last.as_bytes());
        if dots && self.dotted_number {
            out.push(b'.');
        }
        put_decimal(out, self.number);
    }

    fn put_domain(&self, out: &mut Vec<u8>) {
        out.push(b'@');
        out.extend_from_slice(self.domain.as_bytes());
    }

    fn put_plain(&self, out: &mut Vec<u8>) {
        self.put_local(out, true);
        self.put_domain(out);
    }

    /// As a register has it: a CSV cell in one of the odd spellings.
    pub(super) fn put_oddly(&self, out: &mut Vec<u8>, draw: &mut Draw) {
        let start = out.len();
        match draw.below(ODD_EMAILS) {
            0 => self.put_plain(out),
            1 => {
                self.put_plain(out);
                out[start..].make_ascii_uppercase();
            }
            2 => {
                self.put_plain(out);
                out[start..].iter_mut().step_by(2).for_each(u8::make_ascii_uppercase);
            }
            3 => {
                out.extend_from_slice(b"  ");
                self.put_plain(out);
                out.push(b' ');
            }
            4 => {
                out.extend_from_slice(b"mailto:");
                self.put_plain(out);
            }
            5 => {
                // Aino Suvilahti <aino.suvilahti1@example.com>
                put_capitalised(out, self.first);
                out.push(b' ');
                put_capitalised(out, self.last);
                out.extend_from_slice(b" <");
                self.put_plain(out);
                out.push(b'>');
            }
            6 => {
                // "Suvilahti, Aino" <aino.suvilahti1@example.com>, quoted for CSV
                out.extend_from_slice(b"\"\"\"");
                put_capitalised(out, self.last);
                out.extend_from_slice(b", ");
                put_capitalised(out, self.first);
                out.extend_from_slice(b"\"\" <");
                self.put_plain(out);
                out.extend_from_slice(b">\"");
            }
            7 => {
                self.put_local(out, true);
                out.extend_from_slice(b"+uutiset");
                self.put_domain(out);
            }
            8 => {
                self.put_local(out, false);
                self.put_domain(out);
            }
            9 => {
                self.put_local(out, false);
                out.insert(start + 1, b'.');
                self.put_domain(out);
            }
            10 => {
                self.put_plain(out);
                widen(out, start);
            }
            11 => {
                out.extend_from_slice("\u{a0}".as_bytes());
                self.put_plain(out);
                out.extend_from_slice("\u{200b}".as_bytes());
            }
            _ if self.domain == "gmail.com" => {
                self.put_local(out, false);
                out[start..].make_ascii_uppercase();
                out.extend_from_slice(b"+News@GoogleMail.com");
            }
            _ => {
                self.put_local(out, true);
                self.put_domain(out);
                out[start..=start].make_ascii_uppercase();
            }
        }
    }
}

const ODD_EMAILS: u32 = 14;

fn put_capitalised(out: &mut Vec<u8>, word: &str) {
    let start = out.len();
    out.extend_from_slice(word.as_bytes());
    out[start..].iter_mut().take(1).for_each(u8::make_ascii_uppercase);
}

/// Turns the visible ASCII from `start` on into its full-width twins (U+FF01 to U+FF5E).
fn widen(out: &mut Vec<u8>, start: usize) {
    let narrow = out.split_off(start);
    for byte in narrow {
        if matches!(byte, b'!'..=b'~') {
            let wide = char::from_u32(0xff01 + u32::from(byte - b'!')).expect("in the full-width block");
            out.extend_from_slice(wide.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            out.push(byte);
        }
    }
}

impl Number {
    fn put_plus(&self, out: &mut Vec<u8>) {
        out.push(b'+');
        out.extend_from_slice(self.country.calling());
    }

    /// Prefix and rest with something between the groups.
    fn put_grouped(&self, out: &mut Vec<u8>, gap: &[u8]) {
        let (three, others) = self.rest();
        for (at, part) in [self.prefix(), three, others].into_iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(gap);
            }
            out.extend_from_slice(part);
        }
    }

    /// As a customer's row has it. National spellings only where the row says the country.
    pub(super) fn put(&self, out: &mut Vec<u8>, at_home: bool, draw: &mut Draw) {
        match (draw.below(100), at_home) {
            (0..20, true) => {
                out.extend_from_slice(self.country.trunk());
                out.extend_from_slice(self.national());
            }
            (20..35, true) => {
                out.extend_from_slice(self.country.trunk());
                self.put_grouped(out, b" ");
            }
            (35..40, true) => {
                out.extend_from_slice(b"00");
                out.extend_from_slice(self.country.calling());
                out.extend_from_slice(self.national());
            }
            (40..55, _) => {
                self.put_plus(out);
                out.push(b' ');
                self.put_grouped(out, b" ");
            }
            _ => self.put_e164(out),
        }
    }

    /// `+358401234567`.
    pub(super) fn put_e164(&self, out: &mut Vec<u8>) {
        self.put_plus(out);
        out.extend_from_slice(self.national());
    }

    /// `358401234567`.
    pub(super) fn put_without_plus(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.country.calling());
        out.extend_from_slice(self.national());
    }

    /// `3.58401234567E+11`: as a spreadsheet writes it, with as many decimals as asked for.
    pub(super) fn put_scientific(&self, out: &mut Vec<u8>, decimals: Option<usize>) {
        let start = out.len();
        self.put_without_plus(out);
        let digits = out.len() - start;
        out.truncate(start + decimals.map_or(digits, |decimals| digits.min(1 + decimals)));
        out.insert(start + 1, b'.');
        out.extend_from_slice(b"E+");
        put_decimal(out, digits as u64 - 1);
    }

    /// As a register has it: a bare line in one of the odd spellings. National ones for Finland
    /// only, where the register is kept.
    pub(super) fn put_oddly(&self, out: &mut Vec<u8>, draw: &mut Draw) {
        let start = out.len();
        let trunk = self.country.trunk();
        let finnish = self.country.code() == "FI";
        match draw.below(if finnish { ODD_PHONES } else { ODD_PHONES_ABROAD }) {
            0 => self.put_e164(out),
            1 => {
                self.put_plus(out);
                out.push(b' ');
                self.put_grouped(out, b" ");
            }
            2 => {
                out.extend_from_slice(b"00");
                self.put_without_plus(out);
            }
            3 => {
                out.extend_from_slice(b"00 ");
                out.extend_from_slice(self.country.calling());
                out.push(b' ');
                self.put_grouped(out, b"-");
            }
            4 => {
                // +358 (0)40 123 4567; Estonia has no such zero
                self.put_plus(out);
                out.push(b' ');
                if !trunk.is_empty() {
                    out.extend_from_slice(b"(0)");
                }
                self.put_grouped(out, b" ");
            }
            5 => {
                out.extend_from_slice(b"tel:");
                self.put_plus(out);
                out.push(b'-');
                self.put_grouped(out, b"-");
            }
            6 => {
                self.put_plus(out);
                out.extend_from_slice("\u{a0}".as_bytes());
                self.put_grouped(out, "\u{a0}".as_bytes());
            }
            7 => {
                self.put_e164(out);
                widen(out, start);
            }
            8 => {
                self.put_plus(out);
                out.push(b'.');
                self.put_grouped(out, b".");
            }
            9 => {
                out.extend_from_slice(trunk);
                self.put_grouped(out, b"-");
            }
            10 => {
                out.extend_from_slice(trunk);
                self.put_grouped(out, b" ");
            }
            11 => {
                out.extend_from_slice(trunk);
                self.put_grouped(out, "\u{a0}".as_bytes());
            }
            12 => {
                out.extend_from_slice(trunk);
                out.extend_from_slice(self.national());
                widen(out, start);
            }
            13 => out.extend_from_slice(self.national()), // the zero is lost
            14 => self.put_without_plus(out),             // the plus is lost
            15 => self.put_scientific(out, None),
            16 => {
                out.push(b'(');
                out.extend_from_slice(trunk);
                out.extend_from_slice(self.prefix());
                out.extend_from_slice(b") ");
                let (three, others) = self.rest();
                out.extend_from_slice(three);
                out.push(b' ');
                out.extend_from_slice(others);
            }
            _ => {
                out.push(b' ');
                self.put_e164(out);
                out.extend_from_slice(b"  ");
            }
        }
    }
}

const ODD_PHONES: u32 = 18;
/// The first so many spellings name the country.
const ODD_PHONES_ABROAD: u32 = 9;
