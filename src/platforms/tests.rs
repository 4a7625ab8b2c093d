//! The checks every platform's table must pass, golden rows, and the writer and the reader of rows
//! held against one another.
//!
//! Digests are made from numbers: no test here knows an address or a number.

use proptest::prelude::*;

use super::grammar::{Found, RowFault, RowGrammar, preamble_len};
use super::layout::{RowFormat, UnsafeName, preamble};
use super::*;
use crate::identifiers::Digest;

/// Every fault of one table, so that a new platform sees all its mistakes at once.
fn faults(platform: &Platform) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            faults.push(format!("{}: {what}", platform.name));
        }
    };
    let kebab = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
    };
    must(kebab(platform.name), "the name is kebab-case");
    must(platform.aliases.iter().all(|alias| kebab(alias)), "aliases are kebab-case");
    must(!platform.title.is_empty(), "it has a title");
    must(platform.email.is_some() || platform.phone.is_some(), "it takes some identifier");
    must(!platform.sources.is_empty(), "its facts have sources");
    for source in platform.sources {
        must(!source.title.is_empty() && !source.place.is_empty(), "a source says what and where");
        must(source.checked.parse::<jiff::civil::Date>().is_ok(), "a source has a date");
        must(source.checked <= CHECKED, "no source is newer than the tables' own date");
    }
    must(!platform.steps.is_empty(), "it says how to upload");
    must(!platform.may_not.is_empty(), "it says what the file is not for");
    must(!platform.open_questions.is_empty(), "every table has open questions so far");
    let prose = [platform.steps, platform.may_not, platform.open_questions].concat();
    must(prose.iter().all(|text| text.ends_with('.') && !text.contains("  ")), "prose is in sentences");
    must(!platform.screens.is_empty(), "something can be done with a file");
    if platform.recommended == Way::Delta {
        must(platform.screens.contains(&Operation::Add), "a delta needs adding");
        must(platform.screens.contains(&Operation::Remove), "a delta needs removing");
    } else {
        must(platform.screens.contains(&Operation::Replace), "a replacement needs replacing");
    }
    must(
        platform.max_rows_per_file != Some(0) && platform.max_bytes_per_file != Some(0),
        "limits leave room",
    );
    if let (Some(most), Some(least)) = (platform.max_rows_per_file, platform.minimum_upload) {
        must(least <= most, "the least fits into the most");
    }
    match platform.upload.layout() {
        None => must(
            matches!(platform.upload, Upload::None { why } if why.ends_with('.')),
            "no file comes with a reason",
        ),
        Some(layout) => layout_faults(platform, layout, &mut must),
    }
    faults
}

fn layout_faults(platform: &Platform, layout: &CsvLayout, must: &mut impl FnMut(bool, &str)) {
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') && !text.contains([',', '"', '\''])
    };
    must(
        layout.header.is_empty() || layout.header.len() == layout.columns.len(),
        "as many headers as columns",
    );
    must(layout.header.iter().all(|cell| !cell.is_empty() && plain(cell)), "headers need no quotes");
    must(layout.line_end == "\n", "rows end in a line feed");
    let slots: Vec<Kind> = layout.columns.iter().filter_map(|column| column.kind()).collect();
    must((1..=MAX_SLOTS).contains(&slots.len()), "identifier columns fit into the slots");
    for (kind, taken) in [(Kind::Email, platform.email.is_some()), (Kind::Phone, platform.phone.is_some())] {
        must(slots.contains(&kind) == taken, "columns and forms name the same kinds");
        must(platform.takes(kind) == taken, "takes() says what the forms say");
        let numbers: Vec<u8> = layout
            .columns
            .iter()
            .filter(|column| column.kind() == Some(kind))
            .map(|column| match column {
                Column::Email(slot) | Column::Phone(slot) => *slot,
                Column::Empty | Column::Constant(_) => unreachable!("only identifier columns have a kind"),
            })
            .collect();
        must(numbers.iter().copied().eq(0..numbers.len() as u8), "slots count from 0 in column order");
        if layout.shape == RowShape::IdentifierPerRow {
            must(numbers.len() <= 1, "a row of one identifier has one column a kind");
        }
    }
    for column in layout.columns {
        if let Column::Constant(text) = column {
            must(!text.is_empty() && plain(text), "constants need no quotes");
        }
    }
    if matches!(platform.upload, Upload::MicrosoftBulk(_)) {
        must(layout.header.len() == 13, "Bulk's format and list rows are written for 13 columns");
    }
    let format = RowFormat::of(platform).expect("a layout has a format");
    must(format.slots() == slots, "the format has the layout's slots");
    if let (Some(rows), Some(bytes)) = (platform.minimum_upload, platform.max_bytes_per_file) {
        must(rows * (format.row_len_max() as u64) < bytes, "the least rows fit into the most bytes");
    }
}

