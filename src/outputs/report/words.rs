//! The words of the page in English, Finnish and Swedish, and numbers, dates and lengths of time as
//! each language writes them. Codes are the program's own tables; this is only what they are called.

use std::fmt::Write as _;

use crate::identifiers::Reject;
use crate::outputs::guide::ROUNDING_BASE;
use crate::policy::reason::Reason;

use super::figures::Figure;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Finnish.
    Finnish,
    /// Swedish.
    Swedish,
}

/// The same in English, Finnish and Swedish.
pub(super) type Said = [&'static str; 3];

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::Finnish, Self::Swedish];

    /// Its code in markup and on the command line.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Finnish => "fi",
            Self::Swedish => "sv",
        }
    }

    /// The language with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What is said in it.
    pub(super) const fn say(self, said: &Said) -> &'static str {
        said[self as usize]
    }

    /// What is said, with `{}` filled in from left to right.
    pub(super) fn fill(self, said: &Said, values: &[&str]) -> String {
        let mut pieces = self.say(said).split("{}");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (at, piece) in pieces.enumerate() {
            text.push_str(values.get(at).copied().unwrap_or_default());
            text.push_str(piece);
        }
        text
    }

    /// 1,234,567 or 1 234 567.
    pub(super) fn number(self, number: u64) -> String {
        let separator = if self == Self::English { ',' } else { '\u{a0}' };
        let digits = number.to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3);
        for (place, digit) in digits.chars().enumerate() {
            // Four digits stand together in Finnish and Swedish text, but not in columns of figures.
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }

    /// A figure, or what stands in its place.
    pub(super) fn figure(self, figure: Figure) -> String {
        match figure {
            Figure::Told(number) => self.number(number),
            Figure::Small => format!("<{ROUNDING_BASE}"),
            Figure::Kept => self.say(&NOT_TOLD).to_owned(),
        }
    }

    /// A share in millionths as a percentage.
    pub(super) fn share(self, millionths: u64) -> String {
        let hundredths = millionths / 100;
        let mut text = (hundredths / 100).to_string();
        let rest = hundredths % 100;
        if rest > 0 {
            text.push(if self == Self::English { '.' } else { ',' });
            text.push_str(format!("{rest:02}").trim_end_matches('0'));
        }
        text.push_str(if self == Self::English { "%" } else { "\u{a0}%" });
        text
    }

    /// A length of time in its two largest units.
    pub(super) fn duration(self, seconds: u64) -> String {
        const UNITS: [(u64, Said); 4] =
            [(86_400, ["d", "pv", "d"]), (3_600, ["h", "t", "h"]), (60, ["min"; 3]), (1, ["s"; 3])];
        let first = UNITS.iter().position(|(size, _)| seconds >= *size).unwrap_or(UNITS.len() - 1);
        let (size, unit) = &UNITS[first];
        let mut text = format!("{}\u{a0}{}", self.number(seconds / size), self.say(unit));
        if let Some((smaller, unit)) = UNITS.get(first + 1) {
            let rest = seconds % size / smaller;
            if rest > 0 {
                let _ = write!(text, " {rest}\u{a0}{}", self.say(unit));
            }
        }
        text
    }

    /// What a reason is called.
    pub(super) const fn reason(self, reason: Reason) -> &'static str {
        let said: Said = match reason {
            Reason::OptedOut => ["Objected", "Kieltänyt käytön", "Har invänt"],
            Reason::OnRegister => {
                ["On a register of objections", "Kieltorekisterissä", "Finns i ett spärregister"]
            }
            Reason::LinkedToObjector => [
                "Shares an address or number with an objector",
                "Sama osoite tai numero kuin kieltäneellä",
                "Delar adress eller nummer med någon som invänt",
            ],
            Reason::UnreadableRow => {
                ["A row could not be read", "Jokin rivi ei ollut luettavissa", "En rad gick inte att läsa"]
            }
            Reason::UnderAge => ["Too young", "Liian nuori", "För ung"],
            Reason::AgeUnknown => ["Age not known", "Ikä ei tiedossa", "Åldern är okänd"],
            Reason::NotACustomer => ["Not a current customer", "Ei ole asiakas nyt", "Inte kund i dag"],
            Reason::RelationshipUnknown => {
                ["Customer relationship not known", "Asiakkuus ei tiedossa", "Kundförhållandet är okänt"]
            }
            Reason::TargetingUnknown => [
                "Permission to target not known",
                "Kohdentamislupa ei tiedossa",
                "Okänt om riktad reklam är tillåten",
            ],
            Reason::PartyMismatch => [
                "Wrong kind of customer for this audience",
                "Väärä asiakastyyppi tähän kohderyhmään",
                "Fel kundtyp för målgruppen",
            ],
            Reason::PartyUnknown => {
                ["Kind of customer not known", "Asiakastyyppi ei tiedossa", "Kundtypen är okänd"]
            }
            Reason::NoConsent => [
                "No consent and no legitimate interest",
                "Ei suostumusta eikä oikeutettua etua",
                "Varken samtycke eller berättigat intresse",
            ],
            Reason::BasisUnknown => {
                ["Legal basis not known", "Käsittelyperuste ei tiedossa", "Rättslig grund är okänd"]
            }
            Reason::CountryUnknown => ["Country not known", "Maa ei tiedossa", "Landet är okänt"],
            Reason::NoBasis => [
                "No basis covers this use",
                "Mikään peruste ei kata tätä käyttöä",
                "Ingen rättslig grund täcker användningen",
            ],
            Reason::BasisExpired => {
                ["The basis has expired", "Peruste on vanhentunut", "Den rättsliga grunden har gått ut"]
            }
            Reason::RecipientExpired => [
                "The platform's declaration has expired",
                "Alustaa koskeva selvitys on vanhentunut",
                "Uppgifterna om plattformen har gått ut",
            ],
            Reason::ConsentUnproven => {
                ["The consent cannot be shown", "Suostumusta ei voida osoittaa", "Samtycket kan inte visas"]
            }
            Reason::ConsentExpired => {
                ["The consent has expired", "Suostumus on vanhentunut", "Samtycket har gått ut"]
            }
            Reason::ConsentWordingMismatch => [
                "The consent was to other words",
                "Suostumus annettiin toiseen tekstiin",
                "Samtycket gällde en annan text",
            ],
            Reason::NotInformed => {
                ["Not told of this use", "Käytöstä ei ole kerrottu", "Inte informerad om användningen"]
            }
            Reason::InformedUnknown => [
                "Not known since when informed",
                "Informoinnin päivä ei tiedossa",
                "Okänt sedan när informerad",
            ],
            Reason::CoolingOff => ["Told too recently", "Kerrottu liian äskettäin", "Informerad för nyligen"],
            Reason::OtherProductGroup => {
                ["Holds other products", "Käyttää muita tuotteita", "Har andra produkter"]
            }
            Reason::IdentifierWithheld => [
                "Only identifiers that are held back",
                "Vain tunnisteita, joita ei käytetä",
                "Bara uppgifter som hålls tillbaka",
            ],
            Reason::PlatformConsentMissing => [
                "Consent that the platform asks for is missing",
                "Alustan vaatima suostumus puuttuu",
                "Samtycke som plattformen kräver saknas",
            ],
            Reason::SelectionUnknown => [
                "The filter could not be answered",
                "Rajausehtoon ei saatu vastausta",
                "Urvalsvillkoret kunde inte besvaras",
            ],
            Reason::SharedIdentifier => [
                "Only identifiers that others share",
                "Vain muiden kanssa yhteisiä tunnisteita",
                "Bara identifierare som delas med andra",
            ],
            Reason::NoIdentifier => [
                "No identifier the platform takes",
                "Ei alustalle kelpaavaa tunnistetta",
                "Ingen identifierare som plattformen tar emot",
            ],
        };
        self.say(&said)
    }

    /// What a code of a cell turned away is called, and what to do about it.
    pub(super) fn reject(self, code: &str) -> Option<(&'static str, &'static str)> {
        const EMPTY: Said = [
            "Leave the field empty in the CRM, or ask the customer.",
            "Jätä kenttä CRM:ssä tyhjäksi tai kysy asiakkaalta.",
            "Lämna fältet tomt i CRM eller fråga kunden.",
        ];
        const CORRECT: Said = [
            "Correct it in the CRM, and check the form when it is typed in.",
            "Korjaa CRM:ään ja tarkista muoto jo syötettäessä.",
            "Rätta i CRM, och kontrollera formen redan vid inmatningen.",
        ];
        const EXPORT: Said = [
            "Repair the export: it should be UTF-8 text.",
            "Korjaa vienti: sen pitää olla UTF-8-tekstiä.",
            "Rätta exporten: den ska vara UTF-8-text.",
        ];
        const PERSONAL: Said = [
            "Ask for the person's own address or number.",
            "Pyydä henkilön oma osoite tai numero.",
            "Be om personens egen adress eller eget nummer.",
        ];
        let reject = Reject::from_code(code)?;
        let (name, fix): (Said, Said) = match reject {
            Reject::Blank => (["Blank", "Tyhjä", "Tomt"], EMPTY),
            Reject::NotText => (["Not UTF-8 text", "Ei UTF-8-tekstiä", "Inte UTF-8-text"], EXPORT),
            Reject::ControlCharacter => {
                (["Control character inside", "Sisältää ohjausmerkin", "Styrtecken i värdet"], EXPORT)
            }
            Reject::LooksHashed => (
                ["Already a hash", "Valmiiksi tiiviste", "Redan ett hashvärde"],
                [
                    "Export the plain value: a hash is never hashed again.",
                    "Vie selväkielinen arvo: tiivistettä ei tiivistetä uudelleen.",
                    "Exportera klartext: ett hashvärde hashas aldrig igen.",
                ],
            ),
            Reject::SeveralValues => (
                ["Several values in one cell", "Monta arvoa samassa solussa", "Flera värden i samma cell"],
                [
                    "Name the column's separator in verho.toml.",
                    "Nimeä sarakkeen erotin verho.toml-tiedostossa.",
                    "Ange kolumnens separator i verho.toml.",
                ],
            ),
            Reject::Placeholder => (
                [
                    "A filler instead of a value",
                    "Täyteteksti arvon paikalla",
                    "Utfyllnad i stället för värde",
                ],
                EMPTY,
            ),
            Reject::TooLong => (["Too long", "Liian pitkä", "För långt"], CORRECT),
            Reject::NotAnAddress => {
                (["Not an address", "Ei sähköpostiosoite", "Inte en e-postadress"], CORRECT)
            }
            Reject::InnerSpace => (
                ["Space inside the address", "Välilyönti osoitteen sisällä", "Blanksteg i adressen"],
                CORRECT,
            ),
            Reject::InvalidLocalPart => {
                (["Not valid before the @", "Virhe ennen @-merkkiä", "Fel före @"], CORRECT)
            }
            Reject::InvalidDomain => {
                (["Not valid after the @", "Virhe @-merkin jälkeen", "Fel efter @"], CORRECT)
            }
            Reject::RoleAddress => (
                [
                    "Address of a function, such as info@",
                    "Yleisosoite, kuten info@",
                    "Funktionsadress, t.ex. info@",
                ],
                PERSONAL,
            ),
            Reject::InvalidPhone => {
                (["Not a phone number", "Ei puhelinnumero", "Inte ett telefonnummer"], CORRECT)
            }
            Reject::Letters => (
                ["Letters among the digits", "Kirjaimia numeroiden seassa", "Bokstäver bland siffrorna"],
                [
                    "Keep notes in a field of their own.",
                    "Pidä muistiinpanot omassa kentässään.",
                    "Ha anteckningar i ett eget fält.",
                ],
            ),
            Reject::NoRegion => (
                ["Country code missing", "Maatunnus puuttuu", "Landsnummer saknas"],
                [
                    "Store numbers with + and the country code, or map the customer's country.",
                    "Tallenna numerot muodossa + ja maatunnus, tai liitä asiakkaan maa asetuksiin.",
                    "Spara numren med + och landsnummer, eller koppla kundens land i inställningarna.",
                ],
            ),
            Reject::NotValid => {
                (["No such number in use", "Numeroa ei ole käytössä", "Numret används inte"], CORRECT)
            }
            Reject::PremiumNumber => {
                (["Premium-rate number", "Maksullinen palvelunumero", "Betalnummer"], PERSONAL)
            }
            Reject::ShortNumber => {
                (["Short service number", "Lyhyt palvelunumero", "Kort servicenummer"], PERSONAL)
            }
            Reject::EmergencyNumber => (["Emergency number", "Hätänumero", "Nödnummer"], PERSONAL),
            Reject::RepeatedDigits => (
                ["The same digit over and over", "Samaa numeroa toistettu", "Samma siffra om och om igen"],
                EMPTY,
            ),
            Reject::SpreadsheetDamage => (
                ["Rounded by a spreadsheet", "Taulukkolaskennan pyöristämä", "Avrundat av ett kalkylprogram"],
                [
                    "Excel lost the digits: export again from the CRM, with the column as text.",
                    "Excel hukkasi numeroita: vie CRM:stä uudelleen, sarake tekstinä.",
                    "Excel tappade siffror: exportera på nytt ur CRM med kolumnen som text.",
                ],
            ),
            Reject::NotAHash => (
                [
                    "Not a hash of the declared kind",
                    "Ei ilmoitetun lajin tiiviste",
                    "Inte ett hashvärde av angivet slag",
                ],
                [
                    "Check which algorithm the column was made with.",
                    "Tarkista, millä menetelmällä sarake on tehty.",
                    "Kontrollera med vilken algoritm kolumnen är gjord.",
                ],
            ),
        };
        Some((self.say(&name), self.say(&fix)))
    }

    /// What a guard, a broken contract or a warning is called, and what to do about it.
    pub(super) fn notice(self, code: &str) -> Option<(&'static str, &'static str)> {
        NOTICES
            .iter()
            .find(|(known, ..)| *known == code)
            .map(|(_, name, hint)| (self.say(name), self.say(hint)))
    }

    /// What a code that is one word of the program is called; itself when there is no other word.
    pub(super) fn word(self, code: &str) -> &str {
        WORDS.iter().find(|(known, _)| *known == code).map_or(code, |(_, said)| self.say(said))
    }
}

