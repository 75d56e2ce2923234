INSERT INTO links (token, actor, made_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)
