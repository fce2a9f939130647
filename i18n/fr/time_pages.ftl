# Pages du temps : chiffres, rappels, abonnement, séries

figures-title = Chiffres
figures-days = Jusqu’à aujourd’hui
figures-last = { $days } jours
figures-none = Aucun rendez-vous ces jours-là. Choisissez d’autres jours pour voir des chiffres.
figures-percent = { $share } %
figures-part = { $count } ({ $share })
figures-total = Rendez-vous demandés
figures-missed = Patients qui ne sont pas venus
figures-missed-of = { $judged ->
    [one] { $missed } sur une visite attendue
   *[other] { $missed } sur { $judged } visites attendues
}
figures-lead = Délai habituel avant la visite (médiane)
figures-lead-same-day = le jour même
figures-lead-days = { $count ->
    [one] { $days } jour
   *[other] { $days } jours
}
figures-busy = Temps des médecins
figures-busy-what = Le temps réservé, comparé au temps que proposent les horaires d’aujourd’hui, absences déduites.
figures-occupancy = Occupation
figures-booked = Réservé
figures-offered = Proposé
figures-wanted = Heures les plus demandées
figures-wanted-says = Les plus demandées : { $hours }.
figures-wanted-what = Nombre de demandes par jour et par heure, quelle que soit la réponse.
figures-wanted-table = Voir ces chiffres en tableau
figures-hour = Heure
figures-requests = Demandes
figures-ways = Au cabinet ou à distance
figures-states = Ce qu’ils sont devenus
agenda-sections = Autour de l’agenda
reminders-title = Rappels
reminders-what = Avant chaque visite confirmée, le patient reçoit au plus un message par jour, jamais la nuit, et aucun le jour où il a été prévenu de la confirmation.
reminders-when = Quand rappeler ?
reminders-two-days = Deux jours avant, le soir, pour une visite confirmée plus d’une semaine à l’avance
reminders-evening = La veille au soir
reminders-two-hours = Deux heures avant
reminders-time = Heure des rappels du soir
reminders-time-hint = Entre 07:00 et 21:00, heure de la clinique.
reminders-saved = C’est enregistré. Les visites confirmées ou déplacées à partir de maintenant suivent ces rappels.
reminders-stale = Quelqu’un d’autre vient de changer les rappels. Votre choix est encore ci-dessous ; enregistrez-le de nouveau s’il doit remplacer ce qui vaut maintenant :
reminders-held-two-days = deux jours avant à { $time }
reminders-held-evening = la veille à { $time }
reminders-held-two-hours = deux heures avant
reminders-held-none = aucun rappel
reminders-examples = Ce que reçoit un patient
reminders-example = Visite confirmée aujourd’hui pour le { $visit }
reminders-example-none = Aucun rappel.
reminders-words = Le message donne le nom de la clinique, le jour et l’heure, et demande au patient s’il vient. Sur un téléphone partagé, il dit seulement qu’une information attend.
calendar-title = Agenda externe
calendar-link = Votre lien d’abonnement
calendar-what = Avec ce lien, l’agenda de votre téléphone ou de votre ordinateur montre vos consultations et vos heures prises. Aucun patient n’y est nommé.
calendar-make = Créer mon lien
calendar-once = Copiez cette adresse maintenant, elle ne sera plus montrée. Gardez-la pour vous : qui l’a voit vos heures prises, sans aucun nom.
calendar-address = Adresse
calendar-open = Ouvrir dans mon agenda
calendar-google = Google Agenda, sur ordinateur : à côté de « Autres agendas », touchez +, puis « À partir de l’URL », et collez l’adresse.
calendar-outlook = Outlook : « Ajouter un calendrier », puis « S’abonner à partir du web », et collez l’adresse.
calendar-apple = iPhone, iPad ou Mac : touchez « Ouvrir dans mon agenda », puis « S’abonner ».
calendar-made = Lien créé le { $when }.
calendar-read = Lu la dernière fois le { $when }.
calendar-unread = Aucun agenda ne l’a encore lu.
calendar-renew = Faire un nouveau lien
calendar-renew-what = Adresse perdue ou vue par quelqu’un ? Faites un nouveau lien : l’ancien ne mène plus nulle part.
calendar-withdraw = Retirer le lien
calendar-withdrawn = Le lien est retiré. Votre agenda ici ne change pas.
calendar-file = Fichier
calendar-file-what = Les consultations et les rendez-vous confirmés, à ouvrir dans un agenda. Ce fichier nomme les patients : ne le partagez pas.
calendar-download = Télécharger (.ics)
absences-edit = Modifier cette absence
absences-stale = Quelqu’un d’autre vient de modifier cette absence ; ce qui vaut maintenant est dans la liste ci-dessus. Votre saisie est gardée : enregistrez-la de nouveau si elle doit la remplacer.
place-again = Répéter ce rendez-vous
place-every = Toutes les … semaines
place-count = Nombre de rendez-vous
place-again-hint = Avec celui-ci, 52 au plus, toujours le même jour à la même heure. Laissez vide pour un seul rendez-vous.
field-series-day = Le { $day } n’est pas possible. Rien n’a été pris ; changez l’heure, le rythme ou le nombre.
series-title = Série de { $count } rendez-vous
series-made = Les { $count } rendez-vous de la série sont pris, aux dates ci-dessous.
notice-appointment-series = { $clinic }. { $count } rendez-vous confirmés dès le { $day } à { $time }. Voir { $link }
hours-stale = Quelqu’un d’autre vient de modifier ces horaires ; ce qui vaut maintenant est dans la liste ci-dessus. Votre saisie est gardée : enregistrez-la de nouveau si elle doit les remplacer.
