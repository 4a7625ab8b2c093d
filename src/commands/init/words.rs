//! What a column's name says it holds, in English, Finnish, Swedish and German. A guess is an offer:
//! nothing here may turn a column into a permission, since whoever reads the guess decides what its
//! values mean. It never sees a value.

use crate::config::words;

/// What a column seems to be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    CustomerId,
    Email,
    Phone,
    Country,
    BirthDate,
    Relationship,
    /// The ground on which somebody is used.
    Basis,
    /// A ban, block or opt-out.
    Objection,
    /// A consent, permission or opt-in.
    Permission,
    Party,
    InformedSince,
    AdUserData,
    AdPersonalization,
    /// A whole e-mail domain.
    Domain,
    /// What an objection is about.
    Scope,
    /// When something was said.
    Moment,
    /// How surely it is known who said it.
    Auth,
    /// Names and street addresses: nothing here needs them.
    Personal,
}

/// Names that mean something, the more telling first: `email_opt_out` is an objection, not an address.
/// A term of several words stands for them in a row, also written as one; `*` takes any letters.
const TERMS: &[(Meaning, &str)] = &[
    (Meaning::AdUserData, "ad user data, mainosdata*, annonsdata*, werbedaten*"),
    (
        Meaning::AdPersonalization,
        "ad personali*, personalized ads, personointi, mainosten personointi, personalisering*, personalisierung*",
    ),
    (
        Meaning::Objection,
        "*kielto*, *kiello*, *kieltanyt*, *esto, estetty, ban, bans, banned, opt out, opted out, *optout*, \
         unsubscrib*, do not *, donot*, dont *, dontcontact, no *, nomarketing, noads, eimarkkin*, dnc, dnm, *sparr, *sparrad, *sparrat, *sparren, *sparrning, \
         *sperre, *sperren, *gesperrt*, *widerspr*, *robinson*, suppress*, block, blocked, blocklist*, \
         blacklist*, nix, avregistr*, avanmal*, *abgemeldet*, *abbestell*, peruutt*, peruttu, objection*, \
         objected, invand*, stop*, refus*, ei *, inga *, ingen *, kein *, keine *, tackat nej",
    ),
    (
        Meaning::Permission,
        "*lupa, *luvat, *lupa*, *suostumu*, *consent*, *samtyck*, *einwillig*, permission*, permit*, opt in, \
         opted in, *optin*, allow*, *tillstand*, *erlaubnis*, *erlaubt*, accepts *, accepted *, newsletter*, \
         *uutiskirje*, *nyhetsbrev*, ads ok, ok *, * ok, gdpr*, *zustimm*, agreed*, subscri*, * allowed, \
         marketing, markkinointi, marknadsforing, werbung",
    ),
    (
        Meaning::Basis,
        "legal basis, lawful basis, basis, *peruste, *perusteet, rattslig grund, laglig grund, rechtsgrundlage, ground",
    ),
    (
        Meaning::Party,
        "customer type, *asiakastyyppi, kundtyp, kundentyp, kundenart, party, is company, is business, b2b, account type",
    ),
    (Meaning::InformedSince, "informed*, notice date, informoitu*, informerad*, informiert*, notified*"),
    (
        Meaning::BirthDate,
        "birth*, date of birth, dob, born, syntym*, synt, synt aika, syntynyt, fodelse*, fodd, fodd ar, geburt*, geboren*",
    ),
    (
        Meaning::Email,
        "email adres*, e mail adres*, mail adres*, email address*, e mail address*, epost adress*, e post adress*, \
         emailadres*, emailaddres*, mailadres*, epostadress*, e postadress*, mejl*, sahkopostiosoite*",
    ),
    (
        Meaning::Personal,
        "name, names, firstname, lastname, surname, fullname, nickname, *nimi, *nimet, *namn, *vorname, nachname, \
         *address, street*, *osoite*, *gatuadress*, *adress, *adresse, strasse, postcode, zip, post code, postinumero, \
         postnummer, postnr, plz, city, postitoimipaikka, kaupunki, ort, postort, stadt, comment*, note, notes, \
         remark*, memo, *huomautu*, *muistiinpan*, *anteckning*, bemerkung*, anmerkung*, *lisatiedot, *lisatieto, kommentti, kommentar*, notiz*",
    ),
    (
        Meaning::Country,
        "country*, maa, maakoodi, asuinmaa, kotimaa, land, landkod*, landskod*, bosattningsland, wohnsitzland, landercode, staat",
    ),
    (Meaning::Domain, "domain*, verkkotunnus*, doman*"),
    (Meaning::Scope, "scope*, laajuus, omfattning, umfang, channel*, kanava*, kanal*, purpose*"),
    (
        Meaning::Auth,
        "auth*, authentication, identification, tunnistustapa, tunnistautumi*, autentisering*, identifier* level",
    ),
    (
        Meaning::Email,
        "email*, e mail*, mail, mailadress*, mailaddress*, mail address*, *sahkoposti*, epost*, *epost, e post*, meili, emailadresse*",
    ),
    (
        Meaning::Phone,
        "phone*, *phone, mobile*, mobil, mobilnummer, mobilnr, *mobiltel*, cell*, tel, telnr, telephone*, msisdn, gsm*, \
         *puhelin*, kannykka*, puh, telefon*, *telefon*, tfn, handy*, rufnummer*",
    ),
    (
        Meaning::CustomerId,
        "customer id*, customer n*, customer key, cust id, cust n*, client id, client n*, user id, member id, member n*, \
         account id, contact id, crm id, card holder, cardholder, person id, asiakasnumero, asiakasnro, asiakastunnus, \
         asiakas id, asiakas nro, asno, jasennumero, kundnummer, kundnr, kund id, kund nr, kund n*, medlemsnummer, \
         kundennummer, kundennr, kunden id, kunden nr, mitgliedsnummer, id",
    ),
    (
        Meaning::Relationship,
        "status, *status, relationship*, *asiakkuus*, asiakkuuden tila, *tila, customer state, state, active, is active, \
         aktiivinen, aktiv, customer, is customer, member, kund, kunde, jasenyys",
    ),
    (
        Meaning::Moment,
        "date, at, *date, *time, timestamp, created*, updated*, received, registered, when, *pvm, paivays, *paiva, kirjattu, \
         kirjauspaiva, *datum, tid, zeitpunkt",
    ),
];

