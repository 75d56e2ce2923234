INSERT INTO end_requests (thing, until, claimed_until, body) VALUES ($1, $2, NULL, $3)
ON CONFLICT (thing) DO UPDATE SET until = excluded.until, claimed_until = NULL, body = excluded.body
