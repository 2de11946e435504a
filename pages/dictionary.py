"""Dictionary: what each indicator is and what each kind of spreadsheet needs."""
from pages import dictionary_parts, frame, parts

view = frame.view("pages/dictionary.py")
lead = ("**What each number means, and which spreadsheet it is made of.** Every example here is run by the tests; "
        "every rule is read from the same file the numbers come from.")

with parts.page("For whoever asks what a number means", "Dictionary", lead):
    dictionary_parts.broken_files(view)
    if dictionary_parts.shows_spreadsheets():
        dictionary_parts.spreadsheet(view)
    else:
        dictionary_parts.indicator(view)
