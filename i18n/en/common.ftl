# What all pages have in common.

layout-skip = Skip to content
layout-nav = Main menu
layout-sign-in = Sign in
layout-sign-out = Sign out
layout-language = Language
layout-offline = Connection lost. What you write stays here; send it again once it is back.
layout-messages = Announcements
layout-home = Go to the start page
layout-request-id = Request number
layout-close = Close

role-patient = Patient
role-medecin = Doctor
role-agent = Front desk
role-manager = Site manager
role-admin = Administrator
role-superadmin = Platform administrator

common-save = Save
common-cancel = Cancel
common-send = Send
common-search = Search
common-add = Add
common-edit = Edit
common-delete = Delete
common-back = Back
common-close = Close
common-confirm = Confirm
common-refuse = Refuse
common-yes = Yes
common-no = No
common-more = Show more
common-optional = optional
common-none = None
common-loading = Loading…
common-saved = Saved.
common-pages = Pages of the list
common-previous-page = Previous page
common-next-page = Next page
common-page = Page { $page } of { $pages }
