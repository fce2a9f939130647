# Calendriers : fichiers et abonnements

calendar-of = Agenda de { $doctor }
calendar-hours = Consultations
calendar-visit = Rendez-vous
calendar-visit-with = Rendez-vous avec { $name }
audit-object-calendar-feed = Lien d’abonnement à un agenda
audit-does-calendar-download = { $actor } a téléchargé un agenda avec les rendez-vous.
audit-action-calendar-download = Télécharger un agenda
audit-does-calendar-feed-create = { $actor } a créé un lien d’abonnement à son agenda.
audit-action-calendar-feed-create = Créer un lien d’abonnement à un agenda
audit-does-calendar-feed-revoke = { $actor } a supprimé le lien d’abonnement à son agenda.
audit-action-calendar-feed-revoke = Supprimer un lien d’abonnement à un agenda
