//! A made-up customer base with planted truth: customers, registers, config, and what should
//! become of everybody.
//!
//! Promises: the truth is made, not found: each customer's fate is decided first, and rows and
//! register lines are written that cause it. The same rows and seed give the same bytes. Every row
//! is a function of seed and index alone, so memory does not grow with the base, and the rows of a
//! group lie far apart in the file. Identifiers are shared only where the plan says so.
//! It imports nothing of ours: what it says about a rule must not come from the code under test.

mod code;
mod fate;
mod files;
mod numbers;
mod person;
mod plan;
mod spelling;
mod texts;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use code::Code;
use fate::{Audience, Fate};
use files::Sink;
use numbers::{Draw, Number, ROWS_MAX, Walk, mix, put_decimal, put_padded};
use person::{Birth, EmailCell, Entry, PhoneCell, Row};
use plan::{Kind, Plan};
use spelling::{Address, name};

/// What to write.
#[derive(Debug, Clone)]
pub struct SynthOptions {
    /// Rows of the customer table, from 1 to 200 million.
    pub rows: u64,
    /// What everything is derived from.
    pub seed: u64,
    /// A folder that does not exist yet, or an empty one.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynthReport {
    /// Rows of the customer table.
    pub rows: u64,
    /// Customer ids in them.
    pub people: u64,
    /// Entries of the registers, by file name.
    pub register_entries: BTreeMap<String, u64>,
    /// What becomes of people, by audience.
    pub audiences: Vec<SynthAudience>,
    /// Bytes of the customer table.
    pub customer_bytes: u64,
    /// Bytes of all tables: customers, registers and truth.
    pub table_bytes: u64,
}

/// What becomes of people in one audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynthAudience {
    /// Its name.
    pub name: &'static str,
    /// People who go up to at least one of its platforms.
    pub upload: u64,
    /// People who do not meet its filter.
    pub not_selected: u64,
    /// People who are kept out, by primary reason.
    pub suppressed: BTreeMap<&'static str, u64>,
}

/// Why no base was written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// A base without rows shows nothing.
    #[error("a base needs at least one row\n\nhint: --rows 10000 shows every case several times")]
    NoRows,
    /// More rows than there are telephone numbers.
    #[error(
        "a base has at most {max} rows: telephone numbers run out\n\nhint: write several bases with different seeds"
    )]
    TooManyRows {
        /// The limit.
        max: u64,
    },
    /// There is something in the folder.
    #[error("{} is not empty\n\nhint: name a folder that does not exist yet; nothing is overwritten", path.display())]
    FolderNotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder could not be made or read.
    #[error("could not use the folder {}: {source}\n\nhint: check that it may be written to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("could not write {}: {source}\n\nhint: check the free space and the folder's permissions, remove the folder and try again", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

const CUSTOMERS_HEAD: &str = "customer_id,first_name,last_name,email,work_email,phone,country,date_of_birth,\
                              relationship,ad_ban,basis,ad_user_data,ad_personalization,product_group\n";

/// Writes a base. Runs in O(rows) time, consuming constant memory.
pub fn synth(options: &SynthOptions) -> Result<SynthReport, SynthError> {
    let SynthOptions { rows, seed, ref out } = *options;
    if rows == 0 {
        return Err(SynthError::NoRows);
    }
    if rows > ROWS_MAX {
        return Err(SynthError::TooManyRows { max: ROWS_MAX });
    }
    files::folder(out)?;
    let key = Sha256::new_with_prefix(b"verho synth root key").chain_update(seed.to_be_bytes()).finalize();
    Sink::write(out, "root.key", &format!("{}\n", hex::encode(key)))?;
    Sink::write(out, "TRUTH.md", texts::TRUTH_NOTE)?;

    let plan = Plan::new(rows);
    let mut base = Base::create(options)?;
    for index in Walk::ending_on(seed, rows, last_index(seed, rows, &plan)).take(rows as usize) {
        base.put(&person::row(seed, &plan, index))?;
    }
    base.put_strangers(rows)?;
    let report = base.close(rows)?;
    // Last, so that a base that was broken off has no config, and is not taken for a whole one.
    Sink::write(out, "verho.toml", texts::CONFIG)?;
    Ok(report)
}

/// The index whose row comes last: an objector by the flag whom somebody is linked to, so that a
/// reader that decides before the end is found out.
fn last_index(seed: u64, rows: u64, plan: &Plan) -> u64 {
    (0..rows.min(64 * numbers::BLOCK))
        .find(|index| {
            let place = plan.place(*index);
            place.kind == Kind::LinkedByPhone && place.member == 0 && person::objects_by_flag(seed, place)
        })
        .unwrap_or(0)
}