#[test]
fn every_table_passes_every_check() {
    let faults: Vec<String> = ALL.into_iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_broken_table_is_found_out() {
    let meta = ALL[0];
    let Upload::Csv(layout) = meta.upload else { unreachable!("Meta takes CSV") };
    let broken = [
        Platform { name: "Meta", ..*meta },
        Platform { email: None, ..*meta },
        Platform { sources: &[], ..*meta },
        Platform { screens: &[Operation::Add], ..*meta },
        Platform { sources: &[Source { title: "t", place: "p", checked: "2999-01-01" }], ..*meta },
        Platform { upload: Upload::Csv(CsvLayout { header: &["email"], ..layout }), ..*meta },
        Platform { upload: Upload::Csv(CsvLayout { line_end: "\r\n", ..layout }), ..*meta },
        Platform { upload: Upload::Csv(CsvLayout { shape: RowShape::IdentifierPerRow, ..layout }), ..*meta },
        Platform { upload: Upload::None { why: "" }, ..*meta },
        Platform { minimum_upload: Some(5), max_rows_per_file: Some(4), ..*meta },
    ];
    for platform in broken {
        assert!(!faults(&platform).is_empty(), "{platform:?}");
    }
}

#[test]
fn names_and_aliases_are_unique_and_found() {
    let mut seen = std::collections::BTreeSet::new();
    for platform in ALL {
        for name in [platform.name].iter().chain(platform.aliases) {
            assert!(seen.insert(*name), "{name} stands twice");
            assert_eq!(find(name), Some(platform));
            assert_eq!(find(&format!(" {} ", name.to_uppercase().replace('-', "_"))), Some(platform));
        }
    }
    for unknown in ["", "myspace", "meta-", "m", "google ads extra"] {
        assert_eq!(find(unknown), None, "{unknown}");
    }
    assert_eq!(find("Google Ads").map(|platform| platform.name), Some("google-ads"));
    let expected = [
        "meta",
        "linkedin",
        "google-ads",
        "tiktok",
        "x",
        "microsoft-ads",
        "snapchat",
        "pinterest",
        "reddit",
        "amazon-ads",
        "uid2",
        "euid",
    ];
    assert_eq!(ALL.map(|platform| platform.name), expected, "configs name platforms so: never rename one");
}

#[test]
fn google_alone_asks_for_its_signals() {
    for platform in ALL {
        let signals = platform.consent == ConsentRule::GoogleSignals;
        assert_eq!(signals, platform.name == "google-ads", "{}", platform.name);
    }
}

/// The documentation holds two parts that are the tables themselves; both are compared here.
#[test]
fn the_documentation_shows_these_tables() {
    let docs = include_str!("../../docs/platforms.md");
    for (part, expected) in [("table", super::table::markdown()), ("notes", super::table::notes())] {
        let (begin, end) = (format!("<!-- {part}: begin -->\n\n"), format!("\n<!-- {part}: end -->"));
        let shown = docs
            .split_once(&begin)
            .and_then(|(_, rest)| rest.split_once(&end))
            .map_or("", |(shown, _)| shown);
        assert!(
            shown.trim_end() == expected.trim_end(),
            "docs/platforms.md is behind; between {part}'s marks it must say:\n\n{expected}"
        );
    }
}

// --- rows ---------------------------------------------------------------------------------------

/// The digest whose every byte is `byte`.
fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

/// A row an identifier with two kinds of column, which no platform's documented file has so far.
const TWO_KINDS: CsvLayout = CsvLayout {
    header: &["email", "phone"],
    columns: &[Column::Email(0), Column::Phone(0)],
    shape: RowShape::IdentifierPerRow,
    line_end: "\n",
};

/// Platforms of no name, so that layouts and encodings which only they have stay under test.
static INVENTED: [&Platform; 2] = [
    &Platform { name: "invented-hex", aliases: &[], upload: Upload::Csv(TWO_KINDS), ..snapchat::SNAPCHAT },
    &Platform { name: "invented-base64", aliases: &[], upload: Upload::Csv(TWO_KINDS), ..uid2::UID2 },
];

fn named(name: &str) -> &'static Platform {
    let invented = INVENTED.into_iter().find(|platform| platform.name == name);
    invented.or_else(|| find(name)).expect("the tests name platforms that exist")
}

