//! What the manifest says of a run: results turned into its records, and nothing decided here.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::BuildError;
use super::live::LiveRun;
use super::write::WrittenAudience;
use crate::config::{Closure, Config, ERASURES, Purpose, Register, Role};
use crate::identifiers;
use crate::manifest::{
    AudienceRecord, BasisRecord, CodeCount, ColumnRecord, ControllerRecord, Hex32, KeysRecord, Moment,
    NotIdentityCodesRecord, Outcome, PeopleCounts, PlatformRecord, PolicyRecord, Predicate, PreviousRelease,
    RUN_ONLY, ReasonCount, RecipientRecord, RegisterAge, RegisterRecord, ReleaseRecord, Retained,
    RetentionRecord, RowCounts, SCHEMA, SourceRecord, TableDate, ToolRecord, UploadKind, WaiverRecord,
};
use crate::outputs::signature::Signer;
use crate::pipeline::before::Before;
use crate::pipeline::keys::RootKey;
use crate::pipeline::objections::RegisterRead;
use crate::pipeline::{Fates, Refusal, Results};
use crate::policy::scope::binding_scopes;

/// Safeguards every run has in force.
const MEASURES: [&str; 8] = [
    "hashed-identifiers-only",
    "keyed-suppression-tags",
    "keyed-input-commitments",
    "registers-read-before-customers",
    "output-checked-by-a-second-reader",
    "owner-only-files",
    "published-by-one-rename",
    "no-network",
];

/// What a record is made of.
pub(super) struct Record<'r> {
    pub(super) config: &'r Config,
    pub(super) results: &'r Results<'r, 'r>,
    pub(super) written: Vec<WrittenAudience>,
    pub(super) as_of: Timestamp,
    pub(super) replay: bool,
    pub(super) release: String,
    pub(super) root: &'r RootKey,
    pub(super) signer: Option<&'r Signer>,
    pub(super) previous: Option<PreviousRelease>,
    pub(super) before: &'r Before,
    pub(super) live: Option<&'r LiveRun<'r>>,
    pub(super) refusals: &'r [Refusal],
    /// People's requests past their last day.
    pub(super) overdue_requests: u64,
}

/// The manifest's predicate.
pub(super) fn predicate(record: &Record<'_>) -> Result<Predicate, BuildError> {
    let (config, results) = (record.config, record.results);
    let (role, instruction) = match &config.controller.role {
        Role::Controller => ("controller", None),
        Role::Processor { instruction } => ("processor", Some(instruction.clone())),
    };
    let (shared_emails, shared_phones) = results.shared_identifiers();
    let audiences = audiences(record)?;
    Ok(Predicate {
        schema: SCHEMA,
        tool: tool(),
        release: ReleaseRecord {
            name: record.release.clone(),
            as_of: Moment(record.as_of),
            replay: record.replay,
            outcome: if record.refusals.is_empty() { Outcome::Complete } else { Outcome::RemovalsOnly },
            refusals: CodeCount::list(record.refusals.iter().map(|refusal| (refusal.code, 1))),
            previous: record.previous.clone(),
        },
        controller: ControllerRecord {
            name: config.controller.name.clone(),
            role: role.to_owned(),
            instruction,
            sector: config.controller.sector.as_ref().map(|sector| sector.name.clone()),
            sector_secrecy: config.controller.sector.as_ref().and_then(|sector| sector.cleared_by.clone()),
        },
        config_sha256: Hex32(config.sha256),
        keys: KeysRecord {
            root: record.root.id().unwrap_or_else(|| RUN_ONLY.to_owned()),
            signing: record.signer.map(Signer::fingerprint),
        },
        state: record.live.map(|live| live.record(record.overdue_requests)),
        sources: sources(config, results),
        registers: registers(record),
        bases: bases(config, results),
        recipients: recipients(config),
        // Nobody was added on the strength of a waiver here, so none is used up.
        waivers: if record.refusals.is_empty() { waivers(config, results) } else { Vec::new() },
        policy: policy(config),
        warnings: warnings(record, &audiences),
        audiences,
        // What is encrypted is known once it is written.
        encrypted: Vec::new(),
        shared_identifiers: CodeCount::list([("email", shared_emails), ("phone", shared_phones)]),
        measures: measures(config),
        retention: retention(config, record.as_of),
    })
}

