"""Who is uploaded by verho and by each peer, and why they differ, as JSON:
python compare.py DATA yes|no RELEASE PEER-OUT...

The second argument says whether DATA has a truth.csv.
"""

import glob
import json
import pathlib
import sys

import duckdb

data, has_truth, release, peers = sys.argv[1], sys.argv[2] == "yes", sys.argv[3], sys.argv[4:]
db = duckdb.connect()


def load(side, platform, files):
    """One table of digests for each kind. verho's files name a column as often as the platform takes it."""
    paths = sorted(glob.glob(files))
    with open(paths[0], encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    for kind in ("email", "phone"):
        places = [f"column_{place}" for place, name in enumerate(header) if name == kind]
        columns = {f"column_{place}": "VARCHAR" for place in range(len(header))}
        table = f"CREATE TABLE {side}_{platform}_{kind} AS SELECT DISTINCT digest FROM "
        if places:
            read = f"read_csv({paths}, auto_detect = false, skip = 1, header = false, delim = ',', quote = '\"', columns = {columns})"
            db.execute(table + f"(SELECT unnest([{', '.join(places)}]) AS digest FROM {read}) WHERE digest <> ''")
        else:
            db.execute(table + "(SELECT NULL::VARCHAR AS digest) WHERE digest IS NOT NULL")


def reasons(side, other, platform, kind):
    """What the truth says of those whom only one side uploads, by number."""
    alone = f"SELECT digest FROM {side}_{platform}_{kind} ANTI JOIN {other}_{platform}_{kind} USING (digest)"
    rows = db.execute(f"""
        SELECT coalesce(reason, said) AS why, count(*) FROM (
            SELECT d.digest, max(t.reason) AS reason, min(CASE
                WHEN s.customer_id IS NULL THEN 'a cell that the two read differently'
                WHEN t.customer_id IS NULL THEN 'no truth is known' ELSE 'eligible by the truth' END) AS said
            FROM ({alone}) d LEFT JOIN simple s ON s.{kind} = d.digest LEFT JOIN truth t USING (customer_id)
            GROUP BY d.digest)
        GROUP BY why ORDER BY 2 DESC, 1""").fetchall()
    return dict(rows)


def main():
    digits = "regexp_replace(phone, '[^0-9]', '', 'g')"
    code = "CASE coalesce(country, 'FI') WHEN 'FI' THEN '358' WHEN 'SE' THEN '46' WHEN 'EE' THEN '372' WHEN 'DE' THEN '49' ELSE '44' END"
    # The plainest reading of a cell, to find whose a digest is.
    db.execute(f"""
        CREATE TABLE simple AS SELECT customer_id, sha256(lower(trim(email))) AS email, sha256(CASE
            WHEN phone LIKE '+%' THEN {digits} WHEN {digits} LIKE '00%' THEN substr({digits}, 3)
            WHEN {digits} LIKE '0%' THEN {code} || substr({digits}, 2)
            WHEN length({digits}) >= 11 THEN {digits} ELSE {code} || {digits} END) AS phone
        FROM read_csv('{data}/customers.csv', header = true, all_varchar = true)""")
    truth = "SELECT NULL::VARCHAR AS customer_id, NULL::VARCHAR AS reason LIMIT 0"
    if has_truth:
        truth = (f"SELECT customer_id, nullif(reason, '') AS reason FROM read_csv('{data}/truth.csv', header = true, "
                 "all_varchar = true) WHERE audience = 'customers'")
    db.execute(f"CREATE TABLE truth AS {truth}")
    full = release + "/audiences/customers/{}/full*.csv"
    load("verho", "meta", full.format("meta"))
    load("verho", "linkedin", full.format("linkedin"))
    told = []
    for number, peer in enumerate(peers):
        side = f"peer{number}"
        load(side, "meta", f"{peer}/meta.csv")
        load(side, "linkedin", f"{peer}/linkedin.csv")
        for platform, kind in (("meta", "email"), ("meta", "phone"), ("linkedin", "email")):
            both = db.execute(
                f"SELECT count(*) FROM verho_{platform}_{kind} SEMI JOIN {side}_{platform}_{kind} USING (digest)")
            told.append({
                "peer": pathlib.Path(peer).name, "platform": platform, "kind": kind, "both": both.fetchone()[0],
                "verho_only": reasons("verho", side, platform, kind),
                "peer_only": reasons(side, "verho", platform, kind),
            })
    print(json.dumps(told))


main()
