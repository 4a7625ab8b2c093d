//! One customer table as a `[[source]]`: which column means what, as far as names and shapes tell, and a
//! mark where only a person can. No list of values is ever guessed: which value is a yes, and whether
//! a blank is one, is always asked. It must not know other tables.

use std::fmt::Write as _;

use super::Guessed;
use super::columns::{Column, Table};
use super::toml_text::{counted, decide, in_comment, listed, quoted, share};
use super::words::{Meaning, is_work, meaning};
use crate::config::{Encoding, refused_name};

/// The columns of a table by what they seem to mean.
struct Parts<'t> {
    table: &'t Table,
    by: Vec<(&'t Column, Use)>,
}

/// What is made of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Meant(Meaning),
    /// A day on which a consent was given.
    ConsentDay,
    /// Few values over and over, and no name that says what they are.
    Category,
    /// Never to be mapped, and why.
    Refused(&'static str),
    Unused,
}

/// The text of the source, and what was made of each column.
pub(super) fn source(name: &str, path: &str, table: &Table) -> (String, Vec<Guessed>) {
    let parts = Parts { table, by: table.columns.iter().map(|column| (column, use_of(column))).collect() };
    let mut text = String::new();
    parts.head(&mut text, name, path);
    parts.identifiers(&mut text);
    parts.person(&mut text);
    parts.permissions(&mut text);
    parts.attributes(&mut text);
    (text, parts.by.iter().map(|(column, made_of)| guessed(name, column, *made_of)).collect())
}

/// What is told of a column on standard output.
fn guessed(table: &str, column: &Column, made_of: Use) -> Guessed {
    let guess = match made_of {
        Use::Meant(Meaning::Personal) | Use::Unused => None,
        Use::Meant(meaning) => Some(word(meaning)),
        Use::ConsentDay => Some("consent date"),
        Use::Category => Some("attribute"),
        Use::Refused(_) => Some("refused"),
    };
    Guessed {
        table: table.to_owned(),
        column: in_comment(&column.name),
        filled: column.filled,
        distinct: column.distinct(),
        guess,
    }
}

/// A meaning in a word, as the config has it where it can.
const fn word(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::CustomerId => "customer_id",
        Meaning::Email => "email",
        Meaning::Phone => "phone",
        Meaning::Country => "country",
        Meaning::BirthDate => "birth_date",
        Meaning::Relationship => "relationship",
        Meaning::Basis | Meaning::Permission => "basis",
        Meaning::Objection => "targeting",
        Meaning::Party => "party",
        Meaning::InformedSince => "informed_since",
        Meaning::AdUserData => "ad_user_data",
        Meaning::AdPersonalization => "ad_personalization",
        Meaning::Domain => "domain",
        Meaning::Scope => "scope",
        Meaning::Moment => "at",
        Meaning::Auth => "auth",
        Meaning::Personal => "not needed",
    }
}

/// Names first, corrected by what the cells look like.
fn use_of(column: &Column) -> Use {
    if let Some(why) = refused_name(&column.name) {
        return Use::Refused(why);
    }
    if column.mostly(|shapes| shapes.identity_code, 10) {
        return Use::Refused("personal identity codes");
    }
    let is_email = column.mostly(|shapes| shapes.email + shapes.hash(), 50);
    let is_phone = column.mostly(|shapes| shapes.phone + shapes.hash(), 50);
    let is_date = column.mostly(super::columns::Shapes::date, 80);
    match meaning(&column.name) {
        // A column called e-mail or phone that holds a few words says who may be written to or called.
        Some(Meaning::Email | Meaning::Phone) if column.is_small() && !is_email && !is_phone => {
            Use::Meant(Meaning::Permission)
        }
        Some(Meaning::Permission | Meaning::Basis) if is_date => Use::ConsentDay,
        Some(Meaning::Permission | Meaning::Objection | Meaning::Basis) if is_email || is_phone => {
            Use::Meant(if is_email { Meaning::Email } else { Meaning::Phone })
        }
        Some(Meaning::Moment | Meaning::Scope | Meaning::Auth | Meaning::Domain) | None if is_email => {
            Use::Meant(Meaning::Email)
        }
        // An address of the other kind, unless it stands somewhere in a free text.
        Some(Meaning::Personal) if is_email && column.shapes.long == 0 => Use::Meant(Meaning::Email),
        None if column.mostly(|shapes| shapes.phone, 80) => Use::Meant(Meaning::Phone),
        None | Some(Meaning::Scope) if column.is_small() && !is_date => Use::Category,
        Some(Meaning::Moment | Meaning::Scope | Meaning::Auth | Meaning::Domain) | None => Use::Unused,
        Some(meaning) => Use::Meant(meaning),
    }
}

