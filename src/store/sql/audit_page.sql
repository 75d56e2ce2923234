SELECT id, at, actor, action, subject, outcome, operation, before_json, after_json, note
FROM audit
WHERE LOWER(actor) LIKE LOWER($1) ESCAPE '!'
  AND action LIKE $2 ESCAPE '!'
  AND LOWER(subject) LIKE LOWER($3) ESCAPE '!'
  AND ($4 = '' OR outcome = $4)
  AND ($5 = '' OR operation = $5)
ORDER BY at DESC, id DESC
LIMIT $6 OFFSET $7
