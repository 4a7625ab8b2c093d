//! The inner loops of a run, one by one, over what `verho synth` writes: parse, forms, hash, decide,
//! close, sort, write. Times are for people to read and compare; nothing is asserted about them.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use verho::audiences::{MemberKey, PackedKeys};
use verho::config::Config;
use verho::identifiers::{Digest, Email, EmailForm, Phone, PhoneForm, PhoneRule, Plaintext, Region, RunKey, Scratch};
use verho::outputs::{Disk, Staging, UploadLimits, UploadWriter};
use verho::manifest::UploadKind;
use verho::pipeline::plan::Plan;
use verho::policy::closure::{Closure, KeyMark, marks, over_cap};
use verho::policy::objections::Named;
use verho::policy::scope::Scopes;
use verho::policy::verdict::{Holdings, PersonFacts, decide};
use verho::sources::{BatchReader, ReadOptions, Record, open};
use verho::synth::{SynthOptions, synth};

const ROWS: u64 = 20_000;
const KEYS: usize = 100_000;

/// A base, its config and the cells of one column.
struct Base {
    _folder: tempfile::TempDir,
    config: Config,
}

impl Base {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("base");
        synth(&SynthOptions { rows: ROWS, seed: 1, out: out.clone() }).expect("a base");
        let config = Config::load(&out.join("verho.toml")).unwrap_or_else(|faults| panic!("{faults}"));
        Self { _folder: folder, config }
    }

    /// Every cell that is not blank of one column, with its row's country.
    fn cells(&self, column: &str) -> Vec<(Vec<u8>, Option<Region>)> {
        let mut cells = Vec::new();
        let mut table = open(&self.config.sources[0].files, &[column, "country"], &ReadOptions::default()).expect("opens");
        while let Some(batch) = table.next_batch().expect("reads") {
            batch.for_each(|record| {
                if let Record::Row(row) = record
                    && !row.cell(0).is_empty()
                {
                    let country = std::str::from_utf8(row.cell(1)).unwrap_or_default();
                    cells.push((row.cell(0).to_vec(), Region::from_code(country)));
                }
            });
        }
        cells
    }
}

fn each(cells: &[(Vec<u8>, Option<Region>)]) -> impl Iterator<Item = (Plaintext<'_>, Option<Region>)> {
    cells.iter().map(|(cell, region)| (Plaintext::new(cell), *region))
}

fn parse(criterion: &mut Criterion) {
    let base = Base::new();
    let files = &base.config.sources[0].files;
    let bytes = std::fs::metadata(base._folder.path().join("base/customers.csv")).expect("there").len();
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("rows into cells", |bencher| {
        bencher.iter(|| {
            let mut table = open(files, &["email", "phone", "country"], &ReadOptions::default()).expect("opens");
            let mut seen = 0;
            while let Some(batch) = table.next_batch().expect("reads") {
                batch.for_each(|record| {
                    if let Record::Row(row) = record {
                        seen += row.cell(0).len();
                    }
                });
            }
            black_box(seen)
        });
    });
    let mut scratch = Scratch::new();
    let emails = base.cells("email");
    group.throughput(Throughput::Elements(emails.len() as u64));
    group.bench_function("e-mail addresses", |bencher| {
        bencher.iter(|| emails.iter().filter(|(cell, _)| Email::parse(Plaintext::new(cell), &mut scratch).is_ok()).count());
    });
    let phones = base.cells("phone");
    group.throughput(Throughput::Elements(phones.len() as u64));
    group.bench_function("phone numbers", |bencher| {
        bencher.iter(|| {
            phones
                .iter()
                .filter(|(cell, region)| {
                    Phone::parse(Plaintext::new(cell), *region, PhoneRule::default(), &mut scratch).is_ok()
                })
                .count()
        });
    });
    group.finish();
}

fn forms_and_hash(criterion: &mut Criterion) {
    let base = Base::new();
    let (emails, phones) = (base.cells("email"), base.cells("phone"));
    let (mut scratch, key) = (Scratch::new(), RunKey::from_bytes([7; 16]));
    let mut group = criterion.benchmark_group("forms");
    group.throughput(Throughput::Elements(emails.len() as u64));
    for form in EmailForm::ALL {
        group.bench_function(format!("e-mail {}, parsed and hashed", form.code()), |bencher| {
            bencher.iter(|| {
                for (cell, _) in each(&emails) {
                    if let Ok(email) = Email::parse(cell, &mut scratch) {
                        black_box(email.digest(form));
                    }
                }
            });
        });
    }
    group.finish();
    let numbers: Vec<Phone> = each(&phones)
        .filter_map(|(cell, region)| Phone::parse(cell, region, PhoneRule::default(), &mut scratch).ok())
        .collect();
    let mut group = criterion.benchmark_group("hash");
    group.throughput(Throughput::Elements(numbers.len() as u64));
    group.bench_function("SHA-256 of a number", |bencher| {
        bencher.iter(|| numbers.iter().for_each(|phone| { black_box(phone.digest(PhoneForm::Digits)); }));
    });
    group.bench_function("wide key of a number", |bencher| {
        bencher.iter(|| numbers.iter().for_each(|phone| { black_box(phone.wide_key(&key)); }));
    });
    group.finish();
}

