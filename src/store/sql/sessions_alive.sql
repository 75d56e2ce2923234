SELECT COUNT(*) AS total FROM sessions WHERE expires_at > $1 AND last_seen_at > $2
