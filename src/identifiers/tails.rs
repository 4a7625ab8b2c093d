//! The ends of a register's phone numbers: what tells a customer's phone cell apart from all of them
//! before the library is asked for its readings. It knows digits, and neither regions nor registers.

use super::Plaintext;
use super::phone::{Phone, number};
use super::probes::{DIGITS_MAX, LONG_RUN};
use crate::ahead;
use crate::sieve::Gathered;

/// The ends of a register's phone numbers. Other readings of a number differ in front (country code,
/// trunk zero, plus), never at the end, so a cell whose end is not here cannot meet the register under
/// any reading, and needs none of them made. It holds no number: many share an end.
#[derive(Default)]
pub struct Tails {
    /// Bit by last seven digits, for numbers that are sure of as many.
    sevens: Vec<u64>,
    /// By them, for those of them that are not sure of nine. Mostly they are few, so that it is small: every
    /// cell is looked up here, and in the table of all sevens nearly none.
    alone: Gathered,
    /// By last nine digits: with half a million numbers every twentieth end of seven digits is somebody's.
    nines: Gathered,
    /// Bit by last six digits, for numbers that are sure of just these.
    sixes: Vec<u64>,
    /// Bit by last four digits, for those that are sure of no more.
    fours: Vec<u64>,
    /// Whether a number is sure of fewer still.
    has_shorter: bool,
}

impl Tails {
    const SEVEN: usize = 10_000_000;
    const SIX: usize = 1_000_000;
    const FOUR: usize = 10_000;
    const NINE: u64 = 1_000_000_000;

    /// Takes a number's end in; seven digits of it are told where these alone are kept. It is found once all is in
    /// order.
    pub fn insert(&mut self, phone: &Phone) -> Option<u32> {
        let sure = sure_digits(phone);
        self.has_shorter |= sure < 4;
        let (bits, size) = match sure {
            7.. => (&mut self.sevens, Self::SEVEN),
            6 => (&mut self.sixes, Self::SIX),
            _ => (&mut self.fours, Self::FOUR),
        };
        let whole = number(phone.digits());
        let end = (whole % size as u64) as usize;
        set(bits, size, end);
        if size != Self::SEVEN {
            return None;
        }
        if sure < 9 {
            self.alone.insert(end as u64);
        } else {
            self.nines.insert(whole % Self::NINE);
        }
        Some(end as u32)
    }

    /// Takes another register's ends in.
    pub fn take_in(&mut self, other: &Self) {
        add_bits(&mut self.sevens, &other.sevens);
        self.alone.take_in(&other.alone);
        self.nines.take_in(&other.nines);
        add_bits(&mut self.sixes, &other.sixes);
        add_bits(&mut self.fours, &other.fours);
        self.has_shorter |= other.has_shorter;
    }

    /// Brings all in order; until then not all is found.
    pub fn freeze(&mut self) {
        self.alone.freeze();
        self.nines.freeze();
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let bits = self.sevens.capacity() + self.sixes.capacity() + self.fours.capacity();
        self.alone.bytes() + self.nines.bytes() + (bits * size_of::<u64>()) as u64
    }

    /// Which numbers some reading of the cell may be: never too few.
    #[must_use]
    pub fn met_by(&self, cell: Plaintext<'_>) -> Meets {
        let cell = cell.read();
        if let Some(end) = End::of(Plaintext::new(cell)) {
            return self.met_at(Some(end));
        }
        let meets_none = |end| self.met_at(Some(end)) == Meets::Nothing;
        match End::beside_letters(Plaintext::new(cell)) {
            Some(ends) if ends.into_iter().all(meets_none) => Meets::Nothing,
            _ => Meets::Any,
        }
    }

    /// The same of a cell's end; without one, any.
    #[must_use]
    pub fn met_at(&self, end: Option<End>) -> Meets {
        let Some(End { whole, digits, all }) = end else { return Meets::Any };
        let end = (whole % Self::SEVEN as u64) as usize;
        // What is sure of a number stands in its cell, but for zeros in front that were lost: no number is sure
        // of more than that.
        let may_be_any = digits < 8 && (all > 6 || self.has_shorter || has(&self.sevens, end));
        if may_be_any || has(&self.sixes, end % Self::SIX) || has(&self.fours, end % Self::FOUR) {
            return Meets::Any;
        }
        if digits < 8 {
            return Meets::Nothing;
        }
        // Of a number with nine digits or more, a cell with as many says the last nine.
        let may_end_so =
            digits < 9 || self.nines.may_hold(whole % Self::NINE) || self.alone.may_hold(end as u64);
        if may_end_so && has(&self.sevens, end) { Meets::EndingIn(end as u32) } else { Meets::Nothing }
    }

    /// Asks for what [`Tails::met_at`] will look at.
    #[inline]
    pub(crate) fn fetch(&self, end: End) {
        let seven = (end.whole % Self::SEVEN as u64) as usize;
        if end.digits < 9 {
            ahead::fetch(&self.sevens, seven / 64);
            return;
        }
        self.nines.fetch(end.whole % Self::NINE);
        self.alone.fetch(seven as u64);
    }
}

/// How a phone cell ends that holds one number at most.
#[derive(Clone, Copy)]
pub struct End {
    whole: u64,
    /// From the first that is not zero.
    digits: u32,
    /// Zeros in front and all.
    all: u32,
}

impl End {
    /// The cell's; `None` where something may stand in it that makes any number of it.
    #[must_use]
    pub fn of(cell: Plaintext<'_>) -> Option<Self> {
        let cell = cell.read().trim_ascii_end();
        let Counted { whole, digits, all, run } = Counted::of(cell)?;
        // One digit alone, or something in brackets, may count behind a number.
        (run != 1 && !cell.ends_with(b")")).then_some(Self { whole, digits, all })
    }

