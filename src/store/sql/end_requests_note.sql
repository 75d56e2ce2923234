UPDATE end_requests SET claimed_until = $3, body = $4 WHERE thing = $1 AND until = $2
