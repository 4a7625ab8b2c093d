#!/usr/bin/env python3
"""Writes src/commands/vectors/published.jsonl, the set of known answers that `verho vectors` prints.

The answers are made here, outside the program: a person wrote down what each value must become (or why
it must be turned away), hashlib hashes it, and numbers of all regions come from Google's phone metadata
in its Python edition. People and addresses are invented or stand in a vendor's own example.

    pip install phonenumbers==9.0.42
    python3 tests/data/published_vectors.py
"""

import base64
import hashlib
import json
import pathlib

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent.parent / "src/commands/vectors/published.jsonl"

EMAIL_FORM = {"google-ads": "google", "uid2": "uid2", "euid": "uid2", "reddit": "reddit", "amazon-ads": "amazon"}
PHONE_FORM = {"meta": "digits", "snapchat": "digits", "amazon-ads": "digits",
              "google-ads": "e164", "tiktok": "e164", "uid2": "e164", "euid": "e164"}
BASE64 = {"uid2", "euid"}

LINES = []
SEEN = set()


def add(platform, kind, given, wanted=None, code=None, region=None, check="full", source="", note=None,
        form=None, raw=None):
    form = form or (EMAIL_FORM.get(platform, "basic") if kind == "email" else PHONE_FORM[platform])
    line = {"platform": platform, "kind": kind, "form": form}
    if raw is None:
        line["input"] = given
    else:
        line["input_hex"] = raw
    if region:
        line["region"] = region
    line["check"] = check
    line["expect"] = "ok" if wanted is not None else "invalid"
    if wanted is not None:
        raw_digest = hashlib.sha256(wanted.encode()).digest()
        line["normalised"] = wanted
        line["sha256"] = raw_digest.hex()
        line["digest"] = base64.b64encode(raw_digest).decode() if platform in BASE64 else raw_digest.hex()
    elif code:
        line["code"] = code
    line["source"] = source
    if note:
        line["note"] = note
    key = (platform, kind, form, given or raw, region, check, wanted, code)
    if key in SEEN:
        return
    SEEN.add(key)
    LINES.append(line)


def email(platform, given, wanted=None, code=None, **more):
    add(platform, "email", given, wanted, code, **more)


def phone(platform, given, wanted=None, code=None, **more):
    add(platform, "phone", given, wanted, code, **more)


# --- what vendors print or test --------------------------------------------------------------------

for line in (HERE / "vendor-vectors.jsonl").read_text(encoding="utf-8").splitlines():
    v = json.loads(line)
    add(v["platform"], v["kind"], v["input"], v.get("normalised"), v.get("code"), region=v.get("region"),
        check=v["check"], source=v["source"], note=v.get("note"), form=v.get("form"))

# --- one address, every platform -------------------------------------------------------------------

OURS = "verho: the form's rule, written out by hand"
BASIC = ["meta", "linkedin", "tiktok", "x", "microsoft-ads", "snapchat", "pinterest"]
PAGE = {"google-ads": "Google Data Manager API: format user data", "uid2": "UID2: normalization and encoding",
        "euid": "EUID: normalization and encoding", "reddit": "Reddit Ads: manual advanced matching",
        "amazon-ads": "Amazon Ads: e-mail rule as its implementers have it"}
