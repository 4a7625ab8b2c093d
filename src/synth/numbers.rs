//! Numbers from an index: draws, one-to-one maps and telephone numbers.
//!
//! Promises: everything is a pure function of seed and index; two indices never get the same
//! telephone number, so nobody shares one unless the plan says so. It knows no person.

/// Most rows a base may have: the Estonian number space ends soon after.
pub(super) const ROWS_MAX: u64 = 200_000_000;

/// Rows in one turn of the plan, and of the pattern of countries.
pub(super) const BLOCK: u64 = 1000;

/// Where a telephone number, and most often its holder, is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Country {
    Finland,
    Sweden,
    Estonia,
    Germany,
    Britain,
}

/// How one country writes and numbers its mobiles.
struct Numbering {
    code: &'static str,
    calling: &'static [u8],
    trunk: &'static [u8],
    prefixes: &'static [&'static [u8]],
}

impl Country {
    const fn numbering(self) -> Numbering {
        match self {
            Self::Finland => Numbering {
                code: "FI",
                calling: b"358",
                trunk: b"0",
                prefixes: &[b"40", b"41", b"42", b"43", b"44", b"45", b"46", b"50"],
            },
            Self::Sweden => Numbering {
                code: "SE",
                calling: b"46",
                trunk: b"0",
                prefixes: &[b"70", b"72", b"73", b"76", b"79"],
            },
            Self::Estonia => Numbering { code: "EE", calling: b"372", trunk: b"", prefixes: &[b"5"] },
            Self::Germany => Numbering {
                code: "DE",
                calling: b"49",
                trunk: b"0",
                prefixes: &[b"170", b"171", b"172", b"173", b"174", b"175", b"176", b"177", b"178", b"179"],
            },
            Self::Britain => Numbering {
                code: "GB",
                calling: b"44",
                trunk: b"0",
                prefixes: &[b"710", b"711", b"712", b"720", b"721", b"722", b"730", b"731", b"732"],
            },
        }
    }

    /// ISO 3166-1 alpha-2.
    pub(super) const fn code(self) -> &'static str {
        self.numbering().code
    }

    /// The calling code, without a plus.
    pub(super) const fn calling(self) -> &'static [u8] {
        self.numbering().calling
    }

    /// What is dialled before a national number; Estonia has nothing.
    pub(super) const fn trunk(self) -> &'static [u8] {
        self.numbering().trunk
    }

    /// The country of an index and its rank among the indices of that country.
    ///
    /// Twenty of every 25 indices are Finnish, two Swedish, one each of the others. The pattern
    /// moves by seven from block to block, so that no slot of the plan is always of one country;
    /// each window of 25 still holds each residue once, which is what makes ranks unique.
    fn of(index: u64) -> (Self, u64) {
        let window = index / 25;
        match (index + 7 * (index / BLOCK)) % 25 {
            residue @ 0..20 => (Self::Finland, window * 20 + residue),
            residue @ 20..22 => (Self::Sweden, window * 2 + (residue - 20)),
            22 => (Self::Estonia, window),
            23 => (Self::Germany, window),
            _ => (Self::Britain, window),
        }
    }

    /// The country of an index.
    pub(super) fn at(index: u64) -> Self {
        Self::of(index).0
    }
}

/// A telephone number: country and national digits, told apart into prefix and rest.
pub(super) struct Number {
    pub(super) country: Country,
    digits: [u8; 12],
    prefix_len: usize,
    len: usize,
}

/// Last three digits that are in use: no triples and no run, so that no number looks invented to a
/// reader that drops placeholders.
const ENDINGS: u64 = 988;
/// Four digits before them, without 0000, 1111 and so on.
const MIDDLES: u64 = 9990;
/// Numbers behind one prefix.
const SUBSCRIBERS: u64 = ENDINGS * MIDDLES;
/// A prime larger than every prime factor of a country's number space: multiplying by it modulo
/// the space is one-to-one.
const STEP: u64 = 50_331_653;