/// Where a notice stands among others: the first weighs most, and an unknown one more than all.
#[must_use]
pub fn weight(code: &str) -> usize {
    NOTICES.iter().position(|(known, ..)| *known == code).map_or(0, |at| at + 1)
}

/// Guards, then warnings, in order of weight: what it is, and what to do.
const NOTICES: [(&str, Said, Said); 34] = [
    (
        "removal-unacknowledged",
        [
            "A removal waits for a platform's answer",
            "Poisto odottaa alustan vastausta",
            "En borttagning väntar på plattformens svar",
        ],
        [
            "Upload the remove file again, and record what the platform answers with verho receipt.",
            "Vie poistotiedosto uudelleen ja kirjaa alustan vastaus komennolla verho receipt.",
            "Ladda upp borttagningsfilen igen och anteckna svaret med verho receipt.",
        ],
    ),
    (
        "requests-overdue",
        [
            "A person's request waits past its last day",
            "Henkilön pyyntö on yli määräajan",
            "En persons begäran har passerat sin sista dag",
        ],
        [
            "List them with verho subject requests, answer today, and mark each as done with verho subject requests --done.",
            "Luettele ne komennolla verho subject requests, vastaa tänään ja merkitse kukin hoidetuksi komennolla verho subject requests --done.",
            "Lista dem med verho subject requests, svara i dag och markera varje begäran som klar med verho subject requests --done.",
        ],
    ),
    (
        "objection-late",
        [
            "An objection waits for its upload",
            "Kielto odottaa vientiä",
            "En invändning väntar på sin uppladdning",
        ],
        [
            "Upload this release today, and mark it with verho uploaded.",
            "Vie tämä julkaisu tänään ja merkitse se komennolla verho uploaded.",
            "Ladda upp den här utgåvan i dag och markera den med verho uploaded.",
        ],
    ),
    (
        "audience-dropped",
        [
            "The config no longer names an audience that is live",
            "Asetuksista puuttuu kohderyhmä, joka on yhä alustalla",
            "Konfigurationen nämner inte längre en målgrupp som är live",
        ],
        [
            "Name it again until everybody is taken out: nobody would remove them.",
            "Palauta se, kunnes kaikki on poistettu: muuten kukaan ei poista heitä.",
            "Nämn den igen tills alla är borttagna: ingen skulle annars ta bort dem.",
        ],
    ),
    (
        "audience-swing",
        [
            "An audience has changed size more than it may",
            "Kohderyhmän koko on muuttunut sallittua enemmän",
            "En målgrupp har ändrat storlek mer än den får",
        ],
        [
            "Find out why before you add anybody; max_swing says how much is believable.",
            "Selvitä syy ennen lisäyksiä; max_swing kertoo, mikä on uskottavaa.",
            "Ta reda på varför innan någon läggs till; max_swing anger vad som är rimligt.",
        ],
    ),
    (
        "audience-expired",
        [
            "An audience is past its last day",
            "Kohderyhmän viimeinen päivä on ohi",
            "En målgrupps sista dag har passerat",
        ],
        [
            "Upload the removals; renew its valid_until only on a decision.",
            "Vie poistot; jatka päivää valid_until vain päätöksellä.",
            "Ladda upp borttagningarna; förläng valid_until endast efter beslut.",
        ],
    ),
    (
        "audience-closed",
        [
            "An audience was closed for good",
            "Kohderyhmä on suljettu lopullisesti",
            "En målgrupp är stängd för gott",
        ],
        [
            "Upload the removals; use another name for a new one.",
            "Vie poistot; anna uudelle toinen nimi.",
            "Ladda upp borttagningarna; ge en ny ett annat namn.",
        ],
    ),
    (
        "releases-not-marked",
        [
            "Releases were published and not marked as uploaded",
            "Julkaisuja ei ole merkitty viedyiksi",
            "Utgåvor har inte markerats som uppladdade",
        ],
        [
            "Mark what was uploaded with verho uploaded: nobody on an unmarked upload is ever taken out.",
            "Merkitse viennit komennolla verho uploaded: merkitsemättömästä viennistä ei poisteta ketään.",
            "Markera det som laddats upp med verho uploaded: ingen i en omärkt uppladdning tas bort.",
        ],
    ),
    (
        "register-missing",
        ["A register is not there", "Kieltorekisteri puuttuu", "Ett spärregister saknas"],
        [
            "Have it exported again, then build again.",
            "Pyydä uusi vienti ja aja uudelleen.",
            "Be om en ny export och kör igen.",
        ],
    ),
    (
        "register-empty",
        ["A register is empty", "Kieltorekisteri on tyhjä", "Ett spärregister är tomt"],
        [
            "Have it exported again, then build again.",
            "Pyydä uusi vienti ja aja uudelleen.",
            "Be om en ny export och kör igen.",
        ],
    ),
    (
        "register-broken",
        [
            "A register cannot be read whole",
            "Kieltorekisteriä ei voi lukea kokonaan",
            "Ett spärregister kan inte läsas helt",
        ],
        [
            "Have it exported again, then build again.",
            "Pyydä uusi vienti ja aja uudelleen.",
            "Be om en ny export och kör igen.",
        ],
    ),
    (
        "register-stale",
        [
            "A register is older than its contract allows",
            "Kieltorekisteri on sovittua vanhempi",
            "Ett spärregister är äldre än avtalat",
        ],
        [
            "Get today's objections before adding anybody.",
            "Hae tuoreet kiellot ennen kuin lisäät ketään.",
            "Hämta aktuella invändningar innan någon läggs till.",
        ],
    ),
    (
        "register-future-dated",
        [
            "A register is dated in the future",
            "Kieltorekisterin päiväys on tulevaisuudessa",
            "Ett spärregister är daterat i framtiden",
        ],
        [
            "Check the clock where it is made.",
            "Tarkista kello siellä, missä rekisteri tehdään.",
            "Kontrollera klockan där registret skapas.",
        ],
    ),
    (
        "register-age-unknown",
        [
            "A register's age cannot be read",
            "Kieltorekisterin ikää ei saa selville",
            "Ett spärregisters ålder går inte att läsa",
        ],
        [
            "Check age_from in verho.toml.",
            "Tarkista age_from verho.toml-tiedostosta.",
            "Kontrollera age_from i verho.toml.",
        ],
    ),
    (
        "register-shrunken",
        [
            "A register has shrunk more than agreed",
            "Kieltorekisteri on kutistunut sovittua enemmän",
            "Ett spärregister har krympt mer än avtalat",
        ],
        [
            "Find out where its rows went before adding anybody.",
            "Selvitä, minne rivit katosivat, ennen kuin lisäät ketään.",
            "Ta reda på vart raderna tog vägen innan någon läggs till.",
        ],
    ),
    (
        "register-too-few-rows",
        [
            "A register has fewer rows than agreed",
            "Kieltorekisterissä on sovittua vähemmän rivejä",
            "Ett spärregister har färre rader än avtalat",
        ],
        [
            "Find out where its rows went before adding anybody.",
            "Selvitä, minne rivit katosivat, ennen kuin lisäät ketään.",
            "Ta reda på vart raderna tog vägen innan någon läggs till.",
        ],
    ),
    (
        "register-unparsed",
        [
            "Too many entries of a register do not parse",
            "Liian moni kieltorekisterin merkintä on virheellinen",
            "För många poster i ett spärregister går inte att tolka",
        ],
        ["Correct them at their source.", "Korjaa ne lähteessä.", "Rätta dem vid källan."],
    ),
    (
        "register-trailer-mismatch",
        [
            "A register's last line states another number of rows",
            "Kieltorekisterin loppurivi kertoo toisen rivimäärän",
            "Spärregistrets slutrad anger ett annat radantal",
        ],
        [
            "Have it exported again: rows are missing.",
            "Pyydä uusi vienti: rivejä puuttuu.",
            "Be om en ny export: rader saknas.",
        ],
    ),
    (
        "register-unchanged",
        [
            "A register has a new date and its old content",
            "Kieltorekisterillä on uusi päivä ja vanha sisältö",
            "Ett spärregister har nytt datum och gammalt innehåll",
        ],
        [
            "Find out whether the export renews only the date.",
            "Selvitä, uusiiko vienti vain päivämäärän.",
            "Ta reda på om exporten bara förnyar datumet.",
        ],
    ),
    (
        "register-webmail-domain",
        [
            "An objection names a whole public mail host",
            "Kielto koskee kokonaista julkista sähköpostipalvelua",
            "En invändning gäller en hel offentlig e-posttjänst",
        ],
        [
            "Correct it at its source, or confirm it in the config: it takes everybody there out.",
            "Korjaa lähteessä tai vahvista asetuksissa: se poistaa kaikki sen käyttäjät.",
            "Rätta vid källan eller bekräfta i konfigurationen: den tar bort alla där.",
        ],
    ),
    (
        "identity-codes-in-column",
        [
            "A column holds personal identity codes",
            "Sarakkeessa on henkilötunnuksia",
            "En kolumn innehåller personnummer",
        ],
        [
            "Export the table without them: nothing here needs them.",
            "Vie taulu ilman niitä: niitä ei tarvita.",
            "Exportera tabellen utan dem: inget här behöver dem.",
        ],
    ),
    (
        "too-many-unreadable-rows",
        [
            "Too many customer rows cannot be read",
            "Liian monta asiakasriviä ei voi lukea",
            "För många kundrader går inte att läsa",
        ],
        ["Have the customers exported again.", "Vie asiakkaat uudelleen.", "Exportera kunderna på nytt."],
    ),
    (
        "all-withheld",
        [
            "Every audience is under its smallest size",
            "Jokainen kohderyhmä on alle vähimmäiskoon",
            "Alla målgrupper är mindre än minsta storlek",
        ],
        [
            "Find out whether customers are missing before you change any filter or size.",
            "Selvitä, puuttuuko asiakkaita, ennen kuin muutat rajausta tai kokoa.",
            "Ta reda på om kunder saknas innan du ändrar urval eller storlek.",
        ],
    ),
    (
        "audience-withheld",
        [
            "An audience is under its smallest size",
            "Kohderyhmä on alle vähimmäiskoon",
            "En målgrupp är mindre än minsta storlek",
        ],
        [
            "No full file was written for it. Widen its filter, or leave it out until it has grown.",
            "Sille ei kirjoitettu tiedostoa. Väljennä rajausta tai jätä se pois, kunnes se on kasvanut.",
            "Ingen fil skrevs för den. Vidga urvalet, eller vänta tills den har vuxit.",
        ],
    ),
    (
        "rows-unreadable",
        ["Customer rows could not be read", "Asiakasrivejä ei voitu lukea", "Kundrader kunde inte läsas"],
        [
            "Whoever they concern is left out. Export them again.",
            "Ne, joita rivit koskevat, on jätetty pois. Vie rivit uudelleen.",
            "De som raderna gäller är undantagna. Exportera raderna igen.",
        ],
    ),
    (
        "recipient-undeclared",
        [
            "A platform is not declared as a recipient",
            "Alustaa ei ole ilmoitettu vastaanottajaksi",
            "En plattform är inte angiven som mottagare",
        ],
        [
            "Declare it once: legal entity, arrangement, transfer ground and terms, under [[recipient]].",
            "Ilmoita se kerran: yhtiö, järjestely, siirtoperuste ja ehdot, kohdassa [[recipient]].",
            "Ange den en gång: bolag, arrangemang, överföringsgrund och villkor, under [[recipient]].",
        ],
    ),
    (
        "register-age-unchecked",
        [
            "A register's age is not checked",
            "Kieltorekisterin ikää ei tarkisteta",
            "Ett spärregisters ålder kontrolleras inte",
        ],
        [
            "Set max_age and age_from: a stale list looks just like a fresh one.",
            "Aseta max_age ja age_from: vanhentunut lista näyttää samalta kuin tuore.",
            "Ange max_age och age_from: en gammal lista ser ut precis som en färsk.",
        ],
    ),
    (
        "register-unknown-scope",
        [
            "Objections with a scope that is not known",
            "Kieltoja, joiden laajuutta ei tunneta",
            "Invändningar med okänd omfattning",
        ],
        [
            "They count as objections to everything. Correct the word at its source.",
            "Ne tulkitaan kielloiksi kaikkeen. Korjaa sana lähteessä.",
            "De räknas som invändningar mot allt. Rätta ordet vid källan.",
        ],
    ),
    (
        "hash-matched-narrowly",
        [
            "Hashes in a register match fewer spellings",
            "Rekisterin tiivisteet osuvat harvempiin kirjoitusasuihin",
            "Hashvärden i ett register träffar färre stavningar",
        ],
        [
            "Ask the register's keeper for plain values or customer ids.",
            "Pyydä rekisterin pitäjältä selväkieliset arvot tai asiakastunnukset.",
            "Be registrets ägare om klartext eller kund-id.",
        ],
    ),
    (
        "identifiers-over-share-cap",
        [
            "Identifiers that too many people share",
            "Tunnisteita, joita liian moni käyttää",
            "Identifierare som för många delar",
        ],
        [
            "They go up for nobody. Look for fillers in the CRM.",
            "Niitä ei viedä kenestäkään. Etsi CRM:stä täytearvoja.",
            "De laddas inte upp för någon. Leta efter utfyllnad i CRM.",
        ],
    ),
    (
        "under-platform-minimum",
        [
            "An upload is under the platform's own minimum",
            "Vienti on alle alustan oman vähimmäiskoon",
            "En uppladdning är under plattformens eget minimum",
        ],
        [
            "The platform may take the file and show no ad.",
            "Alusta voi ottaa tiedoston vastaan eikä silti näytä mainoksia.",
            "Plattformen kan ta emot filen utan att visa annonser.",
        ],
    ),
    (
        "identifiers-over-columns",
        [
            "Identifiers beyond the platform's columns",
            "Tunnisteita yli alustan sarakkeiden",
            "Identifierare utöver plattformens kolumner",
        ],
        [
            "They are dropped in the order of the config: name the best column first.",
            "Ylimääräiset jäävät pois asetusten järjestyksessä: nimeä paras sarake ensin.",
            "De utelämnas i konfigurationens ordning: nämn bästa kolumnen först.",
        ],
    ),
    (
        "tags-of-this-run-only",
        ["No lasting root key", "Pysyvää pääavainta ei ole", "Ingen bestående rotnyckel"],
        [
            "Tags of this release mean nothing later. Make a key with verho keygen.",
            "Tämän julkaisun merkit eivät kerro myöhemmin mitään. Tee avain komennolla verho keygen.",
            "Märkena i denna utgåva säger inget senare. Skapa en nyckel med verho keygen.",
        ],
    ),
    (
        "unsigned",
        ["The release is not signed", "Julkaisua ei ole allekirjoitettu", "Utgåvan är inte signerad"],
        [
            "Nobody can tell who made it. Make a signing key with verho keygen.",
            "Tekijää ei voi todentaa. Tee allekirjoitusavain komennolla verho keygen.",
            "Ingen kan se vem som gjort den. Skapa en signeringsnyckel med verho keygen.",
        ],
    ),
];

