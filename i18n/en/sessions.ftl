# Where somebody is signed in.

sessions-title = My sessions
sessions-intro = This is where your account is open. End what you do not recognise, then change your password.
sessions-agent = { $program } on { $system }
sessions-browser = Browser
sessions-program = Program
sessions-current = this one
sessions-used = Last used: { $at }
sessions-since = Since { $at }
sessions-client = Address: { $client }
sessions-end = End
sessions-end-of = End { $what }
sessions-end-others = End all others
