# Appels qui peuvent revenir : la clé d’idempotence.

problem-idempotency-key-reused = Cette clé (Idempotency-Key) a déjà servi pour une autre demande. Rien n’a été fait. Prenez une nouvelle clé pour chaque nouvelle demande.
problem-idempotency-in-progress = La première demande avec cette clé est encore en cours. Rien n’a été fait deux fois. Patientez un instant, puis renvoyez-la avec la même clé.
problem-idempotency-outcome-unknown = La première demande avec cette clé s’est arrêtée après avoir enregistré quelque chose. Rien n’a été refait. Vérifiez ce qui existe ; s’il manque quelque chose, recommencez avec une nouvelle clé.
