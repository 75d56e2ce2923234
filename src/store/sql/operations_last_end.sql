SELECT MAX(updated_at) AS ended_at FROM operations WHERE state IN ('done', 'failed', 'undone') AND created_at > $1
