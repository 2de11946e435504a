-- What stayed out of a load, and why: places and reasons only, for a cell may name a child. At most the first thousand of a load.
create table refused (
    load_id     bigint  not null,
    sheet       varchar not null,
    file_row    integer not null,
    column_name varchar not null,   -- the heading of the bad cell, or of several; empty where the whole row is at fault
    problem     varchar not null
);
