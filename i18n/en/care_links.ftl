# The links that show a consultation, as the clinic sees them.

links-title = Sharing links
links-intro = Whoever has one of these links reads this consultation without a password. Closing a link makes it useless at once.
links-none = No link shows this consultation at the moment.
links-until = Valid until
links-by = Made by
links-made = Made on
links-opened = Opened
links-somebody = Somebody
links-ended = This link shows nothing any more.