const WORDS: [(&str, Said); 34] = [
    ("retarget", ["retargeting", "uudelleenkohdennus", "återmarknadsföring"]),
    (
        "lookalike_seed",
        [
            "seed of a look-alike audience",
            "samankaltaisten kohderyhmän pohja",
            "grund för en lookalike-målgrupp",
        ],
    ),
    ("exclude", ["exclusion", "poissulkeminen", "uteslutning"]),
    ("consumer", ["consumers", "kuluttajat", "konsumenter"]),
    ("business", ["business representatives", "yritysten edustajat", "företagsrepresentanter"]),
    ("controller", ["controller", "rekisterinpitäjä", "personuppgiftsansvarig"]),
    ("processor", ["processor", "henkilötietojen käsittelijä", "personuppgiftsbiträde"]),
    ("legitimate_interest", ["Legitimate interest", "Oikeutettu etu", "Berättigat intresse"]),
    ("consent", ["Consent", "Suostumus", "Samtycke"]),
    ("email", ["e-mail", "sähköposti", "e-post"]),
    ("phone", ["phone", "puhelin", "telefon"]),
    ("person", ["person", "henkilö", "person"]),
    ("identifier", ["identifier", "tunniste", "identifierare"]),
    ("blank-customer-id", ["No customer id", "Asiakastunnus puuttuu", "Kund-id saknas"]),
    (
        "short-row",
        ["Fewer cells than columns", "Soluja vähemmän kuin sarakkeita", "Färre celler än kolumner"],
    ),
    ("long-row", ["More cells than columns", "Soluja enemmän kuin sarakkeita", "Fler celler än kolumner"]),
    ("stray-quote", ["A quote out of place", "Lainausmerkki väärässä paikassa", "Felplacerat citattecken"]),
    ("unclosed-quote", ["A quote never closed", "Lainausmerkki sulkematta", "Citattecken som inte avslutas"]),
    (
        "quote-swallows-rows",
        [
            "A quote that runs over several rows",
            "Lainaus jatkuu usean rivin yli",
            "Citat som löper över flera rader",
        ],
    ),
    (
        "invalid-encoding",
        [
            "Not text in the file's encoding",
            "Ei tiedoston merkistön tekstiä",
            "Inte text i filens teckenkodning",
        ],
    ),
    ("nul-character", ["A NUL character", "NUL-merkki", "Ett NUL-tecken"]),
    ("row-too-long", ["Row too long", "Rivi liian pitkä", "För lång rad"]),
    ("bad-json", ["Not a JSON object", "Ei JSON-olio", "Inte ett JSON-objekt"]),
    (
        "hashed-identifiers-only",
        ["identifiers as hashes only", "tunnisteet vain tiivisteinä", "identifierare bara som hashvärden"],
    ),
    (
        "keyed-suppression-tags",
        [
            "who was left out by keyed tag",
            "pois jätetyt avaimellisin merkein",
            "undantagna som märken med nyckel",
        ],
    ),
    (
        "keyed-input-commitments",
        ["inputs by keyed digest", "syötteistä avaimellinen tiiviste", "indata som hashvärden med nyckel"],
    ),
    (
        "registers-read-before-customers",
        [
            "registers read before customers",
            "kieltorekisterit luetaan ennen asiakkaita",
            "spärregister läses före kunder",
        ],
    ),
    (
        "output-checked-by-a-second-reader",
        [
            "output checked by a second reader",
            "toinen lukija tarkistaa tuloksen",
            "resultatet kontrolleras av en andra läsare",
        ],
    ),
    (
        "owner-only-files",
        ["files for their owner only", "tiedostot vain omistajalle", "filer bara för ägaren"],
    ),
    (
        "published-by-one-rename",
        ["published in one step", "julkaistaan yhdellä kertaa", "publiceras i ett steg"],
    ),
    ("no-network", ["no network", "ei verkkoyhteyttä", "inget nätverk"]),
    ("uploads-encrypted", ["uploads encrypted", "vientitiedostot salattu", "uppladdningar krypterade"]),
    (
        "suppressions-encrypted",
        ["record of who was left out encrypted", "pois jätettyjen luettelo salattu", "undantagna krypterade"],
    ),
    ("encrypted-inputs-agreed", ["inputs encrypted", "syötteet salattu", "indata krypterade"]),
];

