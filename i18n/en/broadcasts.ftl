# Broadcasts: one text to many patients

problem-broadcast-begun = This broadcast has begun already. Nothing was changed; its page shows how it goes.
problem-broadcast-scheduled = This broadcast is planned: only an administrator can still change it.
problem-broadcast-not-sending = This broadcast is not under way. Nothing was changed.
problem-broadcast-not-paused = This broadcast is not paused. Nothing was changed.
problem-broadcast-over = All of it has left: there is nothing more to cancel.
field-not-with-all = Choose all patients, or this criterion, not both.
field-audience-needed = Say for whom: all patients (target_all_patients), a gender or an age.
field-below-min = The greatest age is below the smallest one.
field-same-text-for-all = The same text goes to all: write it without braces.
field-tells-health-of-some = The word “{ $word }” names an illness, a test or a treatment, and the broadcast goes to some patients only. Write it without that word (for example “a message is waiting for you”), or send it to all patients.
field-no-such-site = There is no such site. Leave this empty.
work-queue-outreach_broadcast = Broadcasts under way
audit-object-broadcast = Broadcast
audit-does-broadcast-create = { $actor } wrote a broadcast.
audit-action-broadcast-create = Write a broadcast
audit-does-broadcast-update = { $actor } changed a broadcast.
audit-action-broadcast-update = Change a broadcast
audit-does-broadcast-delete = { $actor } deleted a broadcast.
audit-action-broadcast-delete = Delete a broadcast
audit-does-broadcast-send = { $actor } sent a broadcast.
audit-action-broadcast-send = Send a broadcast
audit-does-broadcast-schedule = { $actor } planned a broadcast.
audit-action-broadcast-schedule = Plan a broadcast
audit-does-broadcast-pause = { $actor } paused a broadcast.
audit-action-broadcast-pause = Pause a broadcast
audit-does-broadcast-resume = { $actor } let a broadcast go on.
audit-action-broadcast-resume = Let a broadcast go on
audit-does-broadcast-cancel = { $actor } cancelled a broadcast.
audit-action-broadcast-cancel = Cancel a broadcast
audit-does-broadcast-report = { $actor } looked at the report of a broadcast.
audit-action-broadcast-report = Look at the report of a broadcast
audit-does-broadcast-call-back = { $actor } reported of a broadcast; nothing follows from it.
audit-action-broadcast-call-back = Report of a broadcast

event-broadcast = Broadcast to many patients
variable-text = the broadcast’s text
variable-stop = how to get no more of them, where the patient can answer
notice-broadcast = { $clinic }: { $text }{ $stop }
broadcast-stop = Reply STOP to get no more of these.

broadcast-topic-health_tip = Health advice
broadcast-topic-reminder = Reminder
broadcast-topic-alert = Alert
broadcast-topic-info = News
broadcast-topic-prevention = Prevention
broadcast-state-draft = draft
broadcast-state-scheduled = planned
broadcast-state-sending = being sent
broadcast-state-paused = paused
broadcast-state-sent = sent
broadcast-state-partial = sent in part
broadcast-state-failed = failed
broadcast-state-cancelled = cancelled
broadcast-state-simulated = simulated
broadcast-excluded-inactive = Record not active
broadcast-excluded-no_gender = Gender not known
broadcast-excluded-no_birth_date = Birth date not known
broadcast-excluded-no_number = No number
broadcast-excluded-opted_out = Wants no such messages
broadcast-excluded-same_number = Somebody else gets it on the same number
delivery-state-pending = waiting
delivery-state-sending = being sent
delivery-state-sent = sent
delivery-state-delivered = received
delivery-state-failed = failed
delivery-state-expired = out of date
delivery-state-cancelled = cancelled
delivery-state-refused = not sent
delivery-state-simulated = simulated
delivery-state-excluded = left out

