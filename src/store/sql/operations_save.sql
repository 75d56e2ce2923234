UPDATE operations SET state = $3, updated_at = $4, body = $5, lease_until = $6
WHERE id = $1 AND lease_owner = $2
