-- Unexcused absences and how many school days passed until the family was reached.
-- sources: absences, family_contacts
-- covered by: family_contacts
-- columns: school_id varchar, day date, absences bigint, school_days_to_contact bigint, tried boolean
-- From rows a student: each absence not said to be excused, with its contacts, joined by school, day and student. Only
-- school-days on which contacts have arrived: where no log was sent, nobody knows whether the family was called. And
-- none that counts speak for, or every absence would stand twice. A row of the log without a day of contact is no try.
select a.school as school_id, a.date as day, 1 as absences,
       min(done.n - since.n) filter (where c.reached) as school_days_to_contact,
       count(*) filter (where c.contacted_on is not null or c.reached) > 0 as tried
from {absences} a
join received r on r.source = 'family_contacts' and r.school_id = a.school and r.day = a.date
left join {family_contacts} told on told.school = a.school and told.date = a.date and told.student = 'all'
     and told.absences is not null and told.reached_in_time is not null
left join {family_contacts} c on c.school = a.school and c.date = a.date and c.student = a.student
left join {numbered_days} since on since.day = a.date
left join {numbered_days} done on done.day = c.contacted_on
where a.excused is not true and told.school is null
group by a.school, a.date, a.student
union all
-- From counts a school-day: those reached in time count as two days, which is what "in time" means here.
select school, date, reached_in_time, 2, case when attempted is null then null else true end
from {family_contacts} where student = 'all' and absences is not null and reached_in_time is not null
union all
select school, date, coalesce(attempted, absences) - reached_in_time, null, case when attempted is null then null else true end
from {family_contacts} where student = 'all' and absences is not null and reached_in_time is not null
union all
select school, date, absences - attempted, null, false
from {family_contacts} where student = 'all' and absences is not null and reached_in_time is not null and attempted is not null
