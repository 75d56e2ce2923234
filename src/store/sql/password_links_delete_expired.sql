DELETE FROM password_links WHERE expires_at <= $1
