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
