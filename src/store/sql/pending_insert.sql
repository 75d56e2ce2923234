INSERT INTO pending (state, browser, nonce, verifier, next, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
