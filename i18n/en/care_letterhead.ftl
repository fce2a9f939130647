letterhead-nav = Letterhead
letterhead-title = Letterhead
letterhead-intro = This stands at the top of every document that you print, of records that are signed already too. What was signed does not change.
letterhead-saved = Saved. Documents have this letterhead now.
letterhead-address = Address
letterhead-address-hint = Five lines at most.
letterhead-phone = Phone
letterhead-email = E-mail
letterhead-logo = Logo
letterhead-logo-hint = A PNG or JPEG picture of 512 KB at most.
letterhead-logo-now = The logo now
letterhead-without-logo = Take the logo away
letterhead-save = Save
letterhead-example = See an example (PDF, new tab)

field-logo-kind = Choose a PNG or JPEG picture.
field-logo-too-large = { $max } KB and 4 million pixels at most. Make the picture smaller, then send it again.
field-logo-unreadable = This picture cannot be printed. Save it again as PNG, then send it.
field-too-many-lines = { $max } lines at most.

audit-does-letterhead-update = The letterhead was changed.
audit-action-letterhead-update = Change the letterhead