/// Words for an identifier of somebody's work.
const WORK: &str =
    "work*, business*, office*, company*, tyo*, yritys*, *arbets*, arbete, jobb*, firma*, geschaft*, dienst*";

/// What a name means.
pub(super) fn meaning(name: &str) -> Option<Meaning> {
    let words = words(name);
    TERMS.iter().find(|(_, terms)| met(&words, terms)).map(|(meaning, _)| *meaning)
}

/// Whether a name is of somebody's work.
pub(super) fn is_work(name: &str) -> bool {
    met(&words(name), WORK)
}

fn met(words: &[String], terms: &str) -> bool {
    let joined = words.concat();
    terms.split(',').map(str::trim).any(|term| {
        let wanted: Vec<&str> = term.split_whitespace().collect();
        // `customerid` and `customer_id` are one name; a joined one is compared whole.
        let as_one =
            wanted.len() > 1 && !wanted.contains(&"*") && words.len() == 1 && fits(&joined, &wanted.concat());
        as_one
            || words
                .windows(wanted.len())
                .any(|row| row.iter().zip(&wanted).all(|(word, term)| fits(word, term)))
    })
}

fn fits(word: &str, term: &str) -> bool {
    match (term.strip_prefix('*'), term.strip_suffix('*')) {
        _ if term == "*" => true,
        (Some(_), Some(_)) => word.contains(term.trim_matches('*')),
        (Some(end), None) => word.ends_with(end),
        (None, Some(beginning)) => word.starts_with(beginning),
        (None, None) => word == term,
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, is_work, meaning};

    #[test]
    fn names_in_four_languages_are_understood() {
        let cases: &[(Meaning, &str)] = &[
            (
                Meaning::CustomerId,
                "customer_id CustomerID customerid asiakasnumero Kundnummer kund_nr kundennummer user_id id",
            ),
            (
                Meaning::Email,
                "email E-mail sähköposti sähköposti_2 työsähköposti e-post E-Mail-Adresse emailAddress mail \
                 Sähköpostiosoite E-postadress epostadress e_post_adress Mejladress",
            ),
            (
                Meaning::Phone,
                "phone mobile_phone puhelin matkapuhelin Telefonnummer mobiltelefon Handynummer GSM phoneNumber puh.",
            ),
            (Meaning::Country, "country country_code maa Land landskod asuinmaa"),
            (Meaning::BirthDate, "date_of_birth dob syntymäaika Födelsedatum Geburtsdatum birthDate born"),
            (Meaning::Relationship, "status tila asiakkuuden_tila kundstatus is_active asiakkuus"),
            (Meaning::Basis, "legal_basis peruste Rechtsgrundlage rättslig_grund"),
            (
                Meaning::Objection,
                "ad_ban kielto markkinointikielto kohdentamiskielto sähköpostikielto opt_out optOut email_opt_out \
                 unsubscribed do_not_contact spärr reklamspärr direktreklamspärr Werbewiderspruch widerspruch Werbesperre \
                 no_marketing donotcontact blocked nix dnc ei_markkinointia tackat_nej",
            ),
            (
                Meaning::Permission,
                "marketing_consent suostumus markkinointilupa samtycke Einwilligung opt_in newsletter ads_ok \
                 email_permission gdpr_ok uutiskirje consentGiven accepts_marketing marketing",
            ),
            (Meaning::Party, "customer_type asiakastyyppi Kundentyp kundtyp"),
            (
                Meaning::Personal,
                "name first_name nimi sukunimi förnamn Nachname osoite street_address postinumero city postadress \
                 Postiosoite notes Huomautukset Anteckningar Bemerkungen muistiinpanot",
            ),
            (Meaning::AdUserData, "ad_user_data mainosdata"),
            (Meaning::AdPersonalization, "ad_personalization personointi"),
            (Meaning::Domain, "domain verkkotunnus"),
            (Meaning::Scope, "scope laajuus kanava"),
            (Meaning::Moment, "date received kirjattu created_at pvm"),
        ];
        for (expect, names) in cases {
            for name in names.split_whitespace() {
                assert_eq!(meaning(name), Some(*expect), "{name}");
            }
        }
        for name in ["urban_area", "iban", "product_group", "tuoteryhmä", "points", "nopeus"] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }

    #[test]
    fn work_is_told_from_home() {
        for (name, expect) in [
            ("work_email", true),
            ("työpuhelin", true),
            ("arbetstelefon", true),
            ("Geschäftsmail", true),
            ("email", false),
            ("kotipuhelin", false),
        ] {
            assert_eq!(is_work(name), expect, "{name}");
        }
    }
}
