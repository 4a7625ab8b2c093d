//! Input made to hurt: each has its exit code and its stable code, nothing of it is shown, and memory
//! stays bounded whatever it claims to be. `VERHO_HOSTILE_MB` makes the large ones larger.

#![expect(clippy::print_stdout, reason = "figures for whoever runs it by hand")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::base::{Base, CUSTOMERS, OBJECTIONS};

/// Most memory that any of these may take, in kilobytes: the program itself, a few buffers, and little
/// beside.
const MEMORY_KB: u64 = 400 << 10;
/// A word that is in every hostile input, and may be nowhere else.
const MARK: &str = "qxzjwvkh";

struct Case {
    title: &'static str,
    prepare: fn(&Base),
    args: &'static [&'static str],
    /// What goes in on standard input, over and over, and how many megabytes of it.
    input: (&'static str, usize),
    code: i32,
    /// What standard error has: a stable code or words.
    says: &'static str,
}

fn megabytes() -> usize {
    std::env::var("VERHO_HOSTILE_MB").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

const fn build(title: &'static str, prepare: fn(&Base), code: i32, says: &'static str) -> Case {
    Case { title, prepare, args: &["build", "--log-format", "json"], input: ("", 0), code, says }
}

const fn with(
    title: &'static str,
    args: &'static [&'static str],
    prepare: fn(&Base),
    code: i32,
    says: &'static str,
) -> Case {
    Case { title, prepare, args, input: ("", 0), code, says }
}

/// A file of a beginning, megabytes of a piece, and an end.
fn long(base: &Base, name: &str, begin: &str, piece: &str, end: &str) {
    let mut file = std::io::BufWriter::new(File::create(base.path().join(name)).expect("ours"));
    file.write_all(begin.as_bytes()).expect("ours");
    let block = piece.repeat((1 << 20) / piece.len());
    for _ in 0..megabytes() {
        file.write_all(block.as_bytes()).expect("ours");
    }
    file.write_all(end.as_bytes()).expect("ours");
}

/// A beginning, and then as many bytes of nothing, which take no room on the disk.
fn sparse(base: &Base, name: &str, begin: &str, bytes: u64) {
    let mut file = File::create(base.path().join(name)).expect("ours");
    file.write_all(begin.as_bytes()).expect("ours");
    file.set_len(bytes).expect("ours");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory takes every byte");
    packer.finish().expect("memory takes every byte")
}

/// A gigabyte of one letter in four bytes for each 128 kB: RFC 8878 §3.1.1.2, blocks of type 1.
fn zstd_bomb() -> Vec<u8> {
    let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for block in 0..8192_u32 {
        let header = u32::from(block == 8191) | 1 << 1 | (128 << 10) << 3;
        bytes.extend_from_slice(&header.to_le_bytes()[..3]);
        bytes.push(b'x');
    }
    bytes
}

fn fifo(base: &Base, name: &str) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let _ = std::fs::remove_file(base.path().join(name));
    mknodat(CWD, base.path().join(name), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("ours");
}

fn link(base: &Base, target: &str, name: &str) {
    let _ = std::fs::remove_file(base.path().join(name));
    std::os::unix::fs::symlink(target, base.path().join(name)).expect("ours");
}

/// A base with a release in it, whose file of that name is made anew.
fn released(base: &Base, name: &str, make: fn(&Base, &str)) {
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let release = base.releases().pop().expect("published");
    let name = release.join(name);
    let _ = std::fs::remove_file(&name);
    make(base, &name.to_string_lossy());
}

const HEADER: &str = "customer_id,name,email,phone,country,born,status\n";

