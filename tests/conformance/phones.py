#!/usr/bin/env python3
"""Compares `verho hash` with Google's phone metadata, as its Python edition reads it.

200,000 spellings of numbers of all regions are made from the metadata's own example numbers and from
numbers beside them, valid and not. For each, the Python edition says which E.164 number it is, or that
it is none; `verho hash --kind phone` must answer with the hash of the same number, or turn it away.

    pip install phonenumbers==9.0.42          # the version `verho --version` names
    cargo build --release --no-default-features
    python3 tests/conformance/phones.py path/to/verho [spellings] [seed]

Differences are counted by class; docs/normalisation.md explains each class. Numbers here are invented:
digits in ranges of the metadata. The exit code is 1 when less than 99.9 per cent agree.
"""

import collections
import hashlib
import random
import subprocess
import sys

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

VERHO = sys.argv[1]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
DICE = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 20261121)
TYPES = [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE,
         PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.VOIP,
         PhoneNumberType.PERSONAL_NUMBER, PhoneNumberType.UAN, PhoneNumberType.PAGER,
         PhoneNumberType.PREMIUM_RATE]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL = str.maketrans("0123456789+", "０１２３４５６７８９＋")


def numbers(region):
    """Example numbers of a region, each with changed last digits."""
    for kind in TYPES:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is None:
            continue
        yield example
        digits = phonenumbers.national_significant_number(example)
        for _ in range(6):
            changed = len(digits) - DICE.randint(1, min(5, len(digits) - 1))
            other = digits[:changed] + "".join(str(DICE.randint(0, 9)) for _ in digits[changed:])
            try:
                yield phonenumbers.parse(f"+{example.country_code}{other}", None)
            except NumberParseException:
                continue


def spellings(number, region):
    """One number as people write it: the text, and the region to read it in or None."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    abroad = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    home = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    bare = "".join(c for c in home if c.isdigit())
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    texts = [
        e164, abroad, home, bare, abroad.replace(" ", "-"), home.replace(" ", "-"), abroad.replace(" ", ""),
        home.replace("-", " "), phonenumbers.format_number(number, PhoneNumberFormat.RFC3966),
        abroad.translate(FULL), home.translate(ARABIC), home.translate(FULL), f" {abroad}\t", f"({home})",
        home + " ext. 12", e164 + ";ext=7", f"tel:{e164}", abroad.replace(" ", "\u00a0"),
        abroad.replace("-", "\u2011"),
    ]
    if metadata is not None and metadata.national_prefix == "0" and not number.italian_leading_zero:
        national = phonenumbers.national_significant_number(number)
        texts.append(f"+{number.country_code} (0){national}")
    if metadata is not None and metadata.international_prefix == "00":
        texts.append("00" + e164[1:])
        texts.append("00 " + abroad[1:])
    return [(text, region) for text in texts]


def reference(text, region):
    """E.164 by the Python edition, or why there is none."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None, "not parsed"
    if not phonenumbers.is_valid_number(number):
        return None, "not valid"
    return phonenumbers.format_number(number, PhoneNumberFormat.E164), phonenumbers.number_type(number)


def main():
    pool = collections.defaultdict(list)
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for number in numbers(region):
            pool[region].extend(spellings(number, region))
    regions = sorted(pool)
    asked = collections.defaultdict(list)
    for at in range(COUNT):
        region = regions[at % len(regions)]
        asked[region].append(DICE.choice(pool[region])[0])
    agree, classes, shown = 0, collections.Counter(), collections.defaultdict(list)
    for region in regions:
        texts = [text.replace("\n", " ") for text in asked[region]]
        run = subprocess.run([VERHO, "hash", "--platform", "google-ads", "--kind", "phone", "--region", region,
                              "--quiet"], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
        answers = run.stdout.splitlines()
        assert len(answers) == len(texts), region
        for text, answer in zip(texts, answers):
            wanted, kind = reference(text, region)
            if answer.startswith("reject:"):
                same = wanted is None
                name = f"{answer[7:]} where the metadata has a valid number"
            elif wanted is None:
                same, name = False, f"a number where the reference says {kind}"
            else:
                same = answer == hashlib.sha256(wanted.encode()).hexdigest()
                name = "another number"
            # Premium numbers are valid and turned away by design: agreement is that they are.
            if not same and answer == "reject:premium-number" and kind == PhoneNumberType.PREMIUM_RATE:
                same = True
            agree += same
            if not same:
                classes[name] += 1
                shown[name].append(f"{region} {text!r} {wanted}")
    share = 100 * agree / COUNT
    print(f"{COUNT} spellings of {len(regions)} regions, metadata {phonenumbers.__version__}: "
          f"{agree} agree, {share:.3f} per cent")
    for name, count in classes.most_common():
        print(f"{count:>7}  {name}")
        for example in DICE.sample(shown[name], min(8, len(shown[name]))):
            print(f"           {example}")
    sys.exit(share < 99.9)


main()
