-- The definitions the weekly numbers stand for, each with a fingerprint of what it is made of.
create table definition (name varchar not null, made_of varchar not null);
