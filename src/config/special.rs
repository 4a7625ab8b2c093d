//! Names that give away what nobody may target by: special categories of personal data and the like,
//! in Finnish, Swedish and English, and columns of personal identity codes. Words of a name are
//! compared whole, or by their beginning where a term ends in `*`, so that `trade` is no trade union
//! and `uskollisuus` (loyalty) no faith. It never sees a value.

/// A list of terms and why they are refused. A term of several words stands for them in a row; `*`
/// takes any ending.
struct Rule {
    what: &'static str,
    law: &'static str,
    terms: &'static str,
}

const ART_9: &str = "GDPR Art. 9(1)";

/// Letters without their marks; terms are parted by commas.
const RULES: &[Rule] = &[
    Rule {
        what: "health",
        law: ART_9,
        terms: "health, healthcare, disease*, illness*, diagnos*, disabilit*, cancer*, diabet*, hiv*, depressi*, \
                allerg*, addict*, medical*, medicin*, medication*, prescription*, pregnan*, patient*, terveys*, terveyd*, sairau*, sairas*, vammais*, syopa*, masennu*, \
                mielenterv*, paihde*, laaki*, \
                laake*, raskaus*, raskaan*, potila*, halsa*, halso*, sjuk*, funktionsneds*, funktionshind*, \
                lakemedel*, gravid*, missbruk*",
    },
    Rule {
        what: "religion or belief",
        law: ART_9,
        terms: "religio*, faith, church*, muslim*, islam*, christian*, jewish*, judais*, buddhis*, hindu*, atheis*, uskonto*, uskonno*, \
                kristinusko*, kristityt, kristitty, juutala*, ateis*, luterilai*, ortodoks*, vakaumu*, kirkko, \
                kirkkokun*, kirkollis*, seurakun*, trosuppfattning*, tro, trossamfund*, kristen*, kristna, \
                judisk*, livsaskad*, kyrka*, kyrko*, forsamling",
    },
    Rule {
        what: "political opinions",
        law: ART_9,
        terms: "politic*, political*, voter*, voting, party membership, politiikk*, politiik*, poliittin*, puolue*, \
                aanesta*, politik, politisk*, valjare*",
    },
    Rule {
        what: "trade-union membership",
        law: ART_9,
        terms: "union member*, trade union*, labour union*, labor union*, ay jasen*, ayjasen*, ammattiliit*, ammattijarjest*, \
                liiton jasen*, fackforening*, fackforbund*, facklig*, fackmedlem*",
    },
    Rule {
        what: "sex life or orientation",
        law: ART_9,
        terms: "sex life, sexlife, sexual*, lgbt*, seksuaali*, hlbt*, sexuell*, sexliv*, hbtq*",
    },
    Rule {
        what: "racial or ethnic origin",
        law: ART_9,
        terms: "ethnic*, racial, skin colour, skin color, etnin*, etnis*, etnicit*, rotu, ihonvari*, hudfarg*",
    },
    Rule {
        what: "biometric or genetic data",
        law: ART_9,
        terms: "biometr*, fingerprint*, face id, sormenjal*, kasvontunnis*, fingeravtryck*, genetic*, genome, dna, geneetti*, perima, genetisk*",
    },
    Rule {
        what: "criminal convictions",
        law: "GDPR Art. 10",
        terms: "criminal*, conviction*, offence*, rikos*, rikok*, tuomio*, brott, brotts*, straffregist*",
    },
    Rule {
        what: "credit or payment defaults",
        law: "the platforms' rules against targeting financial hardship, and national credit-information law",
        terms: "credit default*, payment default*, default payment*, debt collection*, debt recovery, bankrupt*, \
                insolven*, luottohairi*, maksuhairi*, luottotie*, perinta*, ulosot*, konkurs*, betalningsanmark*, \
                inkasso*, skuldsaner*, utmatning*",
    },
];

