UPDATE operations SET lease_owner = $2, lease_until = $4
WHERE id = $1
  AND (lease_owner IS NULL OR lease_owner = $2 OR lease_until IS NULL OR lease_until <= $3)
RETURNING body
