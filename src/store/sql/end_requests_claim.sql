UPDATE end_requests SET claimed_until = $4
WHERE thing = $1 AND until = $2 AND (claimed_until IS NULL OR claimed_until <= $3)
RETURNING body
