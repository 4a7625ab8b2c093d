//! Tests of reading a config: sound ones value by value, faulty ones by the tableful, and the three
//! accounts of the same keys (reader, schema, docs) held to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::policy::scope::binding_scopes;

/// The config that the design sketches.
const SKETCH: &str = include_str!("sketch.toml");
/// A config that uses every key.
const FULL: &str = include_str!("full.toml");
const DOCS: &str = include_str!("../../docs/configuration.md");

fn parse(text: &str) -> Result<Config, Faults> {
    Config::parse(Path::new("/data/verho.toml"), text)
}

fn sound(text: &str) -> Config {
    parse(text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The first config of the docs.
fn first() -> &'static str {
    let start = DOCS.find("```toml\n").expect("the docs show a first config") + 8;
    let rest = DOCS.get(start..).unwrap_or_default();
    rest.get(..rest.find("```").expect("it ends")).unwrap_or_default()
}

#[test]
fn the_sketch_loads() {
    let config = sound(SKETCH);
    let source = &config.sources[0];
    assert_eq!(source.files.pattern, Path::new("/data/customers.csv"));
    assert_eq!(source.id_space, "crm");
    assert_eq!(source.emails.len(), 1);
    assert_eq!(source.relationship.yes, ["active"]);
    assert_eq!(source.relationship.no, None);
    let targeting = source.targeting.as_ref().expect("the sketch maps it");
    assert!(targeting.blank_is_not_objected);
    assert_eq!(targeting.scopes, Scopes::of(Scope::OffPlatformTargeting));
    assert_eq!(source.attributes["product_group"].separator.as_deref(), Some(";"));
    let register = &config.registers[0];
    assert_eq!(register.max_age, Some(jiff::SignedDuration::from_hours(36)));
    assert_eq!(register.max_shrink, Some(0.02));
    assert_eq!(register.id_space.as_deref(), Some("crm"));
    assert!(register.files.header && !register.columns.bare);
    assert_eq!(config.bases[0].valid_until, Some(jiff::civil::date(2027, 3, 1)));
    let audience = &config.audiences[0];
    assert_eq!(audience.platforms, ["meta", "linkedin"]);
    assert_eq!(audience.min_age, 18);
    assert_eq!(audience.binding, binding_scopes(Purpose::Retarget, false, true));
    assert_eq!(config.output.dir, Path::new("/data/releases"));
}

#[test]
fn the_first_config_of_the_docs_loads_and_defaults_safely() {
    assert!(first().lines().count() <= 25, "{}", first().lines().count());
    let config = sound(first());
    assert_eq!(config.controller.role, Role::Controller);
    assert!(config.registers.is_empty());
    assert_eq!(config.policy.closure, Closure::Person);
    assert_eq!((config.policy.share_cap, config.policy.min_age), (10, 18));
    assert!(config.policy.channel_bans_bind && !config.policy.possible_phones);
    assert_eq!(config.policy.time_zone, "UTC");
    assert_eq!((config.limits.memory_bytes, config.limits.temp_bytes), (1_000_000_000, u64::MAX));
    assert_eq!(config.audiences[0].min_size, 100);
    assert_eq!(config.audiences[0].party, Party::Consumer);
    assert_eq!(config.bases[0].parties, [Party::Consumer, Party::Business]);
    let kept = config.retention;
    assert_eq!((kept.full_days, kept.delta_days, kept.suppressions_days), (Some(14), Some(14), Some(180)));
    assert_eq!(kept.ledger_days, Some(1095));
    assert!(config.encryption.objections.is_empty());
}

#[test]
fn every_key_reaches_its_place() {
    let config = sound(FULL);
    assert_eq!(config.controller.role, Role::Processor { instruction: "DPA-2026-04".to_owned() });
    let crm = &config.sources[0];
    assert_eq!(crm.files.as_written, "in/customers-*.csv.gz");
    assert_eq!((crm.files.format, crm.files.delimiter), (Some(Format::Delimited), Some(b';')));
    assert_eq!((crm.files.encoding, crm.id_space.as_str()), (Encoding::Windows1252, "group"));
    let work = &crm.emails[1];
    assert_eq!((work.context, work.hashed), (Context::Work, None));
    assert_eq!(crm.phones[0].hashed, Some(HashAlgorithm::Sha256));
    assert_eq!(work.separator.as_deref(), Some(","));
    assert_eq!(crm.country.as_ref().and_then(|country| country.default), Some(*b"SE"));
    assert_eq!(crm.birth_date.as_ref().map(|date| date.formats.len()), Some(2));
    assert_eq!(crm.relationship.no.as_deref(), Some(&["F".to_owned()][..]));
    assert_eq!(crm.basis.none, ["N"]);
    let targeting = crm.targeting.as_ref().expect("it is mapped");
    assert!(!targeting.blank_is_not_objected);
    assert_eq!(targeting.scopes, Scopes::of(Scope::AllMarketing).union(Scopes::of(Scope::Email)));
    assert_eq!(crm.ad_personalization.as_ref().map(|signal| signal.no.is_none()), Some(true));
    assert_eq!(crm.attributes["tags"].kind, AttributeKind::Derived);
    let declared = &crm.not_identity_codes[0];
    assert_eq!((declared.column.as_str(), declared.by.as_str()), ("id", "DPO"));
    let day = |text: &str| text.parse::<jiff::civil::Date>().expect("a day");
    for (text, holds) in
        [("2026-10-31", false), ("2026-11-01", true), ("2027-10-31", true), ("2027-11-01", false)]
    {
        assert_eq!(crm.declares_no_codes("id", day(text)), holds, "{text}");
        assert!(!crm.declares_no_codes("email", day(text)));
    }
    let shop = &config.sources[1];
    assert_eq!(shop.id_space, "shop");
    assert_eq!(shop.relationship.from, From::Constant("current".to_owned()));
    assert_eq!(shop.party.as_ref().map(|party| &party.from), Some(&From::Constant("business".to_owned())));
    let [opt_outs, phones, hashes] = &config.registers[..] else { panic!("three registers") };
    assert_eq!((opt_outs.files.delimiter, opt_outs.files.encoding), (Some(b'\t'), Encoding::Utf16));
    assert_eq!(opt_outs.columns.email.as_ref().and_then(|key| key.hashed), Some(HashAlgorithm::Md5));
    assert_eq!((opt_outs.min_rows, opt_outs.max_unparsed, opt_outs.region), (10, 0.001, Some(*b"FI")));
    assert_eq!(phones.files.pattern, Path::new("/lists/phones.txt"));
    assert!(phones.columns.bare && !phones.files.header);
    assert_eq!(phones.columns.phone, Some(KeyColumn { column: String::new(), hashed: None }));
    assert_eq!((phones.age_from.clone(), phones.max_age, phones.min_rows), (Some(AgeFrom::Mtime), None, 1));
    assert!(hashes.columns.bare && hashes.files.header);
    assert_eq!(hashes.columns.email.as_ref().and_then(|key| key.hashed), Some(HashAlgorithm::Sha1));
    let basis = &config.bases[0];
    assert_eq!(
        (basis.platforms.join(" "), &basis.countries[..]),
        ("meta google-ads".to_owned(), &[*b"FI", *b"SE"][..])
    );
    assert_eq!(basis.valid_until, Some(jiff::civil::date(2027, 3, 1)));
    assert_eq!(basis.valid_from, Some(jiff::civil::date(2026, 3, 2)));
    assert_eq!(basis.assessment_valid_until, Some(jiff::civil::date(2027, 6, 30)));
    assert_eq!(basis.consent_wording_valid_until, Some(jiff::civil::date(2027, 7, 31)));
    assert_eq!(basis.notice.valid_until, Some(jiff::civil::date(2028, 1, 31)));
    assert_eq!(basis.notice.since, Some(jiff::civil::date(2024, 2, 9)));
    assert_eq!(work.provenance.as_ref().map(|told| told.values.join(" ")), Some("self".to_owned()));
    assert_eq!(work.bounced.as_ref().map(|told| told.column.as_str()), Some("returned"));
    assert_eq!(work.verified_at.as_ref().map(|told| told.column.as_str()), Some("confirmed"));
    let consent = crm.consent.as_ref().expect("it is mapped");
    assert_eq!(
        (consent.wording.as_deref(), consent.identifier.as_deref()),
        (Some("words"), Some("given_for"))
    );
    assert_eq!(consent.expires.as_ref().map(|told| told.column.as_str()), Some("until"));
    let policy = &config.policy;
    assert_eq!((policy.cooling_off_days, policy.max_identifier_age_days), (Some(14), Some(730)));
    assert_eq!(policy.same_product_group.as_deref(), Some("plan"));
    assert_eq!(config.audiences[0].product_group.as_ref().map(|group| group.name.as_str()), Some("boats"));
    let sector = config.controller.sector.as_ref().expect("it is named");
    assert_eq!((sector.name.as_str(), sector.cleared_by.as_deref()), ("insurance", Some("LEGAL-2026-11")));
    let [recipient] = &config.recipients[..] else { panic!("one recipient") };
    assert_eq!((recipient.platform.as_str(), recipient.dpia.as_str()), ("meta", "DPIA-2026-02"));
    assert_eq!(recipient.terms.accepted, Some(jiff::civil::date(2026, 1, 15)));
    assert_eq!(recipient.valid_until, Some(jiff::civil::date(2027, 1, 14)));
    let visitors = &config.audiences[0];
    assert_eq!((visitors.purpose, visitors.party, visitors.min_age), (Purpose::Exclude, Party::Business, 25));
    assert_eq!(visitors.binding, binding_scopes(Purpose::Exclude, true, false));
    assert_eq!(config.audiences[1].binding, binding_scopes(Purpose::Retarget, false, false));
    assert_eq!(config.audiences[1].min_age, 20);
    assert_eq!(config.policy.time_zone, "Europe/Helsinki");
    assert_eq!(config.output.dir, Path::new("/out/releases"));
    assert_eq!(config.keys.root.as_deref(), Some(Path::new("/data/keys/root.hex")));
    assert_eq!((config.limits.memory_bytes, config.limits.temp_bytes), (512 << 20, 20_000_000_000));
    assert_ne!(config.sha256, sound(SKETCH).sha256);
    let kept = config.retention;
    assert_eq!((kept.full_days, kept.delta_days, kept.suppressions_days), (Some(10), None, Some(182)));
    assert_eq!((kept.ledger_days, config.encryption.objections.len()), (Some(7), 1));
}

/// A change to [`FULL`] or [`SKETCH`], and the fault it makes: what is replaced, by what, the code,
/// a part of the line shown, and words of message and hint.
type Faulty = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const FAULTY: &[Faulty] = &[
    ("schema = 1", "schema = 2", "out-of-range", "schema = 2", "schema", "1"),
    ("schema = 1", "", "missing-key", "", "no schema", "schema = 1"),
    ("schema = 1", "shcema = 1\nschema = 1", "unknown-key", "shcema", "shcema", "did you mean schema"),
    ("schema = 1", "schema = \"1\"", "wrong-type", "schema = \"1\"", "is a text", "whole number"),
    ("schema = 1", "schema = 1\nschema = 1", "toml-syntax", "schema = 1", "twice", "[[source]]"),
    ("schema = 1", "schema = 1\nthis is no toml", "toml-syntax", "this is no toml", "TOML", "key = value"),
    ("name = \"Example Media Oy\"", "name = \" \"", "empty", "name = \" \"", "empty", "write a text"),
    ("name = \"Example Media Oy\"", "", "missing-key", "[controller]", "no name", "legal name"),
    ("role = \"processor\"", "role = \"procesor\"", "unknown-word", "procesor", "role", "did you mean \"processor\""),
    ("role = \"processor\"", "role = \"controller\"", "contradiction", "instruction", "nobody's", "drop instruction"),
    ("instruction = \"DPA-2026-04\"", "", "missing-reference", "[controller]", "processor", "DPA"),
    ("instruction = \"DPA-2026-04\"", "instruction = \"\"", "missing-reference", "instruction = ", "empty", "--draft"),
    ("name = \"crm\"", "name = \"CRM\"", "bad-name", "CRM", "not a name", "a-z"),
    ("name = \"crm\"", "name = \"-crm\"", "bad-name", "-crm", "not a name", "beginning"),
    ("name = \"shop\"", "name = \"crm\"", "duplicate-name", "name = \"crm\"", "taken", "own name"),
    ("name = \"phones\"", "name = \"opt-outs\"", "duplicate-name", "opt-outs", "taken", "own name"),
    ("name = \"phones\"", "name = \"erasures\"", "duplicate-name", "erasures", "taken", "own name"),
    ("name = \"all\"", "name = \"visitors\"", "duplicate-name", "visitors", "taken", "own name"),
    ("path = \"shop.parquet\"\n", "", "missing-key", "[[source]]", "no path", "customers-*.csv"),
    ("format = \"parquet\"", "format = \"excel\"", "unknown-word", "excel", "format", "parquet"),
    ("format = \"parquet\"", "format = \"parquet\"\ndelimiter = \";\"", "contradiction", "delimiter", "delimited", "drop"),
    ("encoding = \"latin-1\"", "encoding = \"latin1\"", "unknown-word", "latin1", "encoding", "did you mean \"latin-1\""),
    ("delimiter = \";\"", "delimiter = \"ab\"", "not-allowed", "ab", "delimiter", "one sign"),
    ("customer_id = \"id\"\nemail = [", "email = [", "missing-key", "[source.columns]", "no customer_id", "customer_id ="),
    ("email = \"mail\"\n", "", "missing-key", "[source.columns]", "neither email nor phone", "phone = ["),
    ("email = \"mail\"", "email = []", "empty", "email = []", "empty list", "at least one"),
    ("email = \"mail\"", "email = [\"mail\", \"mail\"]", "duplicate", "mail", "twice", "drop"),
    ("email = \"mail\"", "email = { column = \"mail\", hashed = \"md5\" }", "contradiction", "[source.columns]", "plain in one column and hashed", "all plain, or all hashed"),
    ("{ column = \"ground\"", "{ column = \"email_optin\"", "consent-for-something-else", "email_optin", "email*", "purpose = \"advertising_elsewhere\""),
    ("{ column = \"ground\"", "{ column = \"sms-lupa\"", "consent-for-something-else", "sms-lupa", "sms*", "advertising on other services"),
    ("identifier = \"given_for\"", "identifier = \"given_for\", purpose = \"messages\"", "consent-for-something-else", "messages", "messages", "advertising on other services"),
    ("identifier = \"given_for\"", "identifier = \"given_for\", purpose = \"adverts\"", "unknown-word", "adverts", "purpose", "advertising_elsewhere"),
    ("email = \"mail\"", "email = 5", "wrong-type", "email = 5", "whole number", "table"),
    ("email = \"mail\"", "e_mail = \"x\"\nemail = \"mail\"", "unknown-key", "e_mail", "no key e_mail", "did you mean email"),
    ("context = \"work\"", "context = \"office\"", "unknown-word", "office", "context", "personal"),
    ("default = \"se\"", "default = \"UK\"", "unknown-country", "UK", "country", "GB"),
    ("default = \"se\"", "default = \"Sweden\"", "unknown-country", "Sweden", "country", "two letters"),
    ("country = \"country\"", "country = {}", "missing-key", "country = {}", "neither", "default"),
    ("formats = [\"%d.%m.%Y\", \"%F\"]", "formats = [\"%Y\"]", "not-allowed", "%Y", "day", "%d.%m.%Y"),
    ("birth_date = \"born\"\n", "", "missing-key", "[source.columns]", "birth_date", "min_age = 0"),
    ("relationship = { constant = \"current\" }\n", "", "missing-key", "[source.columns]", "relationship", "constant = \"current\""),
    ("relationship = { constant = \"current\" }", "relationship = { constant = \"active\" }", "unknown-word", "active", "constant", "current"),
    ("relationship = { constant = \"current\" }", "relationship = {}", "missing-key", "relationship", "neither column nor constant", "column"),
    ("relationship = { constant = \"current\" }", "relationship = { column = \"s\" }", "missing-key", "relationship", "no values", "current"),
    ("relationship = { constant = \"current\" }", "relationship = { constant = \"current\", current = [\"A\"] }", "contradiction", "relationship", "constant", "drop"),
    ("former = [\"F\"]", "former = [\"A\"]", "contradiction", "former", "cannot mean both", "one of the two"),
    ("basis = { constant = \"consent\" }\n", "", "missing-key", "[source.columns]", "no basis", "legitimate_interest"),
    ("basis = { constant = \"consent\" }", "basis = { constant = \"consent\", column = \"b\" }", "contradiction", "constant", "both", "keep one"),
    ("none = [\"N\"]", "none = [\"C\"]", "contradiction", "none", "cannot mean both", "leave"),
    ("not_objected = [\"0\"]", "not_objected = [\"1\"]", "contradiction", "not_objected", "cannot mean both", "leave"),
    ("opted_out = [\"1\"]", "opted_out = [\"1\", \"1\"]", "duplicate", "opted_out", "twice", "drop"),
    ("opted_out = [\"1\"]", "opted_out = [\" 1\"]", "never-matches", "opted_out", "white space", "trimming"),
    ("blank = \"unknown\"", "blank = \"no\"", "unknown-word", "blank", "cannot be no", "not_objected"),
    ("scope = [\"all_marketing\", \"e-mail\"]", "scope = [\"adverts\"]", "unknown-word", "adverts", "scope", "all_marketing"),
    ("plan = { column = \"plan\", kind = \"given\" }", "plan = { column = \"plan\" }", "missing-key", "plan", "no kind", "profiling"),
    ("plan = { column = \"plan\", kind", "Plan-x = { column = \"p\", kind = \"given\" }\nplan = { column = \"plan\", kind", "bad-name", "Plan-x", "attribute's name", "a-z"),
    ("plan = { column = \"plan\", kind", "age = { column = \"p\", kind = \"given\" }\nplan = { column = \"plan\", kind", "bad-name", "age = ", "attribute's name", "not country"),
    ("party = { constant = \"business\" }", "party = { constant = \"business\" }\n[source.attributes]\ntags = { column = \"t\", kind = \"derived\" }", "contradiction", "tags", "otherwise", "same separator"),
    ("format = \"parquet\"", "format = \"parquet\"\nencrypted = true", "contradiction", "true", "front to back", "CSV or NDJSON"),
    ("uploads = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]", "uploads = []", "empty", "[]", "empty list", "leave the key out"),
    ("uploads = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]", "uploads = [\"age1nobody\"]", "not-a-recipient", "age1nobody", "not an age public key", "age-keygen -y"),
    ("uploads = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]", "uploads = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\", \"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"]", "duplicate", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "twice", "drop"),
    ("platforms = { facebook =", "platforms = { facebok =", "unknown-platform", "facebok", "not a platform", "facebook"),
    ("platforms = { facebook =", "platforms = { meta = [\"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\"], facebook =", "duplicate", "", "meta twice", "write one"),
    ("path = \"shop.parquet\"", "path = \"../out/releases/shop.parquet\"", "output-is-input", "shop.parquet", "releases", "own"),
    ("root = \"keys/root.hex\"", "root = \"../out/releases/root.hex\"", "output-is-input", "root.hex", "releases", "own"),
    ("key = \"phone\"", "", "missing-key", "[[register]]", "neither columns nor key", "key = \"phone\""),
    ("key = \"phone\"", "key = \"name\"", "unknown-word", "name", "key", "phone"),
    ("key = \"phone\"", "key = { field = \"domain\", hashed = \"md5\" }", "not-allowed", "domain", "hashed", "email and phone"),
    ("key = \"phone\"", "key = \"phone\"\ncolumns = { phone = \"p\" }", "contradiction", "key = \"phone\"", "bare", "keep one"),
    ("scope = \"all_marketing\"", "scope = \"all_marketing\"\nheader = false", "contradiction", "header", "columns", "key = \"phone\""),
    ("columns = { customer_id = \"id\", email = { column = \"mail\", hashed = \"md5\" }, phone = \"phone\", domain = \"domain\",", "columns = {", "missing-key", "columns", "names people", "domain"),
    ("lifted = [\"lifted\"]", "raised = [\"x\"], lifted = [\"lifted\"]", "unknown-key", "raised", "raised", "lifted"),
    ("id_space = \"group\"\nregion", "region", "missing-key", "[[register]]", "id spaces", "id_space = \"group\" or \"shop\""),
    ("id_space = \"group\"\nregion", "id_space = \"crm\"\nregion", "unknown-id-space", "crm", "would match", "group, shop"),
    ("region = \"FI\"", "region = \"XX\"", "unknown-country", "XX", "country", "two letters"),
    ("age_from = { filename = \"objections-%Y-%m-%d.csv\" }\n", "", "missing-key", "max_age", "how old", "age_from"),
    ("age_from = { sidecar = \".date\" }", "age_from = { sidecar = \".date\", column = \"x\" }", "contradiction", "age_from", "two ways", "keep one"),
    ("age_from = \"mtime\"", "age_from = \"ctime\"", "unknown-word", "ctime", "age_from", "mtime"),
    ("max_age = \"3d\"", "max_age = \"3 days\"", "out-of-range", "3 days", "span of time", "36h"),
    ("max_age = \"3d\"", "max_age = \"0d\"", "out-of-range", "0d", "span of time", "36h"),
    ("max_age = \"3d\"", "max_age = \"99999999999999999999d\"", "out-of-range", "999", "span of time", "36h"),
    ("min_rows = 10", "min_rows = -1", "out-of-range", "-1", "range", "from 0 to 1000000000"),
    ("min_rows = 10", "min_rows = 358408405500", "out-of-range", "min_rows", "range", "from 0 to"),
    ("max_shrink = \"2%\"", "max_shrink = \"101%\"", "out-of-range", "101%", "percentage", "100%"),
    ("max_shrink = \"2%\"", "max_shrink = 0.02", "wrong-type", "0.02", "percentage", "\"2%\""),
    ("max_unparsed = \"0.1%\"", "max_unparsed = \"0.1\"", "out-of-range", "0.1", "percentage", "\"2%\""),
    ("use = \"consent\"", "use = \"consents\"", "unknown-word", "consents", "use", "did you mean \"consent\""),
    ("use = \"consent\"", "use = \"contract\"", "unknown-word", "contract", "use", "legitimate_interest"),
    ("\"Facebook\", \"google\"", "\"Facebook\", \"meta\"", "duplicate", "meta", "twice", "drop"),
    ("\"Facebook\", \"google\"", "\"faceboook\"", "unknown-platform", "faceboook", "not a platform", "verho platforms"),
    ("countries = [\"fi\", \"SE\"]", "countries = [\"EEA\"]", "unknown-country", "EEA", "country", "list them"),
    ("countries = [\"fi\", \"SE\"]", "countries = [\"Q9\"]", "unknown-country", "Q9", "country", "two letters"),
    ("purposes = [\"retarget\", \"exclude\"]", "purposes = [\"service\"]", "unknown-word", "service", "purposes", "lookalike_seed"),
    ("purposes = [\"retarget\", \"exclude\"]\n", "", "missing-key", "[[basis]]", "no purposes", "retarget"),
    ("consent_wording = \"CW-7\"\n", "", "missing-reference", "[[basis]]", "words", "consent_wording"),
    ("consent_wording = \"CW-7\"", "consent_wording = \"\"", "missing-reference", "consent_wording", "empty", "--draft"),
    ("notice = { id = \"marketing-policy\", version = \"2024-02-09\", since = 2024-02-09, valid_until = 2028-01-31 }\n", "", "missing-reference", "[[basis]]", "notice", "version"),
    ("version = \"2024-02-09\"", "versoin = \"x\", version = \"2024-02-09\"", "unknown-key", "versoin", "notice", "did you mean version"),
    ("valid_until = \"2027-03-01\"", "valid_until = 2027-03-01T10:00:00Z", "wrong-type", "valid_until", "date or time", "2027-03-01"),
    ("valid_until = \"2027-03-01\"", "valid_until = \"2027-02-30\"", "out-of-range", "valid_until", "calendar", "2027-03-01"),
    ("visits > 3", "visit > 3", "bad-where", "visit > 3", "visit is neither", "did you mean visits"),
    ("tags CONTAINS 'boat'", "tags = 'boat'", "bad-where", "tags = 'boat'", "several values", "CONTAINS"),
    ("'x' OR country", "'x' OR lower(country)", "bad-where", "lower(country)", "functions", "LIKE"),
    ("platforms = [\"x\"]", "platforms = [\"x\", \"twitter\"]", "duplicate", "twitter", "twice", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"all\"]", "unknown-platform", "all", "not a platform", "platforms"),
    ("platforms = [\"x\"]", "platforms = [\"amazon\"]", "no-upload-file", "amazon", "amazon-ads takes no file", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"snapchat\"]", "no-upload-file", "snapchat", "snapchat takes no file: ", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"pinterest\"]", "no-upload-file", "pinterest", "pinterest takes no file: ", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"reddit\"]", "no-upload-file", "reddit", "reddit takes no file: ", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"uid2\"]", "no-upload-file", "uid2", "uid2 takes no file: ", "drop"),
    ("platforms = [\"x\"]", "platforms = [\"euid\"]", "no-upload-file", "euid", "euid takes no file: ", "drop"),
    ("platforms = [\"x\"]", "", "missing-key", "[[audience]]", "no platforms", "linkedin"),
    ("min_size = 1\n", "min_size = 0\n", "out-of-range", "min_size", "range", "from 1 to 100000000"),
    ("min_size = 1\n", "min_size = 358408405500\n", "out-of-range", "min_size", "range", "from 1 to"),
    ("min_age = 25", "min_age = 18", "out-of-range", "min_age = 18", "policy's, which is 20", "raise"),
    ("closure = \"identifier\"", "closure = \"none\"", "unknown-word", "closure", "none", "person"),
    ("share_cap = 5", "share_cap = 0", "out-of-range", "share_cap", "range", "1 or more"),
    ("possible_phones = true", "possible_phones = \"yes\"", "wrong-type", "possible_phones", "text", "true or false"),
    ("time_zone = \"europe/helsinki\"", "time_zone = \"Europe/Turku\"", "unknown-time-zone", "Turku", "time zone", "IANA"),
    ("[policy]", "[[policy]]", "wrong-type", "[[policy]]", "a list", "table"),
    ("memory = \"512MiB\"", "memory = \"512\"", "out-of-range", "512", "memory", "1GB"),
    ("temp = \"20GB\"", "temp = \"20\"", "out-of-range", "20", "temp", "1GB"),
    ("memory = \"512MiB\"", "memory = \"0KB\"", "out-of-range", "0KB", "memory", "at least 1 kB"),
    ("batch_rows = 10", "batch_rows = 0", "out-of-range", "batch_rows", "range", "from 1"),
    ("informed_since = \"told\"\n", "", "missing-key", "[source.columns]", "no informed_since", "every source"),
    ("cooling_off = \"2w\"", "cooling_off = \"36h\"", "out-of-range", "cooling_off", "whole days", "14d"),
    ("max_identifier_age = \"730d\"\n", "", "missing-key", "email = ", "verified_at", "730d"),
    (", verified_at = \"confirmed\"", "", "missing-key", "schema", "max_identifier_age", "verified_at"),
    (", own = [\"self\"]", "", "missing-key", "email = ", "without own", "mean the person"),
    ("provenance = \"work_source\", ", "", "missing-key", "email = ", "without provenance", "mean the person"),
    (", yes = [\"1\"]", "", "missing-key", "email = ", "no yes", "bounced"),
    ("consent = { date = \"given\", wording = \"words\", expires = \"until\", identifier = \"given_for\" }", "consent = {}", "missing-key", "consent", "no column", "wording"),
    ("product_group = \"boats\"\n", "", "missing-key", "[[audience]]", "same product group", "savings"),
    ("product_group = \"boats\"", "product_group = \" boats\"", "never-matches", "boats", "edges", "drop"),
    ("same_product_group = { attribute = \"plan\" }\n", "", "contradiction", "boats", "asks for none", "same_product_group"),
    ("{ attribute = \"plan\" }", "{ attribute = \"plans\" }", "unknown-attribute", "boats", "plans", "[source.attributes]"),
    ("sector_secrecy = { cleared_by = \"LEGAL-2026-11\" }\n", "", "missing-reference", "[controller]", "secrecy rules", "cleared_by"),
    ("sector_secrecy = { cleared_by = \"LEGAL-2026-11\" }\n", "sector_secrecy = {}\n", "missing-reference", "sector_secrecy", "no cleared_by", "LEGAL"),
    ("sector = \"insurance\"\n", "", "contradiction", "sector_secrecy", "no sector", "name it"),
    ("valid_from = 2026-03-02", "valid_from = 2027-03-02", "contradiction", "valid_from", "after valid_until", "no day"),
    ("dpia = \"DPIA-2026-02\"\n", "", "missing-reference", "[[recipient]]", "no dpia", "DPIA"),
    ("arrangement = \"JC-2026-01\"", "arrangement = \"\"", "missing-reference", "arrangement", "empty", "draft"),
    ("terms = { reference = \"custom-audience-terms 2026-01\", accepted = 2026-01-15 }\n", "", "missing-reference", "[[recipient]]", "no terms", "accepted"),
    (", accepted = 2026-01-15 }", " }", "missing-reference", "terms", "no accepted", "accepted"),
    ("valid_until = 2027-01-14\n", "valid_until = 2027-01-14\n[[recipient]]\nplatform = \"instagram\"\nlegal_entity = \"E\"\narrangement = \"J\"\ntransfer = \"none\"\ndpia = \"D\"\nterms = { reference = \"T\", accepted = 2026-01-15 }\n", "duplicate", "instagram", "declared twice", "keep one"),
    ("advertiser = \"Example Media Oy\"", "advertiser = \"Example Life Ltd\"", "other-advertiser", "advertiser", "not the controller", "config of its own"),
    ("political = false", "political = true", "political", "political", "declared political", "2024/900"),
    ("full = \"10d\"", "full = \"36h\"", "out-of-range", "full", "whole days", "14d"),
    ("full = \"10d\"", "full = \"0d\"", "out-of-range", "full", "span of time", "1w"),
    ("delta = \"keep\"", "delta = \"never\"", "out-of-range", "delta", "span of time", "1w"),
    ("delta = \"keep\"", "deltas = \"keep\"", "unknown-key", "deltas", "[retention]", "did you mean delta"),
    ("[limits]", "[limit]", "unknown-key", "[limit]", "limit", "did you mean limits"),
];

#[test]
fn each_fault_has_its_code_line_and_hint() {
    let mut wrong = Vec::new();
    for (find, replace, code, line, message, hint) in FAULTY {
        let Some(start) = FULL.find(find) else {
            wrong.push(format!("{find} is not in the config"));
            continue;
        };
        let text = [&FULL[..start], replace, &FULL[start + find.len()..]].concat();
        let Err(faults) = parse(&text) else {
            wrong.push(format!("{find} → {replace} was taken"));
            continue;
        };
        let found = faults.list.iter().any(|fault| {
            let (number, _) = faults.place(fault);
            let shown = text.lines().nth(number - 1).unwrap_or_default();
            fault.code == *code
                && shown.contains(line)
                && fault.message.contains(message)
                && fault.hint.contains(hint)
        });
        let rendered = faults.to_string();
        if !found || faults.list.len() > 3 || !rendered.contains("hint: ") || !rendered.contains(code) {
            wrong.push(format!("{find} → {replace}\n{rendered}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n\n"));
    // A number pasted without quotes is repeated nowhere, not by the hint either.
    for number in ["358401234567", "401234567"] {
        let text = FULL.replacen("name = \"Example Media Oy\"", &format!("name = {number}"), 1);
        let rendered = parse(&text).expect_err("is no text").to_string();
        assert!(rendered.contains("text in quotes") && !rendered.contains(number), "{rendered}");
    }
    assert!(FAULTY.len() > 40);
}

#[test]
fn all_faults_are_reported_at_once_in_order_of_place() {
    let text = FULL
        .replace("schema = 1", "schema = 9")
        .replace("name = \"crm\"", "name = \"C R M\"")
        .replace("former = [\"F\"]", "former = [\"A\"]")
        .replace("max_shrink = \"2%\"", "max_shrink = \"two\"")
        .replace("visits > 3", "visit > 3")
        .replace("time_zone", "timezone");
    let faults = parse(&text).expect_err("six faults");
    let codes: Vec<_> = faults.list.iter().map(|fault| fault.code).collect();
    assert_eq!(
        codes,
        ["out-of-range", "bad-name", "contradiction", "out-of-range", "bad-where", "unknown-key"],
        "{faults}"
    );
    assert!(faults.to_string().ends_with("6 faults in /data/verho.toml; nothing was read or written\n"));
}

#[test]
fn a_fault_is_shown_in_its_line() {
    let text = first().replace("[\"retarget\"]", "[\"retarget\", \"remarket\"]");
    let faults = parse(&text).expect_err("a word that is none");
    insta::assert_snapshot!(faults.render(false), @r#"
    error[unknown-word]: purposes cannot be remarket
      --> /data/verho.toml:19:25
       |
    19 | purposes = ["retarget", "remarket"]
       |                         ^^^^^^^^^^
       |
       = hint: did you mean "retarget"? The words are retarget, exclude, lookalike_seed

    1 fault in /data/verho.toml; nothing was read or written
    "#);
    assert!(faults.render(true).contains('\u{1b}'));
    assert!(!faults.render(false).contains('\u{1b}'));
}

#[test]
fn one_bracket_too_few_has_a_hint_of_its_own() {
    let faults = parse(&first().replace("[[basis]]", "[basis]")).expect_err("a table, not a list");
    insta::assert_snapshot!(faults, @r"
    error[wrong-type]: basis is not a list of tables
      --> /data/verho.toml:15:1
       |
    15 | [basis]
       | ^^^^^^^
       |
       = hint: write [[basis]], with two brackets

    1 fault in /data/verho.toml; nothing was read or written
    ");
}

#[test]
fn a_fault_inside_a_where_is_shown_at_its_word() {
    let filter = "name = \"customers\"\nwhere = \"\"\"\nage > 30\n  OR lower(country) = 'fi'\"\"\"";
    let faults = parse(
        &first()
            .replace("name = \"customers\"", filter)
            .replace("email = \"email\"\nphone = \"phone\"\n", ""),
    )
    .expect_err("two");
    insta::assert_snapshot!(faults, @r#"
    error[missing-key]: [source.columns] has neither email nor phone
     --> /data/verho.toml:6:1
      |
    6 | [source.columns]
      | ^^^^^^^^^^^^^^^^
      |
      = hint: platforms match on them: email = ["email"] or phone = ["phone"]

    error[bad-where]: functions have no place in a where
      --> /data/verho.toml:24:6
       |
    24 |   OR lower(country) = 'fi'"""
       |      ^^^^^
       |
       = hint: a where may use fields, text in single quotes, numbers, DATE 'YYYY-MM-DD', = <> != < <= > >=, IN, BETWEEN, LIKE, IS NULL, CONTAINS, AND, OR, NOT, TRUE, FALSE and parentheses

    2 faults in /data/verho.toml; nothing was read or written
    "#);
}

#[test]
fn values_of_mappings_stay_out_of_messages() {
    let secret = "Zebrafish-category";
    for (find, replace) in [
        ("former = [\"F\"]", "former = [\"A\", \"Zebrafish-category\", \"Zebrafish-category\"]"),
        (
            "current = [\"A\"], former = [\"F\"]",
            "current = [\"Zebrafish-category\"], former = [\"Zebrafish-category\"]",
        ),
    ] {
        let faults = parse(&FULL.replace(find, replace)).expect_err("a contradiction");
        for fault in &faults.list {
            assert!(!fault.message.contains(secret) && !fault.hint.contains(secret), "{fault:?}");
        }
    }
}

/// A newsletter's yes is none to this, unless somebody states that the words covered both.
#[test]
fn consent_to_messages_counts_when_its_words_name_advertising_elsewhere() {
    let text = FULL.replace("{ column = \"ground\"", "{ column = \"email_optin\"");
    assert!(parse(&text).is_err());
    let given = "identifier = \"given_for\"";
    let stated = format!("{given}, purpose = \"advertising_elsewhere\"");
    assert_eq!(sound(&text.replace(given, &stated)).sources[0].basis.consent, ["C"]);
    // Where no value means consent, the column's name says nothing.
    sound(&text.replace("consent = [\"C\"], ", ""));
}

#[test]
fn nobody_could_object_is_a_fault() {
    let text = first().replace("targeting = {", "#");
    let faults = parse(&text).expect_err("no register and no flag");
    assert_eq!(faults.list[0].code, "nobody-could-object", "{faults}");
}

#[test]
fn nothing_is_a_fault_too_and_names_all_that_is_missing() {
    let faults = parse("").expect_err("empty");
    let missing: Vec<_> = faults.list.iter().map(|fault| fault.message.as_str()).collect();
    for key in ["schema", "controller", "source", "basis", "audience"] {
        assert!(missing.iter().any(|message| message.contains(key)), "{key}: {missing:?}");
    }
}

#[test]
fn too_many_registers_are_refused_at_the_limit() {
    let register =
        |number: usize| format!("[[register]]\nname = \"r{number}\"\npath = \"r.csv\"\nkey = \"phone\"\n");
    let with = |count: usize| first().to_owned() + &(0..count).map(register).collect::<String>();
    assert_eq!(sound(&with(64)).registers.len(), 64);
    assert_eq!(parse(&with(65)).expect_err("one too many").list[0].code, "too-many");
}

#[test]
fn without_an_age_limit_no_birth_date_is_needed_unless_something_asks() {
    let text = first().replace("birth_date = \"date_of_birth\"\n", "") + "\n[policy]\nmin_age = 0\n";
    assert_eq!(sound(&text).audiences[0].min_age, 0);
    for asks in ["min_age = 16", "where = \"age < 30\""] {
        let text = text.replace("name = \"customers\"", &format!("name = \"customers\"\n{asks}"));
        let faults = parse(&text).expect_err(asks);
        assert!(faults.list[0].message.contains("birth_date"), "{faults}");
    }
}

#[test]
fn a_draft_may_lack_references_and_nothing_else() {
    let path = Path::new("/data/verho.toml");
    let text = first().replace("assessment = \"LIA-2026-003\"\n", "").replace(
        "notice = { id = \"marketing-policy\", version = \"2024-02-09\" }\n",
        "notice = { id = \"\", version = \"\" }\n",
    );
    assert!(Config::parse_draft(path, &text).is_ok());
    assert!(parse(&text).expect_err("no draft").list.iter().all(|fault| fault.code == "missing-reference"));
    assert!(Config::parse_draft(path, &text.replace("schema = 1", "")).is_err());
}

/// Wherever a text may stand, in a list or deep in a table; and nothing else is told beside it.
#[test]
fn what_is_not_decided_is_refused_in_its_line() {
    for (from, to, key) in [
        ("schema = 1", "schema = \"DECIDE: this\"", "schema"),
        ("name = \"crm\"", "name = \" DECIDE: this\"", "name"),
        ("current = [\"active\"]", "current = [\"active\", \"DECIDE: this\"]", "current"),
        ("default = \"FI\"", "default = \"DECIDE:this\"", "default"),
    ] {
        for draft in [false, true] {
            let text = SKETCH.replacen(from, to, 1);
            assert_ne!(text, SKETCH, "{from}");
            let read = if draft { Config::parse_draft } else { Config::parse };
            let faults = read(Path::new("/x/verho.toml"), &text).expect_err("undecided");
            let [fault] = faults.list.as_slice() else { panic!("{faults}") };
            assert_eq!((fault.code, fault.hint.as_str()), ("undecided", "this"));
            assert!(fault.message.starts_with(key), "{faults}");
            assert!(text[fault.span.clone()].contains("DECIDE:"), "{faults}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_a_fault_with_a_hint() {
    let faults = Config::load(Path::new("/nowhere/verho.toml")).expect_err("no file");
    assert_eq!(faults.list[0].code, "unreadable-config");
    assert!(faults.to_string().contains("verho init"), "{faults}");
}

#[test]
fn the_configs_shown_elsewhere_load() {
    let readme = include_str!("../../README.md");
    let mut shown = vec![include_str!("../../data-samples/verho.toml")];
    shown.extend(
        readme
            .split("```toml\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .filter(|block| block.starts_with("schema = 1")),
    );
    assert!(shown.len() > 1, "the README shows a config");
    for text in shown {
        sound(text);
    }
}

/// Every table of the full config with an unknown key: the hint lists the keys the reader takes.
#[test]
fn reader_schema_and_docs_know_the_same_keys() {
    let schema = json_schema();
    let mut structs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let properties = |value: &serde_json::Value| -> BTreeSet<String> {
        value["properties"].as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    };
    structs.insert("File".to_owned(), properties(&schema));
    for (name, value) in schema["$defs"].as_object().expect("the schema has definitions") {
        if value["properties"].is_object() {
            assert_eq!(value["additionalProperties"], serde_json::Value::Bool(false), "{name} is open");
            structs.insert(name.clone(), properties(value));
        }
    }
    // A place in the full config that is inside the table the struct describes.
    let places: &[(&str, &str, &str)] = &[
        ("File", "schema = 1", "\n"),
        ("ControllerTable", "[controller]", "\n"),
        ("SourceTable", "[[source]]", "\n"),
        ("NotIdentityCodesTable", "not_identity_codes = [{ column = \"id\"", ", "),
        ("SourceColumns", "[source.columns]", "\n"),
        ("IdentifierTable", "{ column = \"work_email\"", ", "),
        ("CountryTable", "{ column = \"land\"", ", "),
        ("BirthDateTable", "{ column = \"born\"", ", "),
        ("Relationship", "{ column = \"status\", current = [\"A\"]", ", "),
        ("PersonBasis", "{ column = \"ground\"", ", "),
        ("Targeting", "{ column = \"ban\"", ", "),
        ("PartyColumn", "{ column = \"kind\"", ", "),
        ("ConsentSignals", "[source.columns.consent_signals]", "\n"),
        ("Signal", "{ column = \"aud\"", ", "),
        ("AttributeTable", "{ column = \"visits\"", ", "),
        ("RegisterTable", "[[register]]", "\n"),
        ("RegisterColumnsTable", "columns = { customer_id = \"id\"", ", "),
        ("RegisterKeyTable", "{ column = \"mail\"", ", "),
        ("BareKeyTable", "{ field = \"email\"", ", "),
        ("Active", "{ column = \"status\", lifted = [\"lifted\"]", ", "),
        ("PermissionTable", "{ column = \"status\", values = [\"allowed\"]", ", "),
        ("WaiverTable", "[[waiver]]", "\n"),
        ("AgeFromTable", "{ filename = \"objections-%Y-%m-%d.csv\"", ", "),
        ("BasisTable", "[[basis]]", "\n"),
        ("ConsentTable", "consent = { date = \"given\"", ", "),
        ("BouncedTable", "{ column = \"returned\"", ", "),
        ("SameProductGroupTable", "{ attribute = \"plan\"", ", "),
        ("RecipientTable", "[[recipient]]", "\n"),
        ("TermsTable", "{ reference = \"custom-audience-terms 2026-01\"", ", "),
        ("SectorSecrecyTable", "{ cleared_by = \"LEGAL-2026-11\"", ", "),
        ("NoticeTable", "{ id = \"marketing-policy\"", ", "),
        ("AudienceTable", "[[audience]]", "\n"),
        ("PolicyTable", "[policy]", "\n"),
        ("OutputTable", "[output]", "\n"),
        ("KeysTable", "[keys]", "\n"),
        ("EncryptionTable", "[encryption]", "\n"),
        ("StateTable", "[state]", "\n"),
        ("LimitsTable", "[limits]", "\n"),
        ("RetentionTable", "[retention]", "\n"),
    ];
    let tested: BTreeSet<_> = places.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(tested, structs.keys().cloned().collect(), "each table of the schema is tested");
    for (name, place, separator) in places {
        let start = FULL.find(place).unwrap_or_else(|| panic!("{place}")) + place.len();
        let text = [&FULL[..start], separator, "zzzzzzzzzzzz = 1", &FULL[start..]].concat();
        let faults = parse(&text).expect_err(name);
        let [fault] = &faults.list[..] else { panic!("{name}: {faults}") };
        let listed = fault.hint.strip_prefix("the keys here are ").unwrap_or_else(|| panic!("{faults}"));
        let listed: BTreeSet<_> = listed.split(", ").map(str::to_owned).collect();
        assert_eq!(listed, structs[*name], "{name}");
        for key in &structs[*name] {
            assert!(DOCS.contains(&format!("`{key}`")), "{key} of {name} is not in the docs");
        }
    }
    let known: BTreeSet<&str> = structs.values().flatten().map(String::as_str).collect();
    for row in DOCS.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cell = row.split(" | ").next().unwrap_or_default();
        for word in cell.split('`').skip(1).step_by(2) {
            let is_key = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(!is_key || known.contains(word), "the docs have a key {word}, which the reader does not");
        }
    }
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    for text in [SKETCH, FULL, first()] {
        if let Err(error) = toml::from_str::<schema::File>(text) {
            panic!("{}\n{text}", error.message());
        }
    }
}

#[test]
fn the_docs_write_one_sentence_a_line() {
    for line in DOCS.lines().filter(|line| !line.starts_with('|')) {
        assert!(!line.contains(". "), "{line}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        let _ = parse(&text).map_err(|faults| faults.render(true));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&String::from_utf8_lossy(&bytes)).map_err(|faults| faults.to_string());
    }

    /// A sound config with a piece cut out, or another put in, is read or refused with places inside it.
    #[test]
    fn a_mangled_config_is_read_or_refused(
        start in 0..FULL.len(), length in 0..40_usize,
        piece in prop::sample::select(vec!["", "\"", "[", "]", "{", "}", "=", "\n", "\u{e9}", "[[source]]", "1", "''", "\\", "#"]),
    ) {
        let floor = |place: usize| (0..=place.min(FULL.len())).rev().find(|place| FULL.is_char_boundary(*place)).unwrap_or(0);
        let (start, end) = (floor(start), floor(start + length).max(floor(start)));
        let text = [&FULL[..start], piece, &FULL[end..]].concat();
        if let Err(faults) = parse(&text) {
            prop_assert!(!faults.list.is_empty());
            prop_assert!(!faults.list.iter().any(|fault| fault.code == "internal"));
            for fault in &faults.list {
                let (line, column) = faults.place(fault);
                prop_assert!(line <= text.lines().count() + 1 && column >= 1);
            }
            let _ = faults.render(true);
        }
    }
}
