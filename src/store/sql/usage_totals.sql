SELECT profile, resource, SUM(total) AS amount, MAX(peak) AS peak, CAST(SUM(samples) AS BIGINT) AS samples
FROM usage
WHERE at >= $1 AND at < $2
GROUP BY profile, resource
ORDER BY profile, resource
