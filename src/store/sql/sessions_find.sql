SELECT id, token, actor, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent
FROM sessions
WHERE token = $1
