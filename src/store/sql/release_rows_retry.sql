UPDATE release_rows SET state = 'waiting', detail = '' WHERE operation = $1 AND state IN ('failed', 'again')
