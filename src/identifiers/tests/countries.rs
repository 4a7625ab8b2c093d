//! What people write in a country column.

use super::*;
use crate::identifiers::countries::{CODES, NAMES};
use crate::identifiers::country::fold;

#[test]
fn names_and_codes_of_a_country_are_one_region() {
    let mut faults = Faults::default();
    for (code, texts) in [
        ("FI", "FI fi FIN fin Finland finland FINLAND Suomi SUOMI suomi Finnland Soome"),
        ("SE", "SE SWE Sweden Sverige Ruotsi Schweden Rootsi"),
        ("EE", "EE EST Estonia Eesti Viro Estland"),
        ("DE", "DE DEU Germany Saksa Tyskland Deutschland Saksamaa"),
        ("GB", "GB UK uk GBR England Scotland Wales Iso-Britannia Storbritannien Englanti"),
        ("US", "US USA usa Yhdysvallat U.S.A."),
        ("NO", "NO NOR Norja Norge Norway Noreg Norwegen"),
        ("DK", "DK DNK Danmark Tanska Denmark Dänemark Taani"),
        ("GR", "GR EL Greece Ελλάδα Kreikka Griechenland"),
        ("CZ", "CZ Czechia Česko Tšekki tsekki Tschechien"),
        ("AX", "AX ALA Åland Ahvenanmaa aland"),
        ("PL", "Polska Puola Polen Poola Poland"),
        ("TR", "Turkey Türkiye Turkki Türkei"),
        ("IS", "Ísland Islanti Iceland"),
    ] {
        for text in texts.split(' ') {
            if country(text.as_bytes()) != region(code) {
                faults.add(format!("{text} is not {code}"));
            }
        }
    }
    for (code, text) in [
        ("US", " United  States "),
        ("US", "The United States of America"),
        ("GB", "United Kingdom"),
        ("CZ", "Czech Republic"),
        ("KR", "Korea, Republic of"),
        ("BA", "Bosnia & Herzegovina"),
        ("CI", "Côte d’Ivoire"),
        ("FI", "\u{feff}Finland\u{a0}"),
        ("NL", "The Netherlands"),
        ("RU", "Россия"),
    ] {
        if country(text.as_bytes()) != region(code) {
            faults.add(format!("{text} is not {code}"));
        }
    }
}

/// Letters that no decomposition takes apart.
#[test]
fn letters_of_their_own_fold_to_plain_ones() {
    for (name, folded) in [
        ("Weißrussland", "weissrussland"),
        ("Færøerne", "faeroerne"),
        ("Svíþjóð Đ", "sviþjod d"),
        ("Włochy", "wlochy"),
        ("Kıbrıs", "kibris"),
        (" A & B’s -  c. ", "a and bs c"),
    ] {
        assert_eq!(fold(name), folded);
    }
}

#[test]
fn what_is_no_country_is_none() {
    for text in
        ["", " ", "-", "XX", "ZZ", "ZZZ", "Atlantis", "EU", "Fin land", "1", "001", "Finland Sweden", "\u{0}"]
    {
        assert_eq!(country(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(country(&[0xff, 0xfe]), None);
    assert_eq!(Region::from_code("F1"), None);
    assert_eq!(Region::from_code("FIN"), None);
}

#[test]
fn the_table_is_sorted_folded_and_of_two_letters() {
    assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    let mut faults = Faults::default();
    for (name, code) in NAMES {
        if fold(name) != *name || !CODES.iter().any(|(_, two)| two == code) {
            faults.add(format!("{name}: {code}"));
        }
    }
    assert_eq!(CODES.len(), 250);
}
