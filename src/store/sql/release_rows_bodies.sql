SELECT number, body FROM release_rows WHERE operation = $1 AND body <> '' ORDER BY number
