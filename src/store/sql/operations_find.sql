SELECT body FROM operations WHERE id = $1
