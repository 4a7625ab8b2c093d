"""The reference work in polars with a hashing plugin: python polars_job.py DATA OUT"""

import datetime
import glob
import sys

import polars as pl
import polars_hash as plh

data, out = sys.argv[1:3]
today = datetime.date.today()
adult = today.replace(year=today.year - 18, day=min(today.day, 28) if today.month == 2 else today.day)
oldest = adult.replace(year=today.year - 130)


def email(name):
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(text.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")).then(text)


def phone(name):
    text = pl.col(name)
    digits = text.str.replace("(0)", "", literal=True).str.replace_all(r"[^0-9]", "")
    number = (
        pl.when(text.str.contains("[EeXx]")).then(None)
        .when(text.str.strip_chars().str.starts_with("+")).then(digits)
        .when(digits.str.starts_with("00")).then(digits.str.slice(2))
        .when(digits.str.starts_with("0")).then(pl.col("code") + digits.str.slice(1))
        .when(digits.str.len_bytes() >= 11).then(digits)
        .otherwise(pl.col("code") + digits)
    )
    return pl.when(number.str.len_bytes().is_between(8, 15) & ~number.str.ends_with("0000000")).then(number).alias(name)


codes = {"FI": "358", "SE": "46", "EE": "372", "DE": "49", "GB": "44"}
customers = (
    pl.scan_csv(f"{data}/customers.csv", infer_schema=False)
    .with_columns(country=pl.col("country").fill_null("FI"))
    .with_columns(code=pl.col("country").replace_strict(codes, default=None))
    .select(
        "customer_id",
        "country",
        email=email("email"),
        work=email("work_email"),
        phone=phone("phone"),
        current=pl.col("relationship").eq("active").fill_null(False),
        allowed=pl.col("ad_ban").is_in(["E", "0"]).fill_null(False),
        banned=pl.col("ad_ban").is_in(["K", "1"]).fill_null(False),
        grounded=pl.col("basis").is_in(["legitimate_interest", "consent"]).fill_null(False),
        born=pl.col("date_of_birth").str.to_date("%Y-%m-%d", strict=False),
    )
    .collect(engine="streaming")
)
no_ids = pl.read_csv(glob.glob(f"{data}/objections-ids-*.csv"), infer_schema=False).filter(
    (pl.col("status").fill_null("") != "lifted") & ~pl.col("scope").fill_null("").is_in(["lookalike", "profiling"])
)["customer_id"].unique()
no_emails = (
    pl.read_csv(glob.glob(f"{data}/objections-emails-*.csv"), infer_schema=False)["email"]
    .str.extract(r'([^@\s<>:"]+@[^@\s<>]+)').str.to_lowercase().unique()
)
no_phones = (
    pl.read_csv(f"{data}/objections-phones.txt", has_header=False, separator="\t", infer_schema=False)
    .select(pl.first().alias("phone")).with_columns(code=pl.lit("358")).select(phone("phone"))["phone"].unique()
)
keys = pl.concat([customers.select("customer_id", key=name) for name in ["email", "work", "phone"]]).drop_nulls().unique()
crowded = keys.group_by("key").len().filter(pl.col("len") > 10)["key"]
objectors = pl.concat([
    customers.filter("banned")["customer_id"],
    no_ids,
    keys.filter(pl.col("key").is_in(no_emails.implode()) | pl.col("key").is_in(no_phones.implode()))["customer_id"],
]).unique()
spread = keys.join(objectors.to_frame("customer_id"), on="customer_id", how="semi").select("key").unique()
spread = spread.filter(~pl.col("key").is_in(crowded.implode()))
linked = keys.join(spread, on="key", how="semi").select("customer_id").unique()
minors = customers.filter(pl.col("born") > adult)
barred = pl.concat([crowded] + [minors[name].drop_nulls() for name in ["email", "work", "phone"]]).unique().to_frame("key")
fates = (
    customers.lazy()
    .join(objectors.to_frame("customer_id").lazy().with_columns(objects=pl.lit(True)), on="customer_id", how="left")
    .join(linked.lazy().with_columns(linked=pl.lit(True)), on="customer_id", how="left")
    .group_by("customer_id")
    .agg(
        pl.col("objects", "linked").any(),
        pl.col("current", "allowed", "grounded").all(),
        aged=pl.col("born").is_between(oldest, adult).fill_null(False).all(),
        placed=pl.col("country").is_in(["FI", "SE", "EE"]).all(),
    )
    .select(
        "customer_id",
        reason=pl.when("objects").then(pl.lit("objected")).when("linked").then(pl.lit("linked"))
        .when(~pl.col("aged")).then(pl.lit("age")).when(~pl.col("current")).then(pl.lit("not-a-customer"))
        .when(~pl.col("allowed")).then(pl.lit("targeting")).when(~pl.col("grounded")).then(pl.lit("basis"))
        .when(~pl.col("placed")).then(pl.lit("country")),
    )
    .collect(engine="streaming")
)
good = customers.select("customer_id", "email", "phone").join(
    fates.filter(pl.col("reason").is_null()).select("customer_id"), on="customer_id", how="semi"
)
for name in ["email", "phone"]:
    kept = good.select(pl.col(name)).join(barred, left_on=name, right_on="key", how="semi")[name].implode()
    good = good.with_columns(pl.when(~pl.col(name).is_in(kept)).then(pl.col(name)).alias(name))
hashed = good.select(plh.col("email").chash.sha2_256(), plh.col("phone").chash.sha2_256())
hashed.filter(pl.col("email").is_not_null() | pl.col("phone").is_not_null()).unique().write_csv(f"{out}/meta.csv")
hashed.select("email").drop_nulls().unique().write_csv(f"{out}/linkedin.csv")
(
    fates.drop_nulls("reason")
    .with_columns(tag=pl.concat_str(pl.lit("a key"), "customer_id"))
    .select(plh.col("tag").chash.sha2_256(), "reason").write_csv(f"{out}/suppressions.csv")
)
