DELETE FROM links WHERE token = $1 AND expires_at > $2
RETURNING token, actor, made_by, created_at, expires_at
