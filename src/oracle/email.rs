//! E-mail addresses: one narrow form for each kind of upload, one wide form for matching.
//!
//! It must not know rows, platforms or rules.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::lists::words;
use super::phone_text::digits_of;
use super::text::{is_hash, opened, shows_nothing, signs, trim};

/// An address that parsed.
#[derive(Clone)]
pub(super) struct Email {
    /// The part before the sign, lower-case NFC.
    local: String,
    /// The domain as it was typed, lower-case NFC.
    typed: String,
    /// The domain in ASCII.
    domain: String,
}

impl Email {
    /// Reads an address; `None` when it is none, or stands for nobody.
    pub(super) fn parse(cell: &str) -> Option<Self> {
        let text = opened(cell)?;
        if is_hash(&text) {
            return None;
        }
        let address = unlabelled(&text)?;
        let (local, typed) = address.rsplit_once('@')?;
        let local = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.is_empty() => inner,
            _ => local,
        };
        let local = lower(&local.replace("()", "").replace('"', ""));
        let typed = lower(typed);
        if local.is_empty() || local.len() > 64 || local.len() + 1 + typed.len() > 254 {
            return None;
        }
        if typed.contains(char::is_whitespace) || !local.chars().all(may_stand_in_local) {
            return None;
        }
        let domain = ascii_domain(&typed)?;
        if local.len() + 1 + domain.len() > 254 || words("nowhere").any(|end| is_below(&domain, end)) {
            return None;
        }
        // Google ignores dots; elsewhere one stands between letters.
        let sound = if is_google(&domain) {
            local.split('+').next().is_some_and(|user| user.contains(|letter| letter != '.'))
        } else {
            !local.starts_with('.') && !local.ends_with('.') && !local.contains("..")
        };
        if !sound || words("placeholders").any(|word| word == local) {
            return None;
        }
        Some(Self { local, typed, domain })
    }

    /// What most platforms hash.
    pub(super) fn basic(&self) -> String {
        format!("{}@{}", self.local, self.typed)
    }

    /// What Google hashes: no dots and no tag at its own two domains.
    pub(super) fn google(&self) -> String {
        if is_google(&self.domain) {
            format!("{}@{}", untagged(&self.local).replace('.', ""), self.typed)
        } else {
            self.basic()
        }
    }

    /// What matching compares.
    pub(super) fn wide(&self) -> String {
        widen(&folded_letters(&self.local), &self.domain)
    }

    /// Whether it belongs to an office.
    pub(super) fn is_role(&self) -> bool {
        let user = self.local.split('+').next().unwrap_or_default();
        words("roles").any(|word| word == user)
    }
}

/// Every text that somebody may have hashed for this cell: as it stands; and for an address, every
/// platform's way with its local part at every name of its domain, and the domain alone. Of a cell that
/// is no address, the same for each of its values and for each address in it.
pub(super) fn hashable(cell: &str) -> BTreeSet<String> {
    let as_it_stands = |text: &str| [trim(text).to_owned(), trim(text).to_lowercase()];
    let mut forms = BTreeSet::from(as_it_stands(cell));
    match Email::parse(cell) {
        Some(email) => forms.extend(hashable_ways(&email)),
        None => forms.extend(values(cell).into_iter().flat_map(as_it_stands)),
    }
    forms.extend(said(cell).iter().filter_map(|said| said.2.as_ref()).flat_map(hashable_ways));
    forms
}

fn hashable_ways(email: &Email) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    let (local, user) = (email.local.as_str(), untagged(&email.local));
    let unicode = idna::domain_to_unicode(&email.domain).0;
    let mut domains = vec![email.typed.as_str(), email.domain.as_str(), unicode.as_str()];
    if is_google(&email.domain) {
        domains.extend(["gmail.com", "googlemail.com"]);
    }
    let letters: String = user.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let amazon: String = local
        .chars()
        .filter(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-".contains(*letter))
        .collect();
    for domain in domains {
        for way in [local, user, &user.replace('.', ""), &letters, &amazon] {
            let way = if way.is_empty() { local } else { way };
            forms.insert(format!("{way}@{domain}"));
        }
        for parent in with_parents(domain) {
            forms.insert(format!("@{parent}"));
            forms.insert(parent);
        }
    }
    forms.insert(email.wide());
    forms
}

