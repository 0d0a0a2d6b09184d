"""How words of strangers, and times, reach people: the one place for each."""
