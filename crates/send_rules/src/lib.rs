//! Pure rules of messaging: encoding, segments, keywords, whether and how to send.
