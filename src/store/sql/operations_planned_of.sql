SELECT id FROM operations WHERE actor = $1 AND kind = $2 AND state = 'planned'
