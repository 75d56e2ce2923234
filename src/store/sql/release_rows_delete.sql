DELETE FROM release_rows WHERE operation = $1
