//! The ends of numbers: a cell that meets a register under some reading is never passed over.

use crate::identifiers::{Meets, Phone, Plaintext, Region, RunKey, Scratch, Tails, phone_readings};

/// Every number that a text can be read as.
fn readings(text: &str, regions: &[Region]) -> Vec<Phone> {
    let mut out = Vec::new();
    phone_readings(Plaintext::new(text.as_bytes()), regions, &mut Scratch::new(), &mut out);
    out
}

/// What a register may hold and how a customer's cell may say it, with other numbers and shapes around.
const CELLS: [&str; 22] = [
    "+358 40 1234567",
    "040 123 4567",
    "401234567",
    "00358401234567",
    "358401234567",
    "+358 (0)40-1234567",
    "+358401234567+358507654321",
    "+358507654321 +358401234567",
    "040 1234567, 050 7654321",
    "040 1234567 / 050 7654321",
    "040-1234567 ext. 12",
    "040 1234567;ext=12",
    "tel:+358401234567",
    "3.58401234567E+11",
    "０４０１２３４５６７",
    "040.123.45.67",
    "040\u{a0}1234567",
    "+54 9 2954 420123",
    "02954 15 420123",
    "+683 4002",
    "00 683 4002",
    "1-800-FLOWERS",
];

#[test]
fn a_cell_that_meets_a_reading_is_never_passed_over() {
    let key = RunKey::from_bytes([3; 16]);
    let regions: Vec<Region> = ["FI", "AR", "NU", "US"].into_iter().filter_map(Region::from_code).collect();
    let (mut met, mut passed_over) = (0, 0);
    for registered in CELLS {
        let held = readings(registered, &regions);
        let mut tails = Tails::default();
        for phone in &held {
            tails.insert(phone);
        }
        tails.freeze();
        for cell in CELLS {
            let meets = readings(cell, &regions)
                .iter()
                .any(|phone| held.iter().any(|other| other.wide_key(&key) == phone.wide_key(&key)));
            let looked_at = tails.met_by(Plaintext::new(cell.as_bytes())) != Meets::Nothing;
            assert!(looked_at || !meets, "{cell} meets {registered} and was passed over");
            met += u32::from(meets);
            passed_over += u32::from(!looked_at);
        }
    }
    assert!(met > 60 && passed_over > 60, "{met} meet, {passed_over} are passed over");
}

