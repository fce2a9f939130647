# Calendars: files and subscriptions

calendar-of = Calendar of { $doctor }
calendar-hours = Consultations
calendar-visit = Appointment
calendar-visit-with = Appointment with { $name }
audit-object-calendar-feed = Link to subscribe to a calendar
audit-does-calendar-download = { $actor } downloaded a calendar with the appointments.
audit-action-calendar-download = Download a calendar
audit-does-calendar-feed-create = { $actor } made a link to subscribe to their calendar.
audit-action-calendar-feed-create = Make a link to subscribe to a calendar
audit-does-calendar-feed-revoke = { $actor } removed the link to subscribe to their calendar.
audit-action-calendar-feed-revoke = Remove a link to subscribe to a calendar
