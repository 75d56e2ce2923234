SELECT body
FROM operations
WHERE actor = $1
  AND updated_at > $2
  AND created_at > $3
  AND state IN ('done', 'failed', 'undone')
ORDER BY updated_at, id
LIMIT 20
