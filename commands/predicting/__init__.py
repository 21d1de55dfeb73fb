"""Parts of `commands.predict`: reading a table, writing predictions, telling of oddities."""