/// Words for columns of personal identity codes.
const IDENTITY_CODES: &str = "henkilotunn*, henkilo tunn*, hlotunn*, hlo tunn*, hetu, hetunum*, hetunro, sotu, sosiaaliturvatunn*, personnummer*, personbeteckn*, \
                              personnr, person nr, pnr, samordningsnummer*, isikukood*, ssn, social security*, national id*, \
                              personal identity code*, personal identity number*, personal id*, personal code*, identity code*, \
                              fodselsnummer*, cpr";

/// What a name gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// What it is about.
    pub(super) what: &'static str,
    /// The rule.
    pub(super) law: &'static str,
    /// The term that was met.
    pub(super) term: &'static str,
}

/// The special category that a name gives away.
pub(super) fn special_category(name: &str) -> Option<Given> {
    let words = words(name);
    RULES.iter().find_map(|rule| {
        let term = met(&words, rule.terms)?;
        Some(Given { what: rule.what, law: rule.law, term })
    })
}

/// Whether a name is that of a column of personal identity codes.
pub(super) fn names_identity_code(name: &str) -> Option<&'static str> {
    met(&words(name), IDENTITY_CODES)
}

/// Names of columns of a consent to messages, which is no consent to advertising elsewhere
/// (ePrivacy Directive Art. 13, GDPR Art. 6(1)(a): consent is for one or more specific purposes).
const MESSAGES: &str = "email*, e mail*, mail*, optin mail*, opt in mail*, edm*, newsletter*, sms*, mms*, \
                        text message*, push*, whatsapp*, phone*, gsm*, telemarketing*, direct mail*, \
                        direct marketing*, sahkoposti*, uutiskirje*, tekstiviesti*, viesti*, kirje*, puhelin*, \
                        puhelu*, suoramarkkin*, nyhetsbrev*, epost*, e post*, telefon*, direktmarknads*, uudiskiri*";

/// Whether a name is that of a consent to messages.
pub(super) fn names_messages(name: &str) -> Option<&'static str> {
    met(&words(name), MESSAGES)
}

fn met(words: &[String], terms: &'static str) -> Option<&'static str> {
    let fits = |word: &String, wanted: &str| match wanted.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == wanted,
    };
    terms.split(',').map(str::trim).find(|term| {
        let wanted: Vec<&str> = term.split_whitespace().collect();
        words
            .windows(wanted.len())
            .any(|row| row.iter().zip(&wanted).all(|(word, wanted)| fits(word, wanted)))
    })
}

/// Why no column of this name may be mapped.
#[must_use]
pub fn refused_name(name: &str) -> Option<&'static str> {
    if names_identity_code(name).is_some() {
        return Some("personal identity codes");
    }
    special_category(name).map(|given| given.what)
}

