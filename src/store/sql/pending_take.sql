DELETE FROM pending WHERE state = $1 AND expires_at > $2
RETURNING state, browser, nonce, verifier, next, expires_at
