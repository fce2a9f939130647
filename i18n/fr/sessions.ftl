# Mes connexions.

sessions-title = Mes connexions
sessions-intro = Voici où votre compte est ouvert. Fermez ce que vous ne reconnaissez pas, puis changez votre mot de passe.
sessions-agent = { $program } sur { $system }
sessions-browser = Navigateur
sessions-program = Programme
sessions-current = celle-ci
sessions-used = Dernière activité : { $at }
sessions-since = Ouverte le { $at }
sessions-client = Adresse : { $client }
sessions-end = Fermer
sessions-end-of = Fermer { $what }
sessions-end-others = Fermer toutes les autres

programs-title = Programmes autorisés
programs-intro = Vous les avez laissés agir en votre nom. Retirez ceux dont vous ne vous servez plus : leur accès cesse aussitôt.
programs-since = Autorisé depuis le { $day }
programs-withdraw = Retirer
programs-withdraw-of = Retirer { $name }