impl<'t> Parts<'t> {
    fn all(&self, meaning: Meaning) -> Vec<&'t Column> {
        self.used(Use::Meant(meaning))
    }

    fn used(&self, wanted: Use) -> Vec<&'t Column> {
        self.by.iter().filter(|(_, made_of)| *made_of == wanted).map(|(column, _)| *column).collect()
    }

    fn head(&self, text: &mut String, name: &str, path: &str) {
        let table = self.table;
        let _ = writeln!(
            text,
            "# {}{}, {}.",
            counted(table.rows, "row", "rows"),
            match table.faults {
                0 => String::new(),
                1 => " and 1 line that is no row".to_owned(),
                faults => format!(" and {faults} lines that are no rows"),
            },
            counted((table.columns.len() + table.doubled.len() + table.nameless) as u64, "column", "columns")
        );
        let unused = self.by.iter().filter(|(column, made_of)| match made_of {
            Use::Unused | Use::Meant(Meaning::Personal) => true,
            Use::Meant(Meaning::CustomerId) => {
                self.all(Meaning::CustomerId).first().is_none_or(|first| first.name != column.name)
            }
            _ => false,
        });
        let unused: Vec<&str> = unused.map(|(column, _)| column.name.as_str()).collect();
        if !unused.is_empty() {
            let _ = writeln!(text, "# Not mapped, and so never read: {}.", listed(unused));
            text.push_str("# If one of these is a ban, an opt-out or a consent, map it below.\n");
        }
        for (column, made_of) in &self.by {
            if let Use::Refused(why) = made_of {
                let _ = writeln!(
                    text,
                    "# {} looks like {why}, and must not be mapped.",
                    in_comment(&column.name)
                );
            }
        }
        if !table.doubled.is_empty() {
            let _ = writeln!(
                text,
                "# These names stand in the header twice, and cannot be mapped until the export gives each its own: {}.",
                listed(table.doubled.iter().map(String::as_str))
            );
        }
        if table.nameless > 0 {
            let _ = writeln!(
                text,
                "# Without a name in the header, and so never read: {}. Have it exported with one if it is needed.",
                counted(table.nameless as u64, "column", "columns")
            );
        }
        let _ = writeln!(text, "[[source]]\nname = {}\npath = {}", quoted(name), quoted(path));
        text.push_str(encoding_line(table.encoding));
    }

    fn identifiers(&self, text: &mut String) {
        text.push_str("\n[source.columns]\n");
        let ids = self.all(Meaning::CustomerId);
        match ids.as_slice() {
            [] => {
                let _ = writeln!(
                    text,
                    "customer_id = {}",
                    decide("the column that tells one customer from another")
                );
            }
            [id, others @ ..] => {
                if !others.is_empty() {
                    let _ = writeln!(
                        text,
                        "# Could be the customer id too: {}.",
                        listed(others.iter().map(|column| column.name.as_str()))
                    );
                }
                // A person may have several rows, but hardly any id stands in only a few different values.
                if self.table.rows > 50
                    && id.distinct().is_some_and(|distinct| (distinct as u64) < self.table.rows / 10)
                {
                    let question = format!(
                        "{} has only {} different values in {} rows; which column tells one customer from another?",
                        in_comment(&id.name),
                        id.distinct().unwrap_or_default(),
                        self.table.rows
                    );
                    let _ = writeln!(text, "customer_id = {}", decide(&question));
                } else {
                    let _ = writeln!(text, "customer_id = {}", quoted(&id.name));
                }
            }
        }
        let (emails, phones) = (self.all(Meaning::Email), self.all(Meaning::Phone));
        if emails.is_empty() && phones.is_empty() {
            let _ = writeln!(
                text,
                "email = {}",
                decide("the column of e-mail addresses; or write phone = instead")
            );
        }
        for (key, columns) in [("email", emails), ("phone", phones)] {
            self.identifier_list(text, key, &columns);
        }
    }

    fn identifier_list(&self, text: &mut String, key: &str, columns: &[&Column]) {
        if columns.is_empty() {
            return;
        }
        for column in columns {
            let shape = match key {
                "email" => column.shapes.email,
                _ => column.shapes.phone,
            };
            let looks =
                if column.shapes.hash() * 2 > column.shapes.seen { column.shapes.hash() } else { shape };
            let _ = writeln!(
                text,
                "# {}: {} of rows have one, {} of them look right.",
                in_comment(&column.name),
                share(column.filled, self.table.rows),
                share(looks, column.shapes.seen)
            );
        }
        let _ = writeln!(text, "{key} = [");
        for column in columns {
            let mut entry = format!("column = {}", quoted(&column.name));
            if is_work(&column.name) {
                entry += ", context = \"work\"";
            }
            if column.shapes.emails_by_comma > 0 {
                entry += ", separator = \",\"";
            } else if column.shapes.emails_by_semicolon > 0 {
                entry += ", separator = \";\"";
            }
            if let Some(hashed) = hashed(column) {
                entry += hashed;
            }
            let _ = writeln!(text, "    {{ {entry} }},");
        }
        text.push_str("]\n");
    }

    fn person(&self, text: &mut String) {
        let default = decide(
            "two letters, such as FI: the country of blank cells, in which national phone numbers are read; or drop default",
        );
        match self.all(Meaning::Country).first() {
            Some(column) if column.filled == self.table.rows => {
                let _ = writeln!(text, "country = {}", quoted(&column.name));
            }
            Some(column) => {
                let blank = share(self.table.rows - column.filled, self.table.rows);
                let _ = writeln!(text, "# {}: blank in {blank} of rows.", in_comment(&column.name));
                let _ =
                    writeln!(text, "country = {{ column = {}, default = {default} }}", quoted(&column.name));
            }
            None => {
                let question = "two letters, such as FI, when all customers live in one country; or write the column of countries instead";
                let _ = writeln!(text, "country = {{ default = {} }}", decide(question));
            }
        }
        let question = "the column of the birth date; if nobody can be a minor, drop this line and set min_age = 0 under [policy]";
        let born =
            self.all(Meaning::BirthDate).first().map_or_else(|| decide(question), |column| date(column));
        let _ = writeln!(text, "birth_date = {born}");
        match self.all(Meaning::Relationship).as_slice() {
            [] => {
                let question = "current, if every row is a current customer; otherwise write a column and its current values instead";
                let _ = writeln!(text, "relationship = {{ constant = {} }}", decide(question));
            }
            [column, others @ ..] => {
                if !others.is_empty() {
                    let names = others.iter().map(|column| column.name.as_str());
                    let _ = writeln!(text, "# Could say who is a customer too: {}.", listed(names));
                }
                self.values(text, column);
                let question = decide("the values that mean a current customer");
                let _ = writeln!(
                    text,
                    "relationship = {{ column = {}, current = [{question}] }}",
                    quoted(&column.name)
                );
            }
        }
        if let Some(column) = self.all(Meaning::Party).first() {
            self.values(text, column);
            let _ = writeln!(
                text,
                "party = {{ column = {}, consumer = [{}], business = [{}] }}",
                quoted(&column.name),
                decide("the values that mean a private person"),
                decide("the values that mean somebody who acts for a company")
            );
        }
        if let Some(column) = self.all(Meaning::InformedSince).first() {
            let _ = writeln!(text, "informed_since = {}", date(column));
        }
    }

    fn permissions(&self, text: &mut String) {
        self.basis(text);
        let objections = self.all(Meaning::Objection);
        for column in &objections {
            self.values(text, column);
        }
        let column = match objections.as_slice() {
            [] => {
                text.push_str(
                    "# No column looks like an objection. If there is one: targeting = { column = \"…\", opted_out = [\"…\"], blank = \"…\" }\n",
                );
                None
            }
            [column] => Some(quoted(&column.name)),
            several => Some(decide(&format!(
                "one flag of a source is read, and these look like objections: {}. Join them in the export, so that none is lost, and name that column",
                listed(several.iter().map(|column| column.name.as_str()))
            ))),
        };
        if let Some(column) = column {
            let _ = writeln!(
                text,
                "targeting = {{ column = {column}, opted_out = [{}], not_objected = [{}], blank = {} }}",
                decide("the values that are an objection"),
                decide(
                    "the values that surely are none, or drop this list; a value in neither is unknown, and suppresses"
                ),
                decide("not_objected, if a blank cell surely means that nobody objected; otherwise unknown")
            );
        }
        let days = self.used(Use::ConsentDay);
        if let [day, others @ ..] = days.as_slice() {
            if !others.is_empty() {
                let names = others.iter().map(|column| column.name.as_str());
                let _ =
                    writeln!(text, "# More days of a consent, or of something near one: {}.", listed(names));
            }
            let _ = writeln!(text, "consent = {{ date = {} }}", date(day));
        }
        let signals: Vec<_> =
            [("ad_user_data", Meaning::AdUserData), ("ad_personalization", Meaning::AdPersonalization)]
                .into_iter()
                .filter_map(|(key, meaning)| Some((key, *self.all(meaning).first()?)))
                .collect();
        if !signals.is_empty() {
            text.push_str("\n[source.columns.consent_signals]\n");
        }
        for (key, column) in signals {
            self.values(text, column);
            let _ = writeln!(
                text,
                "{key} = {{ column = {}, granted = [{}], denied = [{}] }}",
                quoted(&column.name),
                decide("the values that mean granted"),
                decide("the values that mean denied")
            );
        }
    }

    fn basis(&self, text: &mut String) {
        let (grounds, permissions) = (self.all(Meaning::Basis), self.all(Meaning::Permission));
        for column in grounds.iter().chain(&permissions) {
            self.values(text, column);
        }
        let consent = "the values that mean consent to ads on these platforms; consent to e-mail, text messages or calls is another thing";
        let line = match (grounds.as_slice(), permissions.as_slice()) {
            ([ground, ..], _) => format!(
                "column = {}, legitimate_interest = [{}], consent = [{}], none = [{}]",
                quoted(&ground.name),
                decide("the values that mean legitimate interest, or drop this list"),
                decide(consent),
                decide("the values that mean neither, or drop this list")
            ),
            ([], []) => format!(
                "constant = {}",
                decide(
                    "legitimate_interest or consent, when it is one for everybody; otherwise write a column and its values instead"
                )
            ),
            ([], permissions) => {
                let column = match permissions {
                    [one] => quoted(&one.name),
                    several => decide(&format!(
                        "which of these is consent to ads on these platforms: {}",
                        listed(several.iter().map(|column| column.name.as_str()))
                    )),
                };
                format!(
                    "column = {column}, consent = [{}], none = [{}]",
                    decide(consent),
                    decide("the values that mean no, or drop this list")
                )
            }
        };
        let _ = writeln!(text, "basis = {{ {line} }}");
    }

    /// What is told of a column's values in a comment.
    fn values(&self, text: &mut String, column: &Column) {
        let blank = self.table.rows.saturating_sub(column.filled);
        let _ = write!(text, "# {}: ", in_comment(&column.name));
        match (column.values(), column.distinct()) {
            (Some(values), _) => {
                let values = values.iter().map(|(value, count)| format!("{} {count}", quoted(value)));
                let _ = writeln!(text, "{}, blank {blank}.", values.collect::<Vec<_>>().join(", "));
            }
            (None, Some(distinct)) if column.is_small() => {
                let plural = if distinct == 1 { "value" } else { "different values" };
                let _ = writeln!(
                    text,
                    "{distinct} {plural}, blank in {} of rows. To see them: --values-of {}",
                    share(blank, self.table.rows),
                    shell(&column.name)
                );
            }
            (None, distinct) => {
                let many = distinct.map_or("very many".to_owned(), |distinct| distinct.to_string());
                let _ = writeln!(
                    text,
                    "{many} different values, blank in {} of rows: too many, or too like a person's own, to be shown.",
                    share(blank, self.table.rows)
                );
            }
        }
    }

    fn attributes(&self, text: &mut String) {
        let categories = self.used(Use::Category);
        if categories.is_empty() {
            return;
        }
        text.push_str("\n# Columns of few values, which an audience's where may use; take away the # of those that it does.\n");
        text.push_str("# kind: given (the person said or bought it), observed or derived. Some may be bans or consents: look.\n");
        text.push_str("# [source.attributes]\n");
        for column in categories {
            self.values(text, column);
            let separator =
                separator(column).map(|sign| format!(", separator = {}", quoted(sign))).unwrap_or_default();
            let _ = writeln!(
                text,
                "# {} = {{ column = {}{separator}, kind = \"given\" }}",
                attribute_name(&column.name),
                quoted(&column.name)
            );
        }
    }
}

