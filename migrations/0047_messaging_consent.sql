-- Decisions about one way or one kind of message; without them a decision is about all.
-- Of each pair of both the newest row decides.
ALTER TABLE consent_event ADD COLUMN channel TEXT CHECK (channel IN ('whatsapp', 'sms', 'voice', 'email', 'push'));
ALTER TABLE consent_event ADD COLUMN category TEXT CHECK (category IN ('notification', 'reminder', 'result', 'advice',
    'broadcast'));
-- Who wrote it down, when that was a person, and the version of the words he chose by.
ALTER TABLE consent_event ADD COLUMN noted_by {uuid};
ALTER TABLE consent_event ADD COLUMN wording TEXT;
