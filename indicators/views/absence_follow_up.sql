-- Unexcused absences and how many school days passed until the family was reached.
-- sources: absences, family_contacts
-- covered by: family_contacts
-- columns: school_id varchar, day date, absences bigint, school_days_to_contact bigint, tried boolean
-- From rows a student: each unexcused absence with its contacts, joined by school, day and student.
select a.school as school_id, a.date as day, 1 as absences,
       min(done.n - since.n) filter (where c.reached) as school_days_to_contact,
       count(c.school) > 0 as tried
from {absences} a
left join {family_contacts} c on c.school = a.school and c.date = a.date and c.student = a.student
left join {numbered_days} since on since.day = a.date
left join {numbered_days} done on done.day = c.contacted_on
where a.excused is not true
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
