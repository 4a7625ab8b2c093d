//! `verho init`: a first config from the files there are. What it cannot know is marked and refused, no
//! ban or consent is ever guessed to be a yes, and what it writes builds once somebody has decided.

use std::io::Write as _;

use super::base::{Base, CUSTOMERS, OBJECTIONS, Ran};

/// A CRM export as spreadsheets write it.
const FINNISH: &str = "\u{feff}Asiakasnumero;Nimi;Sähköposti;Työpuhelin;Maa;Syntymäaika;Asiakkuuden tila;Markkinointikielto;Tuoteryhmä\r\n\
K1;Aino Quokka;aino.quokka@example.com;045 731 4001;FI;14.6.1975;A;;tent\r\n\
K2;Eero Quokka;eero.quokka@example.com;;FI;1.2.1976;A;K;tent\r\n\
K3;Ilona Quokka;ilona.quokka@example.org;;;3.4.1977;P;;bike\r\n\
K4;Onni Quokka;onni.quokka@example.org;045 731 4004;FI;31.1.1978;A;;bike\r\n\
K5;Outi Quokka;outi.quokka@example.org;;FI;31.1.1978;A;;tent\r\n";

/// The answer to every question of a config for [`FINNISH`]: its key, how the question begins, the answer.
const ANSWERS: &[(&str, &str, &str)] = &[
    ("name", "the company", "Example Life Ltd"),
    ("role", "", "controller"),
    ("default", "", "FI"),
    ("current", "", "A"),
    ("constant", "legitimate_interest", "legitimate_interest"),
    ("opted_out", "", "K"),
    ("not_objected", "", "E"),
    ("blank", "", "not_objected"),
    ("use", "", "legitimate_interest"),
    ("countries", "", "FI"),
    ("assessment", "", "LIA-2026-003"),
    ("id", "", "marketing-policy"),
    ("version", "", "2024-02-09"),
    ("name", "a name", "customers"),
    ("platforms", "", "meta"),
];

/// Puts answers in the place of the marks, as somebody at an editor does.
pub(super) fn decide(text: &str) -> String {
    let mut decided = String::new();
    for line in text.lines().filter(|line| !line.starts_with("consent_wording = ")) {
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("\"DECIDE:") {
            let (question, behind) = after.split_once('"').expect("a text is closed");
            let key = before.trim_end_matches(['=', '[', ' ']).rsplit([' ', '{']).next().expect("a key");
            let answer = ANSWERS
                .iter()
                .find(|(asked, begins, _)| *asked == key && question.trim().starts_with(begins))
                .unwrap_or_else(|| panic!("no answer to {key}: {question}"));
            decided.push_str(&format!("{before}\"{}\"", answer.2));
            rest = behind;
        }
        decided.push_str(rest);
        decided.push('\n');
    }
    decided
}

fn told(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn a_config_is_refused_until_decided_and_then_builds() {
    let base = Base::empty();
    base.put("crm.csv", FINNISH);
    base.put("bans.txt", "+358457314004\n");
    let ran = base.run(&["init", "crm.csv", "--register", "bans.txt", "--out", "verho.toml"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "verho.toml\n"), "{}", ran.stderr);
    let text = std::fs::read_to_string(base.path().join("verho.toml")).expect("was written");
    insta::assert_snapshot!("init_finnish", text);

    let marks: usize = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.matches("\"DECIDE:").count())
        .sum();
    for args in [&["check"][..], &["build"], &["check", "--draft"]] {
        let ran = base.run(args);
        assert_eq!(ran.code, 2, "{}", told(&ran));
        let faults = ran.stderr.matches("error[undecided]").count();
        assert_eq!(faults, marks, "each mark is a fault of its own: {}", ran.stderr);
        assert!(
            ran.stderr.contains("markkinointi") || ran.stderr.contains("opted_out is not decided"),
            "{}",
            ran.stderr
        );
    }
    assert!(base.releases().is_empty());

    base.put("verho.toml", decide(&text).replace("# min_size = 100", "min_size = 1"));
    let ran = base.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", told(&ran));
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", told(&ran));
    let release = base.releases().pop().expect("one");
    let upload =
        std::fs::read_to_string(release.join("audiences/customers/meta/full.csv")).expect("is there");
    // Of five: K2 objected, K3 is none any more, K4's work number is banned.
    assert_eq!(upload.lines().count(), 1 + 2, "{upload}");
}

