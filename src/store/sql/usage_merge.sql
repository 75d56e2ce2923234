INSERT INTO usage (profile, resource, step, at, total, peak, promised, samples)
SELECT profile, resource, CAST($1 AS BIGINT), at - at % CAST($1 AS BIGINT), SUM(total), MAX(peak), MAX(promised), CAST(SUM(samples) AS BIGINT)
FROM usage
WHERE step = $2 AND at < $3
GROUP BY 1, 2, 4
ON CONFLICT (profile, resource, step, at) DO NOTHING