fn writable() -> impl Iterator<Item = (&'static Platform, RowFormat, RowGrammar)> {
    ALL.into_iter()
        .chain(INVENTED)
        .filter_map(|platform| Some((platform, RowFormat::of(platform)?, RowGrammar::of(platform)?)))
}

/// The whole file for one person with two e-mail addresses and one phone number.
fn file_of(name: &str, operation: Operation) -> String {
    let platform = named(name);
    let format = RowFormat::of(platform).expect("the platform takes files");
    let mut file = preamble(platform, "savings-customers", operation).expect("the name is safe");
    let phones = if platform.takes(Kind::Phone) { vec![digest(0xcc)] } else { vec![] };
    let emails = [digest(0xaa), digest(0xbb)].into_iter();
    let dropped = format.rows(emails, phones.into_iter(), |cells| format.encode(cells, &mut file));
    assert_eq!(dropped, 0);
    String::from_utf8(file).expect("files are ASCII")
}

#[test]
fn golden_files() {
    let [a, b, c] = ["aa", "bb", "cc"].map(|byte| byte.repeat(32));
    let base64 = |byte: u8| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode([byte; 32])
    };
    let [a64, b64, c64] = [0xaa, 0xbb, 0xcc].map(base64);
    assert_eq!(a64, "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=");
    let item = "Customer List Item,,,-1,,,,,,,,Email,";
    let bulk = format!(
        "Type,Status,Id,Parent Id,Client Id,Modified Time,Name,Description,Scope,Audience,Action Type,Sub Type,Text\n\
         Format Version,,,,,,6.0,,,,,,\n\
         Customer List,Active,-1,,,,,,Customer,savings-customers,Replace,,\n\
         {item}{a}\n{item}{b}\n"
    );
    let golden = [
        ("meta", format!("email,email,email,phone,phone,phone\n{a},{b},,{c},,\n")),
        (
            "linkedin",
            format!(
                "email,firstname,lastname,jobtitle,employeecompany,country,googleaid\n{a},,,,,,\n{b},,,,,,\n"
            ),
        ),
        ("google-ads", format!("Email,Email,Email,Phone,Phone,Phone\n{a},{b},,{c},,\n")),
        (
            "tiktok",
            format!(
                "Email_SHA256,Email_SHA256,Email_SHA256,Phone_SHA256,Phone_SHA256,Phone_SHA256\n{a},{b},,{c},,\n"
            ),
        ),
        ("x", format!("{a}\n{b}\n")),
        ("microsoft-ads", bulk),
        ("invented-hex", format!("email,phone\n{a},\n{b},\n,{c}\n")),
        ("invented-base64", format!("email,phone\n{a64},\n{b64},\n,{c64}\n")),
    ];
    for (name, expected) in &golden {
        assert_eq!(file_of(name, Operation::Replace), *expected, "{name}");
    }
    assert_eq!(golden.len(), writable().count(), "every platform with a file has a golden one");
}

/// A file of our own invention would be taken for the platform's: none until a format is documented.
#[test]
fn no_file_is_invented_for_an_undocumented_format() {
    let without: Vec<&str> =
        ALL.into_iter().filter(|platform| !platform.is_uploadable()).map(|platform| platform.name).collect();
    assert_eq!(without, ["snapchat", "pinterest", "reddit", "amazon-ads", "uid2", "euid"]);
    for platform in without.iter().map(|name| named(name)) {
        assert_eq!((RowFormat::of(platform), RowGrammar::of(platform)), (None, None), "{}", platform.name);
        let Upload::None { why } = platform.upload else { unreachable!("none of these has a file") };
        assert!(why.contains("No file is written until"), "{}", platform.name);
        assert_eq!(super::table::file(platform), "no-upload-file");
        assert!(platform.email.is_some(), "{}: the form is known all the same", platform.name);
        assert!(platform.steps[0].starts_with("No file is written"), "{}", platform.name);
    }
}

#[test]
fn the_operation_stands_in_microsofts_list_row_only() {
    for operation in [Operation::Add, Operation::Replace, Operation::Remove] {
        assert!(file_of("microsoft-ads", operation).contains(&format!(",{},,\n", operation.word())));
        assert_eq!(file_of("meta", operation), file_of("meta", Operation::Add));
    }
}