const CASES: &[Case] = &[
    // Customers.
    build(
        "a quote that never ends",
        |base| long(base, "customers.csv", HEADER, "\"qxzjwvkh,", ""),
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "one field of all megabytes",
        |base| long(base, "customers.csv", &format!("{HEADER}C-1,"), MARK, ",,,,,\n"),
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "one line without end in the header",
        |base| long(base, "customers.csv", "", MARK, ""),
        3,
        "bad-header",
    ),
    build(
        "nothing but NULs",
        |base| sparse(base, "customers.csv", HEADER, (megabytes() as u64) << 20),
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "nothing but separators",
        |base| long(base, "customers.csv", HEADER, ",,,,,,,,", ""),
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "nothing but line ends",
        |base| base.put("customers.csv", format!("{HEADER}{}", "\n\r\n\n".repeat(1 << 20))),
        3,
        "no-rows",
    ),
    build(
        "a header of hundreds of thousands of columns",
        |base| {
            let columns: String = (0..100_000).map(|number| format!(",{MARK}{number}")).collect();
            base.put("customers.csv", format!("{}{columns}\n", HEADER.trim_end()));
        },
        3,
        "bad-header",
    ),
    build(
        "a cell of thousands of addresses",
        |base| {
            base.configure("email = [\"email\"]", "email = [{ column = \"email\", separator = \";\" }]");
            let many: String = (0..20_000).map(|number| format!("{MARK}{number}@example.com;")).collect();
            base.put("customers.csv", format!("{HEADER}C-1,x,{many},,FI,1980-01-01,active\n"));
        },
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "encodings mixed",
        |base| {
            let mut bytes = CUSTOMERS.replace("Aino", MARK).into_bytes();
            bytes.extend_from_slice(b"C-7,\xe4\xe4,qxzjwvkh\xff@example.com,,FI,1980-01-01,active\n");
            bytes.extend(
                "C-8,x,\u{feff}\u{202e}qxzjwvkh@example.com,,FI,1980-01-01,active\n"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes),
            );
            base.put("customers.csv", bytes);
        },
        1,
        "too-many-unreadable-rows",
    ),
    build(
        "a bomb in gzip before any header",
        |base| {
            base.put("customers.csv.gz", gzip(&vec![b'x'; 100 << 20]));
            base.configure("customers.csv", "customers.csv.gz");
        },
        3,
        "bad-header",
    ),
    build(
        "a bomb in zstd before any header",
        |base| {
            base.put("customers.csv.zst", zstd_bomb());
            base.configure("customers.csv", "customers.csv.zst");
        },
        3,
        "bad-header",
    ),
    build(
        "a bomb in gzip behind a header",
        |base| {
            base.put("customers.csv.gz", [gzip(HEADER.as_bytes()), gzip(&vec![b'x'; 100 << 20])].concat());
            base.configure("customers.csv", "customers.csv.gz");
        },
        3,
        "unpacks-too-large",
    ),
    build(
        "a bomb in a bomb",
        |base| {
            base.put("customers.csv.gz", gzip(&gzip(&vec![b'x'; 16 << 20])));
            base.configure("customers.csv", "customers.csv.gz");
        },
        3,
        "bad-header",
    ),
    build(
        "NDJSON nested without end",
        |base| {
            base.put(
                "customers.ndjson",
                format!("{{\"customer_id\":{}1{}}}\n", "[".repeat(400_000), "]".repeat(400_000)),
            );
            base.configure("customers.csv", "customers.ndjson");
        },
        3,
        "column-missing",
    ),
    build(
        "NDJSON nested without end in a column that nobody maps",
        |base| {
            let deep = format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000));
            let row = |extra: &str| {
                format!(
                    "{{\"customer_id\":\"C-1\",\"email\":\"a@example.com\",\"phone\":\"\",\"country\":\"FI\",\"born\":\"1980-01-01\",\"status\":\"active\"{extra}}}\n"
                )
            };
            base.put("customers.ndjson", format!("{}{}", row(""), row(&format!(",\"x\":{deep}"))));
            base.configure("customers.csv", "customers.ndjson");
        },
        0,
        "",
    ),
    build(
        "NDJSON in one line of all megabytes",
        |base| {
            long(base, "customers.ndjson", "{\"customer_id\":\"", MARK, "\"}\n");
            base.configure("customers.csv", "customers.ndjson");
        },
        3,
        "column-missing",
    ),
    // Places.
    build(
        "a device that never ends",
        |base| base.configure("\"customers.csv\"", "\"/dev/zero\""),
        3,
        "not-a-file",
    ),
    build("a link to it", |base| link(base, "/dev/zero", "customers.csv"), 3, "not-a-file"),
    build("a pipe that nobody writes to", |base| fifo(base, "customers.csv"), 3, "not-a-file"),
    build(
        "a folder",
        |base| {
            std::fs::remove_file(base.path().join("customers.csv")).expect("ours");
            std::fs::create_dir(base.path().join("customers.csv")).expect("ours");
        },
        3,
        "not-a-file",
    ),
    build("a register that is a pipe", |base| fifo(base, "objections.csv"), 1, "register-missing"),
    build(
        "a register that is a device",
        |base| link(base, "/dev/zero", "objections.csv"),
        1,
        "register-missing",
    ),
    build(
        "an audience that climbs out",
        |base| base.configure("name = \"everyone\"", "name = \"../../everyone\""),
        2,
        "bad-name",
    ),
    build(
        "an audience that is a formula",
        |base| base.configure("name = \"everyone\"", "name = \"=cmd|x!A1\""),
        2,
        "bad-name",
    ),
    build(
        "an audience that is an option",
        |base| base.configure("name = \"everyone\"", "name = \"-rf\""),
        2,
        "bad-name",
    ),
    build("a folder of releases that is a pipe", |base| fifo(base, "releases"), 3, "previous-release"),
    build(
        "a lock that is a link elsewhere",
        |base| {
            std::fs::create_dir(base.path().join("releases")).expect("ours");
            link(base, "../customers.csv", "releases/.verho.lock");
        },
        3,
        "output",
    ),
    build(
        "a folder of releases behind a link is one all the same",
        |base| {
            std::fs::create_dir(base.path().join("elsewhere")).expect("ours");
            link(base, "elsewhere", "releases");
        },
        0,
        "",
    ),
    // Registers.
    build(
        "a register with a quote that never ends",
        |base| long(base, "objections.csv", "email,phone\n", "\"qxzjwvkh,", ""),
        1,
        "register-broken",
    ),
    build(
        "a register of NULs",
        |base| sparse(base, "objections.csv", "email,phone\n", (megabytes() as u64) << 20),
        1,
        "register-broken",
    ),
    build(
        "a register that is a bomb",
        |base| {
            base.put("objections.csv.gz", [gzip(b"email,phone\n"), gzip(&vec![b'x'; 100 << 20])].concat());
            base.configure("\"objections.csv\"", "\"objections.csv.gz\"");
        },
        1,
        "register-broken",
    ),
    build(
        "a register in another encoding",
        |base| {
            base.put(
                "objections.csv",
                OBJECTIONS
                    .replace("eero", MARK)
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect::<Vec<_>>(),
            );
        },
        1,
        "register-broken",
    ),
    // Configs and keys.
    with(
        "a config that is a device",
        &["build", "--config", "/dev/zero", "--log-format", "json"],
        |_| (),
        2,
        "unreadable-config",
    ),
    with(
        "a config that is a pipe",
        &["build", "--log-format", "json"],
        |base| fifo(base, "verho.toml"),
        2,
        "unreadable-config",
    ),
    with(
        "a config nested without end",
        &["check", "--log-format", "json"],
        |base| base.put("verho.toml", format!("x = {}", "[".repeat(200_000))),
        2,
        "",
    ),
    with(
        "a filter nested without end",
        &["check", "--log-format", "json"],
        |base| {
            base.configure(
                "platforms = [\"meta\", \"linkedin\"]\nmin_size",
                &format!(
                    "where = \"{}country = 'FI'{}\"\nplatforms = [\"meta\", \"linkedin\"]\nmin_size",
                    "(".repeat(50_000),
                    ")".repeat(50_000)
                ),
            );
        },
        2,
        "",
    ),
    build(
        "a root key that is a pipe",
        |base| {
            fifo(base, "root.key");
            base.configure("[output]", "[keys]\nroot = \"root.key\"\n[output]");
        },
        2,
        "root-key",
    ),
    build(
        "a root key that is a device",
        |base| base.configure("[output]", "[keys]\nroot = \"/dev/zero\"\n[output]"),
        2,
        "root-key",
    ),
    build(
        "a signing key that is a device",
        |base| base.configure("[output]", "[keys]\nsigning = \"/dev/zero\"\n[output]"),
        2,
        "signing-key",
    ),
    // Releases.
    with(
        "a manifest of NULs",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "manifest.json", |base, name| sparse(base, name, "{", 200 << 20)),
        1,
        "",
    ),
    with(
        "a manifest that is a pipe",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "manifest.json", fifo),
        1,
        "",
    ),
    with(
        "a manifest that is a device",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "manifest.json", |base, name| link(base, "/dev/zero", name)),
        3,
        "",
    ),
    with(
        "an upload that is a pipe",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "audiences/everyone/meta/full.csv", fifo),
        1,
        "",
    ),
    with(
        "an upload that is a device",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "audiences/everyone/meta/full.csv", |base, name| link(base, "/dev/zero", name)),
        1,
        "",
    ),
    with(
        "a file in a release that leads out of it",
        &["verify", "releases/latest", "--log-format", "json"],
        |base| released(base, "summary.md", |base, name| link(base, "../../customers.csv", name)),
        1,
        "",
    ),
    with(
        "a report of a manifest of NULs",
        &["report", "releases/latest", "--log-format", "json"],
        |base| released(base, "manifest.json", |base, name| sparse(base, name, "{", 200 << 20)),
        3,
        "",
    ),
    with(
        "signers that are a device",
        &["verify", "releases/latest", "--allowed-signers", "/dev/zero", "--log-format", "json"],
        |base| released(base, "x", |_, _| ()),
        2,
        "",
    ),
    with(
        "vectors that are a device",
        &["vectors", "--check", "/dev/zero", "--log-format", "json"],
        |_| (),
        3,
        "not-a-file",
    ),
    // Standard input.
    Case {
        title: "a line without end to hash",
        prepare: |_| (),
        args: &["hash", "--platform", "meta", "--kind", "email"],
        input: (MARK, 64),
        code: 0,
        says: "0 hashed, 1 rejected",
    },
    Case {
        title: "a question without end",
        prepare: |_| (),
        args: &["explain", "--log-format", "json"],
        input: (MARK, 64),
        code: 2,
        says: "several-identifiers",
    },
    Case {
        title: "vectors without end",
        prepare: |_| (),
        args: &["vectors", "--check", "-", "--log-format", "json"],
        input: (MARK, 80),
        code: 3,
        says: "stdin",
    },
];