/// Which ends are kept of which numbers, and what a cell may be that ends so.
#[test]
fn a_cell_is_told_apart_by_as_many_digits_as_are_sure() {
    let of = |digits: &str| Phone::from_digits(digits.as_bytes()).expect("fits");
    for (digits, told, cell, expected) in [
        ("358401234567", Some(1_234_567), "0401234567", Meets::EndingIn(1_234_567)),
        ("358401234567", Some(1_234_567), "+358401234567", Meets::EndingIn(1_234_567)),
        ("358401234567", Some(1_234_567), "(040) 123-45 67", Meets::EndingIn(1_234_567)),
        ("358401234567", Some(1_234_567), "91234567", Meets::EndingIn(1_234_567)),
        ("358401234567", Some(1_234_567), "0401234568", Meets::Nothing),
        ("358401234567", Some(1_234_567), "0402234567", Meets::Nothing),
        // Nine digits are told apart where both have as many, and seven where the cell has eight.
        ("358401234567", Some(1_234_567), "0501234567", Meets::Nothing),
        ("358401234567", Some(1_234_567), "+46 70 123 45 67", Meets::Nothing),
        ("358401234567", Some(1_234_567), "51234567", Meets::EndingIn(1_234_567)),
        ("37251234567", Some(1_234_567), "0401234567", Meets::EndingIn(1_234_567)),
        ("3726543210", Some(6_543_210), "0406543210", Meets::EndingIn(6_543_210)),
        // Where the library puts an area code in behind the country's, fewer are sure.
        ("3780549999391", None, "378999391", Meets::Any),
        ("441481287653", None, "44287653", Meets::Any),
        ("441534287653", None, "0044287653", Meets::Any),
        ("441624287653", None, "44 287653", Meets::Any),
        ("441624287653", None, "44 287654", Meets::Nothing),
        ("672327778", None, "67227778", Meets::Any),
        ("261208510759", Some(8_510_759), "2618510759", Meets::EndingIn(8_510_759)),
        ("61891641234", Some(1_641_234), "6191641234", Meets::EndingIn(1_641_234)),
        ("61291641234", Some(1_641_234), "6191641234", Meets::Nothing),
        // Fewer digits than are sure of such a number.
        ("358401234567", Some(1_234_567), "234567", Meets::Nothing),
        ("358401234567", Some(1_234_567), "0234567", Meets::Any),
        ("358400034567", Some(34_567), "034567", Meets::Any),
        ("358400034567", Some(34_567), "34567", Meets::Any),
        ("298123456", None, "123456", Meets::Any),
        ("298123456", None, "023456", Meets::Nothing),
        ("6834002", None, "4002", Meets::Any),
        ("6834002", None, "004 003", Meets::Nothing),
        // Words with digits among them, and the letters behind these as on a keypad.
        ("358401234567", Some(1_234_567), "ann.0401234567.example", Meets::Any),
        ("358401234567", Some(1_234_567), "ann.0401234567.ex", Meets::Any),
        ("358401234567", Some(1_234_567), "ann 358401234567 a", Meets::Any),
        ("358401234567", Some(1_234_567), "ann-40ADGJMPT", Meets::Nothing),
        ("358402345678", Some(2_345_678), "ann-40ADGJMPT", Meets::Any),
        ("358402345678", Some(2_345_678), "ann-40ADGJMPT.", Meets::Any),
        ("358402345678", Some(2_345_678), "ann-40ADGJMPU", Meets::Any),
        ("358402345678", Some(2_345_678), "ann-40ADGJMPW", Meets::Nothing),
        ("358402345678", Some(2_345_678), "ann.302085.example.com", Meets::Nothing),
        ("358402345678", Some(2_345_678), "ann.302085.example.com1", Meets::Any),
        ("358402345678", Some(2_345_678), "ann.302085.1.example.com", Meets::Any),
        ("358402345678", Some(2_345_678), "ann/302085.example.com", Meets::Any),
        ("358402345678", Some(2_345_678), "\u{e4}302085.example.com", Meets::Any),
        ("298302085", None, "ann.302085.example.com", Meets::Any),
        // Fewer digits than such a number has, though zeros stand before them.
        ("358401234567", Some(1_234_567), "7654321", Meets::Any),
        ("358401234567", Some(1_234_567), "00000007654321", Meets::Any),
        ("358401234567", Some(1_234_567), "00000017654321", Meets::Nothing),
        // Two numbers may stand in it.
        ("358401234567", Some(1_234_567), "358+407654321", Meets::Any),
        ("358401234567", Some(1_234_567), "0+407654321", Meets::Nothing),
        ("358401234567", Some(1_234_567), "123456 7654321", Meets::Any),
        ("358401234567", Some(1_234_567), "12345 7654321", Meets::Nothing),
        ("358401234567", Some(1_234_567), "7654321 12345", Meets::Nothing),
        ("358401234567", Some(1_234_567), "12345 12345 12345", Meets::Nothing),
        ("358401234567", Some(1_234_567), "12345 12345 12345 12", Meets::Any),
        ("358401234567", Some(1_234_567), "0407654321 ext 1", Meets::Any),
        ("358401234567", Some(1_234_567), "0407654321-1", Meets::Any),
        ("358401234567", Some(1_234_567), "0407654321-1 ", Meets::Any),
        ("358401234567", Some(1_234_567), "0407654321 (1)\t", Meets::Any),
        ("358401234567", Some(1_234_567), "0407654321-12", Meets::Nothing),
        // Six digits are all there is of it, or four are all that is sure.
        ("298123456", None, "29 812 34 56", Meets::Any),
        ("298123456", None, "29 812 34 57", Meets::Nothing),
        ("298123456", None, "29 899 34 56", Meets::Nothing),
        ("6834002", None, "99994002", Meets::Any),
        ("6834002", None, "99994003", Meets::Nothing),
        ("5492954420123", None, "02954 15 420123", Meets::Any),
        ("5492954420123", None, "88880123", Meets::Any),
        ("5492954420123", None, "88880124", Meets::Nothing),
    ] {
        let (mut tails, mut all) = (Tails::default(), Tails::default());
        assert_eq!(tails.insert(&of(digits)), told, "{digits}");
        all.take_in(&tails);
        // Others beside it change nothing.
        let mut others = Tails::default();
        for other in ["358449999999", "298999999", "6839999"] {
            others.insert(&of(other));
        }
        all.take_in(&others);
        tails.freeze();
        all.freeze();
        for (which, tails) in [("alone", &tails), ("among others", &all)] {
            let met = tails.met_by(Plaintext::new(cell.as_bytes()));
            assert!(met == expected, "{digits} and {cell}, {which}");
        }
    }
    assert!(Tails::default().met_by(Plaintext::new(b"0401234567")) == Meets::Nothing);
}

