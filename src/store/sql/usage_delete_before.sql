DELETE FROM usage WHERE step = $1 AND at < $2
