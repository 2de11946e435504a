-- Every school-day that should have arrived, by source, and whether it did.
-- sources:
-- covered by: expected
-- columns: school_id varchar, day date, source varchar, received boolean
select school_id, day, source, received from {expected}