/// The wide forms of whatever a cell says, valid or not: only objections are met with those of a cell
/// that is no address.
pub(super) fn wides(cell: &str) -> BTreeSet<String> {
    said(cell).into_iter().filter_map(|said| said.0).collect()
}

/// The domains, and those above them, of whatever a cell says.
pub(super) fn domains(cell: &str) -> BTreeSet<String> {
    said(cell).into_iter().filter_map(|said| said.1).flat_map(|domain| with_parents(&domain)).collect()
}

/// Whether an at sign of any width stands in a cell.
pub(super) fn has_at(cell: &str) -> bool {
    cell.contains(['@', '\u{ff20}', '\u{fe6b}'])
}

/// A wide form, a domain, and the address if it is one.
type Said = (Option<String>, Option<String>, Option<Email>);

/// Whatever a cell says.
fn said(cell: &str) -> Vec<Said> {
    let whole = |email: Email| (Some(email.wide()), Some(email.domain.clone()), Some(email));
    if let Some(email) = Email::parse(cell) {
        return unstuck(&email).into_iter().chain([whole(email)]).collect();
    }
    let plain = signs(cell);
    let meant = without_slips(&plain);
    let has_slips = Email::parse(&plain).is_none() && meant != plain.to_lowercase();
    let meant = has_slips.then_some(meant);
    meant.iter().chain([&plain]).flat_map(|text| said_of(text)).collect()
}

/// A cell in lower case without slips in writing its at sign and its dots.
fn without_slips(cell: &str) -> String {
    let mut text = cell.to_lowercase();
    let signs = "(at) [at] {at} <at> (ät) [ät] %40 &#64; &#x40; &commat;";
    for sign in signs.split(' ').chain([" at "]) {
        text = text.replace(sign, "@");
    }
    text = text.replace('·', ".").replace("\\@", "@");
    for (two, one) in [("\\@", "@"), ("@@", "@"), ("..", "."), ("@.", "@")] {
        while text.contains(two) {
            text = text.replace(two, one);
        }
    }
    while let Some((front, behind)) = text.split_once(")@") {
        let Some((before, _)) = front.rsplit_once('(') else { break };
        text = format!("{before}@{behind}");
    }
    let parts: Vec<&str> = text.split('@').collect();
    if let [local, name] = parts.as_slice() {
        let names: Vec<&str> = name.split(',').collect();
        let is_name = |name: &&str| {
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "-.".contains(letter))
        };
        if names.iter().all(is_name) {
            return format!("{local}@{}", names.join("."));
        }
    }
    text
}

/// Whatever a cell with plain signs says that is no address.
fn said_of(plain: &str) -> Vec<Said> {
    let whole = |email: Email| (Some(email.wide()), Some(email.domain.clone()), Some(email));
    let mut all = Vec::new();
    let closed_up = without_gaps(plain);
    for value in values(plain).into_iter().chain(values(&closed_up)) {
        if let Some(email) = Email::parse(value) {
            all.extend(unstuck(&email));
            all.push(whole(email));
            continue;
        }
        let text = lower(value);
        all.extend(text.rsplit_once('@').map(|(local, name)| loose(local, name)));
        let parts: Vec<&str> = text.split('@').collect();
        for at in 1..parts.len() {
            let (before, after) = (parts[..at].join("@"), parts[at]);
            let end = after.find(|letter| !may_stand_in_domain(letter)).unwrap_or(after.len());
            let name = after[..end].trim_end_matches(['.', '-']);
            for ends in [is_special as fn(char) -> bool, is_sign] {
                let local = before.rsplit(ends).next().unwrap_or("");
                all.push(Email::parse(&format!("{local}@{name}")).map_or_else(|| loose(local, name), whole));
            }
        }
    }
    if closed_up.contains(is_blank) {
        let text = lower(&closed_up);
        for (at, _) in text.match_indices('@') {
            let (before, after) = (&text[..at], &text[at + 1..]);
            for name in
                closed_up_names(until(after, |letter| is_blank(letter) || may_stand_in_domain(letter)))
            {
                for local in closed_up_users(before) {
                    all.push(
                        Email::parse(&format!("{local}@{name}")).map_or_else(|| loose(&local, &name), whole),
                    );
                }
            }
        }
    }
    all
}

