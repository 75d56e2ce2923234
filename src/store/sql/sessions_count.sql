SELECT COUNT(*) AS total
FROM sessions
WHERE user_folded LIKE LOWER($1) ESCAPE '!' OR LOWER(address) LIKE LOWER($1) ESCAPE '!'
