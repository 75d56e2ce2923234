SELECT state, detail, about FROM release_rows WHERE operation = $1 ORDER BY number
