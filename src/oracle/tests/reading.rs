//! Files to rows: encodings, quoting, and what a broken row leaves behind.

use super::super::read::{Record, records};
use super::{Base, fates, lines, table};

/// Whole rows as `a|b`, broken ones as `!a|b`.
fn read(text: &str, width: usize) -> Vec<String> {
    records(text.as_bytes(), 0, b',', width)
        .into_iter()
        .map(|record| {
            let (mark, cells) = match record {
                Record::Whole(cells) => ("", cells),
                Record::Broken(cells) => ("!", cells),
            };
            let cells: Vec<_> = cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            format!("{mark}{}", cells.join("|"))
        })
        .collect()
}

#[test]
fn a_broken_row_never_moves_the_next() {
    for (text, expect) in [
        ("1,2\n3,4\n", &["1|2", "3|4"][..]),
        ("1,2\r\n\r\n3,4", &["1|2", "3|4"]),
        ("1,2\r3,4\r", &["1|2", "3|4"]),
        ("\"1\",\"a \"\"b\"\"\"\n", &["1|a \"b\""]),
        ("1,\"a\nb\"\n3,4\n", &["1|a\nb", "3|4"]),
        ("1\n3,4\n", &["!1", "3|4"]),
        ("1,2,3\n3,4\n", &["!1|2|3", "3|4"]),
        ("1,a\"b\n3,4\n", &["!1|a\"b", "3|4"]),
        ("1,\"a\"b\n3,4\n", &["!1|\"a\"b", "3|4"]),
        ("1,\"a\n3,4\n", &["!1|\"a", "3|4"]),
        ("1,\"a\n3,4\n5,b\"\n", &["!1|\"a", "3|4", "!5|b\""]),
        ("1,\"a\n3,b\"\n5,6\n", &["!1|\"a", "!3|b\"", "5|6"]),
        ("\"a\nb\"\n3,4\n", &["!\"a", "!b\"", "3|4"]),
        ("1,a\0\n3,4\n", &["!1|a\0", "3|4"]),
    ] {
        assert_eq!(read(text, 2), expect, "{text:?}");
    }
}

/// Where nothing is broken or looks so, the reader everybody uses gives the same cells.
#[test]
fn well_formed_text_reads_as_the_csv_crate_reads_it() {
    let cells = ["", "a", "a,b", "say \"hi\"", "line\nline", " b ", "å"];
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    for one in cells {
        for two in cells {
            for three in cells {
                writer.write_record([one, two, three, "x", "x"]).expect("memory takes every byte");
            }
        }
    }
    let text = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let theirs: Vec<String> = reader
        .records()
        .map(|record| record.expect("well-formed").iter().collect::<Vec<_>>().join("|"))
        .collect();
    assert!(read(&text, 5) == theirs);
    assert_eq!(theirs.len(), 343);
}

#[test]
fn encodings_and_delimiters_are_recognised() {
    let text = "id;email;phone;ban\n1;väino@example.com;;\n2;b@example.com;;1\n";
    let utf16 = |text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<_>>()].concat()
    };
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (key, content) in [
        ("", text.as_bytes().to_vec()),
        ("", marked),
        ("", utf16(text, &[0xff, 0xfe], u16::to_le_bytes)),
        ("encoding = \"utf-16\"", utf16(text, &[0xfe, 0xff], u16::to_be_bytes)),
        ("encoding = \"utf-16\"", utf16(text, &[], u16::to_le_bytes)),
        ("encoding = \"windows-1252\"", text.chars().map(|letter| letter as u8).collect()),
        ("delimiter = \"\\t\"", text.replace(';', "\t").into_bytes()),
        ("", text.replace(';', "\t").into_bytes()),
    ] {
        let mut base = Base::of("9,z@example.com,,");
        base.more = format!(
            "[[source]]\nname = \"more\"\npath = \"more.csv\"\n{key}\n[source.columns]\ncustomer_id = \"id\"\nemail = \"email\"\n{}",
            super::PLAIN
        );
        base.files.push(("more.csv", content));
        let outcome = base.register("key = \"email\"", "r.csv", "väino@example.com").run();
        assert_eq!(
            fates(&outcome, 0, 0),
            table(&[("1", "on-register"), ("2", "opted-out"), ("9", "up")]),
            "{key}"
        );
        assert_eq!(outcome.unreadable_rows, 0);
    }
}

#[test]
fn a_mapped_cell_that_is_no_text_makes_the_row_unreadable() {
    let mut base = Base::of("1,a@example.com,,|2,b@example.com,,");
    let head = format!("id,email,phone,ban,note\n{}", lines("1,a@example.com,,,|2,b@example.com,,,"));
    base.more = format!(
        "[[source]]\nname = \"more\"\nid_space = \"crm\"\npath = \"more.csv\"\n[source.columns]\ncustomer_id = \"id\"\nemail = \"email\"\n{}",
        super::PLAIN
    );
    base.files
        .push(("more.csv", [head.as_bytes(), b"3,A@example.com,,\xe4,\n4,d@example.com,,,\xe4\n"].concat()));
    let outcome = base.run();
    assert_eq!(outcome.unreadable_rows, 1);
    assert_eq!(fates(&outcome, 0, 0), table(&[("1", "unreadable-row"), ("2", "up"), ("4", "up")]));
}
