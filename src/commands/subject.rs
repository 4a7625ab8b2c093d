//! An explanation in words that can be sent to the person it is about, in English, Finnish or Swedish.
//!
//! It says what was done and why, and never that somebody else objected: an entry of a register is told
//! as a detail on a list where only the person has that detail, and whatever comes through details that
//! others have, too, is told as one rule. It holds no identifier, tag or register name.

use std::fmt::Write as _;

use crate::outputs::report::Language;

use super::explain::{BasisExplanation, Explanation, PersonExplanation, PlatformExplanation};

/// The one of three texts: English, Finnish, Swedish.
const fn one_of<T: Copy>(language: Language, texts: [T; 3]) -> T {
    match language {
        Language::English => texts[0],
        Language::Finnish => texts[1],
        Language::Swedish => texts[2],
    }
}

/// The platform as people know it.
fn title(name: &str) -> &str {
    crate::platforms::find(name).map_or(name, |platform| platform.title)
}

/// What is told where no row of the customer base has what was given.
fn nobody(text: &mut String, explanation: &Explanation, language: Language) {
    text.push_str(one_of(language, [
        "\nNo row of our customer files has what you gave us, so nothing of it goes to any platform.\n",
        "\nYhdelläkään asiakastietojemme rivillä ei ole antamaasi tietoa, joten sitä ei viedä millekään alustalle.\n",
        "\nIngen rad i våra kundfiler innehåller det du angav, så inget av det går till någon plattform.\n",
    ]));
    let told =
        [(!explanation.named_by.is_empty(), "on-register"), (explanation.unreadable_row, "unreadable-row")];
    for (_, code) in told.iter().filter(|(holds, _)| *holds) {
        let _ = writeln!(text, "{}", one_of(language, sentence(code)));
    }
}

/// Why there is no answer for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{people} people share it, and an answer about one would tell of the others")]
pub struct SeveralPeople {
    /// How many.
    pub people: usize,
}

/// The answer in words.
pub fn subject_text(explanation: &Explanation, language: Language) -> Result<String, SeveralPeople> {
    let day = explanation.as_of.split('T').next().unwrap_or_default();
    let controller = &explanation.controller;
    let mut text = match language {
        Language::English => format!(
            "{controller}: use of your contact details for advertising on social media\nAs decided on {day} (UTC).\n"
        ),
        Language::Finnish => format!(
            "{controller}: yhteystietojesi käyttö mainontaan sosiaalisessa mediassa\nTilanne {day} (UTC).\n"
        ),
        Language::Swedish => format!(
            "{controller}: användning av dina kontaktuppgifter för annonser i sociala medier\nLäget {day} (UTC).\n"
        ),
    };
    match explanation.people.as_slice() {
        [] => nobody(&mut text, explanation, language),
        [person] => tell(&mut text, person, language),
        people => return Err(SeveralPeople { people: people.len() }),
    }
    text.push_str(one_of(language, [
        "\nWhere you are on a list, your e-mail address and phone number are turned into hashes before they leave us. A hash can still be matched with you by a platform that has the same address or number, so it is personal data, too.\nYou may object at any time, without giving a reason.\n",
        "\nJos olet listalla, sähköpostiosoitteesi ja puhelinnumerosi muutetaan tiivisteiksi ennen kuin ne lähtevät meiltä. Alusta, jolla on sama osoite tai numero, voi silti yhdistää tiivisteen sinuun, joten sekin on henkilötieto.\nVoit kieltää tämän milloin tahansa, syytä kertomatta.\n",
        "\nOm du finns på en lista görs din e-postadress och ditt telefonnummer om till hashvärden innan de lämnar oss. En plattform som har samma adress eller nummer kan ändå koppla hashvärdet till dig, så även det är en personuppgift.\nDu kan när som helst invända mot detta, utan att ange skäl.\n",
    ]));
    Ok(text)
}

/// What is known of one list as it is live on a platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveFact {
    /// The audience.
    pub audience: String,
    /// The platform.
    pub platform: String,
    /// How many of the person's contact details are on it.
    pub live: u64,
    /// The day of the release with which the first of them went up.
    pub since: Option<String>,
    /// The ground it rested on then.
    pub basis: Option<String>,
    /// How many of them are to be removed, and the platform has not said that it did.
    pub owed: u64,
    /// When they were on it, if they no longer are.
    pub past: Option<PastFact>,
}