for given, basic, google, uid2, reddit, amazon, note in [
    ("Jane.Doe+News@Gmail.com", "jane.doe+news@gmail.com", "janedoe@gmail.com", "janedoe@gmail.com",
     "janedoe@gmail.com", "jane.doenews@gmail.com",
     "one address has four spellings before hashing: a tool with one rule loses matches without a word"),
    ("Jane.Doe+News@GoogleMail.com", "jane.doe+news@googlemail.com", "janedoe@googlemail.com",
     "jane.doe+news@googlemail.com", "janedoe@googlemail.com", "jane.doenews@googlemail.com",
     "Google's rule covers googlemail.com and keeps the domain as written; UID2's names gmail.com alone"),
    ("J.O.E@example.com", "j.o.e@example.com", "j.o.e@example.com", "j.o.e@example.com", "joe@example.com",
     "j.o.e@example.com", "dots go for every domain at Reddit only"),
    ("joe+a+b@example.org", "joe+a+b@example.org", "joe+a+b@example.org", "joe+a+b@example.org",
     "joe@example.org", "joeab@example.org", "the tag begins at the first plus"),
    ("o'neil_x-y@example.net", "o'neil_x-y@example.net", "o'neil_x-y@example.net", "o'neil_x-y@example.net",
     "oneilxy@example.net", "oneilx-y@example.net", "Reddit keeps letters and digits, Amazon the hyphen too"),
    ("a!b#c@example.com", "a!b#c@example.com", "a!b#c@example.com", "a!b#c@example.com", "abc@example.com",
     "abc@example.com", "legal and rare characters stay, except where a rule names those that do"),
    ("jane@mail.example.com", "jane@mail.example.com", "jane@mail.example.com", "jane@mail.example.com",
     "jane@mail.example.com", "jane@mail.example.com", None),
    ("JANE@M\u00dcLLER.EXAMPLE", "jane@m\u00fcller.example", "jane@m\u00fcller.example",
     "jane@m\u00fcller.example", "jane@m\u00fcller.example", "jane@xn--mller-kva.example",
     "no rule says convert, so the domain is hashed in the script it was typed in; Amazon's letters leave "
     "room for the ASCII spelling alone"),
    ("jane@XN--mller-KVA.example", "jane@xn--mller-kva.example", "jane@xn--mller-kva.example",
     "jane@xn--mller-kva.example", "jane@xn--mller-kva.example", "jane@xn--mller-kva.example",
     "the ASCII spelling stays ASCII; for matching it meets the Unicode one"),
    ("\u00c5sa@example.se", "\u00e5sa@example.se", "\u00e5sa@example.se", "\u00e5sa@example.se",
     "\u00e5sa@example.se", None, "a letter beyond ASCII in the user part"),
]:
    for platform in BASIC:
        email(platform, given, basic, source=OURS, note=note)
    for platform, wanted in [("google-ads", google), ("uid2", uid2), ("euid", uid2), ("reddit", reddit),
                             ("amazon-ads", amazon)]:
        if wanted:
            email(platform, given, wanted, source=PAGE[platform], note=note)

# --- spellings of one address ----------------------------------------------------------------------

for given, note in [
    ("  Jane@Example.com\t", "white space around it"),
    ("\ufeffjane@example.com", "a byte-order mark in front"),
    ("jane@example.com\u200b", "a zero-width space behind"),
    ("ja\u200bne@example.com", "a zero-width space inside"),
    ("ja\u00adne@example.com", "a soft hyphen inside"),
    ("\u00a0jane@example.com\u202f", "no-break spaces around it"),
    ("\uff4a\uff41\uff4e\uff45\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d",
     "full-width letters, at sign and full stop"),
    ("mailto:jane@example.com", "a link"),
    ("MAILTO:jane@example.com?subject=hello", "a link with a subject"),
    ("Jane Doe <jane@example.com>", "a display name"),
    ("\"Doe, Jane\" <jane@example.com>", "a quoted display name"),
    ("<jane@example.com>", "angle brackets alone"),
    ("jane@example.com.", "a full stop behind"),
    ("jane@example.com;", "a list separator behind"),
    ("'jane@example.com", "a spreadsheet's apostrophe"),
    ("=\"jane@example.com\"", "a spreadsheet's formula"),
    ("\"jane\"@example.com", "quotes that the user part does not need"),
    ("jane@example.com (work)", "a comment behind"),
    ("jane@EXAMPLE.COM", "case of the domain"),
    ("JANE@example.com", "case of the user part, which every rule folds"),
]:
    email("meta", given, "jane@example.com", source=OURS, note=note)

# --- addresses that are turned away ----------------------------------------------------------------

for given, code, note in [
    ("", "blank", "the hash of nothing has the shape of a digest and is everybody's"),
    ("\u00a0\u200b", "blank", "nothing that shows"),
    ("n/a", "placeholder", None), ("none", "placeholder", None), ("-", "placeholder", None),
    ("test@test.invalid", "placeholder", "a domain that can never receive mail (RFC 2606)"),
    ("noreply@example.com", "placeholder", "an address nobody reads"),
    ("jane", "not-an-address", None), ("jane@", "not-an-address", None), ("@example.com", "not-an-address", None),
    ("jane@@example.com", "not-an-address", None),
    ("jane@example.com; joe@example.com", "several-values", "a column may declare a separator"),
    ("jane@example.com joe@example.org", "several-values", None),
    ("jane@example.com,joe@example.org", "several-values", None),
    ("jane doe@example.com", "inner-space", "Google's page says to delete inner space, its helpers raise; a "
     "space inside is more often two values than a slip"),
    ("jane@exam ple.com", "inner-space", None),
    ("ja\u0007ne@example.com", "control-character", None),
    (".jane@example.com", "invalid-local-part", "no mail is delivered to a dot at an end (RFC 5321); gmail alone ignores dots"),
    ("jane..doe@example.com", "invalid-local-part", None),
    ("jane.@example.com", "invalid-local-part", None),
    ("...@gmail.com", "invalid-local-part", "nothing is left once the dots are gone"),
    ("+tag@gmail.com", "invalid-local-part", "nothing is left once the tag is gone"),
    ("\"jane doe\"@example.com", "invalid-local-part", "legal in quotes, and no rule says how it would be hashed"),
    ("jane@example", "invalid-domain", "no mail leaves a network to a name without a dot"),
    ("jane@localhost", "invalid-domain", None),
    ("jane@-example.com", "invalid-domain", None),
    ("jane@example..com", "invalid-domain", None),
    ("a" * 65 + "@example.com", "too-long", "a user part has 64 bytes at most (RFC 5321)"),
    ("b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514", "looks-hashed",
     "four vendors' helpers pass a hash through; taken only from a column declared to hold hashes"),
    ("5f4dcc3b5aa765d61d8327deb882cf99", "looks-hashed", "the shape of an MD5"),
    ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "looks-hashed", "the shape of a SHA-1"),
    ("tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=", "looks-hashed", "the Base64 of a SHA-256"),
]:
    email("meta", given, code=code, source=OURS, note=note)
    if code in ("placeholder", "several-values", "invalid-domain", "looks-hashed"):
        email("uid2", given, code=code, source=OURS, note=note)