/// Whatever the library makes of words with digits among them, wherever they are dialled.
#[test]
fn every_reading_ends_as_its_words_do() {
    let mut seed = 11_u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let codes = (b'A'..=b'Z').flat_map(|one| (b'A'..=b'Z').map(move |other| [one, other]));
    let (mut read, mut keyed, mut passed_over) = (0, 0, 0);
    for region in codes.filter_map(|code| Region::from_code(std::str::from_utf8(&code).ok()?)) {
        for round in 0..22 {
            let mut text = |letters: u64| {
                (0..letters)
                    .map(|_| char::from(b"abcdefghijklmnopqrstuvwxyzABC.-_ "[next(33) as usize]))
                    .collect()
            };
            let (before, behind): (String, String) = (text(round % 4), text(round % 11));
            let front = ["", "0", "00", "1", "44", "54", "672", "261", "378"][next(9) as usize];
            let digits: String = (0..next(11)).map(|_| char::from(b'0' + next(10) as u8)).collect();
            let cell = format!("{before}{front}{digits}{behind}x");
            let found = readings(&cell, &[region]);
            for phone in &found {
                let mut tails = Tails::default();
                tails.insert(phone);
                tails.freeze();
                let met = tails.met_by(Plaintext::new(cell.as_bytes()));
                assert!(
                    met != Meets::Nothing,
                    "{cell} in {}: {:?}",
                    region.code(),
                    String::from_utf8_lossy(phone.digits())
                );
                read += 1;
                keyed += u32::from(phone.digits().len() > front.len() + digits.len() + 3);
            }
            let mut others = Tails::default();
            ["358449999999", "298999999", "6839999"].into_iter().for_each(|digits| {
                others.insert(&Phone::from_digits(digits.as_bytes()).expect("fits"));
            });
            others.freeze();
            passed_over += u32::from(others.met_by(Plaintext::new(cell.as_bytes())) == Meets::Nothing);
        }
    }
    assert!(
        read > 1000 && keyed > 30 && passed_over > 4000,
        "{read} readings, {keyed} by keypad, {passed_over} passed over"
    );
}

/// Whatever the library makes of digits, wherever they are dialled: the end that is kept of it is the cell's,
/// nine digits of it where both have as many. The library puts area codes in behind some country codes.
#[test]
fn every_reading_ends_as_its_cell_does() {
    let mut seed = 7_u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let codes = (b'A'..=b'Z').flat_map(|one| (b'A'..=b'Z').map(move |other| [one, other]));
    let fronts = ["", "0", "1", "44", "0044", "54", "61", "261", "00261", "378", "672", "0", "000"];
    let (mut read, mut long) = (0, 0);
    for region in codes.filter_map(|code| Region::from_code(std::str::from_utf8(&code).ok()?)) {
        for front in fronts.into_iter().chain(fronts) {
            let digits = 1 + next(10);
            let number = (0..digits).map(|_| char::from(b'0' + next(10) as u8));
            let cell: String = front.chars().chain(number).collect();
            for phone in readings(&cell, &[region]) {
                let mut tails = Tails::default();
                tails.insert(&phone);
                tails.freeze();
                let met = tails.met_by(Plaintext::new(cell.as_bytes()));
                assert!(
                    met != Meets::Nothing,
                    "{cell} in {}: {:?}",
                    region.code(),
                    String::from_utf8_lossy(phone.digits())
                );
                read += 1;
                long += u32::from(phone.national().len() >= 9 && cell.len() >= 9);
            }
        }
    }
    assert!(read > 1000 && long > 500, "{read} readings, {long} of nine digits or more");
}