/// The tables being written, and what was counted on the way.
struct Base {
    seed: u64,
    customers: Sink,
    truth: Sink,
    ids: Register,
    emails: Register,
    phones: Register,
    people: u64,
    /// For each audience: each code, not selected, upload.
    fates: [[u64; Code::ALL.len() + 2]; Audience::ALL.len()],
}

/// A register being written.
struct Register {
    name: String,
    sink: Sink,
    entries: u64,
}

impl Register {
    fn create(options: &SynthOptions, name: String, head: &str) -> Result<Self, SynthError> {
        let sink = Sink::create(&options.out, &name, head)?;
        Ok(Self { name, sink, entries: 0 })
    }

    fn end_entry(&mut self) -> Result<(), SynthError> {
        self.entries += 1;
        self.sink.end_row()
    }
}

impl Base {
    fn create(options: &SynthOptions) -> Result<Self, SynthError> {
        let day = texts::REGISTER_DAY;
        Ok(Self {
            seed: options.seed,
            customers: Sink::create(&options.out, "customers.csv", CUSTOMERS_HEAD)?,
            truth: Sink::create(&options.out, "truth.csv", "customer_id,audience,upload,reason\n")?,
            ids: Register::create(
                options,
                format!("objections-ids-{day}.csv"),
                "customer_id,scope,status,recorded\n",
            )?,
            emails: Register::create(options, format!("objections-emails-{day}.csv"), "email,recorded\n")?,
            phones: Register::create(options, "objections-phones.txt".to_owned(), "")?,
            people: 0,
            fates: Default::default(),
        })
    }

    fn put(&mut self, row: &Row) -> Result<(), SynthError> {
        self.put_customer(row)?;
        if let Some(entry) = row.entry {
            self.put_entry(row, entry)?;
        }
        if row.leads { self.put_truth(row) } else { Ok(()) }
    }

