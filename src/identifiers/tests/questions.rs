//! Asking the library less: each question once, and no more of a number than is asked for.

use super::paths::Dice;
use super::*;
use crate::identifiers::phone_library::{self, Verdict};
use crate::identifiers::questions::Questions;

const REGIONS: [&str; 14] =
    ["", "FI", "SE", "EE", "DE", "GB", "US", "GG", "IM", "IT", "AR", "AU", "SM", "NF"];
const FRONTS: [&str; 20] = [
    "", "0", "00", "+", "+358", "358", "00358", "+46", "0046", "+372", "+49", "+44", "44", "+1", "1", "+39",
    "+54", "+61", "+378", "+672",
];

fn number(phone: Option<Phone>) -> Option<String> {
    phone.map(|phone| String::from_utf8_lossy(phone.digits()).into_owned())
}

/// What the library says of a text, with nothing spared.
fn whole_answer(text: &str, region: Option<Region>) -> Option<String> {
    match phone_library::read(text, region) {
        Verdict::Valid { line, .. } | Verdict::Possible(line) => number(Phone::from_line(line)),
        Verdict::TooLong | Verdict::Not => None,
    }
}

fn asked(text: &str, region: Option<Region>) -> Option<String> {
    number(Questions::with_room(200).ask(text, region))
}

/// A text that may be a number, and the same with what may stand between digits in it.
fn texts(dice: &mut Dice) -> [String; 2] {
    let mut plain = (*dice.pick(&FRONTS)).to_owned();
    let known = ["", "4", "40", "50", "70", "5", "151", "7400", "7911", "1481", "650253", "7797", "9", "2"];
    plain.push_str(dice.pick(&known));
    for _ in 0..=dice.roll(11) {
        plain.push(char::from(b'0' + dice.roll(10) as u8));
    }
    let mut spread = String::new();
    for (at, c) in plain.char_indices() {
        if dice.roll(3) == 0 && (at > 0 || c != '+' || dice.roll(9) == 0) {
            spread.push_str(dice.pick(&[" ", "-", ".", " (", ") ", "--"]));
        }
        spread.push(c);
    }
    [plain, spread]
}

#[test]
fn an_answer_is_the_librarys() {
    let (mut dice, mut faults, mut numbers) = (Dice(27), Faults::default(), 0);
    let odd = ["(0)40 1234567", "040 1234567 ext 5", "tel:+358401234567", "+", "", "--40", "040123--4567"];
    for round in 0..20_000 {
        let place = region(dice.pick(&REGIONS));
        let [plain, spread] = texts(&mut dice);
        for text in [plain.as_str(), &spread, odd[round % odd.len()]] {
            let (whole, asked) = (whole_answer(text, place), asked(text, place));
            numbers += u32::from(whole.is_some());
            if whole != asked {
                faults.add(format!("{text:?} in {place:?}: {whole:?}, asked {asked:?}"));
            }
        }
    }
    assert!(numbers > 10_000, "{numbers} numbers");
}

/// Whole numbers of every country code and of none, of every length, by every first digit.
#[test]
fn a_whole_number_abroad_is_the_librarys() {
    let (mut dice, mut faults, mut numbers, mut others) = (Dice(3), Faults::default(), 0, 0);
    for code in 1..=999_u32 {
        let written = code.to_string();
        if phone_library::country_digits(written.as_bytes()) != written.len() {
            continue;
        }
        for first in 0..=9 {
            for more in 0..=17 {
                let mut text = format!("+{code}{first}");
                text.extend((0..more).map(|_| char::from(b'0' + dice.roll(10) as u8)));
                for place in [None, region("FI"), region(dice.pick(&REGIONS))] {
                    let (whole, asked) = (whole_answer(&text, place), asked(&text, place));
                    *if whole.is_some() { &mut numbers } else { &mut others } += 1;
                    if whole != asked {
                        faults.add(format!("{text:?} in {place:?}: {whole:?}, asked {asked:?}"));
                    }
                }
            }
        }
    }
    assert!(numbers > 10_000 && others > 10_000, "{numbers} numbers, {others} others");
}