#[test]
fn a_list_name_cannot_break_out_of_its_cell() {
    let microsoft = named("microsoft-ads");
    let long = "a".repeat(129);
    for name in ["", "a,b", "a\nb", "\"a", "=1+1", "-a", "@a", "å", "a\tb", long.as_str()] {
        assert_eq!(preamble(microsoft, name, Operation::Add), Err(UnsafeName), "{name:?}");
        assert!(preamble(named("meta"), name, Operation::Add).is_ok(), "Meta's file carries no name");
    }
    for name in ["a", "savings-customers 2026-11-21", &"a".repeat(128)] {
        assert!(preamble(microsoft, name, Operation::Add).is_ok(), "{name:?}");
    }
}

#[test]
fn identifiers_beyond_the_columns_are_counted() {
    let emails: Vec<Digest> = (1..=5).map(digest).collect();
    let phones: Vec<Digest> = (6..=9).map(digest).collect();
    for (name, rows, dropped) in
        [("meta", 1, 3), ("linkedin", 5, 4), ("invented-hex", 9, 0), ("x", 5, 4), ("invented-base64", 9, 0)]
    {
        let format = RowFormat::of(named(name)).expect("the platform takes files");
        let mut seen = 0;
        let unplaced = format.rows(emails.iter().copied(), phones.iter().copied(), |cells| {
            seen += 1;
            assert_eq!(cells.len(), format.slots().len());
        });
        assert_eq!((seen, unplaced), (rows, dropped), "{name}");
        assert_eq!(
            format.rows([].into_iter(), [].into_iter(), |_: &[Option<Digest>]| panic!("nobody has no row")),
            0
        );
    }
}

#[test]
fn the_preamble_is_read_back_and_any_change_refused() {
    for (platform, ..) in writable() {
        let written = preamble(platform, "savings", Operation::Add).expect("the name is safe");
        let read = |file: &[u8]| preamble_len(platform, file, "savings", Operation::Add);
        let with_rows = [written.as_slice(), b"rows"].concat();
        assert_eq!(read(&with_rows), Some(written.len()), "{}", platform.name);
        for at in 0..written.len() {
            let mut changed = with_rows.clone();
            changed[at] ^= 0x20;
            assert_eq!(read(&changed), None, "{} byte {at}", platform.name);
        }
        if !written.is_empty() {
            assert_eq!(read(&written[..written.len() - 1]), None, "{} cut", platform.name);
            assert_eq!(
                read(&[b"\xef\xbb\xbf", with_rows.as_slice()].concat()),
                None,
                "{} mark",
                platform.name
            );
        }
    }
    let microsoft = named("microsoft-ads");
    let written = preamble(microsoft, "savings", Operation::Add).expect("the name is safe");
    assert_eq!(preamble_len(microsoft, &written, "pensions", Operation::Add), None);
    assert_eq!(preamble_len(microsoft, &written, "savings", Operation::Replace), None);
    assert_eq!(preamble_len(named("amazon-ads"), b"", "savings", Operation::Add), None);
}

/// What the grammar finds in a line.
fn read(grammar: &RowGrammar, line: &[u8]) -> Result<Vec<(Kind, Digest)>, RowFault> {
    let mut found = Found::default();
    grammar.check(line, &mut found).map(|()| found.digests().collect())
}

