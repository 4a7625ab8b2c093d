//! Values that stand for something else than a person's identifier: words for "missing", addresses of
//! a function, digits typed to get past a form. Tables only; what follows from a match is decided by
//! the parsers.

/// A list of words with a sieve before it: nearly every value is in no list, and one bit says so.
pub(in crate::identifiers) struct Words {
    pub(in crate::identifiers) words: &'static [&'static str],
    sieve: [u64; 32],
}

impl Words {
    const fn new(words: &'static [&'static str]) -> Self {
        let mut sieve = [0; 32];
        let mut at = 0;
        while at < words.len() {
            let bit = Self::bit(words[at].as_bytes());
            sieve[bit / 64] |= 1 << (bit % 64);
            at += 1;
        }
        Self { words, sieve }
    }

    const fn bit(word: &[u8]) -> usize {
        let len = word.len();
        if len == 0 {
            return 0;
        }
        (word[0] as usize * 67 + word[len - 1] as usize * 31 + word[len / 2] as usize * 11 + len) % 2048
    }

    fn contains(&self, word: &str) -> bool {
        let bit = Self::bit(word.as_bytes());
        self.sieve[bit / 64] & (1 << (bit % 64)) != 0 && self.words.contains(&word)
    }
}

/// Words typed where a value is missing, lower-case, in the languages of our sources.
pub(in crate::identifiers) fn is_placeholder_word(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "-",
        "--",
        "---",
        "?",
        "??",
        "???",
        ".",
        "..",
        "...",
        "/",
        "*",
        "_",
        "#n/a",
        "#value!",
        "#ref!",
        "#name?",
        "<na>",
        "(null)",
        "[null]",
        "\\n",
        "n/a",
        "n.a.",
        "n.a",
        "na",
        "nan",
        "nil",
        "none",
        "null",
        "undefined",
        "unknown",
        "missing",
        "blank",
        "empty",
        "no",
        "no email",
        "no e-mail",
        "noemail",
        "no phone",
        "no number",
        "not known",
        "not available",
        "not provided",
        "tbd",
        "todo",
        "x",
        "xx",
        "xxx",
        "xxxx",
        "xxxxx",
        "ei",
        "ei ole",
        "ei oo",
        "eioo",
        "eiole",
        "ei tiedossa",
        "ei tietoa",
        "ei sähköpostia",
        "ei puhelinta",
        "ei numeroa",
        "puuttuu",
        "tuntematon",
        "salainen",
        "poistettu",
        "okänd",
        "saknas",
        "ingen",
        "inget",
        "finns ej",
        "ej angivet",
        "hemligt",
        "puudub",
        "teadmata",
        "pole",
        "unbekannt",
        "keine",
        "keine angabe",
        "fehlt",
        "k.a.",
        "ukendt",
        "mangler",
        "ukjent",
        "inconnu",
        "aucun",
        "desconocido",
        "ninguno",
        "anonymous",
        "deleted",
        "removed",
        "redacted",
    ];
    WORDS.contains(&word)
        || word.chars().all(|c| matches!(c, '-' | '–' | '—' | '_' | '.' | '?' | '*' | '#' | ' '))
}

/// User parts that stand for nobody.
pub(in crate::identifiers) static LOCALS: Words = Words::new(&[
    "na",
    "n.a",
    "none",
    "null",
    "nil",
    "noemail",
    "no-email",
    "no.email",
    "no_email",
    "nomail",
    "no-mail",
    "no.mail",
    "no_mail",
    "noaddress",
    "notgiven",
    "not-given",
    "notprovided",
    "not.provided",
    "not-provided",
    "notavailable",
    "not.available",
    "unknown",
    "undefined",
    "donthave",
    "eiole",
    "ei.ole",
    "ei-ole",
    "eisahkopostia",
    "ei.sahkopostia",
    "ei-sahkopostia",
    "eisähköpostia",
    "puuttuu",
    "tuntematon",
    "saknas",
    "ingenmail",
    "ingen",
    "puudub",
    "keine",
    "keineemail",
    "keine-email",
    "unbekannt",
    "xxx",
    "xxxx",
    "noreply",
    "no-reply",
    "no.reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "ei-vastata",
]);

/// User parts that stand for "no address".
pub(in crate::identifiers) fn is_placeholder_local(local: &str) -> bool {
    LOCALS.contains(local)
}

/// Domains that no mail can reach (RFC 2606, RFC 6761, RFC 6762). The names kept for examples stay usable.
pub(in crate::identifiers) fn is_placeholder_domain(domain: &str) -> bool {
    // Lower-case by now, and names rather than file endings.
    matches!(domain.as_bytes().last(), Some(b'd' | b't' | b'l' | b'n'))
        && domain
            .rsplit('.')
            .next()
            .is_some_and(|last| matches!(last, "invalid" | "localhost" | "local" | "localdomain"))
}

/// User parts of a function.
pub(in crate::identifiers) static ROLES: Words = Words::new(&[
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "all",
    "asiakaspalvelu",
    "billing",
    "bookings",
    "careers",
    "contact",
    "customerservice",
    "customer-service",
    "dataprotection",
    "dpo",
    "editor",
    "enquiries",
    "everyone",
    "faktura",
    "feedback",
    "finance",
    "ftp",
    "hallinto",
    "hello",
    "help",
    "helpdesk",
    "hostmaster",
    "hr",
    "info",
    "information",
    "inquiries",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kirjaamo",
    "kontakt",
    "kundeservice",
    "kundtjanst",
    "kundtjänst",
    "laskut",
    "laskutus",
    "legal",
    "list",
    "mail",
    "mailer-daemon",
    "marketing",
    "markkinointi",
    "media",
    "meili",
    "myynti",
    "news",
    "newsletter",
    "office",
    "order",
    "orders",
    "palaute",
    "post",
    "postmaster",
    "press",
    "privacy",
    "purchasing",
    "raamatupidamine",
    "receipts",
    "reception",
    "recruitment",
    "registrator",
    "reklamation",
    "sales",
    "security",
    "service",
    "shop",
    "spam",
    "support",
    "talous",
    "team",
    "tietosuoja",
    "tilaukset",
    "toimisto",
    "tuki",
    "usenet",
    "webmaster",
    "www",
    "yllapito",
    "ylläpito",
]);

/// User parts of a function (RFC 2142 and common use), which nobody owns as a person; without what follows a
/// plus.
pub(in crate::identifiers) fn is_role_local(local: &str) -> bool {
    ROLES.contains(local)
}

/// A user part up to its first plus.
pub(in crate::identifiers) fn before_plus(local: &str) -> &str {
    &local[..memchr::memchr(b'+', local.as_bytes()).unwrap_or(local.len())]
}

/// Numbers of emergency services, as dialled.
pub(in crate::identifiers) fn is_emergency(digits: &[u8]) -> bool {
    const NUMBERS: &[&[u8]] =
        &[b"112", b"911", b"999", b"000", b"110", b"118", b"119", b"100", b"101", b"108"];
    NUMBERS.contains(&digits)
}

/// The last seven digits are one digit: a filler, whatever the prefix.
pub(in crate::identifiers) fn is_repeated(digits: &[u8]) -> bool {
    digits.len() >= 7 && digits[digits.len() - 7..].iter().all(|d| *d == digits[digits.len() - 1])
}
