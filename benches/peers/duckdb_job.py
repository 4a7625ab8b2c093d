"""The reference work in DuckDB SQL, as an analyst would write it: python duckdb_job.py DATA OUT"""

import sys

import duckdb

data, out = sys.argv[1:3]
db = duckdb.connect()

PHONE = """
CASE
    WHEN phone IS NULL OR regexp_matches(phone, '[EeXx]') THEN NULL
    WHEN trim(phone) LIKE '+%' THEN regexp_replace(replace(phone, '(0)', ''), '[^0-9]', '', 'g')
    WHEN regexp_replace(phone, '[^0-9]', '', 'g') LIKE '00%'
        THEN substr(regexp_replace(phone, '[^0-9]', '', 'g'), 3)
    WHEN regexp_replace(phone, '[^0-9]', '', 'g') LIKE '0%'
        THEN code || substr(regexp_replace(phone, '[^0-9]', '', 'g'), 2)
    WHEN length(regexp_replace(phone, '[^0-9]', '', 'g')) >= 11
        THEN regexp_replace(phone, '[^0-9]', '', 'g')
    ELSE code || regexp_replace(phone, '[^0-9]', '', 'g')
END
"""
EMAIL = r"regexp_extract(lower(trim({})), '^[^@\s]+@[^@\s]+\.[^@\s]+$')"
CODE = """CASE coalesce(country, 'FI')
    WHEN 'FI' THEN '358' WHEN 'SE' THEN '46' WHEN 'EE' THEN '372' WHEN 'DE' THEN '49' WHEN 'GB' THEN '44' END"""

db.execute(f"""
CREATE TABLE customers AS
WITH raw AS (
    SELECT *, {CODE} AS code
    FROM read_csv('{data}/customers.csv', header = true, all_varchar = true)
), forms AS (
    SELECT customer_id,
        nullif({EMAIL.format('email')}, '') AS email,
        nullif({EMAIL.format('work_email')}, '') AS work,
        {PHONE} AS phone,
        coalesce(country, 'FI') AS country,
        relationship = 'active' AS current,
        ad_ban IN ('E', '0') AS allowed,
        basis IN ('legitimate_interest', 'consent') AS grounded,
        try_cast(date_of_birth AS DATE) AS born
    FROM raw
)
SELECT * REPLACE (CASE WHEN length(phone) BETWEEN 8 AND 15 AND phone NOT LIKE '%0000000' THEN phone END AS phone)
FROM forms
""")
db.execute(f"""
CREATE TABLE no_ids AS
SELECT DISTINCT customer_id FROM read_csv('{data}/objections-ids-*.csv', header = true, all_varchar = true)
WHERE coalesce(status, '') <> 'lifted' AND coalesce(scope, '') NOT IN ('lookalike', 'profiling')
""")
db.execute(f"""
CREATE TABLE no_emails AS
SELECT DISTINCT lower(regexp_extract(email, '[^@\\s<>:"]+@[^@\\s<>]+')) AS email
FROM read_csv('{data}/objections-emails-*.csv', header = true, all_varchar = true)
""")
db.execute(f"""
CREATE TABLE no_phones AS
SELECT DISTINCT {PHONE} AS phone FROM (
    SELECT phone, '358' AS code
    FROM read_csv('{data}/objections-phones.txt', header = false, names = ['phone'], sep = '\\t', all_varchar = true)
)
""")
db.execute("""
CREATE TABLE keys AS
SELECT DISTINCT customer_id, unnest([email, work, phone]) AS key FROM customers
""")
db.execute("CREATE TABLE crowded AS SELECT key FROM keys WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 10")
db.execute("""
CREATE TABLE objectors AS
SELECT customer_id FROM customers WHERE NOT coalesce(allowed, false) AND allowed IS NOT NULL
UNION SELECT customer_id FROM no_ids
UNION SELECT customer_id FROM keys WHERE key IN (SELECT email FROM no_emails)
UNION SELECT customer_id FROM keys WHERE key IN (SELECT phone FROM no_phones)
""")
db.execute("""
CREATE TABLE linked AS
SELECT DISTINCT customer_id FROM keys WHERE key IN (
    SELECT key FROM keys WHERE customer_id IN (SELECT customer_id FROM objectors)
        AND key NOT IN (SELECT key FROM crowded)
)
""")
db.execute("""
CREATE TABLE barred AS
SELECT key FROM crowded UNION
SELECT unnest([email, work, phone]) FROM customers WHERE born > current_date - INTERVAL 18 YEAR
""")
db.execute("""
CREATE TABLE fates AS
SELECT customer_id, CASE
    WHEN bool_or(o.customer_id IS NOT NULL) THEN 'objected'
    WHEN bool_or(l.customer_id IS NOT NULL) THEN 'linked'
    WHEN NOT bool_and(coalesce(born <= current_date - INTERVAL 18 YEAR
        AND born >= current_date - INTERVAL 130 YEAR, false)) THEN 'age'
    WHEN NOT bool_and(coalesce(current, false)) THEN 'not-a-customer'
    WHEN NOT bool_and(coalesce(allowed, false)) THEN 'targeting'
    WHEN NOT bool_and(coalesce(grounded, false)) THEN 'basis'
    WHEN NOT bool_and(coalesce(country IN ('FI', 'SE', 'EE'), false)) THEN 'country'
    END AS reason
FROM customers c
LEFT JOIN objectors o USING (customer_id)
LEFT JOIN linked l USING (customer_id)
GROUP BY customer_id
""")
db.execute("""
CREATE TABLE uploads AS
SELECT CASE WHEN e.key IS NULL THEN email END AS email, CASE WHEN p.key IS NULL THEN phone END AS phone
FROM customers c JOIN fates f USING (customer_id)
LEFT JOIN barred e ON c.email = e.key LEFT JOIN barred p ON c.phone = p.key
WHERE reason IS NULL
""")
write = "(HEADER, DELIMITER ',')"
db.execute(f"""
COPY (SELECT DISTINCT coalesce(sha256(email), '') AS email, coalesce(sha256(phone), '') AS phone FROM uploads
      WHERE email IS NOT NULL OR phone IS NOT NULL) TO '{out}/meta.csv' {write}""")
db.execute(f"""
COPY (SELECT DISTINCT sha256(email) AS email FROM uploads WHERE email IS NOT NULL) TO '{out}/linkedin.csv' {write}""")
db.execute(f"""
COPY (SELECT sha256('a key' || customer_id) AS tag, reason FROM fates WHERE reason IS NOT NULL)
TO '{out}/suppressions.csv' {write}""")
