CREATE TABLE password_links (
    email TEXT NOT NULL PRIMARY KEY,
    token TEXT NOT NULL,
    lock_hash TEXT NOT NULL,
    maker TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX password_links_by_token ON password_links (token);
CREATE INDEX password_links_by_expiry ON password_links (expires_at);