#[test]
fn every_class_of_damage_is_refused() {
    for (platform, format, grammar) in writable() {
        let mut good = Vec::new();
        let mut cells = vec![None; format.slots().len()];
        cells[0] = Some(Digest::from_bytes(core::array::from_fn(|at| 0xa5 ^ at as u8)));
        format.encode(&cells, &mut good);
        assert_eq!(read(&grammar, &good).map(|found| found.len()), Ok(1), "{}", platform.name);

        let start = good.len() - format_tail(&format) - platform.encoding.width();
        let splice = |from: usize, to: usize, text: &[u8]| [&good[..from], text, &good[to..]].concat();
        let end = start + platform.encoding.width();
        let mut damaged: Vec<(&str, Vec<u8>)> = vec![
            ("no line end", good[..good.len() - 1].to_vec()),
            ("CRLF", [&good[..good.len() - 1], b"\r\n"].concat()),
            ("two line ends", [good.as_slice(), b"\n"].concat()),
            ("two rows", [good.as_slice(), good.as_slice()].concat()),
            ("byte-order mark", [b"\xef\xbb\xbf", good.as_slice()].concat()),
            ("blank row", b"\n".to_vec()),
            ("nothing at all", Vec::new()),
            ("no identifier", splice(start, end, b"")),
            ("an extra column", splice(good.len() - 1, good.len() - 1, b",")),
            ("an extra column in front", splice(0, 0, b",")),
            ("a character less", splice(end - 1, end, b"")),
            ("a character more", splice(end, end, b"0")),
            ("a blank before", splice(start, start, b" ")),
            ("a blank after", splice(end, end, b" ")),
            ("quotes", splice(start, end, &[b"\"", &good[start..end], b"\""].concat())),
            ("a NUL", splice(start, start + 1, b"\0")),
            ("a high byte", splice(start, start + 1, b"\xc3")),
        ];
        for formula in [b"=", b"-", b"@", b"\t"] {
            damaged.push(("a formula character", splice(start, start + 1, formula)));
            damaged.push(("a formula character added", splice(start, start, formula)));
        }
        match platform.encoding {
            Encoding::LowerHex => {
                let upper = good[start..end].to_ascii_uppercase();
                damaged.push(("upper-case hex", splice(start, end, &upper)));
                damaged.push(("one upper-case digit", splice(start, start + 1, b"A")));
                damaged.push(("a plus", splice(start, start + 1, b"+")));
                damaged.push(("no hex digit", splice(start, start + 1, b"g")));
                damaged.push(("the digest of nothing", splice(start, end, EMPTY_HEX.as_bytes())));
                damaged.push(("Base64", splice(start, end, b"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=")));
            }
            Encoding::Base64 => {
                damaged.push(("URL-safe Base64", splice(start, start + 1, b"_")));
                damaged.push(("no padding", splice(end - 1, end, b"A")));
                damaged.push(("stray bits", splice(end - 2, end - 1, b"B")));
                damaged.push(("hex", splice(start, end, EMPTY_HEX.as_bytes())));
                damaged.push(("Base64 of hex", splice(start, end, &b"YWFhYWFh".repeat(11))));
                damaged.push(("the digest of nothing", splice(start, end, EMPTY_BASE64.as_bytes())));
            }
        }
        // What the line before held says nothing of the one at hand.
        let mut found = Found::default();
        for (what, line) in damaged {
            grammar.check(&good, &mut found).expect("a good row");
            let answer = grammar.check(&line, &mut found);
            assert!(answer.is_err(), "{} accepts {what}", platform.name);
            if let Err(RowFault::Identifiers { found }) = answer {
                assert_eq!(found, 0, "{}: {what} is given the wrong name", platform.name);
            }
            assert_eq!(found.digests().count(), 0, "{} tells a digest of a bad row", platform.name);
        }
    }
}

const EMPTY_HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const EMPTY_BASE64: &str = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/// Bytes of a row after its first slot, when the others are empty.
fn format_tail(format: &RowFormat) -> usize {
    let (mut one, mut prefix) = (Vec::new(), vec![None; format.slots().len()]);
    prefix[0] = Some(digest(0));
    format.encode(&prefix, &mut one);
    let width = one.windows(8).rposition(|bytes| bytes == b"00000000" || bytes == b"AAAAAAA=");
    one.len() - (width.expect("the first slot is filled") + 8)
}

#[test]
fn an_identifier_too_many_is_refused() {
    let [a, c] = ["aa", "cc"].map(|byte| byte.repeat(32));
    let line = format!("{a},{c}\n");
    let grammar = RowGrammar::of(named("invented-hex")).expect("it takes files");
    assert_eq!(read(&grammar, line.as_bytes()), Err(RowFault::Identifiers { found: 2 }));
    assert_eq!(read(&grammar, b",\n"), Err(RowFault::Identifiers { found: 0 }));
}