/// An address with something stuck to it may be another's: what is meant without the signs around its
/// local part, behind the last sign in it, and without an encoded sign there.
fn unstuck(email: &Email) -> Vec<Said> {
    let outside = |letter: char| !letter.is_alphanumeric() || is_between(letter);
    let inside = email.local.trim_matches(outside);
    let front = email.local.split(inside).next().unwrap_or_default();
    // The signs in front belong to what they may encode.
    let signs = |text: &str| text.rfind(|letter| letter != '\'' && is_sign(letter));
    let (sign, last) = match signs(inside) {
        Some(at) => {
            let sign = inside[at..].chars().next();
            (sign, &inside[at + sign.map_or(0, char::len_utf8)..])
        }
        None => (front.chars().next_back(), inside),
    };
    let mut parts = BTreeSet::from([inside, last]);
    let without_code = |text: &str| -> Option<usize> {
        let code = text.get(..2)?;
        code.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(2)
    };
    if matches!(sign, Some('=' | '%')) {
        parts.extend(without_code(last).map(|from| &last[from..]));
    }
    if let Some(rest) = last.strip_prefix("u00") {
        parts.extend(without_code(rest).map(|from| &rest[from..]));
    }
    let parts: BTreeSet<&str> = parts.into_iter().map(|part| part.trim_matches(outside)).collect();
    let ended = until(&email.typed, may_stand_in_domain).trim_end_matches(['.', '-']);
    let mut all = Vec::new();
    for name in BTreeSet::from([email.typed.as_str(), ended]) {
        for part in parts.iter().copied().chain([email.local.as_str()]).filter(|part| !part.is_empty()) {
            if part != email.local || name != email.typed {
                all.push(match Email::parse(&format!("{part}@{name}")) {
                    Some(email) => (Some(email.wide()), Some(email.domain.clone()), Some(email)),
                    None => loose(part, name),
                });
            }
        }
    }
    all
}

/// The domains that a cell of addresses names whole, nobody standing before the at sign; and whether there
/// is nothing else in it.
pub(super) fn whole_domains(cell: &str) -> (BTreeSet<String>, bool) {
    let closed_up = without_gaps(&signs(cell));
    let values: Vec<&str> = closed_up
        .split(|letter: char| is_blank(letter) || ",;|".contains(letter))
        .filter(|value| !value.is_empty())
        .collect();
    if values.len() > 1 && !values.iter().all(|value| value.contains('@')) {
        return (BTreeSet::new(), false);
    }
    let named: Vec<Option<String>> = values
        .iter()
        .map(|value| {
            let (front, name) = value.rsplit_once('@').unwrap_or(("", value));
            let domain = read_domain(name.trim_start_matches(['*', '%', '.']))?;
            front.chars().all(|letter| !letter.is_alphanumeric()).then_some(domain)
        })
        .collect();
    let alone = !values.is_empty() && closed_up.contains('@') && named.iter().all(Option::is_some);
    (named.into_iter().flatten().collect(), alone)
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

fn until(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|letter| !belongs(letter)).unwrap_or(text.len())]
}

/// Domains with white space in them: any number of words from the first, as one and with dots between.
fn closed_up_names(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    let mut names = BTreeSet::new();
    for count in 1..=words.len() {
        let words = words.get(..count).unwrap_or_default();
        if words.concat().len() > 253 {
            break;
        }
        let mut dotted = String::new();
        for word in words {
            let is_divided = dotted.is_empty() || dotted.ends_with('.') || word.starts_with('.');
            dotted.push_str(if is_divided { "" } else { "." });
            dotted.push_str(word);
        }
        names.extend([words.concat(), dotted].map(|name| name.trim_end_matches(['.', '-']).to_owned()));
    }
    names.remove("");
    names
}

/// Parts before the sign with white space in them: the last word, the same once none stands beside a
/// sign that is part of such a word, and all of it.
fn closed_up_users(before: &str) -> BTreeSet<String> {
    let mut users = BTreeSet::new();
    for ends in [is_special as fn(char) -> bool, is_sign] {
        let run = before.rsplit(|letter| !is_blank(letter) && (ends(letter) || "|/".contains(letter)));
        let run = run.into_iter().next().unwrap_or("");
        let words: Vec<&str> = run.split(is_blank).filter(|word| !word.is_empty()).collect();
        let mut last = String::new();
        for word in &words {
            if !last.ends_with(['.', '-', '_', '+']) && !word.starts_with(['.', '-', '_', '+']) {
                last.clear();
            }
            last.push_str(word);
        }
        users.extend(words.last().map(|word| (*word).to_owned()));
        users.extend([last, words.concat()]);
    }
    users.remove("");
    users
}