/// What every code above must have.
#[cfg(test)]
pub(super) fn notice_codes() -> impl Iterator<Item = &'static str> {
    NOTICES.iter().map(|(code, ..)| *code)
}

pub(super) const NOT_TOLD: Said = ["not told", "ei kerrota", "anges inte"];
pub(super) const NONE: Said = ["none", "ei mitään", "ingen"];
pub(super) const TITLE: Said = ["Release {}", "Julkaisu {}", "Utgåva {}"];
pub(super) const SKIP: Said = ["Skip to the content", "Siirry sisältöön", "Hoppa till innehållet"];
pub(super) const CONTENTS: Said = ["Contents", "Sisältö", "Innehåll"];
pub(super) const FOR: Said = ["For", "Kenen lukuun", "För"];
pub(super) const AS_OF: Said = ["Decided as of", "Päätöshetki", "Beslutat per"];
pub(super) const SIGNED: Said = ["Signed with", "Allekirjoitettu avaimella", "Signerad med"];
pub(super) const NOT_SIGNED: Said = ["not signed", "ei allekirjoitettu", "inte signerad"];
pub(super) const MADE_BY: Said = ["Made by", "Ohjelma", "Skapad av"];
pub(super) const PHONE_METADATA: Said = ["phone metadata", "puhelinnumerotiedot", "telefonmetadata"];
pub(super) const CONTINUES: Said = ["Continues", "Jatkaa julkaisua", "Fortsätter"];
pub(super) const ON_INSTRUCTION: Said = ["on instruction {}", "toimeksiannosta {}", "på instruktion {}"];

