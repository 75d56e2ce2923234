SELECT COUNT(*) AS total
FROM audit
WHERE LOWER(actor) LIKE LOWER($1) ESCAPE '!'
  AND action LIKE $2 ESCAPE '!'
  AND LOWER(subject) LIKE LOWER($3) ESCAPE '!'
  AND ($4 = '' OR outcome = $4)
  AND ($5 = '' OR operation = $5)
