UPDATE release_rows SET body = ''
WHERE body <> '' AND operation IN
  (SELECT id FROM operations WHERE state = 'done' OR (state IN ('failed', 'undone') AND updated_at < $1))
