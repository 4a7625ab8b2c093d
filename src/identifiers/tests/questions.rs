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
        Verdict::Valid(line, _) | Verdict::Possible(line) => number(Phone::from_line(line)),
        Verdict::TooLong | Verdict::Not => None,
    }
}

fn asked(text: &str, region: Option<Region>) -> Option<String> {
    number(Questions::with_room(200).ask(text, region))
}

/// A text that may be a number, and the same with single spaces and hyphens in it.
fn texts(dice: &mut Dice) -> [String; 2] {
    let mut plain = (*dice.pick(&FRONTS)).to_owned();
    let known = ["", "4", "40", "50", "70", "5", "151", "7400", "7911", "1481", "650253", "7797", "9", "2"];
    plain.push_str(dice.pick(&known));
    for _ in 0..=dice.roll(11) {
        plain.push(char::from(b'0' + dice.roll(10) as u8));
    }
    let mut spread = String::new();
    for (at, c) in plain.char_indices() {
        if at > 0 && !spread.ends_with(['+', ' ', '-']) && dice.roll(3) == 0 {
            spread.push_str(dice.pick(&[" ", "-"]));
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