    /// Those of a cell of words with one run of digits among them, as of an address without its sign: of the
    /// digits alone, and of these and the letters behind them as on a keypad, which is what the library makes
    /// of it. `None` where anything else may be read: a digit at the end may be of an extension.
    #[must_use]
    pub fn beside_letters(cell: Plaintext<'_>) -> Option<[Self; 2]> {
        // Digits on the keys of the letters from A on (ITU-T E.161).
        const KEYS: &[u8; 26] = b"22233344455566677778889999";
        let cell = cell.read();
        if !cell.last()?.is_ascii_alphabetic() {
            return None;
        }
        let (mut run, mut keyed) = (Self::NOTHING, Self::NOTHING);
        let mut after_run = false;
        for byte in cell {
            match byte {
                b'0'..=b'9' if after_run => return None,
                b'0'..=b'9' => [&mut run, &mut keyed].into_iter().for_each(|end| end.add(byte - b'0')),
                b'a'..=b'z' | b'A'..=b'Z' if run.all > 0 => {
                    after_run = true;
                    keyed.add(KEYS[usize::from(byte.to_ascii_lowercase() - b'a')] - b'0');
                }
                b'a'..=b'z' | b'A'..=b'Z' => {}
                b' ' | b'.' | b'-' | b'_' => after_run = run.all > 0,
                _ => return None,
            }
        }
        // More digits than a number has are cut in ways of their own.
        (run.all <= DIGITS_MAX as u32).then_some([run, keyed])
    }

    const NOTHING: Self = Self { whole: 0, digits: 0, all: 0 };

    fn add(&mut self, digit: u8) {
        // No more of it is ever looked at.
        self.whole = (self.whole * 10 + u64::from(digit)) % (1000 * Tails::NINE);
        self.all += 1;
        self.digits += u32::from(self.digits > 0 || digit > 0);
    }
}

/// The digits of a cell that holds one number at most, and what stands between digits.
struct Counted {
    whole: u64,
    /// From the first that is not zero.
    digits: u32,
    /// Zeros in front and all.
    all: u32,
    /// Of the last run.
    run: u32,
}

impl Counted {
    /// `None` where several numbers may stand, or letters, extensions, a spreadsheet's or another script's
    /// digits.
    ///
    /// Where spaces stand nobody can guess, so that nothing here depends on it what is done with a byte.
    #[expect(clippy::needless_bitwise_bool, reason = "a branch is guessed, and guessed wrong")]
    fn of(cell: &[u8]) -> Option<Self> {
        // No more than a number of so many digits fits, with as much between them.
        if cell.len() > 2 * DIGITS_MAX {
            return None;
        }
        let (mut whole, mut digits) = (0_u64, 0_u32);
        // Of the run of digits at hand, and of all: two numbers may stand side by side.
        let (mut run, mut all, mut is_long_before, mut is_odd) = (0_u32, 0_u32, false, false);
        for byte in cell {
            let digit = byte.wrapping_sub(b'0');
            let is_digit = digit < 10;
            let is_between = matches!(byte, b' ' | b'-' | b'(' | b')') | ((*byte == b'+') & (digits == 0));
            is_odd |= !(is_digit | is_between);
            is_long_before |= !is_digit & (run >= LONG_RUN as u32);
            run = if is_digit { run + 1 } else { 0 };
            all += u32::from(is_digit);
            is_odd |= (run >= LONG_RUN as u32) & is_long_before;
            whole = if is_digit { whole.wrapping_mul(10).wrapping_add(u64::from(digit)) } else { whole };
            digits += u32::from(is_digit & (whole > 0));
        }
        (!is_odd && all <= DIGITS_MAX as u32).then_some(Self { whole, digits, all, run })
    }
}

/// Which numbers of [`Tails`] a cell may be read as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// None.
    Nothing,
    /// Those alone of which [`Tails::insert`] told these seven digits.
    EndingIn(u32),
    /// Any.
    Any,
}

/// How many digits at a number's end stand at the end of every cell that is read as it: those of its national
/// part, nine at most, but where the library changes more than the front of it.
fn sure_digits(phone: &Phone) -> usize {
    let begins = |fronts: &[&str]| fronts.iter().any(|front| phone.digits().starts_with(front.as_bytes()));
    // Argentina's mobiles lose a 15 from their middle when read, before as few as six digits. All others are
    // given their area code where it is missing, behind a country code that may stand: Norfolk Island's,
    // San Marino's, Guernsey's, Jersey's, the Isle of Man's; Madagascar's, and Australia's of the Cocos
    // Islands and Christmas Island (national prefix transform rules of rlibphonenumber 2.2.15's metadata,
    // read 2026-11-27).
    let most = if begins(&["54", "672"]) {
        4
    } else if begins(&["378", "441481", "441534", "441624"]) {
        6
    } else if begins(&["261", "618"]) {
        7
    } else {
        9
    };
    phone.national().len().min(most)
}

fn set(bits: &mut Vec<u64>, size: usize, place: usize) {
    if bits.is_empty() {
        bits.resize(size.div_ceil(64), 0);
    }
    bits[place / 64] |= 1 << (place % 64);
}

fn has(bits: &[u64], place: usize) -> bool {
    bits.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
}

/// The bits of both; one without any may have no room yet.
fn add_bits(mine: &mut Vec<u64>, theirs: &[u64]) {
    mine.resize(mine.len().max(theirs.len()), 0);
    for (word, more) in mine.iter_mut().zip(theirs) {
        *word |= more;
    }
}
