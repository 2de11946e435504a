"""Files in, trustworthy rows out. Knows schools, days and kinds of spreadsheet; knows no indicator."""
