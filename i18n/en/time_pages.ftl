# Pages of time: figures, reminders, subscription, series

figures-title = Figures
figures-days = Up to today
figures-last = { $days } days
figures-none = No appointments on these days. Choose other days to see figures.
figures-percent = { $share }%
figures-part = { $count } ({ $share })
figures-total = Appointments asked for
figures-missed = Patients who did not come
figures-missed-of = { $judged ->
    [one] { $missed } of one visit expected
   *[other] { $missed } of { $judged } visits expected
}
figures-lead = Usual wait for a visit (median)
figures-lead-same-day = the same day
figures-lead-days = { $count ->
    [one] { $days } day
   *[other] { $days } days
}
figures-busy = Doctors’ time
figures-busy-what = The time that is booked, of the time that today’s hours offer, less absences.
figures-occupancy = Occupancy
figures-booked = Booked
figures-offered = Offered
figures-wanted = Most wanted hours
figures-wanted-says = Most wanted: { $hours }.
figures-wanted-what = Requests by day and hour, whatever the answer was.
figures-wanted-table = See these figures as a table
figures-hour = Hour
figures-requests = Requests
figures-ways = At the clinic or from afar
figures-states = What became of them
agenda-sections = Around the agenda
reminders-title = Reminders
reminders-what = Before each confirmed visit the patient gets at most one message a day, never at night, and none on the day he was told of the confirmation.
reminders-when = When to remind?
reminders-two-days = Two days before, in the evening, for a visit confirmed more than a week ahead
reminders-evening = The evening before
reminders-two-hours = Two hours before
reminders-time = Time of the evening reminders
reminders-time-hint = Between 07:00 and 21:00, the clinic’s time.
reminders-saved = Saved. Visits confirmed or moved from now on follow these reminders.
reminders-stale = Somebody else has just changed the reminders. Your choice is still below; save it again if it is to replace what holds now:
reminders-held-two-days = two days before at { $time }
reminders-held-evening = the evening before at { $time }
reminders-held-two-hours = two hours before
reminders-held-none = no reminder
reminders-examples = What a patient gets
reminders-example = Visit confirmed today for { $visit }
reminders-example-none = No reminder.
reminders-words = The message gives the clinic’s name, the day and the time, and asks the patient whether he comes. On a shared phone it says only that something waits.
calendar-title = Other calendars
calendar-link = Your subscription link
calendar-what = With this link the calendar of your phone or computer shows your hours and when you are taken. It names no patient.
calendar-make = Make my link
calendar-once = Copy this address now, it will not be shown again. Keep it to yourself: whoever has it sees when you are taken, without any name.
calendar-address = Address
calendar-open = Open in my calendar
calendar-google = Google Calendar, on a computer: beside “Other calendars” tap +, then “From URL”, and paste the address.
calendar-outlook = Outlook: “Add calendar”, then “Subscribe from web”, and paste the address.
calendar-apple = iPhone, iPad or Mac: tap “Open in my calendar”, then “Subscribe”.
calendar-made = Link made on { $when }.
calendar-read = Last read on { $when }.
calendar-unread = No calendar has read it yet.
calendar-renew = Make a new link
calendar-renew-what = Address lost, or seen by somebody? Make a new link: the old one leads nowhere.
calendar-withdraw = Withdraw the link
calendar-withdrawn = The link is withdrawn. Your agenda here does not change.
calendar-file = File
calendar-file-what = The hours and confirmed appointments, to open in a calendar. This file names the patients: do not pass it on.
calendar-download = Download (.ics)
absences-edit = Change this absence
absences-stale = Somebody else has just changed this absence; what holds now is in the list above. What you entered is kept: save it again if it is to replace that.
place-again = Repeat this appointment
place-every = Every … weeks
place-count = Number of appointments
place-again-hint = With this one, 52 at most, always the same day at the same time. Leave empty for a single appointment.
field-series-day = { $day } is not possible. Nothing was booked; change the time, the rhythm or the number.
series-title = Series of { $count } appointments
series-made = The { $count } appointments of the series are booked, on the dates below.
notice-appointment-series = { $clinic }. { $count } appointments confirmed from { $day } at { $time }. See { $link }
hours-stale = Somebody else has just changed these hours; what holds now is in the list above. What you entered is kept: save it again if it is to replace them.
