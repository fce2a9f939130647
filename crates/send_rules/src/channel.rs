kernel::words! {
    /// The way a message travels.
    pub enum Channel {
        /// WhatsApp, through the provider's business sender.
        Whatsapp = "whatsapp",
        /// Text message (GSM 03.40).
        Sms = "sms",
        /// A call in which the text is spoken, and keys are pressed for an answer.
        Voice = "voice",
        /// A notification of the clinic's app on the device of the number's owner.
        Push = "push",
        /// E-mail: the only way that does not lead to a phone.
        Email = "email",
    }
}

impl Channel {
    /// The ways that lead to a phone number.
    pub const PHONES: [Self; 4] = [Self::Whatsapp, Self::Sms, Self::Voice, Self::Push];

    /// Those of them that leave from a number of the clinic's, in words of their own; a
    /// notification says what the SMS would.
    pub const NUMBERS: [Self; 3] = [Self::Whatsapp, Self::Sms, Self::Voice];

    /// Those of them by which people write, and are written back to.
    pub const TEXTS: [Self; 2] = [Self::Whatsapp, Self::Sms];

    /// The way to a phone for a word; an e-mail is none.
    #[must_use]
    pub fn parse_phone(word: &str) -> Option<Self> {
        Self::parse(word).filter(|channel| Self::PHONES.contains(channel))
    }

    /// The way from a number of the clinic's for a word; a notification is none.
    #[must_use]
    pub fn parse_number(word: &str) -> Option<Self> {
        Self::parse(word).filter(|channel| Self::NUMBERS.contains(channel))
    }

    /// The way whose words it says.
    #[must_use]
    pub const fn in_words_of(self) -> Self {
        match self {
            Self::Push => Self::Sms,
            own => own,
        }
    }

    /// The way of a written text to a phone for a word; a call is none, nor is what nobody
    /// can write back to.
    #[must_use]
    pub fn parse_text(word: &str) -> Option<Self> {
        Self::parse(word).filter(|channel| Self::TEXTS.contains(channel))
    }
}

kernel::words! {
    /// What a message is for: decides opt-out, quiet hours and who goes first.
    /// Declared in the order in which a backlog is worked off
    /// (`spec/messaging.md`, expiry).
    pub enum Category {
        /// A sign-in code or another message that guards an account.
        Security = "security",
        /// An answer to the patient's own question, by staff or by rule.
        Answer = "answer",
        /// Something changed that concerns him now: confirmed, moved, his turn.
        Notification = "notification",
        /// A reminder of what he already knows.
        Reminder = "reminder",
        /// A result is ready.
        Result = "result",
        /// Health advice.
        Advice = "advice",
        /// The same text to many.
        Broadcast = "broadcast",
    }
}

impl Category {
    /// Whether it goes out despite opt-out and at night: codes and answers are
    /// what the patient is waiting for.
    #[must_use]
    pub const fn is_awaited(self) -> bool {
        matches!(self, Self::Security | Self::Answer)
    }

    /// Whether it waits when the month's money is spent: what nobody asked for and nobody
    /// misses does, what was promised to one patient never (`spec/messaging.md`, cost).
    #[must_use]
    pub const fn waits_for_money(self) -> bool {
        matches!(self, Self::Broadcast)
    }

    /// Place in the queue after an outage: lower goes first.
    #[must_use]
    pub const fn priority(self) -> u8 {
        match self {
            Self::Security => 0,
            Self::Answer => 1,
            Self::Notification => 2,
            Self::Reminder => 3,
            Self::Result => 4,
            Self::Advice => 5,
            Self::Broadcast => 6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_is_worked_off_in_the_order_of_declaration() {
        let priorities: Vec<u8> = Category::ALL.iter().map(|c| c.priority()).collect();
        assert!(priorities.is_sorted_by(|a, b| a < b));
        assert_eq!(Category::parse("result"), Some(Category::Result));
        assert_eq!(Channel::parse("whatsapp"), Some(Channel::Whatsapp));
    }

    #[test]
    fn an_e_mail_does_not_lead_to_a_phone() {
        for channel in Channel::ALL {
            let to_phone = Channel::parse_phone(channel.as_str()).is_some();
            assert_eq!(to_phone, *channel != Channel::Email, "{channel}");
            let written = Channel::parse_text(channel.as_str()).is_some();
            let one_way = matches!(channel, Channel::Voice | Channel::Push);
            assert_eq!(written, to_phone && !one_way, "{channel}");
            let from_number = Channel::parse_number(channel.as_str()).is_some();
            let own_words = channel.in_words_of() == *channel;
            assert_eq!(from_number, to_phone && own_words, "{channel}");
        }
        assert_eq!(Channel::parse_phone("pigeon"), None);
    }
}