pub(super) const READY: Said = [
    "Ready to upload: files for {} of {} audiences.",
    "Valmis vietäväksi: tiedostot {}/{} kohderyhmälle.",
    "Klar att ladda upp: filer för {} av {} målgrupper.",
];
pub(super) const READY_ONE: Said = [
    "Ready to upload: the audience has its files.",
    "Valmis vietäväksi: kohderyhmällä on tiedostonsa.",
    "Klar att ladda upp: målgruppen har sina filer.",
];
pub(super) const OVERDUE_READY: Said = [
    "Published, and something is overdue: files for {} of {} audiences.",
    "Julkaistu, ja jotakin on myöhässä: tiedostot {}/{} kohderyhmälle.",
    "Publicerad, och något är försenat: filer för {} av {} målgrupper.",
];
pub(super) const OVERDUE_ONE: Said = [
    "Published, and something is overdue: the audience has its files.",
    "Julkaistu, ja jotakin on myöhässä: kohderyhmällä on tiedostonsa.",
    "Publicerad, och något är försenat: målgruppen har sina filer.",
];
pub(super) const NEXT_OVERDUE: Said = [
    "Next: follow UPLOAD.md in the release's folder today, in its order, and do what stands first below.",
    "Seuraavaksi: toimi tänään julkaisun kansiossa olevan UPLOAD.md-ohjeen mukaan, siinä järjestyksessä, ja tee se, mikä alla mainitaan ensimmäisenä.",
    "Nästa steg: följ i dag UPLOAD.md i utgåvans mapp, i den ordningen, och gör det som står först nedan.",
];
pub(super) const NEXT_READY: Said = [
    "Next: follow UPLOAD.md in the release's folder, in its order.",
    "Seuraavaksi: toimi julkaisun kansiossa olevan UPLOAD.md-ohjeen mukaan, siinä järjestyksessä.",
    "Nästa steg: följ UPLOAD.md i utgåvans mapp, i den ordningen.",
];
pub(super) const NEXT_REMOVALS: Said = [
    "Next: upload the remove files as UPLOAD.md says, mend what is marked “Guard” below, and build again.",
    "Seuraavaksi: vie poistotiedostot UPLOAD.md-ohjeen mukaan, korjaa se, mikä alla on merkitty sanalla ”Suojaehto”, ja aja uudelleen.",
    "Nästa steg: ladda upp borttagningsfilerna enligt UPLOAD.md, åtgärda det som är märkt ”Spärr” nedan och kör igen.",
];
pub(super) const NEXT_NOTHING: Said = [
    "Next: the notes and the reasons of each audience below say what was in the way; mend what can be mended, and build again.",
    "Seuraavaksi: kunkin kohderyhmän huomautukset ja syyt alla kertovat, mikä oli esteenä; korjaa, mitä voi korjata, ja aja uudelleen.",
    "Nästa steg: anmärkningarna och skälen för varje målgrupp nedan säger vad som var i vägen; åtgärda det som går och kör igen.",
];
pub(super) const NOTHING: Said = [
    "Nothing to upload: no audience has a file.",
    "Ei vietävää: millään kohderyhmällä ei ole tiedostoa.",
    "Inget att ladda upp: ingen målgrupp har någon fil.",
];
pub(super) const REMOVALS_ONLY: Said = [
    "Removals only: a guard stopped additions. Add nobody from this release.",
    "Vain poistoja: suojaehto pysäytti lisäykset. Älä lisää ketään tästä julkaisusta.",
    "Endast borttagningar: en spärr stoppade tilläggen. Lägg inte till någon från den här utgåvan.",
];
pub(super) const REPLAY: Said = [
    "A replay of another moment: do not upload any of it.",
    "Toisen hetken toisinto: älä vie tästä mitään alustoille.",
    "En omkörning för en annan tidpunkt: ladda inte upp något av den.",
];
pub(super) const PUBLIC_NOTE: Said = [
    "A page for sharing. Counts are rounded to the nearest {}; one below {} is shown as <{}, and so is none. Where a single hidden count could be worked out from a total, the smallest count beside it is not told either. Lengths in pictures follow the rounded counts.",
    "Jaettava sivu. Luvut on pyöristetty lähimpään kymmeneen; alle kymmenen näkyy muodossa <{}, samoin nolla. Jos yksittäisen piilotetun luvun voisi laskea summasta, pienintäkään sen vierestä ei kerrota. Kuvien mitat noudattavat pyöristettyjä lukuja.",
    "En sida att dela. Antalen är avrundade till närmaste {}-tal; ett antal under {} visas som <{}, och det gör även noll. Där ett ensamt dolt antal kunde räknas ut ur en summa anges inte heller det minsta bredvid. Bildernas mått följer de avrundade antalen.",
];
pub(super) const PRIVATE_NOTE: Said = [
    "Confidential: small counts can point to single people. verho report --public makes a page for sharing.",
    "Luottamuksellinen: pienet luvut voivat paljastaa yksittäisen ihmisen. Jaettavan sivun tekee verho report --public.",
    "Konfidentiellt: små antal kan peka ut enskilda. verho report --public gör en sida att dela.",
];

pub(super) const WARNINGS: Said = ["What to look at", "Huomioitavaa", "Att titta på"];
pub(super) const WARNINGS_TABLE: Said = [
    "Guards and warnings, those that weigh most first",
    "Suojaehdot ja varoitukset, painavimmat ensin",
    "Spärrar och varningar, de viktigaste först",
];
pub(super) const NO_WARNINGS: Said =
    ["Nothing needs a look.", "Mikään ei vaadi huomiota.", "Inget behöver åtgärdas."];
