"""Loads: what was loaded, by whom, what became of it, and undo."""
from indicators import load_history
from pages import frame, learned_parts, load_parts

view = frame.view("pages/loads.py")
chosen = load_parts.chosen()

if chosen is None:
    load_parts.show_history(view)
    learned_parts.what_was_learned()
elif (load := load_history.one(view, chosen)) is None:
    load_parts.no_such_load(chosen)
else:
    load_parts.show_load(view, load)