    fn put_customer(&mut self, row: &Row) -> Result<(), SynthError> {
        let seed = self.seed;
        let out = &mut self.customers.buffer;
        put_id(out, seed, row.customer);
        out.push(b',');
        let ((first, _), (last, _)) = name(seed, row.customer);
        for text in [first, last] {
            out.extend_from_slice(text.as_bytes());
            out.push(b',');
        }
        match row.email {
            EmailCell::Blank => {}
            EmailCell::Address { index, gmail, style } => {
                Address::personal(seed, index, gmail).put(out, style);
            }
            EmailCell::Broken => {
                out.extend_from_slice(b"etunimi.sukunimi");
                put_decimal(out, row.customer);
                out.extend_from_slice(b".example.com");
            }
        }
        out.push(b',');
        if let Some(index) = row.work {
            Address::work(seed, index).put(out, person::EmailStyle::Plain);
        }
        out.push(b',');
        put_phone(out, seed, row);
        out.push(b',');
        out.extend_from_slice(row.country.as_bytes());
        out.push(b',');
        match row.birth {
            Birth::Day(year, month, day) => put_day(out, year, month, day),
            Birth::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
        for text in [row.relationship, row.flag, row.basis, row.signals.0, row.signals.1, row.products] {
            out.push(b',');
            out.extend_from_slice(text.as_bytes());
        }
        self.customers.end_row()
    }

    fn put_entry(&mut self, row: &Row, entry: Entry) -> Result<(), SynthError> {
        let seed = self.seed;
        let address = match (entry, row.email) {
            (Entry::Id { scope, status }, _) => return self.put_id_entry(row.customer, scope, status),
            (Entry::Phone(index), _) => return self.put_phone_entry(index),
            (Entry::Email, EmailCell::Address { index, gmail, .. }) => Address::personal(seed, index, gmail),
            // The plan names nobody by an address they do not have.
            (Entry::Email, EmailCell::Blank | EmailCell::Broken) => return Ok(()),
            (Entry::WorkEmail, _) => Address::work(seed, row.work.unwrap_or(row.customer)),
        };
        self.put_email_entry(&address, row.customer)
    }

    fn put_id_entry(&mut self, customer: u64, scope: &str, status: &str) -> Result<(), SynthError> {
        let out = &mut self.ids.sink.buffer;
        put_id(out, self.seed, customer);
        for text in [scope, status] {
            out.push(b',');
            out.extend_from_slice(text.as_bytes());
        }
        out.push(b',');
        put_recorded(out, self.seed, customer);
        self.ids.end_entry()
    }

    fn put_email_entry(&mut self, address: &Address, index: u64) -> Result<(), SynthError> {
        let out = &mut self.emails.sink.buffer;
        address.put_oddly(out, &mut Draw::new(self.seed, index, 8));
        out.push(b',');
        put_recorded(out, self.seed, index);
        self.emails.end_entry()
    }

    fn put_phone_entry(&mut self, index: u64) -> Result<(), SynthError> {
        let out = &mut self.phones.sink.buffer;
        Number::at(self.seed, index).put_oddly(out, &mut Draw::new(self.seed, index, 9));
        self.phones.end_entry()
    }

    fn put_truth(&mut self, row: &Row) -> Result<(), SynthError> {
        self.people += 1;
        for (audience, fates) in Audience::ALL.into_iter().zip(&mut self.fates) {
            let out = &mut self.truth.buffer;
            put_id(out, self.seed, row.customer);
            out.push(b',');
            out.extend_from_slice(audience.name().as_bytes());
            let (place, upload, reason) = match audience.fate(row.facts) {
                Fate::Suppressed(code) => (code as usize, b",no,", code.word()),
                Fate::NotSelected => (Code::ALL.len(), b",no,", "not-selected"),
                Fate::Upload => {
                    fates[Code::ALL.len() + 1] += 1;
                    out.extend_from_slice(b",yes,");
                    self.truth.end_row()?;
                    continue;
                }
            };
            fates[place] += 1;
            out.extend_from_slice(upload);
            out.extend_from_slice(reason.as_bytes());
            self.truth.end_row()?;
        }
        Ok(())
    }

    /// Entries about nobody in the base, as registers have them: people who were never customers.
    /// They also keep a register of a tiny base from being empty.
    fn put_strangers(&mut self, rows: u64) -> Result<(), SynthError> {
        for index in rows..rows + 1 + rows / 1000 {
            self.put_id_entry(index, "", "active")?;
            self.put_email_entry(&Address::personal(self.seed, index, false), index)?;
            self.put_phone_entry(index)?;
        }
        Ok(())
    }

    fn close(self, rows: u64) -> Result<SynthReport, SynthError> {
        let customer_bytes = self.customers.close()?;
        let mut table_bytes = customer_bytes + self.truth.close()?;
        let mut register_entries = BTreeMap::new();
        for register in [self.ids, self.emails, self.phones] {
            table_bytes += register.sink.close()?;
            register_entries.insert(register.name, register.entries);
        }
        let audiences = Audience::ALL.into_iter().zip(self.fates).map(|(audience, fates)| SynthAudience {
            name: audience.name(),
            upload: fates[Code::ALL.len() + 1],
            not_selected: fates[Code::ALL.len()],
            suppressed: Code::ALL
                .into_iter()
                .zip(fates)
                .filter(|(_, count)| *count > 0)
                .map(|(code, count)| (code.word(), count))
                .collect(),
        });
        Ok(SynthReport {
            rows,
            people: self.people,
            register_entries,
            audiences: audiences.collect(),
            customer_bytes,
            table_bytes,
        })
    }
}

/// The customer id of an index: a letter and nine digits, nobody else's, and in no order.
fn put_id(out: &mut Vec<u8>, seed: u64, index: u64) {
    /// Ids there are, and a step that has no factor in common with that.
    const IDS: u64 = 1_000_000_000;
    const STEP: u64 = 618_033_989;
    out.push(b'C');
    put_padded(out, (index % IDS * STEP + mix(seed, 0, 0x1d) % IDS) % IDS, 9);
}

fn put_day(out: &mut Vec<u8>, year: u32, month: u32, day: u32) {
    put_padded(out, year.into(), 4);
    for part in [month, day] {
        out.push(b'-');
        put_padded(out, part.into(), 2);
    }
}

/// The day of an objection, before that of the registers.
fn put_recorded(out: &mut Vec<u8>, seed: u64, index: u64) {
    let mut draw = Draw::new(seed, index, 10);
    put_day(out, 2019 + draw.below(6), 1 + draw.below(12), 1 + draw.below(28));
}

fn put_phone(out: &mut Vec<u8>, seed: u64, row: &Row) {
    let number = |index| Number::at(seed, index);
    match row.phone {
        PhoneCell::Blank => {}
        PhoneCell::Number(index) => {
            let number = number(index);
            let at_home = row.country == number.country.code();
            // Each row of a shared number draws its own spelling.
            number.put(
                out,
                at_home,
                &mut Draw::new(seed, index, mix(row.customer, u64::from(row.leads), 11)),
            );
        }
        PhoneCell::LostPlus(index) => number(index).put_without_plus(out),
        PhoneCell::Spreadsheet(index) => {
            // Abroad it would be a guess whose number that is.
            let number = number(index);
            if row.country == "FI" { number.put_scientific(out, None) } else { number.put_e164(out) }
        }
        PhoneCell::LostDigits(index) => {
            let decimals = if index % 2 == 0 { 2 } else { 5 };
            number(index).put_scientific(out, Some(decimals));
        }
        PhoneCell::Zeros => out.extend_from_slice(b"0000000000"),
    }
}