/// Safeguards in force, those that the config asks for last.
fn measures(config: &Config) -> Vec<String> {
    let encryption = &config.encryption;
    let uploads = config.audiences.iter().flat_map(|audience| &audience.platforms);
    let mut inputs = config.sources.iter().map(|source| &source.files);
    let agreed = inputs.any(|files| files.encrypted)
        || config.registers.iter().any(|register| register.files.encrypted);
    let asked = [
        ("uploads-encrypted", uploads.clone().all(|platform| !encryption.of_platform(platform).is_empty())),
        ("suppressions-encrypted", !encryption.suppressions.is_empty()),
        ("encrypted-inputs-agreed", agreed),
    ];
    let asked = asked.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word);
    MEASURES.into_iter().chain(asked).map(ToOwned::to_owned).collect()
}

/// When each kind of file is due. A moment beyond the calendar is as good as never.
fn retention(config: &Config, as_of: Timestamp) -> Vec<RetentionRecord> {
    let days = |kind| match kind {
        Retained::Full => config.retention.full_days,
        Retained::Delta => config.retention.delta_days,
        Retained::Suppressions => config.retention.suppressions_days,
    };
    let due = |days: u16| as_of.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(days))).ok();
    let record = |kind| RetentionRecord { files: kind, due: days(kind).and_then(due).map(Moment) };
    Retained::ALL.map(record).to_vec()
}

fn tool() -> ToolRecord {
    let platforms = crate::platforms::ALL.iter().map(|platform| TableDate {
        platform: platform.name.to_owned(),
        checked: crate::platforms::CHECKED.to_owned(),
    });
    ToolRecord {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        phone_metadata: identifiers::metadata_version().to_owned(),
        platform_tables: platforms.collect(),
    }
}

fn sources(config: &Config, results: &Results<'_, '_>) -> Vec<SourceRecord> {
    let read = results.sources();
    config
        .sources
        .iter()
        .zip(read)
        .map(|(source, read)| {
            let emails = source.emails.iter().map(|column| (&column.column, "email"));
            let phones = source.phones.iter().map(|column| (&column.column, "phone"));
            SourceRecord {
                name: source.name.clone(),
                files: read.digests.len() as u64,
                bytes: read.digests.iter().map(|digest| digest.bytes).sum(),
                rows: read.rows,
                unreadable: CodeCount::list(read.unreadable.iter().map(|(code, count)| (*code, *count))),
                commitment: Hex32(read.commitment),
                identifiers: emails
                    .chain(phones)
                    .zip(&read.columns)
                    .map(|((column, kind), counts)| ColumnRecord {
                        column: column.clone(),
                        kind: kind.to_owned(),
                        parsed: counts.parsed,
                        blank: counts.blank,
                        rejected: CodeCount::list(counts.rejected.iter().copied()),
                        withheld: CodeCount::list(counts.withheld.iter().copied()),
                    })
                    .collect(),
                not_identity_codes: source
                    .not_identity_codes
                    .iter()
                    .filter(|declared| declared.holds_on(results.plan().today))
                    .map(|declared| NotIdentityCodesRecord {
                        column: declared.column.clone(),
                        reason: declared.reason.clone(),
                        by: declared.by.clone(),
                        date: declared.date.to_string(),
                        valid_until: declared.valid_until.to_string(),
                    })
                    .collect(),
            }
        })
        .collect()
}

fn registers(record: &Record<'_>) -> Vec<RegisterRecord> {
    let (config, results) = (record.config, record.results);
    let one = |(index, (register, read)): (usize, (&Register, &RegisterRead))| RegisterRecord {
        name: register.name.clone(),
        files: read.files,
        bytes: read.bytes,
        rows: read.rows,
        objections: read.objections,
        lifted: read.lifted,
        permissions: read.permissions,
        unparsed: read.unparsed,
        unknown_scope: read.unknown_scope,
        commitment: Hex32(read.commitment),
        external: register.external,
        controller: register.controller.clone(),
        binds: binds(config, register),
        age: match (&register.age_from, read.moment) {
            (None, _) => RegisterAge::Unchecked,
            (Some(_), None) => RegisterAge::Unknown,
            (Some(_), Some(moment)) => RegisterAge::Known {
                moment: Moment(moment),
                seconds: record.as_of.duration_since(moment).as_secs(),
            },
        },
        max_age_seconds: register.max_age.map(|age| age.as_secs().unsigned_abs()),
        min_rows: register.min_rows,
        max_shrink_millionths: register.max_shrink.map(millionths),
        max_unparsed_millionths: millionths(register.max_unparsed),
        max_unchanged_seconds: register.max_unchanged.map(|time| time.as_secs().unsigned_abs()),
        content_since: read.content_since.map(Moment),
        change: record
            .before
            .rows(&register.name)
            .map(|before| read.rows.cast_signed() - before.cast_signed()),
        matched_narrowly: results.matched_by_hash(index as u8),
        broken: CodeCount::list(
            read.waived.iter().map(|(broken, _)| broken).chain(&read.broken).map(|broken| (broken.code(), 1)),
        ),
        people_named: results.people_named(index as u8),
    };
    config.registers.iter().zip(results.registers()).enumerate().map(one).collect()
}

