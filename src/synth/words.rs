//! Word lists: invented people, their products and where their post goes. Data only.

/// A word as written, and in ASCII for an address.
pub(super) type Word = (&'static str, &'static str);

/// Given names.
pub(super) const FIRST: [Word; 40] = [
    ("Aino", "aino"), ("Aleksi", "aleksi"), ("Anneli", "anneli"), ("Antti", "antti"),
    ("Birgitta", "birgitta"), ("Eero", "eero"), ("Eeva", "eeva"), ("Elina", "elina"),
    ("Emilia", "emilia"), ("Hannu", "hannu"), ("Heikki", "heikki"), ("Helmi", "helmi"),
    ("Ilona", "ilona"), ("Jari", "jari"), ("Johanna", "johanna"), ("Juhani", "juhani"),
    ("Kaisa", "kaisa"), ("Kalevi", "kalevi"), ("Kerttu", "kerttu"), ("Lauri", "lauri"),
    ("Leena", "leena"), ("Maija", "maija"), ("Marjatta", "marjatta"), ("Matti", "matti"),
    ("Mikko", "mikko"), ("Niilo", "niilo"), ("Onni", "onni"), ("Päivi", "paivi"),
    ("Pekka", "pekka"), ("Pirkko", "pirkko"), ("Raimo", "raimo"), ("Riitta", "riitta"),
    ("Saara", "saara"), ("Sanna", "sanna"), ("Seppo", "seppo"), ("Sirkka", "sirkka"),
    ("Tuomas", "tuomas"), ("Väinö", "vaino"), ("Veera", "veera"), ("Yrjö", "yrjo"),
];

/// Family names, put together from words for land and weather.
pub(super) const LAST: [Word; 48] = [
    ("Aallonmaa", "aallonmaa"), ("Halmekorpi", "halmekorpi"), ("Harjusalo", "harjusalo"),
    ("Hietaranta", "hietaranta"), ("Honkavuori", "honkavuori"), ("Huurrelampi", "huurrelampi"),
    ("Jääskelä", "jaaskela"), ("Kaisla-aho", "kaislaaho"), ("Kaarnamäki", "kaarnamaki"),
    ("Kallioniitty", "kallioniitty"), ("Kanervasuo", "kanervasuo"), ("Karhunlahti", "karhunlahti"),
    ("Koivuranta", "koivuranta"), ("Kuusiharju", "kuusiharju"), ("Kytösaari", "kytosaari"),
    ("Laaksonen", "laaksonen"), ("Lehtokangas", "lehtokangas"), ("Leppävirta", "leppavirta"),
    ("Lumikoski", "lumikoski"), ("Mäntykallio", "mantykallio"), ("Metsäpelto", "metsapelto"),
    ("Mustikkamaa", "mustikkamaa"), ("Myrskylahti", "myrskylahti"), ("Niemelänaho", "niemelanaho"),
    ("Nummikoski", "nummikoski"), ("Ojaranta", "ojaranta"), ("Pajuoja", "pajuoja"),
    ("Pihlajasuo", "pihlajasuo"), ("Pilvilampi", "pilvilampi"), ("Poutamäki", "poutamaki"),
    ("Puronvarsi", "puronvarsi"), ("Rantakivi", "rantakivi"), ("Roudanmaa", "roudanmaa"),
    ("Ruskavaara", "ruskavaara"), ("Saarikoski", "saarikoski"), ("Salmiranta", "salmiranta"),
    ("Sarastusmaa", "sarastusmaa"), ("Sinivuori", "sinivuori"), ("Suvilahti", "suvilahti"),
    ("Talvisalo", "talvisalo"), ("Tammelinna", "tammelinna"), ("Tuulikallio", "tuulikallio"),
    ("Usvajärvi", "usvajarvi"), ("Vaahteramäki", "vaahteramaki"), ("Valkeaoja", "valkeaoja"),
    ("Vesaniitty", "vesaniitty"), ("Virranniemi", "virranniemi"), ("Ylätalo", "ylatalo"),
];

/// Domains of personal addresses (RFC 2606).
pub(super) const DOMAINS: [&str; 6] = [
    "example.com", "example.org", "example.net", "mail.example.com", "posti.example.org",
    "koti.example.net",
];

/// Domains of work addresses (RFC 2606).
pub(super) const WORK_DOMAINS: [&str; 4] =
    ["paja.example.com", "tukku.example.com", "toimisto.example.org", "tehdas.example.net"];

/// Product groups as the column writes them, and whether savings are among them.
pub(super) const PRODUCTS: [(&str, bool); 10] = [
    ("savings", true), ("savings;cards", true), ("savings;insurance", true), ("cards;savings;loans", true),
    ("loans", false), ("insurance", false), ("cards", false), ("loans;cards", false),
    ("insurance;cards", false), ("cards;pensions", false),
];