/// A cell without the white space before and behind its at signs.
fn without_gaps(cell: &str) -> String {
    let is_gap = |letter: &char| super::text::is_edge(*letter) || letter.is_control();
    let mut closed_up = String::new();
    let mut letters = cell.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '@' {
            let end = closed_up.trim_end_matches(|letter| is_gap(&letter)).len();
            closed_up.truncate(end);
            while letters.next_if(is_gap).is_some() {}
        }
        closed_up.push(letter);
    }
    closed_up
}

/// What stands around a sign, read without any rule.
fn loose(local: &str, name: &str) -> Said {
    let trimmed = |text: &str| {
        text.trim_matches(|letter: char| super::text::is_edge(letter) || letter.is_control()).to_owned()
    };
    let (local, name) = (trimmed(local), trimmed(name));
    let ascii = ascii_domain(&name);
    let domain = ascii.clone().unwrap_or_else(|| name.clone());
    ((!local.is_empty() && !name.is_empty()).then(|| widen(&local, &domain)), ascii, None)
}

fn may_stand_in_domain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || ".-".contains(letter) || (!letter.is_ascii() && !is_between(letter))
}

/// Needs quotes in the part before the sign.
fn is_special(letter: char) -> bool {
    "@\"(),:;<>[\\]".contains(letter) || is_between(letter)
}

/// Rather stands beside an address than in it.
fn is_sign(letter: char) -> bool {
    (letter.is_ascii() && !letter.is_ascii_alphanumeric() && !".-_+".contains(letter)) || is_between(letter)
}

/// No letter of any script.
fn is_between(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || ('\u{a1}'..='\u{bf}').contains(&letter) && !"ªµº".contains(letter)
        || "×÷\u{115f}\u{1160}\u{3164}\u{ffa0}".contains(letter)
        || matches!(letter, '\u{2000}'..='\u{206f}' | '\u{2190}'..='\u{2bff}' | '\u{3000}'..='\u{303f}')
        || ('\u{e0000}'..='\u{e007f}').contains(&letter)
}

/// A cell that is an address is one value; any other is cut where several addresses would be.
fn values(cell: &str) -> Vec<&str> {
    if Email::parse(cell).is_some() {
        return vec![cell];
    }
    let signed: Vec<_> = pieces(cell).into_iter().filter(|piece| piece.contains('@')).collect();
    if signed.len() > 1 { signed } else { vec![cell] }
}

/// A cell without its words that have an at sign, where a number of six digits is left: it stands beside
/// an address.
pub(super) fn beside(cell: &str) -> Option<String> {
    let cell = signs(cell);
    let (mut rest, mut word) = (String::new(), String::new());
    let mut has_address = false;
    for letter in cell.chars().chain(['\n']) {
        word.push(letter);
        if letter.is_whitespace() || ",;|/<>".contains(letter) {
            has_address |= word.contains('@');
            rest.push_str(if word.contains('@') { ";" } else { &word });
            word.clear();
        }
    }
    (has_address && digits_of(&rest).len() >= 6).then_some(rest)
}

/// All that stands between the separators of a cell, as far as it shows anything.
pub(super) fn pieces(cell: &str) -> Vec<&str> {
    cell.split(|letter: char| letter.is_whitespace() || ",;|/<>".contains(letter))
        .filter(|piece| !shows_nothing(piece))
        .collect()
}

/// A register's domain, with or without its at sign.
pub(super) fn read_domain(cell: &str) -> Option<String> {
    let text = opened(cell)?;
    let name = text.strip_prefix('*').unwrap_or(&text);
    let name = name.strip_prefix(['@', '.']).unwrap_or(name);
    let name = name.strip_suffix('.').unwrap_or(name).to_lowercase();
    // Pages stand below the domain that mail goes to.
    match name.strip_prefix("www.") {
        Some(rest) if rest.contains('.') => ascii_domain(rest),
        _ => ascii_domain(&name),
    }
}

