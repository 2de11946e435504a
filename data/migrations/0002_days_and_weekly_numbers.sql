-- School days by district rule, and days on which one school differs from it.
create table school_day (
    day      date    not null,
    year     integer not null,      -- the school year's first calendar year
    n        integer not null,      -- running number over all years
    uploaded boolean not null       -- from a calendar; otherwise from who reported
);
create table school_day_exception (school_id varchar not null, day date not null, open boolean not null);
-- Weekly numbers of schools as they stand, sorted by school.
create table weekly (
    indicator   varchar not null,
    school_id   varchar not null,
    week        date    not null,   -- its Monday
    measure     varchar not null,   -- counts, or percentages where a file had no counts
    numerator   double,
    denominator double,
    expected    bigint  not null,   -- school-days
    received    bigint  not null
);
-- Every revision ever made, with its event; gone says that the number was withdrawn.
create table weekly_revision (
    event       bigint  not null,
    indicator   varchar not null,
    school_id   varchar not null,
    week        date    not null,
    measure     varchar,
    numerator   double,
    denominator double,
    expected    bigint,
    received    bigint,
    gone        boolean not null
);
-- The school-days each dated source has arrived for, kept beside the live rows.
create table received (source varchar not null, school_id varchar not null, day date not null);
