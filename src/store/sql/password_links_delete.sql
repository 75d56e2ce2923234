DELETE FROM password_links WHERE token = $1