broadcasts-title = Broadcasts
broadcasts-what = One text to many patients, never at night, one message to a number. Nothing personal.
broadcasts-new = Write a broadcast
broadcasts-edit = Change the broadcast
broadcasts-none = There is no broadcast yet. Write the first one: you will see whom it reaches before you send it.
broadcasts-no-match = No broadcast matches. Widen the filters, or show all.
broadcasts-count = { $count ->
    [one] { $count } broadcast
   *[other] { $count } broadcasts
}
broadcasts-none-such = Nobody stands so.
broadcasts-name = Title
broadcasts-name-hint = For the staff: patients do not see it.
broadcasts-topic = Category
broadcasts-content = Text
broadcasts-content-hint = At most { $max } characters. The same for all: no name, no result, nothing personal. The clinic’s name is put before it.
broadcasts-size = { $count ->
    [one] { $count } SMS
   *[other] { $count } SMS
}, { $units } characters with the clinic’s name.
broadcasts-unicode = Some signs of this text are not in the alphabet of SMS: it costs more than twice as much.
broadcasts-saved-segments = Written in the alphabet of SMS; otherwise it would take { $count }.
broadcasts-audience = For whom
broadcasts-audience-all = All patients
broadcasts-audience-some = Some patients
broadcasts-any = All
broadcasts-gender = Gender
broadcasts-gender-F = Women
broadcasts-gender-M = Men
broadcasts-age-min = Smallest age
broadcasts-age-max = Greatest age
broadcasts-age-hint = In years. People without a birth date in their record are not counted.
broadcasts-from-age = { $age } years and older
broadcasts-to-age = { $age } years at most
broadcasts-pace = Messages a minute
broadcasts-pace-hint = Left empty: { $pace }. A reminder always goes first.
broadcasts-check = Save and check
broadcasts-when = Goes at
broadcasts-state = State
broadcasts-gone = Progress
broadcasts-progress = { $gone } of { $all }
broadcasts-simulated = Nothing really left: the messages are in the simulator.
broadcasts-preview = Before you send
broadcasts-reach = { $count ->
    [0] Nobody would get this message.
    [one] { $count } person will get it.
   *[other] { $count } people will get it.
}
broadcasts-minutes = { $count ->
    [one] It takes about one minute.
   *[other] It takes about { $count } minutes.
}
broadcasts-segments = { $count ->
    [one] { $count } SMS in all.
   *[other] { $count } SMS in all.
}
broadcasts-cost = Estimated cost: { $cost }.
broadcasts-spent = Cost so far: { $cost }.
broadcasts-whole = About { $cost } when all of it has left.
broadcasts-unpriced = { $count ->
    [one] One message is not counted: its price is not known.
   *[other] { $count } messages are not counted: their price is not known.
}
broadcasts-left-out = Do not get it
broadcasts-people = { $reason }: { $count }
broadcasts-confirm = Send
broadcasts-confirm-hint = A message that has left does not come back. At night, from 9 pm to 7 am, the broadcast waits for the morning.
broadcasts-send = { $count ->
    [one] Send now to { $count } person
   *[other] Send now to { $count } people
}
broadcasts-at = Or later, at
broadcasts-plan = Plan
broadcasts-by-admins = An administrator can send this broadcast.
broadcasts-pause = Pause
broadcasts-resume = Go on
broadcasts-cancel = Cancel the broadcast
broadcasts-report = Report by person
broadcasts-stale = Somebody changed this broadcast meanwhile. Check what follows, then try again.
broadcasts-done-saved = It is saved. Nothing has left yet.
broadcasts-done-removed = The broadcast is deleted.
broadcasts-done-send = It is on its way. Progress is shown here.
broadcasts-done-schedule = It is planned.
broadcasts-done-pause = The broadcast is paused. What already waited at the operator may still go.
broadcasts-done-resume = The broadcast goes on.
broadcasts-done-cancel = The broadcast is cancelled. What had left stays sent.
