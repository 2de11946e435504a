"""Loads: what was loaded, by whom, what became of it, and undo."""
from indicators import history
from pages import frame, load_parts

view = frame.view("pages/loads.py")
chosen = load_parts.chosen()

if chosen is None:
    load_parts.show_history(view)
elif (load := history.one(view, chosen)) is None:
    load_parts.no_such_load(chosen)
else:
    load_parts.show_load(view, load)
