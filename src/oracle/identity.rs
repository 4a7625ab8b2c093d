//! Personal identity codes: Finnish ones wherever they stand, Swedish and Estonian ones as a whole
//! cell. It must not know what a column means.

use super::text::{signs, trim};

/// Whether a cell holds one.
pub(super) fn holds_code(cell: &str, is_phone: bool) -> bool {
    let plain = signs(cell).replace(
        |letter: char| ('\u{2010}'..='\u{2015}').contains(&letter) || "\u{2212}\u{fe63}".contains(letter),
        "-",
    );
    holds_plain_code(cell, is_phone) || holds_plain_code(&plain, is_phone)
}

fn holds_plain_code(cell: &str, is_phone: bool) -> bool {
    let letters: Vec<char> = cell.chars().collect();
    let is_outside = |place: Option<&char>| place.is_none_or(|letter| !letter.is_ascii_alphanumeric());
    let finnish = (0..letters.len()).any(|start| {
        let before = start.checked_sub(1).and_then(|place| letters.get(place));
        letters.get(start..start + 11).is_some_and(is_finnish)
            && is_outside(before)
            && is_outside(letters.get(start + 11))
    });
    let whole: Vec<char> = trim(cell).chars().collect();
    finnish || (!is_phone && (is_swedish(&whole) || is_estonian(&whole)))
}

fn number(letters: &[char]) -> Option<u64> {
    let all = letters.iter().all(char::is_ascii_digit);
    letters.iter().collect::<String>().parse().ok().filter(|_| all)
}

fn is_date(day: u64, month: u64) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

fn is_finnish(code: &[char]) -> bool {
    let [d1, d2, d3, d4, d5, d6, sign, n1, n2, n3, check] = *code else { return false };
    let Some(all) = number(&[d1, d2, d3, d4, d5, d6, n1, n2, n3]) else { return false };
    let date = all / 1000;
    let expected = "0123456789ABCDEFHJKLMNPRSTUVWXY".chars().nth(usize::try_from(all % 31).unwrap_or(0));
    "-+ABCDEFUVWXY".contains(sign.to_ascii_uppercase())
        && is_date(date / 10_000, date / 100 % 100)
        && Some(check.to_ascii_uppercase()) == expected
}

fn is_swedish(cell: &[char]) -> bool {
    let has_century = cell.len() > 11;
    let century: String = cell.iter().take(if has_century { 2 } else { 0 }).collect();
    let rest = cell.get(century.len()..).unwrap_or_default();
    // Ten digits alone could be anything: without its century a code has its sign.
    let (date, last) = match rest.len() {
        11 if matches!(rest.get(6), Some('-' | '+')) => (&rest[..6], &rest[7..]),
        10 if has_century => rest.split_at(6),
        _ => return false,
    };
    if !matches!(century.as_str(), "" | "18" | "19" | "20") {
        return false;
    }
    let ten = [date, last].concat();
    let Some(day) = number(date).filter(|_| number(&ten).is_some()) else { return false };
    let sum: u32 = ten
        .iter()
        .filter_map(|letter| letter.to_digit(10))
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| if digit * weight > 9 { digit * weight - 9 } else { digit * weight })
        .sum();
    let in_month = if day % 100 > 60 { day % 100 - 60 } else { day % 100 };
    is_date(in_month, day / 100 % 100) && sum.is_multiple_of(10)
}

fn is_estonian(cell: &[char]) -> bool {
    let [first, _, _, m1, m2, d1, d2, ..] = *cell else { return false };
    if cell.len() != 11 || number(cell).is_none() || !('1'..='8').contains(&first) {
        return false;
    }
    let digits: Vec<u32> = cell.iter().filter_map(|letter| letter.to_digit(10)).collect();
    let sum = |weights: [u32; 10]| {
        digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11
    };
    let mut check = sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
    if check == 10 {
        check = sum([3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 10;
    }
    let (month, day) = (number(&[m1, m2]).unwrap_or(0), number(&[d1, d2]).unwrap_or(0));
    is_date(day, month) && digits.last() == Some(&check)
}