impl Number {
    /// The number of an index: no other index has it.
    pub(super) fn at(seed: u64, index: u64) -> Self {
        let (country, rank) = Country::of(index);
        let prefixes = country.numbering().prefixes;
        let space = prefixes.len() as u64 * SUBSCRIBERS;
        // Beyond the ordinary space, numbers are a digit longer (only Finland ever gets there).
        let lap = rank / space;
        let turned = (rank % space * STEP + mix(seed, 0, 0x7e1) % space) % space;
        let prefix = prefixes[(turned / SUBSCRIBERS) as usize];
        let rest = turned % SUBSCRIBERS;
        let middle = rest / ENDINGS;
        let middle = middle + 1 + middle / 1110;
        let subscriber = middle * 1000 + u64::from(ending(rest % ENDINGS));

        let mut digits = [b'0'; 12];
        digits[..prefix.len()].copy_from_slice(prefix);
        let mut len = prefix.len();
        if lap > 0 {
            digits[len] = b'0' + (lap % 10) as u8;
            len += 1;
        }
        put_padded_into(&mut digits[len..len + 7], subscriber);
        Self { country, digits, prefix_len: prefix.len(), len: len + 7 }
    }

    /// All national digits, without the trunk prefix.
    pub(super) fn national(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    /// The network's prefix.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.digits[..self.prefix_len]
    }

    /// What follows the prefix, as three digits and the others.
    pub(super) fn rest(&self) -> (&[u8], &[u8]) {
        self.digits[self.prefix_len..self.len].split_at(3)
    }
}

/// The `n`th of the 988 endings in use.
fn ending(n: u64) -> u16 {
    // In order: 000 111 222 321 333 444 555 567 666 777 888 999 are skipped.
    const SKIPPED: [u16; 12] = [0, 111, 222, 321, 333, 444, 555, 567, 666, 777, 888, 999];
    let mut value = n as u16;
    for skipped in SKIPPED {
        value += u16::from(value >= skipped);
    }
    value
}

/// Well-mixed bits of seed, index and purpose (the finaliser of `SplitMix64`).
pub(super) const fn mix(seed: u64, index: u64, purpose: u64) -> u64 {
    let mut bits = seed
        .wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(purpose.wrapping_mul(0xd1b5_4a32_d192_ed03));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A sequence of draws that belongs to one index and purpose.
pub(super) struct Draw(u64);

impl Draw {
    pub(super) const fn new(seed: u64, index: u64, purpose: u64) -> Self {
        Self(mix(seed, index, purpose))
    }

    /// A number below `bound`.
    pub(super) const fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = mix(self.0, 1, 0);
        (((bits >> 32) * bound as u64) >> 32) as u32
    }

    /// Yes in `percent` of a hundred cases.
    pub(super) const fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub(super) const fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }
}

/// A walk that visits every index below `count` once: positions in the file to indices of the
/// plan. Neighbours of the plan end up far apart, so a group is spread over the whole file.
pub(super) struct Walk {
    count: u64,
    stride: u64,
    next: u64,
}

impl Walk {
    /// A walk over `count` indices that ends on `last`.
    pub(super) fn ending_on(seed: u64, count: u64, last: u64) -> Self {
        let mut stride = (count / 2 + mix(seed, 0, 0x3a1) % (count / 8 + 1)).max(1);
        while gcd(stride, count) != 1 {
            stride += 1;
        }
        let stride = if count == 1 { 0 } else { stride % count };
        Self { count, stride, next: (last + stride) % count }
    }
}

impl Iterator for Walk {
    type Item = u64;

    /// Endless: it is for the caller to take `count`.
    fn next(&mut self) -> Option<u64> {
        let index = self.next;
        self.next += self.stride;
        if self.next >= self.count {
            self.next -= self.count;
        }
        Some(index)
    }
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A number in decimal.
pub(super) fn put_decimal(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// A number in decimal, with leading zeros to `width` (at most 12).
pub(super) fn put_padded(out: &mut Vec<u8>, number: u64, width: usize) {
    let mut digits = [b'0'; 12];
    put_padded_into(&mut digits[..width], number);
    out.extend_from_slice(&digits[..width]);
}

fn put_padded_into(place: &mut [u8], mut number: u64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}