pub(super) const GUARD: Said = ["Guard", "Suojaehto", "Spärr"];
pub(super) const WARNING: Said = ["Warning", "Varoitus", "Varning"];
pub(super) const WHAT: Said = ["What", "Asia", "Vad"];
pub(super) const WHERE: Said = ["Where: {}", "Missä: {}", "Var: {}"];
pub(super) const WHAT_TO_DO: Said = ["What to do", "Mitä tehdä", "Att göra"];
pub(super) const COUNT: Said = ["Count", "Määrä", "Antal"];

pub(super) const OVERVIEW: Said = ["Audiences", "Kohderyhmät", "Målgrupper"];
pub(super) const OVERVIEW_TABLE: Said = [
    "People by audience and platform",
    "Ihmiset kohderyhmittäin ja alustoittain",
    "Personer per målgrupp och plattform",
];
pub(super) const AUDIENCE: Said = ["Audience", "Kohderyhmä", "Målgrupp"];
pub(super) const PLATFORM: Said = ["Platform", "Alusta", "Plattform"];
pub(super) const PEOPLE_SELECTED: Said = ["Selected", "Valittuja", "Valda"];
pub(super) const SUPPRESSED: Said = ["Left out", "Jätetty pois", "Undantagna"];
pub(super) const ELIGIBLE: Said = ["Eligible", "Sallittuja", "Tillåtna"];
pub(super) const UPLOAD_ROWS: Said = ["Rows to upload", "Vietäviä rivejä", "Rader att ladda upp"];
pub(super) const WITHHELD: Said = [
    "Withheld: {} people before objections, and at least {} are needed.",
    "Ei viedä: {} ihmistä ennen kieltoja, ja vähintään {} tarvitaan.",
    "Hålls inne: {} personer före invändningar, och minst {} behövs.",
];
pub(super) const WITHHELD_SHORT: Said =
    ["withheld: too small", "ei viedä: liian pieni", "hålls inne: för liten"];
pub(super) const UNDER_MINIMUM: Said = [
    "under the platform's minimum of {}",
    "alle alustan vähimmäiskoon {}",
    "under plattformens minimum på {}",
];
pub(super) const NOBODY: Said = ["nobody is left", "ketään ei jäänyt", "ingen återstår"];
pub(super) const TO_REMOVE: Said = ["rows to remove: {}", "poistettavia rivejä: {}", "rader att ta bort: {}"];

pub(super) const PURPOSE: Said = ["Purpose", "Tarkoitus", "Ändamål"];
pub(super) const WHO: Said = ["Who", "Ketkä", "Vilka"];
pub(super) const FROM_AGE: Said = ["aged {} or over", "vähintään {}-vuotiaat", "minst {} år"];
pub(super) const FILTER: Said = ["Filter", "Rajaus", "Urval"];
pub(super) const LEAST_SIZE: Said = ["Smallest size", "Vähimmäiskoko", "Minsta storlek"];
pub(super) const SIZE_BEFORE: Said = ["{} before objections", "{} ennen kieltoja", "{} före invändningar"];
pub(super) const FLOW: Said = [
    "From rows read to rows uploaded, {}",
    "Luetuista riveistä vietyihin, {}",
    "Från lästa rader till uppladdade, {}",
];
pub(super) const FLOW_TABLE: Said =
    ["{}: what became of the rows", "{}: mitä riveille tapahtui", "{}: vad som hände med raderna"];
pub(super) const READ: Said = ["Read", "Luettu", "Lästa"];
pub(super) const ROWS_READ: Said = ["Rows read", "Luettuja rivejä", "Lästa rader"];
pub(super) const UNREADABLE: Said = ["Unreadable", "Ei luettavissa", "Oläsbara"];
pub(super) const NOT_SELECTED: Said = ["Not selected", "Ei valittu", "Inte valda"];
pub(super) const NOT_SELECTED_OR_UNREADABLE: Said =
    ["Not selected or unreadable", "Ei valittu tai ei luettavissa", "Inte valda eller oläsbara"];
pub(super) const PEOPLE_ELIGIBLE: Said = ["People eligible", "Sallittuja ihmisiä", "Tillåtna personer"];
pub(super) const UPLOADED: Said = ["To upload", "Vietävissä", "Att ladda upp"];
pub(super) const FILES: Said = ["Files", "Tiedostoja", "Filer"];
pub(super) const REASONS_TABLE: Said =
    ["{}: why people were left out", "{}: miksi ihmisiä jätettiin pois", "{}: varför personer undantogs"];
pub(super) const REASONS_HELP: Said = [
    "“Left out” counts each person once, under the first reason that holds, and adds up. “Holds for” counts everyone for whom the reason holds. “Alone” counts those whom nothing else keeps out.",
    "”Jätetty pois” laskee kunkin ihmisen kerran, ensimmäisen pätevän syyn kohdalla, joten luvut muodostavat summan. ”Pätee” laskee kaikki, joihin syy pätee. ”Yksin” laskee ne, joita mikään muu ei estä.",
    "”Undantagna” räknar varje person en gång, vid det första skälet som gäller, så att talen går att summera. ”Gäller” räknar alla som skälet gäller. ”Ensamt” räknar dem som inget annat hindrar.",
];
pub(super) const ROWS_HELP: Said = [
    "A person may have several rows. A file has more or fewer rows than there are people where a platform takes one identifier a row, or where equal rows merge.",
    "Yhdellä ihmisellä voi olla monta riviä. Tiedostossa on eri määrä rivejä kuin ihmisiä, jos alusta ottaa yhden tunnisteen riviä kohti tai samanlaiset rivit yhdistyvät.",
    "En person kan ha flera rader. En fil har fler eller färre rader än personer när plattformen tar en identifierare per rad eller när lika rader slås ihop.",
];
pub(super) const REASON: Said = ["Reason", "Syy", "Skäl"];
pub(super) const SHARE: Said = ["Share", "Osuus", "Andel"];
pub(super) const HOLDS: Said = ["Holds for", "Pätee", "Gäller"];
pub(super) const ALONE: Said = ["Alone", "Yksin", "Ensamt"];
pub(super) const NO_REASONS: Said = [
    "Nobody who was selected was left out.",
    "Ketään valituista ei jätetty pois.",
    "Ingen av de valda undantogs.",
];
pub(super) const OTHER_REASONS: Said = ["Every other reason", "Kaikki muut syyt", "Alla övriga skäl"];
pub(super) const OTHER_CODES: Said = ["Every other code", "Kaikki muut koodit", "Alla övriga koder"];
pub(super) const ALL_PLATFORMS: Said = ["all platforms", "kaikki alustat", "alla plattformar"];
pub(super) const NO_PICTURES: Said = [
    "There are too many audiences and reasons for pictures; the tables hold every number.",
    "Kohderyhmiä ja syitä on kuville liikaa; taulukoissa on jokainen luku.",
    "Målgrupperna och skälen är för många för bilder; tabellerna innehåller varje tal.",
];

pub(super) const LOST: Said =
    ["Where identifiers were lost", "Missä tunnisteita menetettiin", "Var identifierare gick förlorade"];
pub(super) const LOST_HELP: Said = [
    "Each value here is a customer whom no platform can find by it. Most are mended once, in the CRM.",
    "Jokainen arvo on asiakas, jota mikään alusta ei sen avulla löydä. Useimmat korjaantuvat kerralla CRM:ssä.",
    "Varje värde är en kund som ingen plattform hittar med det. De flesta rättas en gång, i CRM.",
];
pub(super) const COLUMNS_TABLE: Said =
    ["Identifier columns", "Tunnistesarakkeet", "Kolumner med identifierare"];
