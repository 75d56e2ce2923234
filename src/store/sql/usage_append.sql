INSERT INTO usage (profile, resource, step, at, total, peak, promised, samples)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (profile, resource, step, at) DO NOTHING