/// The words of a name, in lower case and without marks: parted at signs, digits and inner capitals.
#[must_use]
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphabetic() {
            words.push(String::new());
            was_small = false;
            continue;
        }
        if letter.is_uppercase() && was_small {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        let plain = letter.to_lowercase().map(|letter| match letter {
            'ä' | 'å' | 'á' | 'à' => 'a',
            'ö' | 'ó' | 'ø' | 'õ' => 'o',
            'é' | 'è' => 'e',
            'ü' => 'u',
            other => other,
        });
        if let Some(word) = words.last_mut() {
            // A mark that stands by itself is part of the letter before it.
            word.extend(plain.filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{
        IDENTITY_CODES, MESSAGES, RULES, names_identity_code, names_messages, special_category, words,
    };

    #[test]
    fn terms_are_met_as_words_and_in_three_languages() {
        for (name, what) in [
            ("health_insurance", Some("health")),
            ("terveystiedot", Some("health")),
            ("Terveydentila", Some("health")),
            ("hälsodata", Some("health")),
            ("halsodata", Some("health")),
            ("customerDiagnosis", Some("health")),
            ("sjukförsäkring", Some("health")),
            ("uskontokunta", Some("religion or belief")),
            ("religious_group", Some("religion or belief")),
            ("political-interest", Some("political opinions")),
            ("puoluekanta", Some("political opinions")),
            ("trade union", Some("trade-union membership")),
            ("union_member", Some("trade-union membership")),
            ("ammattiliitto", Some("trade-union membership")),
            ("fackförening", Some("trade-union membership")),
            ("seksuaalinen_suuntautuminen", Some("sex life or orientation")),
            ("sexual_orientation", Some("sex life or orientation")),
            ("etninen_tausta", Some("racial or ethnic origin")),
            ("ethnicity", Some("racial or ethnic origin")),
            ("etnicitet", Some("racial or ethnic origin")),
            ("biometriset", Some("biometric or genetic data")),
            ("maksuhäiriö", Some("credit or payment defaults")),
            ("payment_default", Some("credit or payment defaults")),
            ("betalningsanmärkning", Some("credit or payment defaults")),
            ("criminal_record", Some("criminal convictions")),
            ("brott", Some("criminal convictions")),
            ("medicin", Some("health")),
            ("cancerförsäkring", Some("health")),
            ("masennus", Some("health")),
            ("hiv_status", Some("health")),
            ("depression", Some("health")),
            ("tro", Some("religion or belief")),
            ("kristinusko", Some("religion or belief")),
            ("islam", Some("religion or belief")),
            ("ay_jäsen", Some("trade-union membership")),
            ("sormenjälki", Some("biometric or genetic data")),
            ("fingerprint", Some("biometric or genetic data")),
            // What only looks like it.
            ("uskollisuus_taso", None),
            ("credit_card", None),
            ("credit-union-customers", None),
            ("sex", None),
            ("wealthy", None),
            ("stealth", None),
            ("race_results", None),
            ("party_type", None),
            ("product_group", None),
            ("savings-customers", None),
            ("trade_name", None),
            ("kirkkonummi", None),
            ("trophy", None),
            ("kristinestad", None),
            ("trogen_kund", None),
            ("brottom", None),
            ("default_country", None),
            ("perintö", None),
            ("customer_id", None),
            ("", None),
        ] {
            assert_eq!(special_category(name).map(|given| given.what), what, "{name}");
        }
    }

    #[test]
    fn columns_of_identity_codes_are_told() {
        for (name, expected) in [
            ("henkilötunnus", true),
            ("HETU", true),
            ("asiakas_hetu", true),
            ("personnummer", true),
            ("isikukood", true),
            ("SSN", true),
            ("Personal identity code", true),
            ("personalIdentityCode", true),
            ("social_security_number", true),
            ("henkilo_tunnus", true),
            ("hlötunnus", true),
            ("hetunumero", true),
            ("pnr", true),
            ("personal_code", true),
            ("customer_id", false),
            ("session", false),
            ("hetuli", false),
            ("lessn", false),
            ("person_id", false),
        ] {
            assert_eq!(names_identity_code(name).is_some(), expected, "{name}");
        }
    }

    #[test]
    fn consents_to_messages_are_told_in_three_languages() {
        for (name, expected) in [
            ("email_optin", true),
            ("smsConsent", true),
            ("newsletter", true),
            ("sähköpostilupa", true),
            ("sahkopostilupa", true),
            ("markkinointilupa_sähköposti", true),
            ("uutiskirje", true),
            ("tekstiviestilupa", true),
            ("nyhetsbrev", true),
            ("e-postsamtycke", true),
            ("puhelinlupa", true),
            ("phone_ok", true),
            ("gsm_lupa", true),
            ("suoramarkkinointi", true),
            ("edm_lupa", true),
            ("viestilupa", true),
            ("kirjelupa", true),
            ("mms", true),
            ("push_ok", true),
            ("whatsapp", true),
            ("optin_mail", true),
            ("telefon", true),
            ("markkinointilupa", false),
            ("marketing_consent", false),
            ("ad_permission", false),
            ("kohdennuslupa", false),
        ] {
            assert_eq!(names_messages(name).is_some(), expected, "{name}");
        }
    }

    /// Names lose the marks of their letters before they are compared, so a term with one is never met.
    #[test]
    fn every_term_is_written_as_names_are_compared() {
        for terms in RULES.iter().map(|rule| rule.terms).chain([IDENTITY_CODES, MESSAGES]) {
            for term in terms.split(',').map(str::trim) {
                let plain = term.replace('*', "");
                assert_eq!(words(&plain).join(" "), plain, "{term}");
            }
        }
    }
}