/// Runs it, and gives back its exit code, what it said, and the most memory it took, in kilobytes.
fn run(base: &Base, case: &Case) -> (i32, String, u64) {
    let mut child = base
        .command()
        .args(case.args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let status = Path::new("/proc").join(child.id().to_string()).join("status");
    let (mut input, mut stdout, mut stderr) = (
        child.stdin.take().expect("piped"),
        child.stdout.take().expect("piped"),
        child.stderr.take().expect("piped"),
    );
    let mut said = [String::new(), String::new()];
    let mut peak = 0;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let block = case.input.0.repeat((1 << 20) / case.input.0.len().max(1));
            for _ in 0..case.input.1 {
                if input.write_all(block.as_bytes()).is_err() {
                    break;
                }
            }
        });
        let [out, err] = &mut said;
        scope.spawn(move || {
            let mut bytes = Vec::new();
            let _ = stdout.read_to_end(&mut bytes);
            *out = String::from_utf8_lossy(&bytes).into_owned();
        });
        scope.spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            *err = String::from_utf8_lossy(&bytes).into_owned();
        });
        while child.try_wait().expect("can be asked").is_none() {
            let told = std::fs::read_to_string(&status).unwrap_or_default();
            let kb = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = peak.max(kb.and_then(|kb| kb.trim().split(' ').next()?.parse().ok()).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    (child.wait().expect("it ended").code().unwrap_or(-1), said.concat(), peak)
}

#[test]
fn hostile_input_has_its_code_shows_nothing_and_takes_little_memory() {
    let mut faults = Vec::new();
    let mut most = (0, "");
    for case in CASES {
        let base = Base::new();
        (case.prepare)(&base);
        let (code, said, peak) = run(&base, case);
        let short: String = said.chars().take(600).collect();
        if code != case.code || !said.contains(case.says) {
            faults.push(format!(
                "{}: code {code}, not {} with {:?}: {short}",
                case.title, case.code, case.says
            ));
        }
        if said.contains(MARK) {
            faults.push(format!("{}: it is shown: {short}", case.title));
        }
        if peak > MEMORY_KB {
            faults.push(format!("{}: {peak} kB", case.title));
        }
        most = most.max((peak, case.title));
    }
    println!("{} hostile inputs, most memory {} kB: {}", CASES.len(), most.0, most.1);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(most.0 > 1_000, "memory was measured");
}

/// Columns whose names are meant for a terminal, a log or a right-to-left reader.
#[test]
fn names_of_columns_are_made_harmless() {
    let base = Base::new();
    let names = "\u{1b}[31mred\u{7},\u{202e}drow\u{2066},a\u{200b}b,=HYPERLINK(1),\u{9b}x,tab\there";
    base.put(
        "customers.csv",
        CUSTOMERS
            .replacen("status\n", &format!("status,{names}\n"), 1)
            .replace("active\n", "active,,,,,,\n")
            .replace("former\n", "former,,,,,,\n"),
    );
    for args in [
        &["check"][..],
        &["check", "--json"],
        &["check", "--log-format", "json", "-vv"],
        &["build"],
        &["build", "--json", "--log-format", "json"],
    ] {
        let ran = base.run(args);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for text in [&ran.stdout, &ran.stderr] {
            let bad = text.chars().find(|letter| {
                (letter.is_control() && *letter != '\n')
                    || matches!(u32::from(*letter), 0x200b..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069)
            });
            assert_eq!(bad, None, "{args:?}: {text:?}");
        }
    }
}

/// A cell of more addresses than any customer has is a leak of somebody's list, or a bomb: its row is left out, and
/// so is whoever has one of them. Its neighbours are read as ever.
#[test]
fn a_row_of_too_many_identifiers_is_left_out_alone() {
    let list =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(";");
    for (addresses, numbers, fits) in
        [(63, 1, true), (64, 1, false), (200, 1, false), (32, 32, true), (32, 33, false), (32, 200, false)]
    {
        let base = Base::new();
        let mut text = "customer_id,email,phone,country,born,status\n".to_owned();
        for place in 0..100 {
            let (email, phone) = match place {
                50 => (
                    list(addresses, &|nth| format!("crowd{nth}@example.com")),
                    list(numbers, &|nth| format!("+358405550{nth:03}")),
                ),
                20 | 51 | 99 => (format!("crowd{}@example.com", place / 2), format!("+358501234{place:03}")),
                _ => (format!("someone{place}@example.com"), format!("+358501234{place:03}")),
            };
            text.push_str(&format!("C-{place},{email},{phone},FI,1980-01-01,active\n"));
        }
        base.put("customers.csv", text);
        for column in ["email", "phone"] {
            let several = format!("{column} = [{{ column = \"{column}\", separator = \";\" }}]");
            base.configure(&format!("{column} = [\"{column}\"]"), &several);
        }
        base.configure("[output]", "[policy]\nmax_unreadable = \"5%\"\n[output]");
        base.put("objections.csv", OBJECTIONS);
        let ran = base.run(&["build", "--json", "-q"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one object");
        let eligible = &answer["audiences"][0]["people"]["eligible"];
        if fits {
            assert_eq!(answer["sources"][0]["unreadable"], serde_json::json!([]));
            assert_eq!(*eligible, 100);
            continue;
        }
        let unreadable = &answer["sources"][0]["unreadable"][0];
        assert_eq!((&unreadable["code"], &unreadable["count"]), (&"too-many-identifiers".into(), &1.into()));
        let sharing = [10, 25, 49].iter().filter(|nth| **nth < addresses).count();
        assert_eq!(*eligible, 100 - 1 - sharing, "{}", ran.stdout);
    }
}

/// Cells that a spreadsheet would run: in ids, attributes, countries, everywhere. No file of a release has
/// a line or a field that begins like one.
#[test]
fn no_cell_of_a_release_is_a_formula() {
    const FORMULAS: [&str; 8] =
        ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "=HYPERLINK(\"x\")", "\u{a0}=1"];
    let base = Base::new();
    let mut customers = CUSTOMERS.to_owned();
    for (number, formula) in FORMULAS.iter().enumerate() {
        let quoted = format!("\"{}\"", formula.replace('"', "\"\""));
        let row = [
            &quoted[..],
            &quoted,
            &format!("f{number}@example.com"),
            &quoted,
            &quoted,
            "1980-01-01",
            "active",
        ];
        customers.push_str(&format!("{}\n", row.join(",")));
        customers.push_str(&format!("F-{number},{quoted},{quoted},,FI,{quoted},{quoted}\n"));
    }
    base.put("customers.csv", customers);
    base.configure("[output]", "[policy]\nmax_unreadable = \"90%\"\n[output]");
    let ran = base.run(&["build"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut tables = 0;
    let mut waiting = vec![base.path().join("releases/latest/audiences")];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).expect("ours").map(|entry| entry.expect("listed").path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        for field in text.split([',', ';', '\n']) {
            let runs =
                field.trim_start_matches(['"', ' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '\t', '\r']);
            assert!(!runs, "{} has a formula", path.display());
        }
        tables += 1;
    }
    assert!(tables >= 4);
}

/// A list of objections cut short is a shorter list, unless something tells where it ends.
#[test]
fn a_register_cut_at_any_byte_is_refused() {
    let base = Base::new();
    let packed = gzip(OBJECTIONS.as_bytes());
    base.configure("\"objections.csv\"", "\"objections.csv.gz\"");
    base.put("objections.csv.gz", &packed);
    assert_eq!(base.run(&["build", "--dry-run"]).code, 0);
    for length in 0..packed.len() {
        base.put("objections.csv.gz", &packed[..length]);
        let ran = base.run(&["build", "--dry-run"]);
        assert_eq!(ran.code, 1, "{length} bytes of {}: {}", packed.len(), ran.stderr);
    }

    let base = Base::new();
    let list = format!("{OBJECTIONS}END 2026-11-20 1\n");
    base.configure(
        "scope = [\"off",
        "age_from = { trailer = \"END %Y-%m-%d {rows}\" }\nmax_age = \"36h\"\nscope = [\"off",
    );
    base.put("objections.csv", &list);
    let build = ["build", "--dry-run", "--as-of", "2026-11-21T00:00:00Z"];
    let whole = base.run(&build);
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    // Without its last line end it still says everything.
    for length in 0..list.len() - 1 {
        base.put("objections.csv", &list[..length]);
        let ran = base.run(&build);
        assert_eq!(ran.code, 1, "{length} bytes of {}: {}", list.len(), ran.stderr);
    }
}
