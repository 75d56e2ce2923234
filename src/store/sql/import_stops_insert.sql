INSERT INTO import_stops (operation, asked_at) VALUES ($1, $2)
ON CONFLICT (operation) DO UPDATE SET asked_at = excluded.asked_at
