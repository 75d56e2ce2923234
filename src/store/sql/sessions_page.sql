SELECT id, token, actor, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent
FROM sessions
WHERE user_folded LIKE LOWER($1) ESCAPE '!' OR LOWER(address) LIKE LOWER($1) ESCAPE '!'
ORDER BY last_seen_at DESC, id DESC
LIMIT $2 OFFSET $3