fn decisions(criterion: &mut Criterion) {
    let base = Base::new();
    let plan = Plan::new(&base.config, jiff::civil::date(2026, 11, 21));
    let standing = verho::policy::standing::Standing {
        cells: plan.policy.cells.iter().map(|_| verho::policy::standing::CellStanding::default()).collect(),
        youngest: u8::MAX,
    };
    let (named, holdings) = (Named::default(), Holdings::default());
    let person = PersonFacts { standing: &standing, named: &named, linked: Scopes::NONE, unreadable: false, holdings: &holdings };
    let mut group = criterion.benchmark_group("decide");
    group.throughput(Throughput::Elements(plan.policy.cells.len() as u64));
    group.bench_function("a person's cells, not known before", |bencher| {
        bencher.iter(|| black_box(decide(&plan.policy, Closure::Person, black_box(&person))));
    });
    group.finish();
}

/// Numbers without order, the same every time.
fn numbers() -> impl Iterator<Item = u128> {
    let mut state = 1_u128;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(0x5851_F42D_4C95_7F2D);
        state ^ (state >> 64)
    })
}

fn close(criterion: &mut Criterion) {
    let mut held: Vec<(u128, u128)> =
        numbers().take(KEYS).enumerate().map(|(at, key)| (if at % 20 == 0 { 5 } else { key }, at as u128)).collect();
    held.sort_unstable();
    let marked: Vec<(u128, KeyMark)> = held.iter().map(|(key, _)| (*key, KeyMark { scopes: Scopes::ALWAYS, youngest: 3 })).collect();
    let mut group = criterion.benchmark_group("close");
    group.throughput(Throughput::Elements(KEYS as u64));
    group.bench_function("keys over the share cap", |bencher| bencher.iter(|| black_box(over_cap(&held, 10))));
    let shared = over_cap(&held, 10);
    group.bench_function("what each key carries", |bencher| bencher.iter(|| black_box(marks(&marked, &shared))));
    group.finish();
}

/// Rows of one bucket: all digests begin with the same byte.
fn members() -> Vec<[u8; 33]> {
    let digest = |number: u128| {
        let mut bytes = [0; 32];
        bytes[1..17].copy_from_slice(&number.to_be_bytes());
        bytes
    };
    let key = |number| {
        let mut key = Vec::new();
        MemberKey::write([Some(&digest(number))], &mut key);
        key.try_into().expect("one column is 33 bytes")
    };
    numbers().take(KEYS).map(key).collect()
}

fn sort(criterion: &mut Criterion) {
    let members = members().concat();
    let mut group = criterion.benchmark_group("sort");
    group.throughput(Throughput::Elements(KEYS as u64));
    group.bench_function("members of a bucket", |bencher| {
        let mut sorted = PackedKeys::default();
        bencher.iter(|| {
            sorted.clear();
            sorted.sort_in(black_box(&[&members]), 1);
            black_box(&sorted).len()
        });
    });
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |key: &[u8; 33]| format!("{}\n", Digest::from_bytes(key[1..].try_into().expect("32 bytes")).to_hex());
    let rows: Vec<u8> = members().iter().map(row).collect::<String>().into_bytes();
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Bytes(rows.len() as u64));
    let mut turn = 0_u128;
    group.bench_function("an upload file, digested", |bencher| {
        bencher.iter(|| {
            turn += 1;
            upload(folder.path(), &rows, turn)
        });
    });
    group.finish();
}

/// A digest in hex and a line feed.
const ROW_BYTES: usize = 65;

fn upload(folder: &Path, rows: &[u8], turn: u128) -> u64 {
    let staging = Staging::begin(&Disk::real(), folder, "2026-11-21T02-00-00Z", turn.to_be_bytes()).expect("a folder");
    let limits = UploadLimits { rows_max: None, bytes_max: None };
    let mut writer =
        UploadWriter::begin(&staging, "audiences/a/meta", UploadKind::Full, b"email\n", limits, 1).expect("begins");
    let write = |row: &[u8], room: &mut [u8]| {
        room[..row.len()].copy_from_slice(row);
        row.len()
    };
    writer.rows(0, rows.chunks(ROW_BYTES), ROW_BYTES, write).expect("writes");
    writer.finish().expect("finishes").iter().map(|file| file.bytes).sum()
}

criterion_group!(kernels, parse, forms_and_hash, decisions, close, sort, write);
criterion_main!(kernels);
