SELECT email, token, lock_hash, maker, created_at, expires_at FROM password_links WHERE token = $1 AND expires_at > $2
