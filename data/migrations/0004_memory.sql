-- Answers to questions about uploads, by the load that was accepted with them. The shape is a sheet's headings; empty: any file.
create table remembered (load_id bigint not null, shape varchar not null, question varchar not null, answer varchar not null);
