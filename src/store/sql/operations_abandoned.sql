SELECT id
FROM operations
WHERE state IN ('running', 'undoing') AND (lease_until IS NULL OR lease_until <= $1)
ORDER BY created_at, id