fn bases(config: &Config, results: &Results<'_, '_>) -> Vec<BasisRecord> {
    let bases = config.bases.iter().enumerate().map(|(index, basis)| BasisRecord {
        index: index as u32,
        ground: basis.basis.word().to_owned(),
        platforms: basis.platforms.clone(),
        countries: basis.countries.iter().map(|code| String::from_utf8_lossy(code).into_owned()).collect(),
        purposes: basis.purposes.clone(),
        parties: basis.parties.iter().map(|party| party.word().to_owned()).collect(),
        assessment: basis.assessment.clone(),
        consent_wording: basis.consent_wording.clone(),
        notice_id: basis.notice.id.clone(),
        notice_version: basis.notice.version.clone(),
        notice_since: basis.notice.since.map(|day| day.to_string()),
        notice_valid_until: basis.notice.valid_until.map(|day| day.to_string()),
        valid_from: basis.valid_from.map(|day| day.to_string()),
        valid_until: basis.valid_until.map(|day| day.to_string()),
        assessment_valid_until: basis.assessment_valid_until.map(|day| day.to_string()),
        consent_wording_valid_until: basis.consent_wording_valid_until.map(|day| day.to_string()),
        people: results.people_on_basis(index),
    });
    bases.collect()
}

fn recipients(config: &Config) -> Vec<RecipientRecord> {
    let recipients = config.recipients.iter().map(|recipient| RecipientRecord {
        platform: recipient.platform.clone(),
        legal_entity: recipient.legal_entity.clone(),
        arrangement: recipient.arrangement.clone(),
        transfer: recipient.transfer.clone(),
        dpia: recipient.dpia.clone(),
        terms: recipient.terms.reference.clone(),
        terms_accepted: recipient.terms.accepted.map(|day| day.to_string()),
        valid_until: recipient.valid_until.map(|day| day.to_string()),
    });
    recipients.collect()
}

/// Platforms in use that no recipient declares.
fn undeclared(config: &Config) -> u64 {
    let mut platforms: Vec<&str> =
        config.audiences.iter().flat_map(|one| &one.platforms).map(String::as_str).collect();
    platforms.sort_unstable();
    platforms.dedup();
    let is_declared = |name: &&str| config.recipients.iter().any(|recipient| recipient.platform == *name);
    platforms.iter().filter(|name| !is_declared(name)).count() as u64
}

/// The scopes by which a register's objections bind every audience.
fn binds(config: &Config, register: &Register) -> Vec<String> {
    let channels = register.external || config.policy.channel_bans_bind;
    let binding = binding_scopes(Purpose::Retarget, false, channels);
    binding.iter().map(|scope| scope.word().to_owned()).collect()
}

/// The waivers that let something through, in config order.
fn waivers(config: &Config, results: &Results<'_, '_>) -> Vec<WaiverRecord> {
    let used: BTreeSet<usize> =
        results.registers().iter().flat_map(|read| &read.waived).map(|(_, index)| *index).collect();
    let record = |index: usize| {
        let waiver = &config.waivers[index];
        WaiverRecord {
            id: waiver.id(),
            register: waiver.register.clone(),
            code: waiver.code.code().to_owned(),
            reason: waiver.reason.clone(),
            by: waiver.by.clone(),
            date: waiver.date.to_string(),
            valid_until: waiver.valid_until.to_string(),
        }
    };
    used.into_iter().map(record).collect()
}

fn policy(config: &Config) -> PolicyRecord {
    let policy = &config.policy;
    let closure = match policy.closure {
        Closure::Person => "person",
        Closure::Identifier => "identifier",
    };
    PolicyRecord {
        closure: closure.to_owned(),
        share_cap: policy.share_cap,
        min_age: policy.min_age,
        max_unreadable_millionths: millionths(policy.max_unreadable),
        channel_bans_bind: policy.channel_bans_bind,
        possible_phones: policy.possible_phones,
        permissions_lift: policy.permissions_lift,
        time_zone: policy.time_zone.clone(),
        cooling_off_days: policy.cooling_off_days,
        max_identifier_age_days: policy.max_identifier_age_days,
        same_product_group: policy.same_product_group.clone(),
    }
}