#[test]
fn every_single_mark_is_refused() {
    let base = Base::empty();
    base.put("crm.csv", FINNISH);
    let decided = decide(&base.run(&["init", "crm.csv"]).stdout);
    let mut marked = 0;
    for (at, _) in decided.match_indices('"').step_by(2) {
        let (before, after) = decided.split_at(at + 1);
        if before.lines().last().is_some_and(|line| line.starts_with('#')) {
            continue;
        }
        let (_, behind) = after.split_once('"').expect("is closed");
        base.put("verho.toml", format!("{before}DECIDE: this\"{behind}"));
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, 2, "{}", told(&ran));
        assert_eq!(ran.stderr.matches("error[undecided]").count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("hint: this"), "{}", ran.stderr);
        marked += 1;
    }
    assert!(marked > 10, "{marked}");
}

/// Header, and what must not be in the config: bans and consents under many names.
#[test]
fn no_ban_and_no_consent_is_ever_guessed_to_be_a_yes() {
    let names = [
        "kielto",
        "Markkinointikielto",
        "sähköpostikielto",
        "opt_out",
        "OptOut",
        "unsubscribed",
        "do_not_contact",
        "dnc",
        "spärr",
        "Reklamspärr",
        "Widerspruch",
        "Werbesperre",
        "nix",
        "ad_ban",
        "suostumus",
        "Markkinointilupa",
        "marketing_consent",
        "samtycke",
        "Einwilligung",
        "opt_in",
        "newsletter",
        "ads_ok",
        "gdpr",
        "email_permission",
        "legal_basis",
        "ad_user_data",
        "ad_personalization",
        "status",
        "asiakastyyppi",
    ];
    for name in names {
        for values in [
            ["1", "0"],
            ["kyllä", "ei"],
            ["granted", "denied"],
            ["active", "former"],
            ["", "X"],
            ["consent", "none"],
        ] {
            let base = Base::empty();
            let [one, other] = values;
            base.put("c.csv", format!("customer_id,email,{name}\nC-1,a.quokka@example.com,{one}\nC-2,b.quokka@example.com,{other}\n"));
            let ran = base.run(&["init", "c.csv", "--values-of", name]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let config =
                ran.stdout.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
            assert!(config.contains(&format!("\"{name}\"")), "{name} is mapped: {config}");
            for list in [
                "current = [",
                "consent = [",
                "legitimate_interest = [",
                "not_objected = [",
                "opted_out = [",
                "granted = [",
                "consumer = [",
                "business = [",
            ] {
                for (at, _) in config.match_indices(list) {
                    assert!(config[at + list.len()..].starts_with("\"DECIDE:"), "{name}: {}", &config[at..]);
                }
            }
            for key in ["blank = ", "constant = "] {
                for (at, _) in config.match_indices(key) {
                    assert!(config[at + key.len()..].starts_with("\"DECIDE:"), "{name}: {}", &config[at..]);
                }
            }
        }
    }
}

#[test]
fn several_bans_in_one_table_are_asked_about_and_none_is_dropped() {
    let base = Base::empty();
    base.put("c.csv", "customer_id,email,email_opt_out,ad_ban\nC-1,a.quokka@example.com,,1\n");
    let text = base.run(&["init", "c.csv"]).stdout;
    let line = text.lines().find(|line| line.starts_with("targeting")).expect("is asked about");
    assert!(line.contains("\"DECIDE:") && line.contains("email_opt_out, ad_ban"), "{line}");
}

#[test]
fn values_are_shown_only_where_asked_and_harmless() {
    let base = Base::empty();
    let mut rows = String::from("customer_id,email,name,phone,status,note,ssn,points\n");
    for n in 0..60 {
        let status = if n % 3 == 0 { "former" } else { "active" };
        rows.push_str(&format!(
            "C-{n},p{n}.quokka@example.com,Quokka {n},+35845731{n:04},{status},likes quokkas a lot and says so at great length {n},131052-308T,{n}\n"
        ));
    }
    base.put("c.csv", &rows);
    let silent = base.run(&["init", "c.csv"]);
    assert!(!told(&silent).contains("former") && !told(&silent).contains("active\""), "{}", told(&silent));
    assert!(silent.stdout.contains("2 different values"), "{}", silent.stdout);
    let all = ["customer_id", "email", "name", "phone", "status", "note", "ssn", "points"];
    let mut args = vec!["init", "c.csv"];
    for name in all {
        args.extend(["--values-of", name]);
    }
    let ran = base.run(&args);
    assert!(ran.stdout.contains("# status: \"active\" 40, \"former\" 20, blank 0."), "{}", ran.stdout);
    for secret in ["quokka@", "Quokka", "+35845", "131052", "likes", "C-1"] {
        assert!(!told(&ran).contains(secret), "{secret}: {}", told(&ran));
    }
}

#[test]
fn every_way_to_write_a_table_is_read() {
    let finnish = FINNISH;
    let plain = finnish.trim_start_matches('\u{feff}');
    let utf16: Vec<u8> = finnish.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16_without_mark: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> =
        plain.chars().map(|letter| u8::try_from(u32::from(letter)).expect("Latin")).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(finnish.as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory");
    let zst: Vec<u8> = zstd_frame(finnish.as_bytes());
    let ndjson: String = plain
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(';').collect();
            let names = plain.lines().next().expect("has a header").split(';');
            let object: serde_json::Map<String, serde_json::Value> =
                names.zip(cells).map(|(name, cell)| (name.to_owned(), cell.into())).collect();
            serde_json::Value::Object(object).to_string() + "\n"
        })
        .collect();
    let [tabs, bars, commas] = ["\t", "|", ","].map(|sign| plain.replace(';', sign));
    let cases: &[(&str, &[u8], &str)] = &[
        ("c.csv", finnish.as_bytes(), ""),
        ("c.csv", tabs.as_bytes(), ""),
        ("c.csv", bars.as_bytes(), ""),
        ("c.csv", commas.as_bytes(), ""),
        ("c.csv", &utf16, ""),
        ("c.csv", &utf16_without_mark, "encoding = \"utf-16\""),
        ("c.csv", &latin, "encoding = \"windows-1252\""),
        ("c.csv.gz", &packed, ""),
        ("c.csv.zst", &zst, ""),
        ("c.ndjson", ndjson.as_bytes(), ""),
    ];
    for (name, bytes, line) in cases {
        let base = Base::empty();
        base.put(name, bytes);
        let ran = base.run(&["init", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        for part in [
            "customer_id = \"Asiakasnumero\"",
            "{ column = \"Sähköposti\" }",
            "{ column = \"Työpuhelin\", context = \"work\" }",
            "country = { column = \"Maa\"",
            "birth_date = { column = \"Syntymäaika\", formats = [\"%d.%m.%Y\"] }",
            "relationship = { column = \"Asiakkuuden tila\"",
            "targeting = { column = \"Markkinointikielto\"",
            *line,
        ] {
            assert!(ran.stdout.contains(part), "{name}: {part}\n{}", ran.stdout);
        }
        // What was guessed is what a build reads: it opens the file as the config says.
        base.put("verho.toml", decide(&ran.stdout));
        let ran = base.run(&["check"]);
        assert_eq!(ran.code, 0, "{name}: {}", told(&ran));
    }
}

/// A zstd frame of one raw block (RFC 8878).
fn zstd_frame(bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0xA0];
    frame.extend(u32::try_from(bytes.len()).expect("short").to_le_bytes());
    let header = (u32::try_from(bytes.len()).expect("short") << 3) | 1;
    frame.extend(&header.to_le_bytes()[..3]);
    frame.extend(bytes);
    frame
}

#[test]
fn registers_of_many_kinds_are_recognised() {
    let hash = "207ac6d993f5856b9fccaf8efb69855fa80dcb36e3e3a02f8abac1d8c1c22bc8";
    let cases: &[(&str, String, &[&str])] = &[
        ("numbers.txt", "+358457314001\n045 731 4002\n".to_owned(), &["key = \"phone\""]),
        ("mails.txt", "a.quokka@example.com\nb.quokka@example.com\n".to_owned(), &["key = \"email\""]),
        ("domains.txt", "blocked.example.net\nkielto.example.org\n".to_owned(), &["key = \"domain\""]),
        ("hashes.txt", format!("{hash}\n{hash}\n"), &["key = { field = \"DECIDE:", "hashed = \"sha256\" }"]),
        (
            "objections-2026-11-20.csv",
            "asiakasnumero;sähköposti;tila;kirjattu;laajuus\nK1;;poistettu;2026-03-02;targeting\n".to_owned(),
            &[
                "customer_id = \"asiakasnumero\"",
                "email = \"sähköposti\"",
                "at = \"kirjattu\"",
                "scope = \"laajuus\"",
                "active = { column = \"tila\", lifted = [\"DECIDE:",
                "# age_from = { filename = \"objections-%Y-%m-%d.csv\" }",
            ],
        ),
        (
            "hashed.csv",
            format!("email_sha256,phone_sha256\n{hash},\n,{hash}\n"),
            &[
                "email = { column = \"email_sha256\", hashed = \"sha256\" }",
                "phone = { column = \"phone_sha256\", hashed = \"sha256\" }",
            ],
        ),
        ("odd.csv", "who,why\nx,y\n".to_owned(), &["email = \"DECIDE: the column that says whom"]),
    ];
    let base = Base::empty();
    base.put("customers.csv", CUSTOMERS);
    for (name, text, parts) in cases {
        base.put(name, text);
        let ran = base.run(&["init", "customers.csv", "--register", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        for part in *parts {
            assert!(ran.stdout.contains(part), "{name}: {part}\n{}", ran.stdout);
        }
        assert!(!told(&ran).contains("quokka") && !told(&ran).contains("45731"), "{name}: {}", told(&ran));
    }
}

#[test]
fn what_cannot_be_looked_at_is_told_with_what_to_do() {
    let base = Base::empty();
    base.put("customers.csv", CUSTOMERS);
    base.put("objections.csv", OBJECTIONS);
    base.put("rows.csv", "C-1,aino.quokka@example.com\nC-2,eero.quokka@example.com\n");
    // No address in it, and a row of somebody's all the same.
    base.put("numbers.csv", "17,045 731 4001,quokka\n18,045 731 4002,quokka\n");
    base.put("days.csv", "17,1980-01-01,quokka\n18,1981-02-02,quokka\n");
    base.put("codes.csv", "17,010180-123A,quokka\n18,020280-123B,quokka\n");
    base.put("empty.csv", "");
    base.put("there.toml", "schema = 1");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["init"], 2, "verho init --help"),
        (&["init", "nowhere.csv"], 3, "name a file that is there"),
        (&["init", "rows.csv"], 3, "first line of column names"),
        (&["init", "numbers.csv"], 3, "first line of column names"),
        (&["init", "days.csv"], 3, "first line of column names"),
        (&["init", "codes.csv"], 3, "first line of column names"),
        (&["init", "empty.csv"], 3, "check that the export finished"),
        (&["init", "customers.csv", "--values-of", "statu"], 2, "did you mean status"),
        (
            &["init", "customers.csv", "--values-of", "aino.quokka@example.com"],
            2,
            "as it stands in the first line",
        ),
        (&["init", "customers.csv", "--out", "there.toml"], 3, "never overwritten"),
        (&["init", "customers.csv", "--out", "no/such/folder.toml"], 3, "in a folder that is there"),
        (&["init", "customers.csv", "--values-off", "status"], 2, "--values-of"),
    ];
    for (args, code, hint) in cases {
        let ran = base.run(args);
        assert_eq!(ran.code, *code, "{args:?}: {}", told(&ran));
        assert!(ran.stderr.contains(hint), "{args:?}: {}", ran.stderr);
        assert!(!told(&ran).contains("quokka"), "{args:?}: {}", told(&ran));
    }
    assert_eq!(std::fs::read_to_string(base.path().join("there.toml")).expect("is there"), "schema = 1");
}

/// Names from outside can hold anything; the config they stand in is still one.
#[test]
fn hostile_names_of_columns_do_no_harm() {
    let base = Base::empty();
    base.put(
        "c.csv",
        "\"customer_id\",\"e\"\"mail\",\"status\u{1b}[2J\",\"a\nschema = 2\",\"kielto\\\",\"x\u{202e}y\",\"email\"\nC-1,,A,1,1,1,a.quokka@example.com\n",
    );
    let ran = base.run(&["init", "c.csv"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{202e}'), "{}", ran.stdout);
    let read: toml::Table = toml::from_str(&ran.stdout).expect("is TOML");
    assert_eq!(read["schema"].as_integer(), Some(1));
    let columns = read["source"][0]["columns"].as_table().expect("is a table");
    assert_eq!(columns["targeting"]["column"].as_str(), Some("kielto\\"));
    assert_eq!(columns["relationship"]["column"].as_str(), Some("status\u{1b}[2J"));
}

#[test]
fn several_tables_make_several_sources() {
    let base = Base::empty();
    base.put("crm.csv", CUSTOMERS);
    base.put("webshop.ndjson", "{\"user_id\": \"W1\", \"mail\": \"w.quokka@example.com\"}\n");
    let ran = base.run(&["init", "crm.csv", "webshop.ndjson", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let config = answer["config"].as_str().expect("is a text");
    for part in ["name = \"crm\"", "name = \"webshop\"", "customer_id = \"user_id\"", "{ column = \"mail\" }"]
    {
        assert!(config.contains(part), "{config}");
    }
    let guessed: Vec<_> = answer["columns"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| (c["column"].as_str(), c["guess"].as_str()))
        .collect();
    assert!(guessed.contains(&(Some("user_id"), Some("customer_id"))), "{guessed:?}");
    assert!(guessed.contains(&(Some("name"), None)), "{guessed:?}");
    assert!(answer["undecided"].as_u64() > Some(10));
}

/// A nameless column used to be left out without a word, and two of them to be told as an empty name.
#[test]
fn columns_without_a_name_and_single_ones_are_counted() {
    let base = Base::empty();
    base.put("c.csv", "customer_id,,,email\nC-1,a,b,a.quokka@example.com\n");
    let text = base.run(&["init", "c.csv"]).stdout;
    assert!(text.contains("# 1 row, 4 columns.\n"), "{text}");
    assert!(text.contains("Without a name in the header, and so never read: 2 columns."), "{text}");
    assert!(!text.contains("stand in the header twice"), "{text}");
    base.put("d.csv", "email\na.quokka@example.com\nb.quokka@example.com\n");
    assert!(base.run(&["init", "d.csv"]).stdout.contains("# 2 rows, 1 column.\n"));
}

/// E-postadress is Swedish for an e-mail address and ends like a postal one; what its cells look like
/// tells, too. Notes are no attribute, however few they are.
#[test]
fn an_address_is_told_by_its_name_and_by_its_cells() {
    let base = Base::empty();
    for (name, cell, mapped) in [
        ("E-postadress", "a.quokka@example.com", true),
        ("kontaktadress", "a.quokka@example.com", true),
        ("kontaktadress", "Storgatan 1", false),
        ("Anteckningar", "ring a.quokka@example.com om det nya avtalet i maj", false),
    ] {
        base.put("c.csv", format!("Kundnummer,{name}\nK1,{cell}\nK2,{cell}\n"));
        let text = base.run(&["init", "c.csv"]).stdout;
        assert_eq!(text.contains(&format!("{{ column = \"{name}\" }}")), mapped, "{name} {cell}: {text}");
        assert!(!text.contains("quokka") && !text.contains("Storgatan"), "{text}");
        assert!(!text.contains("anteckningar ="), "{text}");
    }
}
