SELECT resource, step, at, total, peak, promised, samples
FROM usage
WHERE profile = $1 AND at >= $2 AND at < $3
ORDER BY resource, at
