"""The reference work in pandas with hashlib and a phone library: python pandas_job.py DATA OUT"""

import datetime
import glob
import hashlib
import re
import sys

import pandas as pd
import phonenumbers

data, out = sys.argv[1:3]
today = datetime.date.today()
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def email(text):
    text = text.strip().lower()
    return text if ADDRESS.fullmatch(text) else None


def phone(text, region):
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, region or "FI")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest() if isinstance(text, str) else ""


def rows(path, **more):
    return pd.concat(pd.read_csv(name, dtype=str, keep_default_na=False, **more) for name in glob.glob(f"{data}/{path}"))


customers = rows("customers.csv")
customers["email"] = [email(text) for text in customers["email"]]
customers["work"] = [email(text) for text in customers["work_email"]]
customers["phone"] = [phone(text, region) for text, region in zip(customers["phone"], customers["country"])]
born = pd.to_datetime(customers["date_of_birth"], format="%Y-%m-%d", errors="coerce")
adult = pd.Timestamp(today) - pd.DateOffset(years=18)
minor, aged = born > adult, (born <= adult) & (born >= adult - pd.DateOffset(years=112))
ids = rows("objections-ids-*.csv")
no_ids = set(ids["customer_id"][(ids["status"] != "lifted") & ~ids["scope"].isin(["lookalike", "profiling"])])
found = rows("objections-emails-*.csv")["email"].str.extract(r'([^@\s<>:"]+@[^@\s<>]+)')[0]
no_emails = set(found.dropna().str.lower())
lines = open(f"{data}/objections-phones.txt", encoding="utf-8").read().splitlines()
no_phones = {phone(line, "FI") for line in lines} - {None}

columns = ["email", "work", "phone"]
keys = pd.concat(customers[["customer_id", name]].rename(columns={name: "key"}) for name in columns)
keys = keys.dropna().drop_duplicates()
counts = keys["key"].value_counts()
crowded = set(counts[counts > 10].index)
named = keys["customer_id"][keys["key"].isin(no_emails | no_phones)]
objectors = set(customers["customer_id"][customers["ad_ban"].isin(["K", "1"])]) | no_ids | set(named)
spread = set(keys["key"][keys["customer_id"].isin(objectors)]) - crowded
linked = set(keys["customer_id"][keys["key"].isin(spread)])
barred = crowded | set(pd.concat(customers[name][minor] for name in columns).dropna())

checks = pd.DataFrame({
    "customer_id": customers["customer_id"],
    "objected": ~customers["customer_id"].isin(objectors),
    "linked": ~customers["customer_id"].isin(linked),
    "age": aged,
    "not-a-customer": customers["relationship"] == "active",
    "targeting": customers["ad_ban"].isin(["E", "0"]),
    "basis": customers["basis"].isin(["legitimate_interest", "consent"]),
    "country": customers["country"].isin(["FI", "SE", "EE", ""]),
})
fates = checks.groupby("customer_id").all()
good = customers[customers["customer_id"].isin(fates.index[fates.all(axis=1)])][["email", "phone"]]
for name in ["email", "phone"]:
    good[name] = [sha256(text if text not in barred else None) for text in good[name]]
good[(good["email"] != "") | (good["phone"] != "")].drop_duplicates().to_csv(f"{out}/meta.csv", index=False)
good[["email"]][good["email"] != ""].drop_duplicates().to_csv(f"{out}/linkedin.csv", index=False)
left = fates[~fates.all(axis=1)]
reasons = left.idxmin(axis=1)
tags = [sha256("a key" + person) for person in left.index]
pd.DataFrame({"tag": tags, "reason": reasons.values}).to_csv(f"{out}/suppressions.csv", index=False)
