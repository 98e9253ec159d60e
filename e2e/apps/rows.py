"""Runs statements on an SQLite file and prints the last one's rows as JSON. Arguments: the file, statements."""

import json
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
database.row_factory = sqlite3.Row
answer = []
for statement in sys.argv[2:]:
    answer = [dict(row) for row in database.execute(statement)]
database.commit()
database.close()
print(json.dumps(answer))