#[expect(clippy::cast_sign_loss, reason = "loading the config holds shares to [0, 1]")]
fn millionths(share: f64) -> u32 {
    (share * 1e6).round() as u32
}

fn audiences(record: &Record<'_>) -> Result<Vec<AudienceRecord>, BuildError> {
    let (config, results) = (record.config, record.results);
    let (read, unreadable) = results.rows();
    let row_counts = |fates: Fates| RowCounts {
        read,
        unreadable,
        not_selected: fates.not_selected,
        suppressed: fates.suppressed,
        eligible: fates.eligible,
    };
    let (members, mut records) = (results.members()?, Vec::new());
    for (index, (audience, written)) in config.audiences.iter().zip(&record.written).enumerate() {
        let (people, rows) = results.audience_fates(index);
        let mut platforms = Vec::new();
        let cells = results.cells_of(index).into_iter().zip(&audience.platforms);
        for ((cell, name), (files, delta)) in cells.zip(written.files.iter().zip(&written.deltas)) {
            let (people, rows) = results.cell_fates(cell);
            let has_full = files.iter().any(|file| file.kind == UploadKind::Full);
            let (emails, phones) = if has_full { members[cell] } else { (0, 0) };
            let minimum = results.plan().cells[cell].platform.minimum_upload;
            platforms.push(PlatformRecord {
                name: name.clone(),
                files: files.clone(),
                members: CodeCount::list([("email", emails), ("phone", phones)]),
                identifiers_dropped: if has_full { results.dropped(cell) } else { 0 },
                rows: row_counts(rows),
                people: people_counts(people),
                reasons: results
                    .reasons(cell)
                    .into_iter()
                    .map(|(reason, tally)| ReasonCount {
                        code: reason.code().to_owned(),
                        primary: tally.primary,
                        holds: tally.holds,
                        alone: tally.alone,
                    })
                    .collect(),
                under_platform_minimum: minimum.filter(|minimum| has_full && people.eligible < *minimum),
                delta: delta.clone(),
            });
        }
        records.push(AudienceRecord {
            name: audience.name.clone(),
            purpose: audience.purpose,
            selection: audience.selection.as_ref().map(|selection| selection.text().to_owned()),
            party: audience.party.word().to_owned(),
            product_group: audience.product_group.as_ref().map(|group| group.name.clone()),
            min_age: audience.min_age,
            min_size: audience.min_size,
            size_before_objections: results.size_before_objections(index),
            withheld: written.withheld,
            rows: row_counts(rows),
            people: people_counts(people),
            suppressions: written.suppressions.clone(),
            platforms,
        });
    }
    Ok(records)
}

const fn people_counts(fates: Fates) -> PeopleCounts {
    PeopleCounts {
        read: fates.total(),
        not_selected: fates.not_selected,
        suppressed: fates.suppressed,
        eligible: fates.eligible,
    }
}

fn warnings(record: &Record<'_>, audiences: &[AudienceRecord]) -> Vec<CodeCount> {
    let (config, results) = (record.config, record.results);
    let (shared_emails, shared_phones) = results.shared_identifiers();
    let platforms = || audiences.iter().flat_map(|audience| &audience.platforms);
    let unchecked = config
        .registers
        .iter()
        .filter(|register| register.max_age.is_none() && register.name != ERASURES)
        .count();
    let under = platforms().filter(|platform| platform.under_platform_minimum.is_some()).count();
    let dropped: u64 = platforms().map(|platform| platform.identifiers_dropped).sum();
    let unknown_scope: u64 = results.registers().iter().map(|read| read.unknown_scope).sum();
    let matched: u64 = (0..config.registers.len()).map(|index| results.matched_by_hash(index as u8)).sum();
    CodeCount::list([
        ("recipient-undeclared", undeclared(config)),
        ("audience-withheld", audiences.iter().filter(|audience| audience.withheld).count() as u64),
        ("under-platform-minimum", under as u64),
        ("register-age-unchecked", unchecked as u64),
        ("register-unknown-scope", unknown_scope),
        ("hash-matched-narrowly", matched),
        ("identifiers-over-share-cap", shared_emails + shared_phones),
        ("identifiers-over-columns", dropped),
        ("rows-unreadable", results.rows().1),
        ("releases-not-marked", record.live.map_or(0, LiveRun::not_marked)),
        ("tags-of-this-run-only", u64::from(!record.root.is_lasting())),
        ("unsigned", u64::from(record.signer.is_none())),
    ])
}
