DELETE FROM sessions WHERE user_folded = $1
