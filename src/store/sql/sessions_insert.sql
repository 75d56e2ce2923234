INSERT INTO sessions (id, token, user_name, user_folded, actor, created_at, authenticated_at, last_seen_at, expires_at, address, user_agent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
