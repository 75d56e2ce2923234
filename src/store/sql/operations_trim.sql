DELETE FROM operations
WHERE state IN ('failed', 'done', 'undone') AND updated_at < $1 AND (lease_until IS NULL OR lease_until < $1)