impl LiveFact {
    /// Whether there is anything to tell.
    const fn is_any(&self) -> bool {
        self.live > 0 || self.owed > 0 || self.past.is_some()
    }
}

/// A time on a list that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastFact {
    /// The day of the first release with the person.
    pub first: String,
    /// The day on which they were taken out.
    pub removed: String,
    /// The ground it rested on.
    pub basis: Option<String>,
}

/// What was uploaded so far, list by list.
pub fn live_text(text: &mut String, facts: &[LiveFact], language: Language) {
    text.push_str(one_of(
        language,
        [
            "\nWhat has been uploaded so far, as far as we know:\n",
            "\nMitä tähän mennessä on viety alustoille, sen mukaan mitä tiedämme:\n",
            "\nVad som hittills har laddats upp, såvitt vi vet:\n",
        ],
    ));
    if facts.iter().all(|fact| fact.live == 0 && fact.owed == 0) {
        text.push_str(one_of(
            language,
            [
                "  Nothing of yours is on any list.\n",
                "  Tietojasi ei ole millään listalla.\n",
                "  Inget av dina uppgifter finns på någon lista.\n",
            ],
        ));
    }
    for fact in facts.iter().filter(|fact| fact.is_any()) {
        let (audience, platform, live, owed) = (&fact.audience, title(&fact.platform), fact.live, fact.owed);
        let since = fact.since.as_deref().unwrap_or("?");
        let ground = one_of(language, ground(fact.basis.as_deref()));
        let _ = match language {
            Language::English => writeln!(text, "\nList \"{audience}\", on {platform}:"),
            Language::Finnish => writeln!(text, "\nLista \"{audience}\", alusta {platform}:"),
            Language::Swedish => writeln!(text, "\nListan \"{audience}\", på {platform}:"),
        };
        if live > 0 {
            let _ = match language {
                Language::English => writeln!(
                    text,
                    "  {live} of your contact details, {}since {since}, on the ground of {ground}.",
                    if live == 1 { "" } else { "the first " }
                ),
                Language::Finnish => writeln!(
                    text,
                    "  Yhteystietojasi: {live}, {}{since} alkaen; peruste on {ground}.",
                    if live == 1 { "" } else { "ensimmäinen " }
                ),
                Language::Swedish => writeln!(
                    text,
                    "  Dina kontaktuppgifter: {live}, {}sedan {since}; grunden är {ground}.",
                    if live == 1 { "" } else { "den första " }
                ),
            };
        }
        if let Some(past) = &fact.past {
            past_text(text, past, language);
        }
        if owed > 0 {
            let _ = match language {
                Language::English => writeln!(
                    text,
                    "  {owed} {} to be removed; we ask the platform each time until it confirms.",
                    if owed == 1 { "is" } else { "are" }
                ),
                Language::Finnish => writeln!(
                    text,
                    "  Poistettavana: {owed}. Pyydämme poistoa joka kerta, kunnes alusta vahvistaa sen."
                ),
                Language::Swedish => writeln!(
                    text,
                    "  Ska tas bort: {owed}. Vi begär det varje gång tills plattformen bekräftar."
                ),
            };
        }
    }
}

/// What membership rested on.
fn ground(basis: Option<&str>) -> [&'static str; 3] {
    match basis {
        Some("consent") => ["your consent", "suostumuksesi", "ditt samtycke"],
        Some(_) => ["our legitimate interest", "oikeutettu etumme", "vårt berättigade intresse"],
        None => [
            "a ground no longer recorded",
            "peruste, jota ei enää ole kirjattuna",
            "en grund som inte längre finns antecknad",
        ],
    }
}

fn past_text(text: &mut String, past: &PastFact, language: Language) {
    let (first, removed) = (&past.first, &past.removed);
    let ground = one_of(language, ground(past.basis.as_deref()));
    let _ = match language {
        Language::English => {
            writeln!(text, "  You were on it from {first} to {removed}, on the ground of {ground}.")
        }
        Language::Finnish => {
            writeln!(
                text,
                "  Olit listalla {first} alkaen, ja sinut poistettiin {removed}; peruste oli {ground}."
            )
        }
        Language::Swedish => {
            writeln!(text, "  Du fanns på den från {first} till {removed}; grunden var {ground}.")
        }
    };
}

