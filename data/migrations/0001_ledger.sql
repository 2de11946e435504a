-- Numbered events: everything that ever changed what the district knows.
create table event (
    number  bigint    not null,     -- counts up from 1; a load's number is its load_id
    happened timestamp not null,
    who     varchar   not null,
    kind    varchar   not null,     -- load, undo, start
    load_id bigint,                 -- the load an undo withdraws
    detail  varchar                 -- JSON: what a rebuild would need to do the same again
);
create table load (
    load_id   bigint not null,
    file_name varchar not null,
    sha256    varchar not null,
    size      bigint not null,
    accepted  bigint not null,      -- rows of the file that went in, to one source or more
    refused   bigint not null       -- rows that stayed out
);
-- One load may feed several sources, from several sheets.
create table load_part (
    load_id   bigint not null,
    part      integer not null,
    source    varchar not null,
    sheet     varchar not null,
    accepted  bigint not null,
    harvested boolean not null      -- a list taken from a file of another kind, for want of a real one
);
-- The school-days a load claims to be complete for.
create table scope (
    load_id   bigint not null,
    source    varchar not null,
    school_id varchar,
    day       date
);
create view standing as
    select number as load_id from event
    where kind = 'load' and number not in (select load_id from event where kind = 'undo');
create table setting (name varchar not null, value varchar not null);
