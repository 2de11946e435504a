"""What an understood upload would change, for a person to accept or not. Draws what `indicators.uploading` worked out."""
from __future__ import annotations

import streamlit as st

from data.finding import Level
from data.prepare import COVERS, ONLY_ITS_ROWS
from data.source import Sources
from indicators import by_hand
from indicators.escape import escaped
from indicators.intake import Intake
from indicators.phrases import count_words
from indicators.sheets import SHEETS_SHOWN, SheetRead
from indicators.uploading import LINES_SHOWN, Changes, Preview, findings_csv
from pages import frame, layout_parts, mend_parts, new_kind_parts, parts, tables, upload_parts

CARDS_SHOWN = 8
FINDINGS_SHOWN = 100
MEANS = {"New": "not known before", "Changed": "old values are kept", "Unchanged": "there already, the same",
         "Gone": "in an earlier file, not in this one"}


def check(sources: Sources, taken: Intake) -> None:
    """Step 2: everything this file would do, and the way to accept it last."""
    preview = taken.preview
    lead = f"**{escaped(preview.answer)}** Nothing is saved until you accept. {escaped(preview.told)}"
    with parts.page("Upload · step 2 of 3: check before you accept", escaped(taken.upload.name), lead):
        questions(taken, preview)
        if preview.can_be_accepted:
            for changes in preview.changes:
                counts(changes, named=len(preview.understood.prepared.parts) > 1)
        findings(preview)
        mend_parts.mend(taken, preview)
        for sheet in preview.sheets[:SHEETS_SHOWN]:
            rows_read(sheet, preview)
            layout_parts.read_differently(taken, sheet)
            columns(taken, sheet, sources)
        if more := preview.sheets[SHEETS_SHOWN:]:
            parts.say_quietly(escaped(f"and {count_words(len(more), 'more sheet')}: {', '.join(sheet.name for sheet in more)}"))
        if preview.can_be_accepted:
            effects(taken, preview)
        actions(taken, preview)


def questions(taken: Intake, preview: Preview) -> None:
    """What only a person can say, all at once. Nothing can be accepted before it is answered."""
    asked = preview.understood.prepared.questions
    if not asked:
        return
    with st.form("questions"):
        said = {question.key: st.radio(f"**{escaped(question.ask)}**", [*question.options], index=None, key=f"answer {question.key}",
                                       format_func=lambda option, words=question.options: escaped(words[option])) for question in asked}
        if st.form_submit_button("**Use this answer**" if len(asked) == 1 else "**Use these answers**", icon=":material/check:") and any(said.values()):
            taken.read(taken.answers | {key: answer for key, answer in said.items() if answer})
            st.rerun()
    if len(asked) > 1:
        parts.say_quietly("Headway remembers your answers for the next file like this one.")


def counts(changes: Changes, *, named: bool) -> None:
    if named:
        parts.say_quietly(escaped(changes.kind))
    with st.grid(4, min_column_width=130):
        for label, number in (("New", changes.new), ("Changed", changes.changed), ("Unchanged", changes.unchanged), ("Gone", changes.gone)):
            with st.container(border=True, height="stretch", gap="xxsmall"):
                st.metric(label, f"{number:,}")
                parts.say_quietly(MEANS[label])


def findings(preview: Preview) -> None:
    """The gravest as cards, all of them in a table and as a list to take away."""
    found = preview.findings
    if not found:
        return
    st.header(preview.findings_heading, anchor=False)
    if (refused := preview.understood.prepared.refused) and preview.can_be_accepted:
        these = "this row stays out until it is" if refused == 1 else "these rows stay out until they are"
        st.markdown(f"You can accept now: {these} mended, here or later.")
    for finding in found[:CARDS_SHOWN]:
        tables.finding_card(finding)
    if len(found) > CARDS_SHOWN:
        with st.expander(f"All {len(found):,} of them"):
            tables.findings_table(found[:FINDINGS_SHOWN], alt="All findings: where, what is wrong, what to do")
            if len(found) > FINDINGS_SHOWN:
                parts.say_quietly("The first hundred. The list to download has all.")
    if any(finding.row and finding.level != Level.NOTE for finding in found):
        st.download_button("Download what to fix", data=lambda: findings_csv(found), file_name="what to fix.csv", mime="text/csv",
                           key="what_to_fix", on_click="ignore")


def rows_read(sheet: SheetRead, preview: Preview) -> None:
    """A few rows of each sort as the file has them; grey ones do not count."""
    name = f", sheet “{escaped(sheet.name)}”" if sheet.name and len(preview.sheets) > 1 else ""
    st.header(f"What we read, row by row{name}", anchor=False)
    st.markdown(f"The headings are in row {sheet.table.header_row:,}. Grey rows do not count, each for a reason. Some rows of each sort:")
    blank = ("",) * (len(sheet.headings) - 1)
    tables.table(("Row", "What we do", *sheet.headings), [(row.row, row.fate, row.text, *(row.values or blank)) for row in sheet.rows],
                 alt="Some rows of the file and what is done with each", quiet=[at for at, row in enumerate(sheet.rows) if row.aside])


def columns(taken: Intake, sheet: SheetRead, sources: Sources) -> None:
    """Which column was taken for what, and a way to say it better."""
    if not sheet.kinds:
        st.header("What is this?", anchor=False)
        st.markdown("Choose the kind of spreadsheet, then say which column is which.")
        by_hand_form(taken, sheet, sources)
        new_kind_parts.offer(taken, sheet, sources)
        return
    st.header("How your columns match", anchor=False)
    st.markdown("You need not rename anything.")
    tables.table(("Your column", "We read it as", "Why"), [(use.heading, use.read_as, use.why) for use in sheet.columns],
                 alt="Each column of the file, what it is read as, and why", quiet=[at for at, use in enumerate(sheet.columns) if use.unused])
    with st.expander("Change a match", key=f"change {sheet.name}", on_change="rerun") as opened:
        if opened.open:
            by_hand_form(taken, sheet, sources)
    new_kind_parts.offer(taken, sheet, sources)


