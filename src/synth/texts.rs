//! The texts beside the tables: the `verho.toml` that maps them, and what `TRUTH.md` explains.
//!
//! The config says the same as the constants in `fate.rs`; change both. It never goes stale: no
//! register has a greatest age and no basis row a last day.

/// The day in the registers' file names. A constant, since a base must not depend on the clock.
pub(super) const REGISTER_DAY: &str = "2025-01-15";

/// The config of a base. A size of one keeps small bases testable.
pub(super) const CONFIG: &str = r#"# A made-up customer base, written by `verho synth`. Nobody in it exists.
schema = 1

[controller]
name = "Example Life Ltd"
role = "controller"

[[source]]
name = "crm"
path = "customers.csv"

[source.columns]
customer_id = "customer_id"
email = [{ column = "email", context = "personal" }, { column = "work_email", context = "work" }]
phone = ["phone"]
country = { column = "country", default = "FI" }
birth_date = "date_of_birth"
relationship = { column = "relationship", current = ["active"] }
targeting = { column = "ad_ban", opted_out = ["K", "1"], not_objected = ["E", "0"] }
basis = { column = "basis", legitimate_interest = ["legitimate_interest"], consent = ["consent"], none = ["none"] }

[source.columns.consent_signals]
ad_user_data = { column = "ad_user_data", granted = ["GRANTED"], denied = ["DENIED"] }
ad_personalization = { column = "ad_personalization", granted = ["GRANTED"], denied = ["DENIED"] }

[source.attributes]
product_group = { column = "product_group", separator = ";", kind = "given" }

[[register]]
name = "opt-outs-by-id"
path = "objections-ids-*.csv"
columns = { customer_id = "customer_id", scope = "scope", at = "recorded" }
active = { column = "status", lifted = ["lifted"] }
scope = ["off_platform_targeting"]
id_space = "crm"
age_from = { filename = "objections-ids-%Y-%m-%d.csv" }

[[register]]
name = "opt-outs-by-email"
path = "objections-emails-*.csv"
columns = { email = "email", at = "recorded" }
scope = ["off_platform_targeting"]
age_from = { filename = "objections-emails-%Y-%m-%d.csv" }

[[register]]
name = "opt-outs-by-phone"
path = "objections-phones.txt"
format = "csv"
key = "phone"
region = "FI"
scope = ["all_marketing"]

[[basis]]
use = "legitimate_interest"
platforms = ["meta", "linkedin"]
countries = ["FI", "SE", "EE"]
purposes = ["retarget"]
assessment = "LIA-2025-001"
notice = { id = "privacy-notice", version = "2025-01-01" }

[[basis]]
use = "consent"
platforms = ["meta", "linkedin", "google-ads"]
countries = ["FI", "SE", "EE"]
purposes = ["retarget"]
consent_wording = "CW-2025-01"
notice = { id = "privacy-notice", version = "2025-01-01" }

[[audience]]
name = "customers"
where = "country IN ('FI', 'SE', 'EE', 'DE')"
platforms = ["meta", "linkedin"]
min_size = 1

[[audience]]
name = "savings"
where = "product_group CONTAINS 'savings' AND country = 'FI'"
platforms = ["meta", "linkedin"]
min_size = 1

[[audience]]
name = "google"
where = "country IN ('FI', 'SE')"
platforms = ["google-ads"]
min_size = 1

[output]
dir = "releases"

# This key comes from the seed: for synthetic data only, never for people.
[keys]
root = "root.key"
"#;

/// What the truth says and how it came to be.
pub(super) const TRUTH_NOTE: &str = "\
# The truth of this base

`truth.csv` says what should become of everybody: one line for each customer id and audience of `verho.toml`.
It was not found by applying rules to the rows.
The fate of each customer was chosen first, and the rows and register lines were written so as to cause it.

- `customer_id`: as in `customers.csv`, where a few ids have two rows.
- `audience`: its name.
- `upload`: `yes` when at least one identifier of the person goes up to at least one platform of the audience, else `no`.
- `reason`: blank for `yes`; `not-selected` when the person does not meet the audience's filter; else the first code, by the order of precedence, that holds on any platform of the audience.

On Meta and LinkedIn the fates are the same but for people who have no e-mail address.
LinkedIn takes no phone number: such a person goes up to Meta alone, and where the phone is shared by too many or barred, the reason is `shared-identifier`, Meta's, although LinkedIn's is `no-identifier`.

What is planted: objections by flag, by customer id, and by e-mail address and phone number in odd spellings, lifted ones and ones of another scope; people who share an identifier with an objector, and a third who shares another one with them and stays in; households; a phone shared by ten people, which goes up, and one shared by eleven, which does not; minors, and parents with a minor's phone; two rows with one id, the objection on one of them; values missing, unknown or damaged by a spreadsheet.

Ages count as of 2024 to 2030. The last row of `customers.csv` is an objector's, if the base has room for one.
";
