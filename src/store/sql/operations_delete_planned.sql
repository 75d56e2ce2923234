DELETE FROM operations
WHERE state = 'planned' AND created_at < $1 AND (lease_until IS NULL OR lease_until < $1)
