SELECT token, actor, made_by, created_at, expires_at FROM links WHERE token = $1 AND expires_at > $2