/// The line that says an encoding, when the default would not do.
pub(super) const fn encoding_line(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "",
        Encoding::Windows1252 => {
            "encoding = \"windows-1252\"                # it is not UTF-8; look whether names come out right\n"
        }
        Encoding::Utf16 => "encoding = \"utf-16\"\n",
    }
}

/// `hashed`, when nearly all cells are hashes of one length.
pub(super) fn hashed(column: &Column) -> Option<&'static str> {
    let kinds = [
        (column.shapes.sha256, ", hashed = \"sha256\""),
        (column.shapes.sha1, ", hashed = \"sha1\""),
        (column.shapes.md5, ", hashed = \"md5\""),
    ];
    let most = column.shapes.seen.div_ceil(2).max(1);
    kinds.into_iter().find(|(count, _)| *count >= most).map(|(_, key)| key)
}

/// A day's column with its format, asked for where two readings are possible.
pub(super) fn date(column: &Column) -> String {
    let shapes = &column.shapes;
    let name = quoted(&column.name);
    let mut formats = Vec::new();
    if shapes.dotted_date > 0 {
        formats.push("\"%d.%m.%Y\"".to_owned());
    }
    if shapes.slashed_date > 0 {
        formats.push(match (shapes.day_first, shapes.month_first) {
            (1.., 0) => "\"%d/%m/%Y\"".to_owned(),
            (0, 1..) => "\"%m/%d/%Y\"".to_owned(),
            _ => decide("%d/%m/%Y or %m/%d/%Y: nothing tells whether the day or the month stands first"),
        });
    }
    if shapes.packed_date > 0 {
        formats.push("\"%Y%m%d\"".to_owned());
    }
    if shapes.date() == 0 {
        formats.push(decide(
            "how the day is written, such as %d.%m.%Y; none of the values looks like a known way",
        ));
    }
    if formats.is_empty() {
        return name;
    }
    if shapes.iso_date > 0 {
        formats.insert(0, "\"%Y-%m-%d\"".to_owned());
    }
    format!("{{ column = {name}, formats = [{}] }}", formats.join(", "))
}

/// What parts several values of a cell, when many cells have it.
fn separator(column: &Column) -> Option<&'static str> {
    let signs = [(column.shapes.semicolon, ";"), (column.shapes.bar, "|"), (column.shapes.comma, ",")];
    signs.into_iter().find(|(count, _)| *count > 0).map(|(_, sign)| sign)
}

/// A column's name as an attribute's.
fn attribute_name(name: &str) -> String {
    let joined = crate::config::words(name).join("_");
    let plain: String =
        joined.chars().filter(|letter| letter.is_ascii_lowercase() || *letter == '_').take(60).collect();
    match plain.as_str() {
        "" => "attribute".to_owned(),
        "country" | "relationship" | "party" | "age" => format!("{plain}_field"),
        _ => plain,
    }
}

/// A name as a shell takes it.
fn shell(name: &str) -> String {
    let shown = in_comment(name);
    let plain = shown.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'));
    if plain && !shown.is_empty() { shown } else { format!("'{}'", shown.replace('\'', "'\\''")) }
}
