# The inbox.

inbox-title = Messages
inbox-filter = Conversations shown
inbox-open = Open
inbox-closed = Closed
inbox-conversation = Conversation
inbox-lines = Exchange
inbox-choose = Choose a conversation.
inbox-empty = No conversation here. A message appears as soon as it comes in.
inbox-no-text = (no text)
inbox-unread = { $count ->
    [one] { $count } new
   *[other] { $count } new
}
inbox-to-confirm = To confirm
inbox-who = Who is writing?
inbox-unknown = Unknown
inbox-more-conversations = And { $count } older conversations.
inbox-answer = Your answer
inbox-by = By
inbox-more = Note, assignment, closing
inbox-note = Internal note (the patient does not see it)
inbox-is-note = Internal note
inbox-add-note = Add the note
inbox-assign = Assign to
inbox-nobody = Nobody
inbox-close = Close the conversation
inbox-reopen = Open the conversation again
inbox-assigned-to = assigned to { $name }
inbox-is-closed = closed
inbox-proposal = This number resembles that of { $name } but is not the same. Is it the same person?
inbox-yes-same = Yes, the same person
inbox-no-other = No, somebody else
inbox-shared = Several patients share this number. Who wrote?
inbox-file-pending = { $kind ->
    [image] A picture is coming in…
    [audio] A voice message is coming in…
    [video] A video is coming in…
   *[file] A file is coming in…
}
inbox-file-failed = { $kind ->
    [image] The picture could not be fetched.
    [audio] The voice message could not be fetched.
    [video] The video could not be fetched.
   *[file] The file could not be fetched.
} The message itself is kept. Try again, or ask the patient to send it once more.
inbox-file-again = Try again
inbox-picture = Picture received
inbox-file = { $kind ->
    [image] Open the picture
    [audio] Open the voice message
    [video] Open the video
   *[file] Open the file
}
inbox-not-attached = not attached yet
inbox-opted-out = This number wants no more messages. Only your answers to its questions are sent.
inbox-use-sms = You can answer by SMS.
inbox-who-is-writing = This phone is shared. Who is writing? Answer with the number: { $choices }
inbox-stopped = { $clinic }: noted, you will receive no more messages from us. To receive them again, write START.
inbox-started = { $clinic }: noted, you will receive our messages again. To stop them, write STOP.
inbox-started-chosen = { $clinic }: noted, you will receive again the messages that you had chosen, and only those. To stop them, write STOP.
inbox-event-opted-out = Asked for messages to stop
inbox-event-opted-in = Accepts messages again
inbox-event-opted-in-chosen = Accepts again the messages that had been chosen
inbox-event-coming = Said that they come to the appointment. Nothing was answered.
inbox-event-called-off = Called the appointment off. Nothing was answered.
inbox-event-attached = Exchange attached to this patient
inbox-event-refused = The resemblance was ruled out
inbox-event-assigned = Assigned to a colleague
inbox-event-unassigned = Given back to everybody
inbox-event-opened = Opened again
inbox-event-closed = Closed