pub(super) const REJECTS_TABLE: Said = [
    "Values that were turned away, and what to fix",
    "Hylätyt arvot ja mitä korjata",
    "Avvisade värden och vad som bör rättas",
];
pub(super) const SOURCE: Said = ["Source", "Lähde", "Källa"];
pub(super) const COLUMN: Said = ["Column", "Sarake", "Kolumn"];
pub(super) const USABLE: Said = ["Usable", "Kelpaa", "Användbara"];
pub(super) const BLANK: Said = ["Blank", "Tyhjiä", "Tomma"];
pub(super) const TURNED_AWAY: Said = ["Turned away", "Hylätty", "Avvisade"];
pub(super) const SOURCES_TABLE: Said = ["Customer tables", "Asiakastaulut", "Kundtabeller"];
pub(super) const ROWS: Said = ["Rows", "Rivejä", "Rader"];
pub(super) const UNREADABLE_WHY: Said = ["Why unreadable", "Miksi ei luettavissa", "Varför oläsbara"];
pub(super) const SHARED: Said = [
    "Identifiers that more than {} people share, and that go up for nobody: {}.",
    "Tunnisteita, joita yli {} ihmistä käyttää ja joita ei viedä kenestäkään: {}.",
    "Identifierare som fler än {} personer delar och som inte laddas upp för någon: {}.",
];

pub(super) const REGISTERS: Said = ["Registers of objections", "Kieltorekisterit", "Spärregister"];
pub(super) const REGISTERS_TABLE: Said = [
    "Registers, and what each must keep to",
    "Rekisterit ja mitä niiden on täytettävä",
    "Registren och vad de ska uppfylla",
];
pub(super) const NO_REGISTERS: Said =
    ["No register is configured.", "Kieltorekistereitä ei ole asetettu.", "Inget register är angivet."];
pub(super) const REGISTER: Said = ["Register", "Rekisteri", "Register"];
pub(super) const AGE: Said = ["Age", "Ikä", "Ålder"];
pub(super) const AGE_UNCHECKED: Said = ["not checked", "ei tarkistettu", "inte kontrollerad"];
pub(super) const AGE_UNKNOWN: Said = ["not known", "ei tiedossa", "okänd"];
pub(super) const IN_FUTURE: Said = ["{} in the future", "{} tulevaisuudessa", "{} i framtiden"];
pub(super) const OBJECTIONS: Said = ["Objections", "Kieltoja", "Invändningar"];
pub(super) const LIFTED: Said = ["Lifted", "Peruttu", "Återtagna"];
pub(super) const UNPARSED: Said = ["Do not parse", "Virheellisiä", "Otolkbara"];
pub(super) const UNKNOWN_SCOPE: Said = ["Unknown scope", "Laajuus tuntematon", "Okänd omfattning"];
pub(super) const CHANGE: Said = ["Change in rows", "Rivien muutos", "Ändring i rader"];
pub(super) const FIRST_TIME: Said = ["first time", "ensi kertaa", "första gången"];
pub(super) const PEOPLE_NAMED: Said = ["People named", "Koskee ihmisiä", "Berörda personer"];
pub(super) const CONTRACT: Said = ["Contract", "Ehdot", "Villkor"];
pub(super) const MAX_AGE: Said = ["at most {} old", "enintään {} vanha", "högst {} gammalt"];
pub(super) const MIN_ROWS: Said = ["rows: at least {}", "rivejä: vähintään {}", "rader: minst {}"];
pub(super) const MAX_SHRINK: Said = ["shrinks at most {}", "kutistuu enintään {}", "krymper högst {}"];
pub(super) const MAX_UNPARSED: Said =
    ["at most {} that do not parse", "virheellisiä enintään {}", "högst {} otolkbara"];
pub(super) const KEPT: Said = ["kept", "täyttyy", "uppfyllt"];
pub(super) const BROKEN: Said = ["broken: {}", "rikottu: {}", "brutet: {}"];

pub(super) const WAIVERS_TABLE: Said = [
    "Breaches let through once, and who answers for them",
    "Kerran läpi päästetyt ehtorikkomukset ja kuka niistä vastaa",
    "Avvikelser som släppts igenom en gång, och vem som svarar för dem",
];
pub(super) const WAIVED: Said = ["Let through", "Päästetty läpi", "Släppt igenom"];
pub(super) const ANSWERS: Said = ["Answered for by", "Vastuussa", "Ansvarig"];
pub(super) const DAYS: Said = ["Days", "Päivät", "Dagar"];
pub(super) const WHY: Said = ["Why", "Miksi", "Varför"];

pub(super) const BASES: Said = ["Legal bases", "Käsittelyperusteet", "Rättsliga grunder"];
pub(super) const BASES_TABLE: Said =
    ["Bases and their references", "Perusteet ja niiden viitteet", "Grunderna och deras referenser"];
pub(super) const BASIS: Said = ["Basis", "Peruste", "Grund"];
pub(super) const COVERS: Said = ["Covers", "Kattaa", "Omfattar"];
pub(super) const REFERENCE: Said = ["Reference", "Viite", "Referens"];
pub(super) const NOTICE: Said = ["Privacy notice", "Tietosuojaseloste", "Integritetsinformation"];
pub(super) const VERSION: Said = ["version {}", "versio {}", "version {}"];
pub(super) const VALID_UNTIL: Said = ["Valid until", "Voimassa asti", "Gäller till"];
pub(super) const NO_END: Said = ["no end stated", "päättymispäivää ei ole", "inget slutdatum"];
pub(super) const EXPIRED: Said = ["expired", "vanhentunut", "har gått ut"];
pub(super) const PEOPLE: Said = ["People", "Ihmisiä", "Personer"];

pub(super) const RECIPIENTS_TABLE: Said = [
    "Recipients, as they are declared",
    "Vastaanottajat, kuten ne on ilmoitettu",
    "Mottagare, som de har angetts",
];
pub(super) const COMPANY: Said = ["Company", "Yhtiö", "Bolag"];
pub(super) const DECLARED: Said =
    ["Arrangement and transfer", "Järjestely ja siirto", "Arrangemang och överföring"];
pub(super) const DPIA: Said = ["impact assessment {}", "vaikutustenarviointi {}", "konsekvensbedömning {}"];
pub(super) const TERMS: Said = ["Terms", "Ehdot", "Villkor"];
pub(super) const ACCEPTED: Said = ["accepted {}", "hyväksytty {}", "godkända {}"];

pub(super) const DELTA: Said =
    ["Changes against what is live", "Muutokset alustoilla olevaan", "Ändringar mot det som är live"];
pub(super) const DELTA_TABLE: Said = [
    "Members by audience and platform",
    "Jäsenet kohderyhmittäin ja alustoittain",
    "Medlemmar per målgrupp och plattform",
];
pub(super) const ADDED: Said = ["Added", "Lisätään", "Läggs till"];
pub(super) const STAYS: Said = ["Stay", "Pysyy", "Blir kvar"];
pub(super) const REMOVED: Said = ["Removed", "Poistetaan", "Tas bort"];

pub(super) const LIVE: Said = ["Live before", "Alustalla ennen", "Live före"];
pub(super) const OWED: Said = ["Owed", "Vahvistamatta", "Obekräftade"];
pub(super) const NOTHING_LIVE: Said = [
    "No platform is known to hold anything yet.",
    "Minkään alustan ei tiedetä vielä pitävän mitään.",
    "Ingen plattform är känd för att ha något ännu.",
];
pub(super) const DELTA_HELP: Said = [
    "“Owed” are members whom an earlier remove file took out and no platform has acknowledged: they are in this remove file again.",
    "”Vahvistamatta” ovat jäsenet, jotka aiempi poistotiedosto poisti mutta joita mikään alusta ei ole kuitannut: he ovat taas tässä poistotiedostossa.",
    "”Obekräftade” är medlemmar som en tidigare borttagningsfil tog bort och som ingen plattform kvitterat: de finns igen i den här borttagningsfilen.",
];
pub(super) const OVERDUE: Said = ["Overdue", "Myöhässä", "Försenat"];
pub(super) const LATENCY_TABLE: Said = [
    "How long objections took, over the last thirty days",
    "Kieltojen käsittelyaika viimeisten 30 päivän aikana",
    "Hur länge invändningar tog, de senaste trettio dagarna",
];
pub(super) const NO_LATENCY: Said = [
    "No objection has been followed to a removal in the last thirty days.",
    "Yhtään kieltoa ei ole seurattu poistoon viimeisten 30 päivän aikana.",
    "Ingen invändning har följts till en borttagning de senaste trettio dagarna.",
];
pub(super) const WAY: Said = ["From the objection to", "Kiellosta", "Från invändningen till"];
pub(super) const TO_RELEASE: Said = [
    "the first release without the person",
    "ensimmäiseen julkaisuun ilman henkilöä",
    "första utgåvan utan personen",
];
pub(super) const TO_UPLOAD: Said = [
    "the mark that the removal was uploaded",
    "merkintään, että poisto on viety",
    "märket att borttagningen laddats upp",
];
pub(super) const MEASURED: Said = ["Measured", "Mitattuja", "Uppmätta"];
pub(super) const MEDIAN: Said = ["Half took at most", "Puolella enintään", "Hälften högst"];
pub(super) const NINETEEN_OF_TWENTY: Said = ["95% took at most", "95 %:lla enintään", "95 % högst"];
pub(super) const LONGEST: Said = ["Longest", "Pisin", "Längst"];

