#!/usr/bin/env python3
"""Writes wide-forms.tsv: groups of spellings that must meet in matching, and pairs that must not.

Made outside the program, from rules written out here (case, width, dots, tags, IDN, trunk zeros) and from
Google's phone metadata in its Python edition. Columns: what (meet or apart), kind, region for national
numbers, then the spellings, two or more, as JSON text so that invisible characters show.

    pip install phonenumbers==9.0.42
    python3 tests/data/wide_forms.py
"""

import json
import pathlib
import random

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

OUT = pathlib.Path(__file__).parent / "wide-forms.tsv"
DICE = random.Random(7)
ROWS = []


def row(what, kind, region, spellings):
    unique = list(dict.fromkeys(spellings))
    assert len(unique) >= 2, spellings
    ROWS.append("\t".join([what, kind, region] + [json.dumps(text, ensure_ascii=True) for text in unique]))


def wide(text):
    """Full-width letters, digits and signs."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def titled(text):
    return "".join(c.upper() if at % 2 else c for at, c in enumerate(text))


FIRST = ["ann", "bo", "cyril", "dee", "ella", "finn", "greta", "hugo", "iris", "jon", "kaisa", "liam", "mona",
         "nils", "olga", "pekka", "rasmus", "sofia", "timo", "ursula", "ville", "wilma", "yrsa", "zoe"]
LAST = ["aalto", "berg", "castren", "dahl", "ek", "forss", "grahn", "hill", "ikonen", "juhl", "koski"]
HOSTS = ["example.com", "example.org", "example.net", "mail.example.fi", "gmail.com", "googlemail.com"]
IDN = [(f"{name}.example", f"{name.encode('idna').decode()}.example") for name in ["m\u00fcller", "\u00e4iti", "bj\u00f6rk"]]

# --- addresses that are one mailbox -----------------------------------------------------------------

for at, first in enumerate(FIRST):
    for last in LAST[:10]:
        host = HOSTS[(at + len(last)) % len(HOSTS)]
        local = f"{first}.{last}"
        plain = f"{local}@{host}"
        same = [plain, plain.upper(), titled(plain), f"  {plain}\t", f"\ufeff{plain}", wide(plain),
                f"mailto:{plain}", f"{first} {last} <{plain}>", f"{plain}.", f"{local}+news@{host}",
                f"{first}{last}@{host}", f"{local[:2]}\u200b{local[2:]}@{host}", f"\u00a0{plain}\u202f"]
        if host == "gmail.com":
            same.append(f"{local}@googlemail.com")
        row("meet", "email", "", DICE.sample(same[1:], 5) + [plain])
for unicode_domain, ascii_domain in IDN:
    for first in FIRST[:8]:
        row("meet", "email", "", [f"{first}@{unicode_domain}", f"{first}@{ascii_domain}",
                                  f"{first.upper()}@{unicode_domain.upper()}", f"{first}+x@{ascii_domain}"])
for composed, others in [("\u00e5sa", ["a\u030asa", "\u00c5sa", "A\u030aSA"]), ("jos\u00e9", ["jose\u0301", "JOS\u00c9"]),
                         ("\u0131rmak", ["irmak", "IRMAK", "\u0130rmak"]), ("wei\u00df", ["weiss", "WEISS", "WEI\u00df"]),
                         ("\ufb01nn", ["finn", "FINN"])]:
    for host in HOSTS[:5]:
        row("meet", "email", "", [f"{composed}@{host}"] + [f"{other}@{host}" for other in others])

# --- addresses that are two -------------------------------------------------------------------------

for at, first in enumerate(FIRST):
    last, other = LAST[at % len(LAST)], LAST[(at + 1) % len(LAST)]
    row("apart", "email", "", [f"{first}.{last}@example.com", f"{first}.{other}@example.com"])
    row("apart", "email", "", [f"{first}@example.com", f"{first}@example.org"])
    row("apart", "email", "", [f"{first}@example.com", f"{first}@mail.example.com"])
    row("apart", "email", "", [f"{first}-{last}@example.com", f"{first}{last}@example.com"])
    row("apart", "email", "", [f"{first}_{last}@gmail.com", f"{first}{last}@gmail.com"])
    row("apart", "email", "", [f"{first}1@example.net", f"{first}2@example.net"])
    row("apart", "email", "", [f"{first}@gmail.com", f"{first}@gmail.example"])

# --- lines ------------------------------------------------------------------------------------------

EASTERN = str.maketrans("0123456789", "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9")
for region in sorted(phonenumbers.SUPPORTED_REGIONS):
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) or phonenumbers.example_number(region)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(set(e164[-7:])) == 1:
        continue  # a filler: it goes up for nobody
    home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    row("meet", "phone", region, [e164, home, abroad, abroad.replace(" ", "-"), f"tel:{e164}", wide(e164),
                                  abroad.translate(EASTERN), f"\u200e{e164}\u200e", f"{e164};ext=5", f" {home} "])
    beside = phonenumbers.parse(e164[:-1] + str((int(e164[-1]) + 1) % 10), None)
    if phonenumbers.is_valid_number(beside):
        row("apart", "phone", region, [e164, phonenumbers.format_number(beside, PhoneNumberFormat.E164)])

OUT.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
print(len(ROWS), "rows,", sum(r.startswith("meet") for r in ROWS), "groups")
