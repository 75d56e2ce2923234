SELECT id, at, actor, action, subject, outcome, operation, before_json, after_json, note FROM audit WHERE id = $1
