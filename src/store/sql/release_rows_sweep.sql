DELETE FROM release_rows WHERE created_at < $1 AND operation NOT IN (SELECT id FROM operations)
