SELECT kind, state, COUNT(*) AS total FROM operations GROUP BY kind, state ORDER BY kind, state