/// The domains of a cell that is no single one: each of its words that is one, and what may have been
/// meant by words that no sign divides.
pub(super) fn read_domains(cell: &str) -> BTreeSet<String> {
    let plain = signs(cell);
    let belongs = |letter: char| is_blank(letter) || "@*".contains(letter) || may_stand_in_domain(letter);
    let mut names = BTreeSet::new();
    for run in plain.split(|letter| !belongs(letter)) {
        names.extend(run.split(is_blank).filter_map(read_domain));
        names.extend(closed_up_names(run).iter().filter_map(|name| read_domain(name)));
    }
    names
}

/// Whether a domain is a public mail host or stands above one.
pub(super) fn is_webmail(domain: &str) -> bool {
    words("webmail").any(|host| host == domain || is_below(host, domain))
}

/// Whether a name stands below another.
fn is_below(name: &str, above: &str) -> bool {
    name.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'))
}

/// Google's two names for one mail service are one.
pub(super) fn one_google(domain: &str) -> &str {
    if domain == "googlemail.com" { "gmail.com" } else { domain }
}

fn is_google(domain: &str) -> bool {
    one_google(domain) == "gmail.com"
}

/// A domain and what is left as names are taken from the left, down to two.
fn with_parents(domain: &str) -> Vec<String> {
    let names: Vec<_> = domain.split('.').collect();
    (0..names.len().saturating_sub(1)).filter_map(|from| Some(names.get(from..)?.join("."))).collect()
}

/// Without what people and programs write around an address. `None` when another address is among it.
fn unlabelled(text: &str) -> Option<String> {
    let mut rest = text.to_owned();
    for label in ["mailto:", "email:", "e-mail:", "smtp:"] {
        if rest.to_lowercase().starts_with(label) {
            rest = trim(rest.get(label.len()..)?.split('?').next()?).to_owned();
        }
    }
    if let Some((name, after)) = rest.clone().rsplit_once('<') {
        let (inner, behind) = after.split_once('>')?;
        let inner = trim(inner);
        let edge = |letter: char| letter.is_whitespace() || "\"'()".contains(letter);
        let name = name.trim_matches(edge).trim_start_matches("mailto:");
        let repeats = !behind.contains('@') && name.eq_ignore_ascii_case(inner);
        if (name.contains('@') || behind.contains('@')) && !repeats {
            return None;
        }
        inner.clone_into(&mut rest);
    }
    if let Some((before, comment)) = rest.clone().rsplit_once('(')
        && rest.ends_with(')')
        && before.contains('@')
    {
        if comment.contains('@') {
            return None;
        }
        trim(before).clone_into(&mut rest);
    }
    let behind =
        |letter: char| letter.is_whitespace() || letter.is_control() || ".,;:!?>)\"'/\\|".contains(letter);
    let rest = rest.trim_end_matches(behind);
    let lone_quote = rest.matches('"').count() == 1;
    let before =
        |letter: char| letter.is_whitespace() || ",;:<(|".contains(letter) || (letter == '"' && lone_quote);
    Some(rest.trim_start_matches(before).to_owned())
}

fn may_stand_in_local(letter: char) -> bool {
    if letter.is_ascii() {
        letter.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(letter)
    } else {
        !letter.is_whitespace() && !letter.is_control() && letter != '\u{fffd}'
    }
}

fn lower(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase().nfc().collect()
}

/// Letters that look or sort alike are one, for matching.
fn folded_letters(local: &str) -> String {
    if local.is_ascii() {
        return local.to_owned();
    }
    let text: String = local.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    let plain = text.replace('ı', "i").replace('ß', "ss").replace("i\u{307}", "i");
    plain
        .chars()
        .filter(|letter| !matches!(letter, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'))
        .collect()
}

fn untagged(local: &str) -> &str {
    match local.split_once('+') {
        Some((before, _)) if !before.is_empty() => before,
        _ => local,
    }
}

fn widen(local: &str, domain: &str) -> String {
    let plain = untagged(local);
    let without_dots = plain.replace('.', "");
    let local = if without_dots.is_empty() { plain } else { &without_dots };
    format!("{local}@{}", one_google(domain))
}

/// A domain of two names or more in ASCII.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(&lower(domain)).ok()?;
    let labels: Vec<_> = ascii.split('.').collect();
    let sound = |label: &&str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let numeric = labels.last().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()));
    (ascii.len() <= 253 && labels.len() > 1 && labels.iter().all(sound) && !numeric).then_some(ascii)
}