fn tell(text: &mut String, person: &PersonExplanation, language: Language) {
    for audience in &person.audiences {
        for platform in &audience.platforms {
            let name = &audience.audience;
            let place = title(&platform.platform);
            let _ = match language {
                Language::English => writeln!(text, "\nList \"{name}\", for {place}:"),
                Language::Finnish => writeln!(text, "\nLista \"{name}\", alusta {place}:"),
                Language::Swedish => writeln!(text, "\nListan \"{name}\", för {place}:"),
            };
            tell_platform(text, platform, language);
        }
    }
}

fn tell_platform(text: &mut String, platform: &PlatformExplanation, language: Language) {
    let line = match platform.decision {
        "eligible" => ["You are on it.", "Olet listalla.", "Du finns på den."],
        "not-selected" => [
            "You are not on it: you do not belong to the group it is for.",
            "Et ole listalla: et kuulu ryhmään, jolle se on tehty.",
            "Du finns inte på den: du hör inte till gruppen som den är till för.",
        ],
        _ => ["You are not on it:", "Et ole listalla:", "Du finns inte på den:"],
    };
    let _ = writeln!(text, "  {}", one_of(language, line));
    let mut told: Vec<&str> = Vec::new();
    for reason in &platform.reasons {
        // Who put a shared detail on a register is not told: it may have been another who has it.
        let is_anothers = reason.code == "on-register" && platform.may_be_anothers;
        let code = if is_anothers { "linked-to-objector" } else { reason.code };
        let sentence = one_of(language, sentence(code));
        if !told.contains(&sentence) {
            told.push(sentence);
            let _ = writeln!(text, "  - {sentence}");
        }
    }
    for basis in &platform.bases {
        let _ = writeln!(text, "  {}", basis_text(basis, language));
    }
}

fn basis_text(basis: &BasisExplanation, language: Language) -> String {
    let ground = match basis.ground {
        "consent" => ["your consent", "suostumuksesi", "ditt samtycke"],
        _ => ["our legitimate interest", "oikeutettu etumme", "vårt berättigade intresse"],
    };
    let reference = basis.assessment.as_ref().or(basis.consent_wording.as_ref());
    let reference = reference.map(|reference| format!(" ({reference})")).unwrap_or_default();
    let (ground, notice, version) = (one_of(language, ground), &basis.notice, &basis.notice_version);
    match language {
        Language::English => {
            format!("The ground is {ground}{reference}, as told in our notice {notice}, version {version}.")
        }
        Language::Finnish => format!(
            "Peruste on {ground}{reference}; siitä kerrotaan tietosuojaselosteessamme {notice}, versio {version}."
        ),
        Language::Swedish => format!(
            "Grunden är {ground}{reference}; den beskrivs i vårt integritetsmeddelande {notice}, version {version}."
        ),
    }
}

