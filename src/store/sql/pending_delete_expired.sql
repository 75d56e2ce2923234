DELETE FROM pending WHERE expires_at <= $1