add("meta", "email", None, code="not-text", source=OURS, raw="6a616e65ff406578616d706c652e636f6d",
    note="bytes that are no UTF-8; a source may declare another encoding")
add("google-ads", "phone", None, code="not-text", source=OURS, raw="2b333538ff34303132333435363738")

# --- spellings of one number -----------------------------------------------------------------------

FI = "358401234567"
for given, region, note in [
    ("+358401234567", None, None), ("00358401234567", "FI", "the region's international prefix"),
    ("00358401234567", None, "00 without a region is the international prefix"),
    ("+358 (0)40 123 4567", None, "a trunk zero in brackets; no vendor's test covers it"),
    ("+358 040 123 4567", None, "a trunk zero kept behind the country code"),
    ("040 123 4567", "FI", "national"), ("0401234567", "FI", None), ("401234567", "FI", "the zero a spreadsheet lost"),
    ("358401234567", None, "the plus a spreadsheet lost"), ("tel:+358-40-1234567", None, "RFC 3966"),
    ("0401234567;ext=12", "FI", "an extension is no part of the line"), ("040 123 4567 ext. 12", "FI", None),
    ("\uff10\uff14\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17", "FI", "full-width digits"),
    ("\u0660\u0664\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "FI", "Arabic-Indic digits"),
    ("040\u2011123\u20114567", "FI", "non-breaking hyphens"), ("040\u00a0123\u202f4567", "FI", "no-break spaces"),
    ("3.58401234567E+11", None, "scientific notation that lost no digit"), ("358401234567.0", None, "a decimal part"),
    ("=\"0401234567\"", "FI", "a spreadsheet's formula"), ("'0401234567", "FI", "a spreadsheet's apostrophe"),
    ("puh. 040-1234567", "FI", "a label"), ("+358/40/1234567", None, None),
]:
    for platform in ("meta", "google-ads"):
        phone(platform, given, FI if platform == "meta" else "+" + FI, region=region, source=OURS, note=note)
for platform in ("snapchat", "tiktok", "amazon-ads", "uid2", "euid"):
    wanted = FI if PHONE_FORM[platform] == "digits" else "+" + FI
    phone(platform, "040 123 4567", wanted, region="FI", source=OURS,
          note="with plus for Google, TikTok, UID2 and EUID; digits alone for Meta, Snapchat and Amazon")
for given, region, digits, note in [
    ("+44 (0)20 7946 0958", None, "442079460958", "the trunk zero is dropped behind the country code"),
    ("020 7946 0958", "GB", "442079460958", None),
    ("+39 06 1234 5678", None, "390612345678", "Italy's zero is part of the number: a tool that strips zeros loses it"),
    ("06 12345678", "IT", "390612345678", None),
    ("011 44 20 7946 0958", "US", "442079460958", "the North American way abroad"),
    ("0011 44 20 7946 0958", "AU", "442079460958", "Australia dials abroad with 0011"),
    ("8 (912) 345-67-89", "RU", "79123456789", "Russia's trunk prefix is 8"),
    ("0044 207 123 4567", None, "442071234567", "leading zeros dropped"),
    ("+001-800-555-1234", None, "18005551234", "a plus before zeros, as a connector's test has it"),
    ("1-650-253-0000", "US", "16502530000", None), ("(650) 253-0000", "US", "16502530000", None),
    ("+44 844 412 4653", None, "448444124653",
     "the metadata calls it premium, Ofcom business rate; Meta's help lists it as accepted"),
    ("+46 (0)70-123 45 67", None, "46701234567", None), ("070-123 45 67", "SE", "46701234567", None),
    ("5123 4567", "EE", "37251234567", "Estonia has no trunk prefix"),
    ("0151 23456789", "DE", "4915123456789", None),
]:
    phone("meta", given, digits, region=region, source=OURS, note=note)
    phone("google-ads", given, "+" + digits, region=region, source=OURS, note=note)

# --- numbers that are turned away ------------------------------------------------------------------

for given, region, code, note in [
    ("", "FI", "blank", None), ("puuttuu", "FI", "placeholder", "Finnish for missing"), ("n/a", None, "placeholder", None),
    ("0401234567", None, "no-region", "vendors' helpers hash what they have; such a hash can never match"),
    ("(650) 253-0000", None, "no-region", "the same, in North American dress"),
    ("1-800-FLOWERS", "US", "letters", "a word beside a number would turn into digits"),
    ("040 1234567 Jane", "FI", "letters", None),
    ("112", "FI", "emergency-number", None), ("911", "US", "emergency-number", None), ("999", "GB", "emergency-number", None),
    ("16400", "FI", "short-number", None), ("118", "FI", "emergency-number", None),
    ("0600 12345", "FI", "premium-number", "a service and not a person"),
    ("+1 900 234 5678", None, "premium-number", None), ("+44 909 879 0000", None, "premium-number", None),
    ("+358 40 0000000", None, "repeated-digits", None), ("0000000000", "FI", "repeated-digits", None),
    ("+0000000000", None, "repeated-digits", "what a connector's test calls empty after stripping zeros"),
    ("1111111111", "US", "repeated-digits", None),
    ("3.58401E+11", None, "spreadsheet-damage", "the last digits are gone for good"),
    ("4E+08", "FI", "spreadsheet-damage", None),
    ("0401234567, 0507654321", "FI", "several-values", None), ("0401234567 / 0507654321", "FI", "several-values", None),
    ("+358401234567 +358507654321", None, "several-values", None),
    ("+12345678901234567890", None, "too-long", "E.164 has 15 digits at most"),
    ("+1 555 123 4567", None, "not-valid", "a possible length in an area code that is not in use; "
     "possible = true in a config takes it"),
    ("+358", None, "invalid-phone", None), ("++++", None, "invalid-phone", None), ("+999 1234567", None, "invalid-phone", None),
    ("040123\u00074567", "FI", "control-character", None),
    ("06a418f467a14e1631a317b107548a1039d26f12ea45301ab14e7684b36ede58", None, "looks-hashed",
     "digits could be picked out of it; it is a hash and no number"),
]:
    phone("google-ads", given, code=code, region=region, source=OURS, note=note)
    if code in ("no-region", "premium-number", "repeated-digits"):
        phone("meta", given, code=code, region=region, source=OURS, note=note)

# --- where sources disagree ------------------------------------------------------------------------

TIKTOK = "TikTok help: supported IDs and formats for a customer file"
WHY = "TikTok's page has changed four times; verho follows the newest, of September 2025"
email("tiktok", "Jane.Doe+news@example.com", "jane.doe+news@example.com", check="contested", source=TIKTOK + " (2025-09)", note=WHY)
email("tiktok", "Jane.Doe+news@example.com", "jane.doe@example.com", check="contested", source=TIKTOK + " (2025-06, 2025-08)", note=WHY)
email("tiktok", "Jane.Doe+news@example.com", "janedoe@example.com", check="contested", source=TIKTOK + " (2024-07)", note=WHY)
phone("tiktok", "+358401234567", "+358401234567", check="contested", source=TIKTOK + " (2024-07, 2025-06, 2025-09)",
      note="the plus is what the newest page recommends, while the hash it prints is of the digits alone")
phone("tiktok", "+358401234567", "358401234567", check="contested", source=TIKTOK + " (2025-08)",
      note="digits alone, in that revision")
email("google-ads", "Jane.Doe+news@gmail.com", "janedoe+news@gmail.com", check="contested",
      source="googleads/data-manager-python, December 2025", note="dots only; the page's newest revision and the Java library drop the tag too, and verho follows them")
email("google-ads", "jane.m.doe@gmail.com", "janem.doe@gmail.com", check="contested", source="segmentio/action-destinations, Google",
      note="a connector drops the first dot alone; Google's page says every dot")
email("google-ads", "jane doe@gmail.com", "janedoe@gmail.com", check="contested", source="Google Data Manager API: format user data",
      note="the page deletes inner space, its own helpers raise; verho turns it away as inner-space")
email("meta", "Jane.Doe+news@gmail.com", "janedoe@gmail.com", check="contested", source="implementers who apply Google's rule to all",
      note="Meta's table says trim and lower-case, and nothing of dots or tags")
phone("meta", "0401234567", "0401234567", check="contested", source="facebook-python-business-sdk, list helper",
      note="the helper keeps leading zeros and asks no country; Meta's own table wants a country code, so verho wants a region")
phone("meta", "0401234567", "401234567", check="contested", source="segmentio/action-destinations and rudder-transformer",
      note="zeros dropped, still no country code: a hash that can never match")
phone("google-ads", "0401234567", "+0401234567", check="contested", source="rudderlabs/rudder-transformer", note="a plus in front of whatever there is")
email("linkedin", "Jane@Example.com", "Jane@Example.com", check="contested", source="segmentio/action-destinations, LinkedIn",
      note="hashed exactly as given; others lower-case, and LinkedIn's e-mail namespace is lower-cased elsewhere, so verho does")
email("reddit", "al_ice@example.com", "al_ice@example.com", check="contested", source="Segment and Census: dots and tag only",
      note="Reddit's page deletes every character that is no letter or digit")
email("reddit", "al.ice+x@example.com", "al.ice+x@example.com", check="contested", source="Tealium: trim and lower-case only", note="as above")
email("amazon-ads", "jane+x@example.com", "jane@example.com", check="contested", source="implementers who drop the tag",
      note="Amazon's rule deletes the plus and keeps the tag's text")
email("uid2", "jane.doe@googlemail.com", "janedoe@googlemail.com", check="contested", source="implementers who apply Google's rule",
      note="UID2's page names gmail.com alone")
email("microsoft-ads", "Jane.Doe+news@example.com", "janedoe@example.com", check="contested", source="Microsoft's rule for enhanced conversions",
      note="another product's rule; customer lists have none beyond lower case that was found")
email("x", "Jane@Example.com", "Jane@Example.com", check="contested", source="connectors that hash as given", note="X's page: lower-case and trimmed")
email("meta", "jane@m\u00fcller.example", "jane@xn--mller-kva.example", check="contested", source="implementers who convert domains",
      note="no platform's page says to convert; verho uploads the domain as typed and matches both")
email("meta", "jane@stra\u00dfe.example", "jane@strasse.example", check="contested", source="implementers who fold case",
      note="lower-casing keeps the sharp s; case folding would not")
email("meta", "\u0130smail@example.com", "ismail@example.com", check="contested", source="implementers with a Turkish locale",
      note="lower case without a locale gives i and a combining dot; for matching the two are one letter")
phone("uid2", "+1 555 555 5555", "+15555555555", check="contested", source="helpers that ask no metadata",
      note="not in use as a number; verho turns it away")

for platform, given, wanted, region in [
    ("uid2", "65 1234 5678", "+6512345678", None), ("uid2", "(02) 1234 5678", "+61212345678", "AU"),
    ("meta", "+1 (800) 555-1234", "18005551234", None), ("meta", "0044 207 123 4567", "442071234567", None),
    ("snapchat", "+1 (555) 123-4567", "15551234567", None), ("tiktok", "1 555 123 4567", "+15551234567", None),
    ("amazon-ads", "+1 (555) 123-4567", "15551234567", None), ("euid", "+1 555 123 4567", "+15551234567", None),
    ("google-ads", "(555) 123-4567", "+15551234567", "US"),
]:
    phone(platform, given, wanted, region=region, check="form",
          source="the platform's writing rule alone, whether or not the number is in use")

# --- every region ----------------------------------------------------------------------------------

META = f"Google's phone metadata {phonenumbers.__version__}, example number"
ROTA = ["google-ads", "meta", "tiktok", "snapchat", "uid2", "amazon-ads", "euid"]
for at, region in enumerate(sorted(phonenumbers.SUPPORTED_REGIONS)):
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    number = number or phonenumbers.example_number(region)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    platform = ROTA[at % len(ROTA)]
    wanted = e164 if PHONE_FORM[platform] == "e164" else e164[1:]
    if len(set(e164[-7:])) == 1:
        phone(platform, national, code="repeated-digits", region=region, source=META,
              note="in use by the metadata, and what people type to get past a form")
        continue
    phone(platform, national, wanted, region=region, source=META, note="as written at home")
    if at % 2 == 0:
        phone(platform, international, wanted, source=META, note="as written abroad")

OUT.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES), encoding="utf-8")
print(len(LINES), "vectors")
