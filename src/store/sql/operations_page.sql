SELECT body
FROM operations
WHERE ($1 = '' OR state = $1)
  AND ($2 = '' OR kind = $2)
  AND LOWER(subject) LIKE LOWER($3) ESCAPE '!'
  AND LOWER(actor) LIKE LOWER($4) ESCAPE '!'
ORDER BY created_at DESC, id DESC
LIMIT $5 OFFSET $6
