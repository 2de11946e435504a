"""Upload: drop in a spreadsheet, see what it would change, accept it or not."""
from pages import frame, preview_parts, upload_parts

view = frame.view("pages/upload.py")
intake = upload_parts.intake()

if intake is None:
    upload_parts.choose(view)
elif intake.at_work:
    upload_parts.wait_for(intake.at_work, intake.upload.name)
elif intake.load:
    upload_parts.stored(view, intake)
elif intake.refused:
    upload_parts.refused(view, intake)
else:
    preview_parts.check(view.sources, intake)
