//! Countries: ISO 3166-1 codes, the names of those our customers mostly live in, and who asks for
//! consent signals where.
//!
//! It must not know rows or rules.

use super::text::folded;

/// Alpha-2 and alpha-3 of every country, written together: ISO 3166-1, and Kosovo's
/// user-assigned code.
const CODES: &str = "\
    XKXKX ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE \
    BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS \
    BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN \
    COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST \
    EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF \
    GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD \
    HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM \
    JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA \
    LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD \
    MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM \
    NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG \
    PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA \
    SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD \
    STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON \
    TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR \
    VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/// Names in English, Finnish, Swedish, Estonian, German and the country's own language, lower-case.
const NAMES: [&str; 33] = [
    "FI|finland|suomi|soome|finnland",
    "SE|sweden|ruotsi|sverige|rootsi|schweden",
    "NO|norway|norja|norge|norra|norwegen|noreg",
    "DK|denmark|tanska|danmark|taani|dänemark",
    "IS|iceland|islanti|island|ísland",
    "EE|estonia|viro|estland|eesti",
    "LV|latvia|lettland|läti|latvija",
    "LT|lithuania|liettua|litauen|leedu|lietuva",
    "DE|germany|saksa|tyskland|saksamaa|deutschland",
    "AT|austria|itävalta|österrike|österreich",
    "CH|switzerland|sveitsi|schweiz|šveits|suisse|svizzera",
    "LI|liechtenstein",
    "FR|france|ranska|frankrike|prantsusmaa|frankreich",
    "ES|spain|espanja|spanien|hispaania|españa",
    "PT|portugal|portugali",
    "IT|italy|italia|italien|itaalia",
    "NL|netherlands|the netherlands|alankomaat|nederländerna|holland|niederlande|nederland",
    "BE|belgium|belgia|belgien|belgië|belgique",
    "LU|luxembourg|luxemburg|luksemburg",
    "IE|ireland|irlanti|irland|iirimaa|éire",
    "GB|united kingdom|great britain|uk|yhdistynyt kuningaskunta|iso-britannia|storbritannien|suurbritannia|vereinigtes königreich|großbritannien",
    "PL|poland|puola|polen|poola|polska",
    "CZ|czechia|czech republic|tšekki|tjeckien|tšehhi|tschechien|česko",
    "SK|slovakia|slovakien|slovakkia|slowakei|slovensko",
    "SI|slovenia|slovenien|sloveenia|slowenien|slovenija",
    "HU|hungary|unkari|ungern|ungari|ungarn|magyarország",
    "RO|romania|rumänien|rumeenia|românia",
    "BG|bulgaria|bulgarien|bulgaaria|българия",
    "GR|greece|kreikka|grekland|kreeka|griechenland|ελλάδα",
    "HR|croatia|kroatia|kroatien|horvaatia|hrvatska",
    "CY|cyprus|kypros|cypern|küpros|zypern|κύπρος",
    "MT|malta",
    "US|united states|united states of america|usa|yhdysvallat|usa|förenta staterna|ameerika ühendriigid|vereinigte staaten",
];

/// Where Google asks for both consent signals: the European Economic Area (EU 27, Iceland,
/// Liechtenstein, Norway), the United Kingdom and Switzerland. Parts of these that have a code of
/// their own are counted in.
const SIGNALS: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK \
    IS LI NO GB CH AX GF GP MF MQ RE YT";

/// The alpha-2 code of a country as a cell may name it.
pub(super) fn read(cell: &str) -> Option<[u8; 2]> {
    let text = folded(cell);
    // How the Union writes Greece.
    let text = if text == "el" { "gr".to_owned() } else { text };
    let by_code = CODES.split_whitespace().find(|code| {
        let (two, three) = code.split_at(2);
        two.eq_ignore_ascii_case(&text) || three.eq_ignore_ascii_case(&text)
    });
    let by_name = || NAMES.into_iter().find(|names| names.split('|').skip(1).any(|name| name == text));
    let code = by_code.or_else(by_name)?.as_bytes();
    Some([*code.first()?, *code.get(1)?])
}

/// Whether somebody of this country, or of none that is known, must have granted both signals.
pub(super) fn needs_signals(country: Option<[u8; 2]>) -> bool {
    country.is_none_or(|code| SIGNALS.split_whitespace().any(|listed| listed.as_bytes() == code))
}