def by_hand_form(taken: Intake, sheet: SheetRead, sources: Sources) -> None:
    """A kind of spreadsheet and a column for each of its fields."""
    names = [*sources.by_name]
    before = next(iter(sheet.kinds), taken.answers.get(f"source:{sheet.name}"))
    kind = st.selectbox("Kind of spreadsheet", names, index=names.index(before) if before in names else None, key=f"kind {sheet.name}",
                        format_func=lambda name: sources[name].label, placeholder="Choose one", width=parts.READING_WIDTH // 2)
    if not kind:
        return
    words = by_hand.column_words(sheet.table)
    st.markdown(f"It needs {escaped(by_hand.needs(sources[kind]))}.")
    with st.form(f"columns {sheet.name} {kind}"):
        with st.grid(3, min_column_width=220):
            picked = {choice.field: st.selectbox(escaped(choice.label), [*words], index=[*words].index(choice.column), format_func=words.get,
                                                 key=f"match {sheet.name} {kind}.{choice.field}")
                      for choice in by_hand.choices(sheet.table, sources[kind], taken.answers)}
        if st.form_submit_button("**Read it so**", icon=":material/check:"):
            taken.read(by_hand.answers_of(sheet.table, sources[kind], picked, taken.answers, sheet.kinds))
            st.rerun()


def effects(taken: Intake, preview: Preview) -> None:
    """What accepting would do, by week, school and value."""
    st.header("What it would change", anchor=False)
    covers(taken, preview)
    if not (preview.new or preview.changed or preview.gone):
        st.markdown("Nothing: every row of it is there already.")
    for changes in preview.changes:
        where_and_when(changes, named=len(preview.changes) > 1)
    numbers(preview)
    if preview.altered:
        st.subheader(f"{count_words(preview.changed, 'row')} would change", anchor=False)
        tables.table(("School", "Day", "Field", "Was", "Becomes"), preview.altered, alt="Some values that would change, from what to what")
        some = "Some of them. " if len(preview.altered) >= LINES_SHOWN else ""
        parts.say_quietly(f"{some}The old values stay in the history, and you can undo this load at any time.")
    if preview.gone_where:
        st.subheader(f"{count_words(preview.gone, 'row')} would go", anchor=False)
        st.markdown("They were in an earlier file for the same schools and days, and are not in this one.")
        st.markdown("\n".join(f"- {escaped(line)}" for line in preview.gone_where))


def numbers(preview: Preview) -> None:
    """What it does to the numbers people look at."""
    moves = preview.moves
    if moves is None:
        parts.say_quietly("The file is too large to work out its weekly numbers beforehand. They are there when it is accepted, and it can be undone.")
        return
    if moves.lines:
        st.subheader("Numbers that would move", anchor=False)
        tables.table(("Indicator", "School", "Week", "Was", "Becomes"), moves.lines, alt="Weekly numbers that would move, from what to what")
        if moves.others:
            parts.say_quietly(f"and {count_words(moves.others, 'smaller move')}.")
    if moves.first:
        st.subheader("Numbers that would be new", anchor=False)
        st.markdown("\n".join(f"- {escaped(line)}" for line in moves.first))


def where_and_when(changes: Changes, *, named: bool) -> None:
    """Rows by week and by school."""
    if changes.weeks:
        if named:
            parts.say_quietly(escaped(changes.kind))
        tables.table(("Week", "Schools", "New", "Changed", "Gone"), changes.weeks, counts=True,
                     alt="Rows that would be new, changed or gone, by week")
        if changes.earlier_weeks:
            parts.say_quietly(escaped(changes.earlier_weeks))
    if changes.by_school.num_rows > 1:
        with st.expander(f"School by school ({changes.by_school.num_rows:,})", key=f"by_school {changes.kind}", on_change="rerun") as opened:
            if opened.open:
                st.dataframe(changes.by_school, hide_index=True, alt="Rows that would be new, changed, unchanged or gone, by school")


def covers(taken: Intake, preview: Preview) -> None:
    """A file of things that happened may say that nothing else did: which days is it complete for?"""
    if not (cover := preview.cover):
        return
    said = taken.answers.get(COVERS, ONLY_ITS_ROWS)
    words = {ONLY_ITS_ROWS: "Only the schools and days it has rows for", cover.answer:
             f"{cover.words} at all {cover.schools:,} schools: where it has no row, nothing happened"}
    picked = st.radio("This file is complete for", [*words], index=[*words].index(said) if said in words else 0, key=f"covers {said}",
                      format_func=lambda answer: escaped(words[answer]))
    if picked != said:
        taken.read({**taken.answers, COVERS: picked})
        st.rerun()


def actions(taken: Intake, preview: Preview) -> None:
    with st.container(horizontal=True):
        if preview.can_be_accepted and st.button(f"**Accept {count_words(preview.ready, 'row')}**", icon=":material/check:", key="accept"):
            taken.accept(frame.scope(), at=frame.now())
            st.rerun()
        if st.button("Discard", type="tertiary", key="discard"):
            taken.discard()
            upload_parts.forget()
            st.rerun()
    if preview.understood.prepared.questions:
        parts.say_quietly("It can be accepted when the question above is answered.")