/// A reason in English, Finnish and Swedish.
fn sentence(code: &str) -> [&'static str; 3] {
    match code {
        "opted-out" => [
            "Your customer record says that you do not want this.",
            "Asiakastietojesi mukaan et halua tätä.",
            "Enligt dina kunduppgifter vill du inte detta.",
        ],
        "on-register" => [
            "Your customer number or one of your contact details is on a list of those that are not used for this.",
            "Asiakasnumerosi tai jokin yhteystietosi on luettelossa niistä, joita ei käytetä tähän.",
            "Ditt kundnummer eller någon av dina kontaktuppgifter finns på en lista över dem som inte används för detta.",
        ],
        // Two reasons, one sentence: which of them it was would tell of somebody else.
        "linked-to-objector" | "shared-identifier" => [
            "You are left out under our shared-contact rule: a contact detail that several people have is used only with care.",
            "Sinut on jätetty pois yhteisten yhteystietojen säännöllämme: tietoa, joka on usealla ihmisellä, käytetään vain varoen.",
            "Du är utelämnad enligt vår regel om delade kontaktuppgifter: en uppgift som flera personer har används bara med försiktighet.",
        ],
        "unreadable-row" => [
            "A row of our customer files that may concern you could not be read, so we left you out to be safe.",
            "Asiakastietojemme riviä, joka voi koskea sinua, ei voitu lukea, joten jätimme sinut varmuuden vuoksi pois.",
            "En rad i våra kundfiler som kan gälla dig gick inte att läsa, så vi utelämnade dig för säkerhets skull.",
        ],
        "under-age" => [
            "The list has an age limit that you do not reach.",
            "Listalla on ikäraja, jota et täytä.",
            "Listan har en åldersgräns som du inte når.",
        ],
        "age-unknown" => [
            "The list has an age limit, and we do not know your age.",
            "Listalla on ikäraja, emmekä tiedä ikääsi.",
            "Listan har en åldersgräns, och vi vet inte din ålder.",
        ],
        "not-a-customer" => [
            "You are not a customer of ours at present.",
            "Et ole tällä hetkellä asiakkaamme.",
            "Du är för närvarande inte kund hos oss.",
        ],
        "relationship-unknown" => [
            "We cannot tell from our records whether you are a customer of ours.",
            "Tiedoistamme ei selviä, oletko asiakkaamme.",
            "Det framgår inte av våra uppgifter om du är kund hos oss.",
        ],
        "targeting-unknown" => [
            "Our records do not say whether you agree to this, and we do not take silence for a yes.",
            "Tiedoistamme ei selviä, sopiiko tämä sinulle, emmekä pidä vaikenemista suostumuksena.",
            "Våra uppgifter säger inte om du godtar detta, och vi tar inte tystnad för ett ja.",
        ],
        "party-mismatch" | "party-unknown" => [
            "The list is either for consumers or for representatives of companies, and you are not known to us as such.",
            "Lista on joko kuluttajille tai yritysten edustajille, etkä ole tiedoissamme sellaisena.",
            "Listan är antingen för konsumenter eller för företagsrepresentanter, och du är inte känd hos oss som sådan.",
        ],
        "no-consent" => [
            "You have not given a permission that covers this.",
            "Et ole antanut lupaa, joka kattaisi tämän.",
            "Du har inte gett ett tillstånd som omfattar detta.",
        ],
        "basis-unknown" => [
            "Our records do not say on what ground we might use your details for this.",
            "Tiedoistamme ei selviä, millä perusteella voisimme käyttää tietojasi tähän.",
            "Våra uppgifter säger inte på vilken grund vi kunde använda dina uppgifter för detta.",
        ],
        "country-unknown" => [
            "We do not know in which country you live.",
            "Emme tiedä, missä maassa asut.",
            "Vi vet inte i vilket land du bor.",
        ],
        "no-basis" => [
            "We have no ground for using your details on this platform for this purpose.",
            "Meillä ei ole perustetta käyttää tietojasi tällä alustalla tähän tarkoitukseen.",
            "Vi har ingen grund för att använda dina uppgifter på den här plattformen för detta ändamål.",
        ],
        "basis-expired" => [
            "The ground on which we might have used your details is no longer in force.",
            "Peruste, jolla olisimme voineet käyttää tietojasi, ei ole enää voimassa.",
            "Grunden på vilken vi hade kunnat använda dina uppgifter gäller inte längre.",
        ],
        "recipient-expired" => [
            "What we have agreed with the platform is not in force, so nobody's details go there.",
            "Alustan kanssa sovittu ei ole voimassa, joten kenenkään tietoja ei viedä sinne.",
            "Det vi har kommit överens om med plattformen gäller inte, så inga uppgifter går dit.",
        ],
        "consent-unproven" => [
            "Our records do not show fully that you gave your consent to this.",
            "Tietomme eivät osoita riittävästi, että olet antanut suostumuksesi tähän.",
            "Våra uppgifter visar inte tillräckligt att du har gett ditt samtycke till detta.",
        ],
        "consent-expired" => [
            "The time for which you gave your consent is over.",
            "Aika, jolle annoit suostumuksesi, on päättynyt.",
            "Tiden för vilken du gav ditt samtycke har gått ut.",
        ],
        "consent-wording-mismatch" => [
            "You gave your consent to a text that does not cover this.",
            "Annoit suostumuksesi tekstiin, joka ei kata tätä.",
            "Du gav ditt samtycke till en text som inte omfattar detta.",
        ],
        "not-informed" => [
            "When we told you how we use your details, we did not yet name this use.",
            "Kun kerroimme tietojesi käytöstä, emme vielä maininneet tätä käyttöä.",
            "När vi informerade dig om hur vi använder dina uppgifter nämnde vi ännu inte detta.",
        ],
        "informed-unknown" => [
            "Our records do not say when we told you of this use.",
            "Tiedoistamme ei selviä, milloin kerroimme sinulle tästä käytöstä.",
            "Det framgår inte av våra uppgifter när vi informerade dig om detta.",
        ],
        "cooling-off" => [
            "We told you of this use only a short while ago, and leave you time to say no.",
            "Kerroimme sinulle tästä käytöstä vasta äskettäin ja annamme aikaa kieltää sen.",
            "Vi informerade dig om detta först nyligen och ger dig tid att säga nej.",
        ],
        "other-product-group" => [
            "The ad is for a kind of product that you do not have with us.",
            "Mainos koskee tuoteryhmää, josta sinulla ei ole tuotetta meillä.",
            "Annonsen gäller en produktgrupp som du inte har hos oss.",
        ],
        "identifier-withheld" => [
            "We do not use the contact details we have of you for this: you did not give them for it, or they may be out of date.",
            "Emme käytä sinusta olevia yhteystietoja tähän: et ole antanut niitä tätä varten, tai ne voivat olla vanhentuneita.",
            "Vi använder inte de kontaktuppgifter vi har om dig till detta: du har inte gett dem för detta, eller så kan de vara föråldrade.",
        ],
        "platform-consent-missing" => [
            "The platform asks for a consent of yours that we do not have.",
            "Alusta edellyttää suostumustasi, jota meillä ei ole.",
            "Plattformen kräver ett samtycke av dig som vi inte har.",
        ],
        "selection-unknown" => [
            "We cannot tell from our records whether you belong to the group the list is for.",
            "Tiedoistamme ei selviä, kuulutko ryhmään, jolle lista on tehty.",
            "Det framgår inte av våra uppgifter om du hör till gruppen som listan är till för.",
        ],
        "no-identifier" => [
            "We have no contact detail of yours that the platform takes.",
            "Meillä ei ole sinulta yhteystietoa, jonka alusta ottaa vastaan.",
            "Vi har ingen kontaktuppgift om dig som plattformen tar emot.",
        ],
        _ => [
            "Another of our rules keeps you out; ask us which one.",
            "Jokin muu sääntömme jättää sinut pois; kysy meiltä, mikä.",
            "En annan av våra regler utelämnar dig; fråga oss vilken.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, LiveFact, live_text, one_of, sentence};
    use crate::policy::reason::Reason;

    /// One detail "are to be removed", and a platform's name was the config's word for it.
    #[test]
    fn one_and_several_are_told_apart_and_platforms_by_their_names() {
        let told = |count: u64, language| {
            let fact = LiveFact {
                audience: "everyone".to_owned(),
                platform: "google-ads".to_owned(),
                live: count,
                since: Some("2026-01-01".to_owned()),
                owed: count,
                ..LiveFact::default()
            };
            let mut text = String::new();
            live_text(&mut text, &[fact], language);
            text
        };
        let (one, two) = (told(1, Language::English), told(2, Language::English));
        assert!(one.contains("List \"everyone\", on Google Ads (Customer Match):"), "{one}");
        assert!(one.contains("1 of your contact details, since 2026-01-01"), "{one}");
        assert!(one.contains("1 is to be removed") && two.contains("2 are to be removed"), "{one}{two}");
        assert!(two.contains("2 of your contact details, the first since 2026-01-01"), "{two}");
        assert!(told(1, Language::Finnish).contains("Yhteystietojasi: 1, 2026-01-01 alkaen"));
        assert!(told(1, Language::Swedish).contains("Dina kontaktuppgifter: 1, sedan 2026-01-01"));
    }

    #[test]
    fn every_reason_has_words_of_its_own_in_every_language() {
        let other = sentence("");
        for reason in Reason::ALL {
            for language in Language::ALL {
                let words = one_of(language, sentence(reason.code()));
                assert_ne!(words, one_of(language, other), "{} in {}", reason.code(), language.code());
                assert!(words.ends_with('.'), "{}", reason.code());
                assert!(!words.contains(reason.code()), "{}", reason.code());
            }
        }
    }

    #[test]
    fn what_comes_through_others_cannot_be_told_apart_and_never_speaks_of_them() {
        assert_eq!(sentence("linked-to-objector"), sentence("shared-identifier"));
        for reason in Reason::ALL {
            let english = sentence(reason.code())[0].to_lowercase();
            for word in ["objected", "objector", "somebody else", "someone", "another person"] {
                assert!(!english.contains(word), "{}: {word}", reason.code());
            }
        }
        assert!(sentence("linked-to-objector")[0].contains("left out under our shared-contact rule"));
    }
}