pub(super) const HISTORY: Said = ["The last releases", "Viime julkaisut", "De senaste utgåvorna"];
pub(super) const HISTORY_TABLE: Said = [
    "People eligible in the last {} releases",
    "Sallittuja ihmisiä viimeisten {} julkaisun aikana",
    "Tillåtna personer i de senaste {} utgåvorna",
];
pub(super) const COURSE: Said = ["Course", "Kehitys", "Förlopp"];
pub(super) const COURSE_TABLE: Said =
    ["{}: people eligible", "{}: sallittuja ihmisiä", "{}: tillåtna personer"];
pub(super) const FIRST: Said = ["First", "Ensin", "Först"];
pub(super) const LEAST: Said = ["Least", "Vähintään", "Minst"];
pub(super) const MOST: Said = ["Most", "Enintään", "Mest"];
pub(super) const NOW: Said = ["Now", "Nyt", "Nu"];
pub(super) const RELEASE: Said = ["Release", "Julkaisu", "Utgåva"];
pub(super) const RELEASES_TABLE: Said =
    ["What each release read", "Mitä kukin julkaisu luki", "Vad varje utgåva läste"];
pub(super) const GUARDS: Said = ["Guards", "Suojaehtoja", "Spärrar"];
pub(super) const WARNINGS_COUNT: Said = ["Warnings", "Varoituksia", "Varningar"];
pub(super) const EVERY_NUMBER: Said =
    ["Every number of these releases", "Näiden julkaisujen kaikki luvut", "Alla tal för utgåvorna"];

pub(super) const RULES: Said = ["Rules in force", "Voimassa olevat säännöt", "Gällande regler"];
pub(super) const RULES_TABLE: Said =
    ["Rules for all audiences", "Kaikkien kohderyhmien säännöt", "Regler för alla målgrupper"];
pub(super) const RULE: Said = ["Rule", "Sääntö", "Regel"];
pub(super) const VALUE: Said = ["Value", "Arvo", "Värde"];
pub(super) const CLOSURE: Said =
    ["An objection spreads by", "Kielto ulottuu tasolle", "En invändning sprids via"];
pub(super) const SHARE_CAP: Said = [
    "An identifier may be shared by at most",
    "Tunnisteen voi jakaa enintään",
    "En identifierare får delas av högst",
];
pub(super) const MIN_AGE: Said = ["Youngest age", "Alin ikä", "Lägsta ålder"];
pub(super) const MAX_UNREADABLE: Said =
    ["Unreadable rows at most", "Lukukelvottomia rivejä enintään", "Oläsbara rader högst"];
pub(super) const CHANNEL_BANS: Said = [
    "Bans of phone, post or e-mail marketing bind too",
    "Puhelin-, posti- ja sähköpostikiellot sitovat",
    "Spärrar mot telefon-, post- och e-postreklam binder också",
];
pub(super) const TIME_ZONE: Said =
    ["Time zone of “today”", "Tämän päivän aikavyöhyke", "Tidszon för ”i dag”"];
pub(super) const MEASURES: Said = ["Safeguards", "Suojatoimet", "Skyddsåtgärder"];
pub(super) const FULL_KEPT: Said =
    ["Full files are kept until", "Täysien tiedostojen säilytys päättyy", "Fullständiga filer sparas till"];
pub(super) const DELTA_KEPT: Said = [
    "Add and remove files are kept until",
    "Lisäys- ja poistotiedostojen säilytys päättyy",
    "Tilläggs- och borttagningsfiler sparas till",
];
pub(super) const SUPPRESSIONS_KEPT: Said = [
    "The record of who was left out is kept until",
    "Pois jätettyjen luettelon säilytys päättyy",
    "Förteckningen över undantagna sparas till",
];
pub(super) const YES: Said = ["yes", "kyllä", "ja"];
pub(super) const NO: Said = ["no", "ei", "nej"];

pub(super) const VERIFY: Said = ["How to verify", "Näin tarkistat", "Så kontrollerar du"];
pub(super) const VERIFY_SUMS: Said = [
    "Every file is the one that was published (in the release's folder, without verho):",
    "Jokainen tiedosto on se, joka julkaistiin (julkaisun kansiossa, ilman verhoa):",
    "Varje fil är den som publicerades (i utgåvans mapp, utan verho):",
];
pub(super) const VERIFY_ALL: Said = [
    "Signature, digests, grammar and all counts (in the folder above it):",
    "Allekirjoitus, tiivisteet, muoto ja kaikki luvut (sen yläkansiossa):",
    "Signatur, kontrollsummor, form och alla antal (i mappen ovanför):",
];
pub(super) const VERIFY_SIGNER: Said = [
    "And that a signer whom you trust made it:",
    "Sekä että sen teki luottamasi allekirjoittaja:",
    "Och att någon du litar på har signerat den:",
];
pub(super) const VERIFY_AGAIN: Said = [
    "Every decision once more, by separate code, from the inputs as they were:",
    "Jokainen päätös uudelleen, erillisellä koodilla, alkuperäisistä syötteistä:",
    "Varje beslut en gång till, med separat kod, ur ursprungliga indata:",
];
pub(super) const VERIFY_WHY: Said = [
    "Why one person was left out; the id is read from standard input:",
    "Miksi joku jätettiin pois; tunnus luetaan vakiosyötteestä:",
    "Varför någon undantogs; identiteten läses från standard in:",
];
pub(super) const FOOT: Said = [
    "Made from manifest.json and nothing else. Nobody is named here, and this page asks nothing of any network.",
    "Tehty pelkästään manifest.json-tiedostosta. Sivu ei nimeä ketään eikä hae mitään verkosta.",
    "Gjord av manifest.json och inget annat. Ingen nämns här, och sidan hämtar inget från nätet.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_shares_and_lengths_of_time_are_written_as_the_language_does() {
        use Language::{English, Finnish};
        for (number, english, finnish) in
            [(0, "0", "0"), (999, "999", "999"), (1_234_567, "1,234,567", "1 234 567")]
        {
            assert_eq!(English.number(number), english);
            assert_eq!(Finnish.number(number).replace('\u{a0}', " "), finnish);
        }
        for (millionths, english) in
            [(20_000, "2%"), (1_500, "0.15%"), (100, "0.01%"), (1_000_000, "100%"), (0, "0%")]
        {
            assert_eq!(English.share(millionths), english);
        }
        assert_eq!(Finnish.share(15_000), "1,5\u{a0}%");
        for (seconds, english) in
            [(0, "0 s"), (59, "59 s"), (3_600, "1 h"), (21_660, "6 h 1 min"), (129_600, "1 d 12 h")]
        {
            assert_eq!(English.duration(seconds).replace('\u{a0}', " "), english);
        }
    }

    #[test]
    fn every_reason_and_code_has_words_of_its_own_in_every_language() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
            let mut names: Vec<&str> = Reason::ALL.iter().map(|reason| language.reason(*reason)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), Reason::ALL.len());
            for reject in Reject::ALL {
                let (name, fix) = language.reject(reject.code()).expect("has words");
                assert!(!name.is_empty() && fix.ends_with('.'), "{name}");
            }
            for code in notice_codes() {
                let (name, hint) = language.notice(code).expect("has words");
                assert!(!name.ends_with('.') && hint.ends_with('.'), "{code}");
            }
        }
    }

    #[test]
    fn what_weighs_more_stands_first() {
        assert!(weight("register-stale") < weight("audience-withheld"));
        assert!(weight("audience-withheld") < weight("unsigned"));
        assert!(weight("something-new") < weight("register-missing"));
    }
}