/// Digits as they are dialled in each region whose rules are known, of every length, by their first three.
#[test]
fn digits_at_home_are_the_librarys() {
    let (mut dice, mut faults, mut numbers, mut others) = (Dice(5), Faults::default(), 0, 0);
    for (home, front) in
        ["FI", "SE", "EE", "DE", "GB", "US"].iter().flat_map(|home| (0..1000).map(move |front| (home, front)))
    {
        for more in 0..=15 {
            let mut text = format!("{front:03}");
            text.extend((0..more).map(|_| char::from(b'0' + dice.roll(10) as u8)));
            let (whole, asked) = (whole_answer(&text, region(home)), asked(&text, region(home)));
            *if whole.is_some() { &mut numbers } else { &mut others } += 1;
            if whole != asked {
                faults.add(format!("{text:?} in {home}: {whole:?}, asked {asked:?}"));
            }
        }
    }
    assert!(numbers > 10_000 && others > 10_000, "{numbers} numbers, {others} others");
}

/// What inside a country is dialled before its numbers may begin as a number does.
#[test]
fn what_is_dialled_before_a_number_abroad_is_taken_away() {
    for (text, expected) in [
        ("+18002345678", "18002345678"),
        ("+118002345678", "18002345678"),
        ("+7 8 912 345 67 89", "79123456789"),
        ("+55 90 15 11 91234 5678", "5511912345678"),
        ("+54 11 15 2345 6789", "5491123456789"),
        ("+378 886377", "3780549886377"),
        ("+61 1831 2 1234 5678", "61212345678"),
    ] {
        assert_eq!(asked(text, None), whole_answer(text, None), "{text}");
        assert_eq!(asked(text, None).as_deref(), Some(expected), "{text}");
    }
}

/// What counts as the same question has the same answer.
#[test]
fn a_question_asked_twice_has_one_answer() {
    let (mut dice, mut faults, mut again) = (Dice(11), Faults::default(), 0);
    for _ in 0..10_000 {
        let (place, [plain, spread]) = (region(dice.pick(&REGIONS)), texts(&mut dice));
        let mut questions = Questions::with_room(200);
        let first = number(questions.ask(&plain, place));
        // Another question between the two.
        let _: Option<Phone> = questions.ask("+46 70 123 45 67", None);
        if number(questions.ask(&spread, place)).is_some() {
            faults.add(format!("{plain:?} and {spread:?} were asked both"));
        }
        let (one, other) = (whole_answer(&plain, place), whole_answer(&spread, place));
        again += u32::from(first.is_some());
        if one != other || first != one {
            faults.add(format!("{plain:?} in {place:?}: {one:?}, {spread:?}: {other:?}"));
        }
    }
    assert!(again > 3_000, "{again} numbers");
}

#[test]
fn other_questions_are_asked() {
    for (first, second) in [
        (("0401234567", "FI"), ("0401234567", "DE")),
        (("0401234567", "FI"), ("+401234567", "FI")),
        (("0401234567", "FI"), ("401234567", "FI")),
        (("040123456", "FI"), ("0401234567", "FI")),
        (("0401234567", "FI"), ("0401234567 ext 3", "FI")),
        (("+358401234567", ""), ("+358 (0)401234567", "")),
        (("0401234567", "FI"), ("0401234567/", "FI")),
    ] {
        let mut questions = Questions::with_room(200);
        let answers = [first, second].map(|(text, place)| number(questions.ask(text, region(place))));
        assert_eq!(answers[1], whole_answer(second.0, region(second.1)), "{second:?} after {first:?}");
    }
}

/// Without room for a question it is asked again, and never passed over.
#[test]
fn a_question_without_room_is_asked() {
    let mut questions = Questions::with_room(4);
    for _ in 0..2 {
        assert_eq!(number(questions.ask("0401234567", region("FI"))).as_deref(), Some("358401234567"));
    }
}