#[test]
fn a_fixed_cell_holds_its_text_and_nothing_else() {
    let a = "aa".repeat(32);
    for (name, line, fault) in [
        ("linkedin", format!("{a},jane,,,,,\n"), RowFault::Fixed { column: 2 }),
        ("linkedin", format!("{a},,,,,\n"), RowFault::Columns { expected: 7, found: 6 }),
        ("linkedin", format!("{a},,,,,,,\n"), RowFault::Columns { expected: 7, found: 8 }),
        (
            "microsoft-ads",
            format!("Customer List Item,,,-2,,,,,,,,Email,{a}\n"),
            RowFault::Fixed { column: 4 },
        ),
        (
            "microsoft-ads",
            format!("customer list item,,,-1,,,,,,,,Email,{a}\n"),
            RowFault::Fixed { column: 1 },
        ),
        (
            "microsoft-ads",
            format!("Customer List Item,,,-1,,,,,,,,Phone,{a}\n"),
            RowFault::Fixed { column: 12 },
        ),
        ("meta", "jane@example.com,,,,,\n".to_owned(), RowFault::Digest { column: 1 }),
        ("meta", format!(",,,,,{}\n", "a".repeat(63)), RowFault::Digest { column: 6 }),
        ("meta", format!("{EMPTY_HEX},,,,,\n"), RowFault::DigestOfNothing { column: 1 }),
        ("meta", ",,,,,\n".to_owned(), RowFault::Identifiers { found: 0 }),
    ] {
        let grammar = RowGrammar::of(named(name)).expect("the platform takes files");
        let answer = read(&grammar, line.as_bytes());
        assert_eq!(answer, Err(fault), "{name}");
        assert!(!fault.to_string().contains("jane"), "a fault quotes no cell");
    }
}

// --- properties ---------------------------------------------------------------------------------

/// Cells for up to six slots; bytes lean on the ends, and rows share beginnings, so that empty and
/// full cells meet.
fn cells() -> impl Strategy<Value = Vec<Option<[u8; 32]>>> {
    let byte = prop_oneof![Just(0u8), Just(0x0f), Just(0xf8), Just(0xfb), Just(0xff), any::<u8>()];
    let whole = (byte, any::<[u8; 4]>(), any::<bool>()).prop_map(|(byte, tail, vary)| {
        let mut bytes = [byte; 32];
        if vary {
            bytes[28..].copy_from_slice(&tail);
        }
        bytes
    });
    proptest::collection::vec(proptest::option::of(whole), MAX_SLOTS)
}

/// As many of the cells as the format has slots; the first filled when all are empty, and all but
/// the first filled one emptied when a row is one identifier.
fn fit(format: &RowFormat, cells: &[Option<[u8; 32]>]) -> Vec<Option<Digest>> {
    let mut fitted: Vec<_> =
        cells[..format.slots().len()].iter().map(|cell| cell.map(Digest::from_bytes)).collect();
    if fitted.iter().all(Option::is_none) {
        fitted[0] = Some(digest(0x5a));
    }
    if format.shape() == RowShape::IdentifierPerRow {
        let first = fitted.iter().position(Option::is_some);
        for (at, cell) in fitted.iter_mut().enumerate() {
            if Some(at) != first {
                *cell = None;
            }
        }
    }
    fitted
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(cells in cells()) {
        for (platform, format, grammar) in writable() {
            let row = fit(&format, &cells);
            let (mut line, mut key, mut packed) = (Vec::new(), Vec::new(), vec![b'x'; format.row_len_max()]);
            format.encode(&row, &mut line);
            let expected: Vec<_> = format
                .slots()
                .iter()
                .zip(&row)
                .filter_map(|(kind, cell)| cell.map(|digest| (*kind, digest)))
                .collect();
            prop_assert_eq!(read(&grammar, &line), Ok(expected), "{}", platform.name);
            prop_assert!(line.len() <= format.row_len_max());
            for cell in &row {
                key.push(u8::from(cell.is_some()));
                key.extend(cell.iter().flat_map(|digest| *digest.as_bytes()));
            }
            let written = format.encode_packed(&key, &mut packed);
            prop_assert_eq!(&packed[..written], line, "{} from its key", platform.name);
        }
    }

    #[test]
    fn a_changed_byte_never_passes_for_the_same_row(cells in cells(), at in any::<prop::sample::Index>(), flip in 1u8..) {
        for (platform, format, grammar) in writable() {
            let row = fit(&format, &cells);
            let mut line = Vec::new();
            format.encode(&row, &mut line);
            let before = read(&grammar, &line);
            let at = at.index(line.len());
            line[at] ^= flip;
            // Another digit makes another digest; whatever else passes would be a hole.
            if let Ok(after) = read(&grammar, &line) {
                prop_assert_ne!(Ok(after.clone()), before, "{}", platform.name);
                let mut again = Vec::new();
                let mut rest = after.iter();
                let refilled: Vec<_> = row.iter().map(|cell| cell.and_then(|_| rest.next().map(|f| f.1))).collect();
                format.encode(&refilled, &mut again);
                prop_assert_eq!(again, line, "{} reads a row it would not write", platform.name);
            }
        }
    }
}
