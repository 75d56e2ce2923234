INSERT INTO password_links (email, token, lock_hash, maker, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (email) DO UPDATE SET
    token = excluded.token,
    lock_hash = excluded.lock_hash,
    maker = excluded.maker,
    created_at = excluded.created_at,
    expires_at = excluded.expires_at
