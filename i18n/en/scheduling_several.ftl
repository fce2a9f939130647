# Several appointments at once: on one day, or in a series.

notice-reminder-each = { $clinic }. Reminder, { $count } appointments on { $day } from { $time }. Confirm or not on { $link }
reply-several = Your { $count } appointments
reply-each = Answer for each of them.

series-cancel = Cancel the whole series
series-cancel-what = { $count ->
    [one] One appointment to come will be cancelled. Past ones stay as they are.
   *[other] { $count } appointments to come will be cancelled. Past ones stay as they are. The patient gets one message.
}
series-cancel-do = Cancel these appointments
series-cancelled = The appointments to come of this series are cancelled.
notice-appointment-series-cancelled = { $clinic }. Your { $count } appointments from { $day } on are cancelled. See { $link }
problem-no-series = This appointment belongs to no series. Nothing was changed: cancel it alone.
