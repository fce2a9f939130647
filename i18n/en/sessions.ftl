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

programs-title = Programs you let in
programs-intro = You let them act in your name. Withdraw those you no longer use: their access ends at once.
programs-since = Let in since { $day }
programs-withdraw = Withdraw
programs-withdraw-of = Withdraw { $name }
